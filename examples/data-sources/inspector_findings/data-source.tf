variable "assessment_run_arn" {
  type = string
}

# What a run has found that matters, as SARIF for code scanning. The run must have ended.
data "inspector_findings" "serious" {
  assessment_run_arns = [var.assessment_run_arn]
  severities          = ["High", "Medium"]
  include_details     = true
}

output "sarif" {
  value = provider::inspector::findings_to_sarif(data.inspector_findings.serious.findings, [])
}
