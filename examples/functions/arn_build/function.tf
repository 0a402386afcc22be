output "target_arn" {
  value = provider::inspector::arn_build({
    partition   = "aws"
    region      = "eu-west-1"
    account     = "123456789012"
    kind        = "target"
    id          = "0-8zh1cWkg"
    target_id   = null
    template_id = null
    run_id      = null
  })
}
