// SPDX-License-Identifier: Apache-2.0

//! The repository's own rules, read from its files: which module may use which, what is registered, how files begin, how long
//! they are, and that the documents name tests that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What each module of the crate may use. The order is the reading order of `src/lib.rs`; nothing may be used but what is named.
const ARROWS: [(&str, &[&str]); 13] = [
    ("cty", &[]),
    ("diag", &["cty"]),
    ("schema", &["diag", "cty"]),
    ("framework", &["schema", "diag", "cty"]),
    (
        "provider",
        &["framework", "schema", "diag", "cty", "inspector"],
    ),
    ("server", &["framework", "schema", "diag", "cty", "proto"]),
    ("docs", &["framework", "schema", "cty"]),
    ("plugin", &["proto"]),
    ("inspector", &[]),
    ("emulator", &[]),
    ("proto", &[]),
    ("env", &[]),
    ("clock", &[]),
];

/// Leaves that every module may use.
const LEAVES: [&str; 2] = ["env", "clock"];

/// A hand-written source file longer than this, its tests not counted, has more than one purpose.
const LONGEST: usize = 600;

/// Folders in which each file is one thing that `mod.rs` lists.
const REGISTRIES: [&str; 6] = [
    "src/provider/resources",
    "src/provider/data_sources",
    "src/provider/ephemeral",
    "src/provider/actions",
    "src/provider/list",
    "src/provider/functions",
];

struct SourceFile {
    /// Relative to the package.
    path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of these kinds, without what cargo, git and Terraform make.
fn files(extensions: &[&str]) -> Vec<SourceFile> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", ".git", ".terraform", "proptest-regressions"]
                    .contains(&name.as_str())
                {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root(), &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| {
            let extension = path.extension().and_then(|it| it.to_str());
            extension.is_some_and(|it| extensions.contains(&it))
        })
        .map(|path| SourceFile {
            text: fs::read_to_string(&path).unwrap_or_default(),
            path: path.strip_prefix(root()).unwrap().display().to_string(),
        })
        .collect()
}

/// A file without comments and without the unit tests at its end, which may use anything.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| line.find("//").map_or(line, |comment| &line[..comment]))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The modules of the crate that a file uses: `crate::cty`, and each name in `use crate::{cty, diag::Diagnostic}`.
fn used_modules(code: &str) -> BTreeSet<String> {
    let single = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let group = Regex::new(r"\bcrate::\{").unwrap();
    let name = Regex::new(r"^\s*([a-z_]+)").unwrap();
    let mut used: BTreeSet<String> = single
        .captures_iter(code)
        .map(|captures| captures[1].to_owned())
        .collect();
    for start in group.find_iter(code) {
        // Split at the commas of the outermost braces only.
        let mut depth = 1;
        let mut item = String::new();
        for character in code[start.end()..].chars() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && character == ',') {
                used.extend(name.captures(&item).map(|captures| captures[1].to_owned()));
                item.clear();
                if depth == 0 {
                    break;
                }
            } else {
                item.push(character);
            }
        }
    }
    used
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn modules_use_only_what_they_may() {
    let mut wrong = Vec::new();
    for file in files(&["rs"]) {
        let Some(inside) = file.path.strip_prefix("src/") else {
            continue;
        };
        let module = inside.split(['/', '.']).next().unwrap();
        if ["lib", "main", "bin"].contains(&module) {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!(
                "{}: the module {module} is not in ARROWS",
                file.path
            ));
            continue;
        };
        for used in used_modules(&code(&file.text)) {
            let known = ARROWS.iter().any(|(name, _)| *name == used);
            let fine = used == module
                || LEAVES.contains(&used.as_str())
                || allowed.contains(&used.as_str());
            if known && !fine {
                wrong.push(format!("{}: {module} must not use {used}", file.path));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_reader_of_arrows_reads_every_form() {
    let text = "use crate::cty::Value;\nuse crate::{diag::{Diagnostic, Path}, schema};\n// crate::server\nlet x = crate::plugin::run();\n\
                #[cfg(test)]\nmod tests { use crate::emulator; }";
    let used: Vec<_> = used_modules(&code(text)).into_iter().collect();
    assert_eq!(used, ["cty", "diag", "plugin", "schema"]);
}

#[test]
fn every_type_is_registered() {
    let mut wrong = Vec::new();
    for file in files(&["rs"]) {
        let path = Path::new(&file.path);
        let (folder, name) = (
            path.parent().unwrap(),
            path.file_stem().unwrap().to_string_lossy(),
        );
        if name == "mod" || !REGISTRIES.iter().any(|it| folder == Path::new(it)) {
            continue;
        }
        let list = fs::read_to_string(root().join(folder).join("mod.rs")).unwrap();
        let declared = list.contains(&format!("mod {name};"));
        let listed = code(&list).contains(&format!("{name}::"));
        if !declared || !listed {
            wrong.push(format!(
                "{}: not in the list of {}/mod.rs",
                file.path,
                folder.display()
            ));
        }
    }
    assert_none(&wrong);
}

#[test]
fn files_begin_with_licence_and_purpose() {
    let mut wrong = Vec::new();
    for file in files(&["rs", "py"]) {
        let mut lines = file.text.lines();
        let licence = lines
            .next()
            .is_some_and(|line| line.ends_with(" SPDX-License-Identifier: Apache-2.0"));
        let purpose = lines
            .find(|line| !line.is_empty())
            .is_some_and(|line| line.starts_with("//! ") || line.starts_with("\"\"\""));
        if !licence || !purpose {
            wrong.push(format!(
                "{}:1: want the SPDX line, then what the file is for",
                file.path
            ));
        }
    }
    assert_none(&wrong);
}

#[test]
fn files_have_one_purpose() {
    let wrong: Vec<_> = files(&["rs"])
        .iter()
        .filter_map(|file| {
            let tests = file
                .text
                .find("#[cfg(test)]\nmod ")
                .unwrap_or(file.text.len());
            let lines = file.text[..tests].lines().count();
            (lines > LONGEST).then(|| format!("{}: {lines} lines, at most {LONGEST}", file.path))
        })
        .collect();
    assert_none(&wrong);
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    // Put together here, so that this file does not name them either.
    let places = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];
    let mut wrong = Vec::new();
    for file in files(&[
        "rs", "md", "toml", "tf", "py", "txt", "yml", "json", "proto",
    ]) {
        for (number, line) in file.text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place)) {
                wrong.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    assert_none(&wrong);
}

/// `ARCHITECTURE.md` names the test that holds each invariant as `` `path/of/file.rs`: `name` ``.
#[test]
fn invariants_name_tests_that_exist() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let named = Regex::new(r"`([a-z_/]+\.rs)`: ((?:`[a-z0-9_]+`(?:, )?)+)").unwrap();
    let mut count = 0;
    let mut wrong = Vec::new();
    for captures in named.captures_iter(&text) {
        let source = fs::read_to_string(root().join(&captures[1])).unwrap_or_default();
        for name in captures[2].split(", ").map(|name| name.trim_matches('`')) {
            count += 1;
            if !source.contains(&format!("fn {name}(")) {
                wrong.push(format!(
                    "ARCHITECTURE.md: {} has no test {name}",
                    &captures[1]
                ));
            }
        }
    }
    assert_none(&wrong);
    let invariants = Regex::new(r"(?m)^\d+\. ").unwrap().find_iter(&text).count();
    assert!(
        invariants > 10,
        "the invariants of ARCHITECTURE.md are not found"
    );
    assert!(
        count >= invariants,
        "{invariants} invariants, but only {count} tests are named"
    );
}
