variable "assessment_run_arn" {
  type = string
}

data "inspector_findings" "all" {
  assessment_run_arns = [var.assessment_run_arn]
  include_details     = true
}

output "report" {
  value = provider::inspector::findings_to_sarif(data.inspector_findings.all.findings, [
    {
      finding_id = "Disable root login over SSH"
      agent_id   = null
      title      = null
      reason     = "Bastion hosts, accepted until they are gone"
    },
  ])
}
