variable "assessment_template_arn" {
  type = string
}

variable "image_id" {
  type = string
}

resource "inspector_assessment_run" "nightly" {
  assessment_template_arn = var.assessment_template_arn
  name_prefix             = "nightly-"

  # A new image means a new run.
  triggers = {
    image = var.image_id
  }

  wait_for = "completed"

  timeouts {
    create = "2h"
  }
}
