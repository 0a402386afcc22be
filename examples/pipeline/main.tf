# Assesses every template at once, reports what was found, and fails if it is too much. README.md says how a pipeline uses it.

terraform {
  required_version = ">= 1.8" # functions of providers

  required_providers {
    inspector = {
      source = "inspector-rs/inspector"
    }
  }
}

# Region, endpoint and credentials come from the environment of the job.
provider "inspector" {}

variable "assessment_templates" {
  description = "ARNs of the assessment templates, each under the name that it has in addresses and outputs."
  type        = map(string)
}

variable "build" {
  description = "What is assessed, such as a commit. Another build means another run of each template."
  type        = string
}

variable "max_findings" {
  description = "How many findings of each severity a run may have."
  type = object({
    high   = optional(number, 0)
    medium = optional(number)
    low    = optional(number)
  })
  default = {}
}

variable "accepted" {
  description = "Findings that do not count: by the rule's id, and if given by instance and title. expires_on is the last day that they do not."
  type = list(object({
    finding_id = string
    reason     = string
    agent_id   = optional(string)
    title      = optional(string)
    expires_on = optional(string)
  }))
  default = []
}

resource "inspector_assessment_run" "each" {
  for_each = var.assessment_templates

  assessment_template_arn = each.value
  name_prefix             = "${each.key}-"
  triggers                = { build = var.build }

  # The runs wait, not the gates: what a failed gate has seen is to be reported, so the report must not depend on a gate.
  wait_for = "completed"

  # Templates of one target share its agents, and an agent works for one run at a time.
  on_busy = "wait"

  timeouts {
    create = "4h"
  }
}

# The findings, also those of runs whose gate fails.
data "inspector_findings" "each" {
  for_each = var.assessment_templates

  assessment_run_arns = [inspector_assessment_run.each[each.key].arn]
  include_details     = true

  # A run that is to be waited for again (the job was cancelled) is read after that wait, and not during the plan.
  depends_on = [inspector_assessment_run.each]
}

resource "inspector_findings_gate" "each" {
  for_each = var.assessment_templates

  assessment_run_arn = inspector_assessment_run.each[each.key].arn
  max_findings       = var.max_findings

  dynamic "ignore" {
    for_each = var.accepted

    content {
      finding_id = ignore.value.finding_id
      reason     = ignore.value.reason
      agent_id   = ignore.value.agent_id
      title      = ignore.value.title
      expires_on = ignore.value.expires_on
    }
  }
}

locals {
  findings = concat([for read in data.inspector_findings.each : read.findings]...)

  # As the gates see it: what has expired is no longer suppressed.
  suppressed = [
    for entry in var.accepted : {
      finding_id = entry.finding_id
      reason     = entry.reason
      agent_id   = entry.agent_id
      title      = entry.title
    }
    if timecmp("${coalesce(entry.expires_on, "9999-12-31")}T23:59:59Z", plantimestamp()) >= 0
  ]
}

# For `terraform output -raw`. Sensitive, so that Terraform does not print whole documents into the job's log.
output "sarif" {
  value     = provider::inspector::findings_to_sarif(local.findings, local.suppressed)
  sensitive = true
}

output "junit" {
  value     = provider::inspector::findings_to_junit(local.findings, local.suppressed)
  sensitive = true
}

output "finding_counts" {
  description = "What the run of each template has found, by severity."
  value       = { for name, run in inspector_assessment_run.each : name => run.finding_counts }
}
