list "inspector_assessment_target" "web" {
  provider = inspector

  config {
    name_pattern = "web*"
  }
}
