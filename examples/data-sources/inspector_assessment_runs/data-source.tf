# The runs that ended badly this month.
data "inspector_assessment_runs" "failed" {
  states = ["FAILED", "ERROR", "COMPLETED_WITH_ERRORS"]

  completion_time_range = {
    begin_date = "2026-05-01T00:00:00Z"
  }
}

output "failed" {
  value = data.inspector_assessment_runs.failed.arns
}
