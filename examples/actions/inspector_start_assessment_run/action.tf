variable "assessment_template_arn" {
  type = string
}

# terraform apply -invoke=action.inspector_start_assessment_run.nightly
action "inspector_start_assessment_run" "nightly" {
  config {
    assessment_template_arn = var.assessment_template_arn
    name_prefix             = "nightly-"
    wait_for                = "completed"
    on_cancel               = "stop"
  }
}
