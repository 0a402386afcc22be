# All rules packages of the provider's Region, for a template that looks for everything.
data "inspector_rules_packages" "all" {}

output "rules_packages" {
  value = { for package in data.inspector_rules_packages.all.rules_packages : package.name => package.arn }
}
