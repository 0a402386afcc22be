# terraform query -generate-config-out=runs.tf
list "inspector_assessment_run" "completed" {
  provider         = inspector
  include_resource = true
  limit            = 20

  config {
    states = ["COMPLETED"]
  }
}
