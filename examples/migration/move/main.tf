# The same objects in the words of this provider, and where they come from. Applied once; nothing is created, changed or destroyed.

terraform {
  required_providers {
    # Still here, because Terraform needs its schemas to read the state. Nothing is asked of it.
    aws = {
      source = "hashicorp/aws"
    }
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
    Team = "platform" # came from default_tags of the provider aws
  }
}

moved {
  from = aws_inspector_resource_group.web
  to   = inspector_resource_group.web
}

moved {
  from = aws_inspector_assessment_target.web
  to   = inspector_assessment_target.web
}

moved {
  from = aws_inspector_assessment_template.nightly
  to   = inspector_assessment_template.nightly
}
