terraform import inspector_resource_group.web arn:aws:inspector:us-east-1:123456789012:resourcegroup/0-AbCdEfGh
