terraform import inspector_assessment_target.web arn:aws:inspector:us-east-1:123456789012:target/0-AbCdEfGh
