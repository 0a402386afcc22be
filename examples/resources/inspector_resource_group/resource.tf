# Selects every EC2 instance that carries one of these tags.
resource "inspector_resource_group" "web" {
  tags = {
    Role        = "web"
    Environment = "production"
  }
}
