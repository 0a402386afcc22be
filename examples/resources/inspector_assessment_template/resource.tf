data "inspector_rules_packages" "here" {}

resource "inspector_assessment_target" "all" {
  name = "all"
}

resource "inspector_assessment_template" "nightly" {
  name               = "nightly"
  target_arn         = inspector_assessment_target.all.arn
  duration           = 3600
  rules_package_arns = data.inspector_rules_packages.here.arns

  user_attributes_for_findings = {
    Team = "platform"
  }

  event_subscription {
    event     = "ASSESSMENT_RUN_COMPLETED"
    topic_arn = "arn:aws:sns:us-east-1:123456789012:assessments"
  }

  tags = {
    Name = "nightly"
  }
}
