list "inspector_assessment_template" "all" {
  provider         = inspector
  include_resource = true
}
