variable "target_arn" {
  type = string
}

# The instances that a run on this target would look at now.
data "inspector_agents_preview" "web" {
  target_arn = var.target_arn
}

output "instances" {
  value = data.inspector_agents_preview.web.agents[*].agent_id
}
