// SPDX-License-Identifier: Apache-2.0

//! How the tour looks: headings, explanations, two voices side by side. Colours only on a terminal, and not if `NO_COLOR` is set.

use std::io::{IsTerminal, stdout};

use terraform_provider_inspector::env::{Env, Process};

/// Writes to standard output.
pub(crate) struct Show {
    colours: bool,
    chapter: u32,
}

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const CYAN: &str = "36";

impl Show {
    pub(crate) fn new() -> Self {
        Self {
            colours: stdout().is_terminal() && Process.non_empty("NO_COLOR").is_none(),
            chapter: 0,
        }
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colours {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    pub(crate) fn title(&self, text: &str) {
        println!("\n{}\n", self.paint(BOLD, text));
    }

    /// A line of a table: what, and its value.
    pub(crate) fn fact(&self, name: &str, value: &str) {
        println!("  {} {value}", self.paint(DIM, &format!("{name:<10}")));
    }

    /// The next chapter, with a sentence or two on what happens in it.
    pub(crate) fn chapter(&mut self, heading: &str, explanation: &str) {
        self.chapter += 1;
        println!(
            "\n{}",
            self.paint(BOLD, &format!("{}. {heading}", self.chapter))
        );
        for line in explanation.lines() {
            println!("   {}", self.paint(DIM, line.trim()));
        }
        println!();
    }

    /// What Terraform says.
    pub(crate) fn terraform(&self, line: &str) {
        println!("   {} {line}", self.paint(DIM, "│"));
    }

    /// What happens in the emulator meanwhile.
    pub(crate) fn inspector(&self, line: &str) {
        println!("   {} {}", self.paint(CYAN, "◆"), self.paint(CYAN, line));
    }

    /// How a chapter ended.
    pub(crate) fn result(&self, line: &str) {
        println!("   {} {line}", self.paint(GREEN, "✔"));
    }

    /// A remark in between.
    pub(crate) fn remark(&self, text: &str) {
        for line in text.lines() {
            println!("  {}", self.paint(DIM, line));
        }
    }
}
