// SPDX-License-Identifier: Apache-2.0

//! Canaries: a secret that goes in by any way comes out by none, at TRACE and in the texts of failures too.

use std::fs;

use terraform_provider_inspector::emulator::{Auth, Effect, Fault, Options};

use crate::support::case::{Context, TestCase};
use crate::support::step::perform;

use super::{GROUP, keyless, write_home};

/// What every secret here has in it.
const CANARY: &str = "canary";

const ROLE: &str = "arn:aws:iam::123456789012:role/ci";

/// Terraform itself writes the values of variables into a plan and into the log of its own evaluation: what it says of our schema is
/// looked at, and what it says of its variables is not.
const VARIABLES: &str = "variable \"secret\" {\n  sensitive = true\n}\nvariable \"token\" {\n  sensitive = true\n}\nvariable \"proxy\" {\n  sensitive = true\n}\n";

/// Plans, applies (which succeeds or not), shows and logs; nothing has a canary in it.
fn stays_silent(case: TestCase, outcome: i32) {
    case.env("TF_LOG_PROVIDER", "TRACE")
        .step(perform(move |context| {
            let config = format!("{VARIABLES}{GROUP}");
            context.configure(&config);
            context.applied(&config);
            let planned = context
                .workspace
                .run(&["plan", "-no-color", "-out=step.tfplan"])?;
            assert_eq!(planned.code(), 0, "{planned:?}");
            let applied = context
                .workspace
                .run(&["apply", "-no-color", "step.tfplan"])?;
            assert_eq!(applied.code(), outcome, "{applied:?}");
            for finished in [planned, applied] {
                is_silent(&finished.command, &finished.stdout);
                is_silent(&finished.command, &finished.stderr);
            }
            files_are_silent(context)
        }))
        .run();
}

fn files_are_silent(context: &Context<'_>) -> Result<(), String> {
    let plan = context
        .workspace
        .succeed(&["show", "-json", "step.tfplan"])?;
    let mut plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    plan.as_object_mut().unwrap().remove("variables");
    is_silent("the plan", &plan.to_string());
    let state = fs::read_to_string(context.workspace.directory().join("terraform.tfstate"));
    is_silent("the state", &state.unwrap_or_default());
    let logs = context.workspace.provider_logs();
    assert!(logs.contains("[TRACE]"), "at every level");
    is_silent("the log", &logs);
    Ok(())
}

#[track_caller]
fn is_silent(what: &str, text: &str) {
    let found: Vec<_> = text.lines().filter(|line| line.contains(CANARY)).collect();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

fn secrets(case: TestCase) -> TestCase {
    case.env("TF_VAR_secret", "canary-secret-key")
        .env("TF_VAR_token", "canary-token")
        .env("TF_VAR_proxy", "http://user:canary-password@127.0.0.1:9")
}

/// Secrets in every argument of the block that takes one.
fn in_the_block(endpoint: &str) -> String {
    keyless(
        endpoint,
        "access_key  = \"AKIATEST\"\n  secret_key  = var.secret\n  token       = var.token\n  http_proxy  = var.proxy\n  https_proxy = var.proxy",
    )
}

#[test]
fn in_a_block_that_works() {
    let case = TestCase::new();
    let body = in_the_block(case.emulator().endpoint());
    stays_silent(secrets(case.provider(&body)), 0);
}

#[test]
fn in_a_block_that_the_endpoint_refuses() {
    let case = TestCase::with(Options {
        auth: Auth::Verify,
        ..Options::default()
    });
    let body = in_the_block(case.emulator().endpoint());
    stays_silent(secrets(case.provider(&body)), 1);
}

#[test]
fn in_a_proxy_that_fails() {
    let body = in_the_block("http://inspector.test");
    stays_silent(secrets(TestCase::new().provider(&body)), 1);
}

#[test]
fn in_the_environment() {
    let case = TestCase::new();
    let body = keyless(
        case.emulator().endpoint(),
        &format!("assume_role {{\n    role_arn = \"{ROLE}\"\n  }}"),
    );
    let case = case
        .provider(&body)
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "canary-secret-key")
        .env("AWS_SESSION_TOKEN", "canary-token");
    stays_silent(secrets(case), 0);
}

#[test]
fn in_a_token_file_that_sts_takes_and_that_it_refuses() {
    for outcome in [0, 1] {
        let case = TestCase::new();
        if outcome == 1 {
            let effect = Effect::exception("AccessDenied", None);
            let fault = Fault::always("AssumeRoleWithWebIdentity", effect);
            case.emulator().inject(fault);
        }
        let body = keyless(case.emulator().endpoint(), "");
        let case = case
            .provider(&body)
            .env("AWS_ROLE_ARN", ROLE)
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "~/token")
            .step(perform(|context| {
                write_home(context, "token", "canary-web-token");
                Ok(())
            }));
        stays_silent(secrets(case), outcome);
    }
}

#[test]
fn in_a_program_that_answers_and_in_one_that_fails() {
    let answer = "echo '{\"Version\":1,\"AccessKeyId\":\"AKIATEST\",\"SecretAccessKey\":\"canary-s\",\"SessionToken\":\"canary-t\"}' # canary-argument";
    let failure = "echo canary-out; echo canary-error >&2; exit 3 # canary-argument";
    for (outcome, program) in [(0, answer), (1, failure)] {
        let case = TestCase::new();
        let body = keyless(case.emulator().endpoint(), "");
        let case = case.provider(&body).step(perform(move |context| {
            let config = format!("[default]\ncredential_process = {program}\n");
            write_home(context, ".aws/config", &config);
            Ok(())
        }));
        stays_silent(secrets(case), outcome);
    }
}
