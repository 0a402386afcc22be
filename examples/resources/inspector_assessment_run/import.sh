terraform import inspector_assessment_run.nightly arn:aws:inspector:us-east-1:123456789012:target/0-AbCdEfGh/template/0-IjKlMnOp/run/0-QrStUvWx
