variable "assessment_run_arn" {
  type = string
}

# The URL of the full report. It is in no plan and no state: hand it to another ephemeral value or to a write-only argument.
ephemeral "inspector_assessment_report" "full" {
  assessment_run_arn = var.assessment_run_arn
  report_file_format = "HTML"
  report_type        = "FULL"
}
