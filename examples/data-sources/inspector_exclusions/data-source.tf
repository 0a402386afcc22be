variable "assessment_run_arn" {
  type = string
}

# What the run could not assess, and why.
data "inspector_exclusions" "nightly" {
  assessment_run_arn = var.assessment_run_arn
}

output "left_out" {
  value = [for exclusion in data.inspector_exclusions.nightly.exclusions : exclusion.title]
}
