# Templates whose runs take at most fifteen minutes.
data "inspector_assessment_templates" "quick" {
  duration_range = {
    max_seconds = 900
  }
}

output "templates" {
  value = data.inspector_assessment_templates.quick.arns
}
