terraform import inspector_assessment_template.nightly arn:aws:inspector:us-east-1:123456789012:target/0-AbCdEfGh/template/0-IjKlMnOp
