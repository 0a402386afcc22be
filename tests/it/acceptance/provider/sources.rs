// SPDX-License-Identifier: Apache-2.0

//! Where values come from when the block leaves them out, and what nobody asks of AWS before a resource does.

use terraform_provider_inspector::emulator::{Auth, Options};

use crate::support::case::TestCase;
use crate::support::check::known;
use crate::support::step::{apply, perform, plan_only};

use super::{GROUP, block, keyless, write_home};

const NAME: &str = "inspector_resource_group.test";
const ROLE: &str = "arn:aws:iam::210987654321:role/ci";

fn verifying() -> Options {
    Options {
        auth: Auth::Verify,
        ..Options::default()
    }
}

#[test]
fn the_environment_alone() {
    let case = TestCase::with(verifying());
    let endpoint = case.emulator().endpoint().to_owned();
    let secret = verifying().secret_key;
    case.provider("")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "210987654321")
        .env("AWS_SECRET_ACCESS_KEY", &secret)
        .env("AWS_ENDPOINT_URL_INSPECTOR", &endpoint)
        .step(apply(GROUP).state(known(NAME, "region", "eu-west-1")))
        .step(perform(|context| {
            for call in context.emulator.calls() {
                assert_eq!(
                    (call.account.as_str(), call.region.as_str()),
                    ("210987654321", "eu-west-1")
                );
            }
            Ok(())
        }))
        .run();
}

#[test]
fn a_profile_alone() {
    let case = TestCase::with(verifying());
    let endpoint = case.emulator().endpoint().to_owned();
    let Options {
        access_key,
        secret_key,
        ..
    } = verifying();
    case.provider("profile = \"ci\"")
        .step(perform(move |context| {
            let config = format!(
                "[profile ci]\nregion = eu-west-2\nendpoint_url = {endpoint}\nrole_arn = {ROLE}\nsource_profile = keys\nrole_session_name = from-profile\n"
            );
            let credentials = format!(
                "[keys]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n"
            );
            write_home(context, ".aws/config", &config);
            write_home(context, ".aws/credentials", &credentials);
            Ok(())
        }))
        .step(apply(GROUP).state(known(NAME, "region", "eu-west-2")))
        .step(perform(|context| {
            let roles = context.emulator.assumed_roles();
            assert!(!roles.is_empty());
            for role in roles {
                assert_eq!(role.session_name, "from-profile");
            }
            let calls = context.emulator.calls();
            let ours = calls.iter().filter(|call| call.operation != "AssumeRole");
            assert!(ours.into_iter().all(|call| call.account == "210987654321"));
            Ok(())
        }))
        .run();
}

#[test]
fn a_role_with_everything_is_seen_by_sts_as_written() {
    let case = TestCase::new();
    let body = block(
        case.emulator().endpoint(),
        "assume_role {
    role_arn     = \"arn:aws:iam::210987654321:role/ci\"
    duration     = \"1h30m\"
    external_id  = \"ext-1\"
    policy       = jsonencode({ Version = \"2012-10-17\", Statement = [] })
    policy_arns  = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]
    session_name = \"pipeline\"
    tags         = { team = \"blue\", env = \"ci\" }
  }",
    );
    case.provider(&body)
        .step(apply(GROUP))
        .step(perform(|context| {
            let role = &context.emulator.assumed_roles()[0];
            assert_eq!(role.role_arn, ROLE);
            assert_eq!(role.duration_seconds, Some(5400));
            assert_eq!(role.external_id.as_deref(), Some("ext-1"));
            assert_eq!(
                role.policy.as_deref(),
                Some("{\"Statement\":[],\"Version\":\"2012-10-17\"}")
            );
            assert_eq!(role.policy_arns, ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
            assert_eq!(role.session_name, "pipeline");
            let own = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
            assert_eq!(role.tags, [("env", "ci"), ("team", "blue")].map(own));
            Ok(())
        }))
        .run();
}

#[test]
fn a_web_identity_that_the_environment_completes() {
    let case = TestCase::with(verifying());
    let body = keyless(
        case.emulator().endpoint(),
        "assume_role_with_web_identity {\n    session_name = \"by-block\"\n  }",
    );
    case.provider(&body)
        .env("AWS_ROLE_ARN", ROLE)
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "~/token")
        .step(perform(|context| {
            write_home(context, "token", "the-web-token\n");
            Ok(())
        }))
        .step(apply(GROUP))
        .step(perform(|context| {
            let role = &context.emulator.assumed_roles()[0];
            assert_eq!(role.operation, "AssumeRoleWithWebIdentity");
            assert_eq!(role.session_name, "by-block");
            assert_eq!(role.web_identity_token.as_deref(), Some("the-web-token"));
            Ok(())
        }))
        .run();
}

#[test]
fn nobody_is_called_before_a_resource_needs_it() {
    let case = TestCase::new();
    let body = block(
        case.emulator().endpoint(),
        &format!("assume_role {{\n    role_arn = \"{ROLE}\"\n  }}"),
    );
    case.provider(&body)
        .step(plan_only(GROUP))
        .step(perform(|context| {
            context.workspace.succeed(&["validate", "-no-color"])?;
            let calls = context.emulator.calls();
            assert!(calls.is_empty(), "{calls:?}");
            Ok(())
        }))
        .run();
}

#[test]
fn a_session_that_expires_during_a_wait_is_renewed() {
    let case = TestCase::with(verifying());
    let template = case.template("web");
    let Options {
        access_key,
        secret_key,
        ..
    } = verifying();
    let body = block(
        case.emulator().endpoint(),
        &format!(
            "assume_role {{\n    role_arn = \"arn:aws:iam::{}:role/ci\"\n  }}",
            case.emulator().account_id()
        ),
    )
    .replace(
        "access_key = \"test\"",
        &format!("access_key = \"{access_key}\""),
    )
    .replace(
        "secret_key = \"test\"",
        &format!("secret_key = \"{secret_key}\""),
    );
    let config = format!(
        "resource \"inspector_assessment_run\" \"test\" {{\n  assessment_template_arn = \"{template}\"\n  wait_for = \"completed\"\n}}\n"
    );
    case.provider(&body)
        .step(perform(move |context| {
            context.configure(&config);
            context.applied(&config);
            let mut process = context
                .workspace
                .spawn(&["apply", "-auto-approve", "-no-color"])?;
            let emulator = context.emulator;
            let looks = || crate::support::case::calls(emulator, "DescribeAssessmentRuns");
            process.wait_until("the first look at the run", || looks() > 0)?;
            assert_eq!(emulator.assumed_roles().len(), 1);
            emulator.expire_sessions();
            process.wait_until("a second session", || emulator.assumed_roles().len() == 2)?;
            emulator.finish_runs();
            let finished = process.finish(crate::support::process::LIMIT)?;
            context.workspace.remember(&finished);
            assert_eq!(finished.code(), 0, "{finished:?}");
            assert_eq!(context.calls("StartAssessmentRun"), 1);
            Ok(())
        }))
        .run();
}
