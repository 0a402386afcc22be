variable "template_arn" {
  description = "ARN of the assessment template to run."
  type        = string
}

resource "inspector_assessment_run" "release" {
  assessment_template_arn = var.template_arn
}

# Waits for the run to end, and fails the apply if it found too much.
resource "inspector_findings_gate" "release" {
  assessment_run_arn = inspector_assessment_run.release.arn

  max_findings = {
    high   = 0
    medium = 10
  }

  ignore {
    finding_id = "Recognized port reachable from internet"
    title      = "Port 443 (HTTPS) of the load balancer is open to the internet"
    reason     = "It is meant to be."
    expires_on = "2030-12-31"
  }
}

# Held back until the gate has passed, because it refers to it.
resource "terraform_data" "deploy" {
  input = inspector_findings_gate.release.evaluated_at
}
