terraform {
  required_providers {
    inspector = {
      source = "inspector-rs/inspector"
    }
  }
}

provider "inspector" {
  region = "us-east-1"

  # AWS serves the API no more; any server that speaks it will do.
  endpoints {
    inspector = "http://127.0.0.1:4566"
  }
}
