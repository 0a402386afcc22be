// SPDX-License-Identifier: Apache-2.0

//! Every way in which credentials or the way to the endpoint fail: the text that a practitioner reads, and within seconds.

use std::fs;
use std::time::{Duration, Instant};

use terraform_provider_inspector::emulator::{Auth, Effect, Fault, Options};

use crate::support::black_hole::BlackHole;
use crate::support::case::{Context, TestCase};
use crate::support::diagnostics::says;
use crate::support::step::{Step, apply, perform};

use super::{GROUP, block, keyless, write_home};

/// What a failure may take, beside what Terraform itself needs for a command on this machine at this time.
const PROMPTLY: Duration = Duration::from_secs(10);

/// What the failures of a hundred resources may take, likewise.
const ALL_PROMPTLY: Duration = Duration::from_secs(15);

/// The apply of one resource fails in time, with this text.
fn fails_promptly(case: TestCase, examine: impl FnOnce(&Context<'_>, &str) + 'static) {
    case.step(fails_promptly_with(examine)).run();
}

/// The same, as a step.
#[track_caller]
fn fails_promptly_with(examine: impl FnOnce(&Context<'_>, &str) + 'static) -> impl Step + 'static {
    perform(move |context| {
        context.configure(GROUP);
        examine(context, &apply_within(context, PROMPTLY)?);
        Ok(())
    })
}

/// Plans, which takes as long as Terraform needs, and applies, which fails within `limit` beside that.
fn apply_within(context: &Context<'_>, limit: Duration) -> Result<String, String> {
    let began = Instant::now();
    context.workspace.plan("step.tfplan", &[])?;
    let terraform = began.elapsed();
    let began = Instant::now();
    let text = context
        .workspace
        .fail(&["apply", "-no-color", "step.tfplan"])?;
    let took = began.elapsed();
    assert!(
        took < limit + terraform,
        "it took {took:?}, and the plan {terraform:?}"
    );
    Ok(text)
}

#[test]
fn no_credentials() {
    let case = TestCase::new();
    let body = keyless(case.emulator().endpoint(), "");
    fails_promptly(case.provider(&body), |_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        No credentials: looking for them: there are none in the provider block, the
        environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
        AWS_WEB_IDENTITY_TOKEN_FILE), the profile "default" of
        [TEMP_DIR]/home/.aws/config, [TEMP_DIR]/home/.aws/credentials (not
        there), or the container's endpoint; the instance metadata service is not to
        be asked.

        Operation CreateResourceGroup in us-east-1.

        Set credentials in the provider block, the environment or the shared files.
        An emulator that checks none still needs some, such as `access_key = "test"`
        and `secret_key = "test"`.
        "#);
    });
}

/// Credentials that the endpoint refuses with this exception; they are sent once.
fn refused_once(exception: &str, snapshot: impl FnOnce(&str) + 'static) {
    let case = TestCase::new();
    let effect = Effect::exception(exception, None);
    let fault = Fault::always("CreateResourceGroup", effect);
    case.emulator().inject(fault);
    fails_promptly(case, |context, text| {
        snapshot(text);
        assert_eq!(context.calls("CreateResourceGroup"), 1);
    });
}

#[test]
fn expired_credentials() {
    refused_once("ExpiredTokenException", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        The service answered ExpiredTokenException: Injected ExpiredTokenException.

        Operation CreateResourceGroup in us-east-1 at http://127.0.0.1:[PORT], request
        id [REQUEST_ID], credentials from access_key of the
        provider block.

        The endpoint does not accept these credentials. An emulator may have made new
        ones at its restart; a session may have expired.
        "#);
    });
}

#[test]
fn a_key_that_the_endpoint_does_not_know() {
    refused_once("UnrecognizedClientException", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        The service answered UnrecognizedClientException: Injected
        UnrecognizedClientException.

        Operation CreateResourceGroup in us-east-1 at http://127.0.0.1:[PORT], request
        id [REQUEST_ID], credentials from access_key of the
        provider block.

        The endpoint does not accept these credentials. An emulator may have made new
        ones at its restart; a session may have expired.
        "#);
    });
}

#[test]
fn a_secret_that_is_wrong() {
    let case = TestCase::with(Options {
        auth: Auth::Verify,
        ..Options::default()
    });
    let key = Options::default().access_key;
    let body = block(case.emulator().endpoint(), "")
        .replace("access_key = \"test\"", &format!("access_key = \"{key}\""));
    fails_promptly(case.provider(&body), |_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        The service answered InvalidSignatureException: The request signature we
        calculated does not match the signature you provided. Check your AWS Secret
        Access Key and signing method.

        Operation CreateResourceGroup in us-east-1 at http://127.0.0.1:[PORT], request
        id [REQUEST_ID], credentials from access_key of the
        provider block.

        The endpoint does not accept these credentials. An emulator may have made new
        ones at its restart; a session may have expired.
        "#);
    });
}

#[test]
fn a_program_that_fails() {
    let case = TestCase::new();
    let body = keyless(case.emulator().endpoint(), "");
    let case = case.provider(&body).step(perform(|context| {
        write_home(
            context,
            ".aws/config",
            "[default]\ncredential_process = echo a-secret >&2; exit 3\n",
        );
        Ok(())
    }));
    fails_promptly(case, |_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        The profile "default" of [TEMP_DIR]/home/.aws/config: credential_process:
        the program ended with exit status 3; run it by hand to see what it says.

        Operation CreateResourceGroup in us-east-1.

        This source is the first that the provider block, the environment and the
        shared files select, so no other was tried. Mend it, or give one that goes
        before it: the guide "Authentication and configuration" has the order.
        "#);
    });
}

#[test]
fn a_profile_that_is_not_there() {
    let case = TestCase::new();
    let body = keyless(case.emulator().endpoint(), "profile = \"nobody\"");
    // Where the lines break hangs on the length of the directory's name, so that this is no snapshot.
    fails_promptly(case.provider(&body), |context, text| {
        for part in [
            "The profile \"nobody\" of [TEMP_DIR]/home/.aws/config",
            "there is no such profile",
        ] {
            assert!(says(text, part), "{part:?} is not in\n{text}");
        }
        assert!(context.emulator.calls().is_empty());
    });
}

#[test]
fn a_role_that_sts_refuses() {
    let case = TestCase::new();
    let effect = Effect::exception("AccessDenied", None);
    case.emulator().inject(Fault::always("AssumeRole", effect));
    let body = block(
        case.emulator().endpoint(),
        "assume_role {\n    role_arn = \"arn:aws:iam::123456789012:role/ci\"\n  }",
    );
    fails_promptly(case.provider(&body), |_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        The role arn:aws:iam::123456789012:role/ci taken with access_key of the
        provider block: AssumeRole: AccessDenied: Injected AccessDenied.

        Operation CreateResourceGroup in us-east-1.

        This source is the first that the provider block, the environment and the
        shared files select, so no other was tried. Mend it, or give one that goes
        before it: the guide "Authentication and configuration" has the order.
        "#);
    });
}

#[test]
fn a_metadata_service_that_does_not_answer() {
    let hole = BlackHole::new();
    let case = TestCase::new();
    let body = keyless(case.emulator().endpoint(), "");
    let case = case
        .provider(&body)
        .env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &hole.url());
    fails_promptly(case, |_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        No credentials in the provider block, the environment (AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY, AWS_WEB_IDENTITY_TOKEN_FILE), the profile "default" of
        [TEMP_DIR]/home/.aws/config, [TEMP_DIR]/home/.aws/credentials (not
        there), or the container's endpoint; last, the instance metadata service
        (http://127.0.0.1:[PORT]): asking it: cannot connect to 127.0.0.1:[PORT]: no
        answer within 1.0 s.

        Operation CreateResourceGroup in us-east-1.

        Set credentials in the provider block, the environment or the shared files.
        An emulator that checks none still needs some, such as `access_key = "test"`
        and `secret_key = "test"`.
        "#);
    });
}

#[test]
fn a_token_file_that_is_not_there() {
    let case = TestCase::new();
    let body = keyless(case.emulator().endpoint(), "");
    let case = case
        .provider(&body)
        .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "~/token");
    fails_promptly(case, |_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        The role arn:aws:iam::123456789012:role/ci of the environment
        (AWS_WEB_IDENTITY_TOKEN_FILE): reading the token: [TEMP_DIR]/home/token
        cannot be read: No such file or directory (os error 2).

        Operation CreateResourceGroup in us-east-1.

        This source is the first that the provider block, the environment and the
        shared files select, so no other was tried. Mend it, or give one that goes
        before it: the guide "Authentication and configuration" has the order.
        "#);
    });
}

#[test]
fn a_proxy_that_nobody_serves() {
    let body = block(
        "http://inspector.test",
        "http_proxy = \"http://user:password@127.0.0.1:9\"\n  https_proxy = \"\"",
    );
    fails_promptly(TestCase::new().provider(&body), |_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        Could not connect through the proxy 127.0.0.1:[PORT]: Connection refused (os error
        111).

        Operation CreateResourceGroup in us-east-1 at http://inspector.test.

        Check `http_proxy`, `https_proxy` and `no_proxy`.
        "#);
    });
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    let case = TestCase::with(Options {
        https: true,
        ..Options::default()
    });
    let endpoint = case.emulator().https_endpoint().unwrap().to_owned();
    let ca_file = case.emulator().ca_file().unwrap().display().to_string();
    let trusting = format!("custom_ca_bundle = {ca_file:?}");
    let case = case.provider(&block(&endpoint, "# nobody else"));
    let case = case.step(fails_promptly_with(|_, text| {
        insta::assert_snapshot!(text, @r#"
        Error: Creating Inspector resource group (nameless)

          with inspector_resource_group.test,
          on main.tf line 1, in resource "inspector_resource_group" "test":
           1: resource "inspector_resource_group" "test" {

        No trusted TLS connection to 127.0.0.1: invalid peer certificate:
        UnknownIssuer.

        Operation CreateResourceGroup in us-east-1 at https://127.0.0.1:[PORT].

        To trust a private certificate authority, set `custom_ca_bundle` or the
        variable AWS_CA_BUNDLE to its PEM file.
        "#);
    }));
    // The way out that the text names.
    case.step(perform(move |context| {
        let path = context.workspace.directory().join("provider.tf");
        let text = fs::read_to_string(path).unwrap();
        let text = text.replace("# nobody else", &trusting);
        context.workspace.write("provider.tf", &text);
        Ok(())
    }))
    .step(apply(GROUP))
    .run();
}

/// A hundred resources fail in fifteen seconds; one says why, and the others point at it. None is in state.
fn a_hundred_fail(case: TestCase, resource: &str, why: &'static str) {
    let config = resource.replacen("{\n", "{\n  count = 100\n", 1);
    case.step(perform(move |context| {
        context.configure(&config);
        let text = apply_within(context, ALL_PROMPTLY)?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(text.matches("Error: ").count(), 100);
        let told = text.matches(why).count();
        let pointers = text.matches("Not tried: ").count();
        assert_eq!((told, pointers), (1, 99));
        let state = context.workspace.show_state()?;
        assert!(state.objects().is_empty(), "{:?}", state.objects());
        Ok(())
    }))
    .run();
}

#[test]
fn a_hundred_runs_on_a_dead_endpoint() {
    let hole = BlackHole::new();
    let body = block(&hole.url(), "");
    let run = "resource \"inspector_assessment_run\" \"test\" {\n  assessment_template_arn = \
               \"arn:aws:inspector:us-east-1:123456789012:target/0-aaaaaaaa/template/0-bbbbbbbb\"\n}\n";
    a_hundred_fail(
        TestCase::new().provider(&body),
        run,
        "Check that the server runs",
    );
}

#[test]
fn a_hundred_resources_on_dead_credentials() {
    let hole = BlackHole::new();
    let case = TestCase::new();
    let body = keyless(case.emulator().endpoint(), "");
    let case = case
        .provider(&body)
        .env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &hole.url());
    a_hundred_fail(case, GROUP, "Set credentials in the provider block");
}
