# A configuration in the words of hashicorp/aws, as it was before the migration.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      Team = "platform"
    }
  }
}

data "aws_inspector_rules_packages" "here" {}

resource "aws_inspector_resource_group" "web" {
  tags = {
    Role = "web"
  }
}

resource "aws_inspector_assessment_target" "web" {
  name               = "web"
  resource_group_arn = aws_inspector_resource_group.web.arn
}

resource "aws_inspector_assessment_template" "nightly" {
  name               = "nightly"
  target_arn         = aws_inspector_assessment_target.web.arn
  duration           = 3600
  rules_package_arns = data.aws_inspector_rules_packages.here.arns

  event_subscription {
    event     = "ASSESSMENT_RUN_COMPLETED"
    topic_arn = "arn:aws:sns:us-east-1:123456789012:assessments"
  }

  tags = {
    Name = "nightly"
  }
}
