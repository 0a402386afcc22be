# What stays: the old provider and the moved blocks are gone, and assessment runs have come.

terraform {
  required_providers {
    inspector = {
      source = "inspector-rs/inspector"
    }
  }
}

provider "inspector" {
  region = "us-east-1"
}

data "inspector_rules_packages" "here" {}

resource "inspector_resource_group" "web" {
  tags = {
    Role = "web"
  }
}

resource "inspector_assessment_target" "web" {
  name               = "web"
  resource_group_arn = inspector_resource_group.web.arn
}

resource "inspector_assessment_template" "nightly" {
  name               = "nightly"
  target_arn         = inspector_assessment_target.web.arn
  duration           = 3600
  rules_package_arns = data.inspector_rules_packages.here.arns

  event_subscription {
    event     = "ASSESSMENT_RUN_COMPLETED"
    topic_arn = "arn:aws:sns:us-east-1:123456789012:assessments"
  }

  tags = {
    Name = "nightly"
    Team = "platform"
  }
}

# What hashicorp/aws has no resource for: a run of the template.
resource "inspector_assessment_run" "nightly" {
  assessment_template_arn = inspector_assessment_template.nightly.arn
}
