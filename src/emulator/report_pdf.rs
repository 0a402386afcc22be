// SPDX-License-Identifier: Apache-2.0

//! A report as PDF: A4 pages of lines in Helvetica, which every reader has.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::report::Report;

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
const TEXT: f32 = 10.0;
const HEADING: f32 = 14.0;
/// Characters that fit into a line of text. Helvetica's are half as wide as high on average; ARNs are wider.
const COLUMNS: usize = 88;

/// A line with its size.
struct Set {
    text: String,
    size: f32,
}

/// The report as the bytes of a PDF file.
pub(super) fn render(report: &Report) -> Vec<u8> {
    let pages = paginate(lines(report));
    let (catalog, tree, font, info) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4));
    let numbers: Vec<(Ref, Ref)> = (0..)
        .zip(&pages)
        .map(|(n, _)| (Ref::new(10 + 2 * n), Ref::new(11 + 2 * n)))
        .collect();

    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.document_info(info)
        .title(pdf_writer::TextStr(&report.title))
        .producer(pdf_writer::TextStr("inspector-emulator"));
    pdf.pages(tree)
        .kids(numbers.iter().map(|(page, _)| *page))
        .count(i32::try_from(pages.len()).unwrap_or(i32::MAX));
    pdf.type1_font(font)
        .base_font(Name(b"Helvetica"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    for (set, (page, content)) in pages.iter().zip(numbers) {
        let mut entry = pdf.page(page);
        entry
            .media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1))
            .parent(tree)
            .contents(content);
        entry.resources().fonts().pair(Name(b"F1"), font);
        entry.finish();
        pdf.stream(content, &draw(set));
    }
    pdf.finish()
}

fn lines(report: &Report) -> Vec<Set> {
    let mut set = Vec::new();
    let mut push = |text: &str, size: f32| {
        for line in wrap(text) {
            set.push(Set { text: line, size });
        }
    };
    push(&report.title, 18.0);
    for section in &report.sections {
        push("", TEXT);
        push(&section.heading, HEADING);
        for line in &section.lines {
            push(&format!("{}: {}", line.label, line.text), TEXT);
        }
    }
    set
}

/// Breaks a text at spaces, and within words that are longer than a line.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let last = lines.len() - 1;
            let used = lines[last].chars().count();
            let gap = usize::from(used > 0);
            if used + gap + rest.len() <= COLUMNS {
                if gap > 0 {
                    lines[last].push(' ');
                }
                lines[last].extend(rest.drain(..));
            } else if used > 0 {
                lines.push(String::new());
            } else {
                lines[last].extend(rest.drain(..COLUMNS));
            }
        }
    }
    lines
}

fn paginate(lines: Vec<Set>) -> Vec<Vec<Set>> {
    let mut pages = vec![Vec::new()];
    let mut left = PAGE.1 - 2.0 * MARGIN;
    for line in lines {
        let height = line.size * 1.4;
        if height > left {
            pages.push(Vec::new());
            left = PAGE.1 - 2.0 * MARGIN;
        }
        left -= height;
        if let Some(page) = pages.last_mut() {
            page.push(line);
        }
    }
    pages
}

fn draw(lines: &[Set]) -> Vec<u8> {
    let mut content = Content::new();
    let mut y = PAGE.1 - MARGIN;
    for line in lines {
        y -= line.size * 1.4;
        content
            .begin_text()
            .set_font(Name(b"F1"), line.size)
            .set_text_matrix([1.0, 0.0, 0.0, 1.0, MARGIN, y])
            .show(Str(&latin(&line.text)))
            .end_text();
    }
    content.finish().to_vec()
}

/// A text in the font's encoding, which has the letters of western Europe only.
fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|char| match u32::from(char) {
            code @ (0x20..=0x7E | 0xA0..=0xFF) => u8::try_from(code).unwrap_or(b'?'),
            _ => b'?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::report::{Line, Section};

    #[test]
    fn long_reports_have_several_pages() {
        let lines = (0..200)
            .map(|n| Line {
                label: n.to_string(),
                text: "x".repeat(200),
            })
            .collect();
        let report = Report {
            title: "Bericht über 漢字".to_owned(),
            sections: vec![Section {
                heading: "Lines".to_owned(),
                lines,
            }],
        };
        let pdf = render(&report);
        assert!(pdf.starts_with(b"%PDF-1.") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
        let count = |needle: &[u8]| {
            pdf.windows(needle.len())
                .filter(|window| *window == needle)
                .count()
        };
        assert!(count(b"/Type /Page\n") > 5);
    }

    #[test]
    fn lines_are_broken_at_spaces_and_never_too_long() {
        let text = format!("{} {}", "ab ".repeat(60), "c".repeat(200));
        let lines = wrap(&text);
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS));
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
    }
}
