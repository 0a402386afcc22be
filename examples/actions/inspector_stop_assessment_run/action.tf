variable "assessment_run_arn" {
  type = string
}

# terraform apply -invoke=action.inspector_stop_assessment_run.nightly
action "inspector_stop_assessment_run" "nightly" {
  config {
    assessment_run_arn = var.assessment_run_arn
    stop_action        = "SKIP_EVALUATION"
    wait               = true
  }
}
