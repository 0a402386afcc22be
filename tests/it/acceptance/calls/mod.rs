// SPDX-License-Identifier: Apache-2.0

//! "When does this call AWS?" of every page, held by counts: each step is a command of Terraform, and the calls beside it are all that it makes.
//!
//! Commands are split so that each does one thing: `plan` refreshes, `plan -refresh=false` does not, and applying a saved plan neither plans
//! nor refreshes. `others` has what is not a managed resource.

mod others;
mod resources;

use std::{collections::BTreeMap, fs, path::Path};

use terraform_provider_inspector::emulator::{Options, Time};

use crate::support::case::{Context, TestCase};
use crate::support::step::{Step, perform};

/// Operations with how often each was called.
type Calls = &'static [(&'static str, usize)];

const NOTHING: Calls = &[];

/// A case with a template of its own, and the template's ARN. The clock stands still: a run ends when the test says so.
fn case() -> (TestCase, String) {
    let case = TestCase::with(Options {
        time: Time::Stepped,
        ..Options::default()
    });
    let template = case.template("web");
    (case, template)
}

/// What a command calls.
fn counted(
    context: &mut Context<'_>,
    arguments: &[&str],
) -> Result<BTreeMap<String, usize>, String> {
    context.emulator.clear_calls();
    let finished = context.workspace.run(arguments)?;
    if !finished.status.success() {
        return Err(format!("{} failed: {}", finished.command, finished.stderr));
    }
    let mut counts = BTreeMap::new();
    for call in context.emulator.calls() {
        *counts.entry(call.operation).or_default() += 1;
    }
    Ok(counts)
}

fn expect(context: &mut Context<'_>, arguments: &[&str], wanted: Calls) -> Result<(), String> {
    let counts = counted(context, arguments)?;
    let wanted: BTreeMap<_, _> = wanted
        .iter()
        .map(|(operation, count)| ((*operation).to_owned(), *count))
        .collect();
    if counts == wanted {
        Ok(())
    } else {
        Err(format!("want the calls {wanted:?}, got {counts:?}"))
    }
}

/// A plan with its refresh, of this configuration.
#[track_caller]
fn plans(config: impl Into<String>, wanted: Calls) -> impl Step + 'static {
    let config = config.into();
    perform(move |context| {
        context.configure(&config);
        expect(context, &["plan", "-no-color", "-out=calls.tfplan"], wanted)
    })
}

/// A plan without a refresh.
#[track_caller]
fn plans_unrefreshed(config: impl Into<String>, wanted: Calls) -> impl Step + 'static {
    let config = config.into();
    perform(move |context| {
        context.configure(&config);
        context.applied(&config);
        let plan = ["plan", "-no-color", "-refresh=false", "-out=calls.tfplan"];
        expect(context, &plan, wanted)
    })
}

/// A plan that destroys everything, without a refresh.
#[track_caller]
fn plans_the_destroy(wanted: Calls) -> impl Step + 'static {
    perform(move |context| {
        let plan = [
            "plan",
            "-no-color",
            "-destroy",
            "-refresh=false",
            "-out=calls.tfplan",
        ];
        expect(context, &plan, wanted)
    })
}

/// The last plan is applied.
#[track_caller]
fn applies(wanted: Calls) -> impl Step + 'static {
    perform(move |context| expect(context, &["apply", "-no-color", "calls.tfplan"], wanted))
}

#[test]
fn every_page_says_when_it_calls_aws_and_what() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for folder in [
        "actions",
        "data-sources",
        "ephemeral-resources",
        "functions",
        "list-resources",
        "resources",
    ] {
        for page in fs::read_dir(docs.join(folder)).unwrap() {
            let path = page.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let says = if folder == "functions" {
                text.contains("It calls nothing")
            } else {
                text.contains("\n## When does this call AWS?\n")
            };
            assert!(says, "{}", path.display());
        }
    }
}
