variable "assessment_run_arn" {
  type = string
}

# A run that something else has started, with its history.
data "inspector_assessment_run" "nightly" {
  arn = var.assessment_run_arn
}

output "history" {
  value = [
    for change in data.inspector_assessment_run.nightly.state_changes : "${change.state_changed_at} ${change.state}"
  ]
}
