# What `cargo run --example quickstart` applies. The two variables come from the tour; by hand, set them with TF_VAR_….

terraform {
  required_providers {
    inspector = {
      source = "inspector-rs/inspector"
    }
  }
}

variable "endpoint" {
  type        = string
  description = "Where the Inspector API is: here, the emulator."
}

variable "assessment_template_arn" {
  type        = string
  description = "The template to run."
}

provider "inspector" {
  region     = "us-east-1"
  access_key = "test" # the emulator takes any credentials
  secret_key = "test"

  endpoints {
    inspector = var.endpoint
  }
}

resource "inspector_assessment_run" "nightly" {
  assessment_template_arn = var.assessment_template_arn
  name_prefix             = "nightly-"

  # "started", the default, would not wait for the hour that the run takes.
  wait_for = "completed"
}

output "run_arn" {
  value = inspector_assessment_run.nightly.arn
}

output "findings" {
  value = inspector_assessment_run.nightly.finding_counts
}
