variable "assessment_run_arn" {
  type = string
}

# The instances that the run did not reach.
data "inspector_assessment_run_agents" "unreached" {
  assessment_run_arn = var.assessment_run_arn
  agent_healths      = ["UNHEALTHY", "UNKNOWN"]
}

output "unreached" {
  value = data.inspector_assessment_run_agents.unreached.agents[*].agent_id
}
