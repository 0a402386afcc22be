# The template of a run, from the run's ARN alone.
output "template_arn" {
  value = provider::inspector::arn_parse(
    "arn:aws:inspector:eu-west-1:123456789012:target/0-8zh1cWkg/template/0-rqtRV0u0/run/0-Ck2F6tY9"
  ).template_arn
}
