resource "inspector_resource_group" "web" {
  tags = {
    Role = "web"
  }
}

resource "inspector_assessment_target" "web" {
  name               = "web"
  resource_group_arn = inspector_resource_group.web.arn
}

# Without a resource group: every EC2 instance of the account and Region.
resource "inspector_assessment_target" "all" {
  name = "all"

  timeouts {
    # How long a destroy waits for assessment runs that are still in progress.
    delete = "1h"
  }
}
