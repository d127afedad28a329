//! The formats of `diff`: text for a terminal or a mail, Markdown for a ticket, JSON for programs.

mod page;

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::shape::{SCHEMA_VERSION, TOOL, Tool};
use super::{Format, Style, safe_json};
use crate::diff::{ChangedCertificate, Diff, Entry, SlotContent};
use crate::report::text::elide::short_fingerprint;

/// Writes the differences between two answers.
pub type DiffWriter = fn(&Diff, &Style, &mut dyn Write) -> io::Result<()>;

/// The formats of `diff`, the default first.
pub const DIFF_FORMATS: [Format<DiffWriter>; 3] = [
    Format::new("text", &["txt"], "Text for people, to read in a mail", page::text),
    Format::new("markdown", &["md", "markdown"], "Markdown, to paste into a ticket", page::markdown),
    Format::new(
        "json",
        &["json"],
        "One document with everything, for programs; `phonecert schema diff` describes it",
        json,
    ),
];

/// The whole answer of `diff --format json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct Document<'d> {
    /// The version of this shape and that of the answers compared.
    schema_version: u32,
    /// The program.
    tool: Tool,
    /// How many there are of each.
    summary: Summary,
    #[serde(flatten)]
    diff: &'d Diff,
}

/// How many diagnoses, phones and slots.
#[derive(Serialize, JsonSchema)]
struct Summary {
    broke: usize,
    mended: usize,
    no_longer_found: usize,
    still: usize,
    phones_new: usize,
    phones_gone: usize,
    certificates_changed: usize,
}

impl Summary {
    const fn of(diff: &Diff) -> Self {
        Self {
            broke: diff.broke.len(),
            mended: diff.mended.len(),
            no_longer_found: diff.no_longer_found.len(),
            still: diff.still.len(),
            phones_new: diff.phones_new.len(),
            phones_gone: diff.phones_gone.len(),
            certificates_changed: diff.certificates_changed.len(),
        }
    }
}

fn json(diff: &Diff, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(diff);
    safe_json::write_line(&Document { schema_version: SCHEMA_VERSION, tool: TOOL, summary, diff }, out)
}

/// The number of different phones in these entries of one code, which are sorted by phone.
fn phones<'e>(entries: impl Iterator<Item = &'e Entry>) -> u64 {
    let mut phones: Vec<_> = entries.map(|entry| &entry.phone).collect();
    phones.dedup();
    phones.len() as u64
}

/// The content of a slot: `"name" 70:8B:85:9C…`.
fn content(content: &SlotContent) -> String {
    let name = content.common_name.as_deref().map(|name| format!("\"{name}\""));
    let fingerprint = content.fingerprint.as_deref().map(short_fingerprint);
    let parts: Vec<String> = [name, fingerprint].into_iter().flatten().collect();
    if parts.is_empty() { content.state.name().to_owned() } else { parts.join(" ") }
}

/// `platform-1 "a" 70:8B:85:9C… → "b" 01:02:03:04…`.
fn change(changed: &ChangedCertificate) -> String {
    format!("{}: {} → {}", changed.slot, content(&changed.old), content(&changed.new))
}

#[cfg(test)]
mod tests;
