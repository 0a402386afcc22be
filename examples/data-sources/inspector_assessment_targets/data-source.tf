data "inspector_assessment_targets" "web" {
  name_pattern = "web*"
}

output "targets" {
  value = { for target in data.inspector_assessment_targets.web.assessment_targets : target.name => target.arn }
}
