# What a contributor runs. `just` is a convenience: each recipe is one or two commands that can be typed.

# List the recipes.
default:
    @just --list

# Everything but the tests: format, lints, dependencies, documentation.
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo deny check
    RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --lib --features emulator

# All tests, on the newest Terraform.
test:
    cargo test

# Acceptance tests whose name contains NAME, on Terraform VERSION (empty: the newest).
acc NAME='' VERSION='':
    TF_ACC_TERRAFORM_VERSION='{{ VERSION }}' cargo test --test it -- 'acceptance::{{ NAME }}'

# The whole gate, as CI runs it.
ci:
    .ci/run

# The emulator, with an hour of its time in six seconds.
emulator:
    cargo run --features emulator --bin inspector-emulator -- --time-scale 600

# The tour: a real Terraform, the provider and the emulator.
quickstart:
    cargo run --example quickstart

# The Registry's pages, from schemas and examples.
docs:
    cargo run --features docs --bin generate-docs

# The provider as it is published: target/published/terraform-provider-inspector.
release:
    release/build

# Weight, start-up and throughput beside Go providers.
bench:
    cargo bench
