//! A comparison for people, as text or Markdown.

use std::collections::HashSet;
use std::io::{self, Write};

use super::{change, phones};
use crate::diff::{Diff, Entry, Side, UnmatchedPhone};
use crate::quantity::{count, counted};
use crate::report::text::markdown::escaped;
use crate::report::text::paint::{Tone, severity_sign};
use crate::report::text::time::minute;
use crate::report::text::visible::visible;
use crate::report::text::width::wrap;
use crate::report::{Style, Verbosity};

/// How many entries of one kind are shown without `--verbose`.
const MAX_SHOWN: usize = 20;

/// The widest line, in columns; wider lines are hard to read.
const WIDEST: usize = 110;

/// A block of a comparison. Its texts are raw.
enum DiffBlock<'d> {
    /// What is compared, and how many there are of each.
    Head(String, [(usize, &'static str); 7]),
    Title(&'static str, Tone),
    /// A diagnosis that entries share, and the number of their phones.
    Code(&'d Entry, u64),
    Item(String),
}

/// Writes a comparison as text, the worst first.
pub(super) fn text(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    // A text wrapped to the width; from its second line on, it is indented by two more columns.
    let mut line = |indent: usize, tone: Tone, text: &str| {
        let room = style.width.min(WIDEST).saturating_sub(indent + 2);
        wrap(&visible(text), room).iter().enumerate().try_for_each(|(index, line)| {
            let blanks = " ".repeat(if index == 0 { indent } else { indent + 2 });
            writeln!(out, "{blanks}{}", tone.paint(line, style.color))
        })
    };
    blocks(diff, style).into_iter().try_for_each(|block| match block {
        DiffBlock::Head(compared, figures) => {
            line(0, Tone::Strong, &format!("{compared}:"))?;
            let figures = figures.map(|(number, what)| format!("{what} {}", count(number as u64)));
            line(0, Tone::Plain, &format!("{}.", figures.join(", ")))
        }
        DiffBlock::Title(title, tone) => {
            line(0, Tone::Plain, "")?;
            line(0, tone, title)
        }
        DiffBlock::Code(Entry { code, name, severity, .. }, phones) => {
            let sign = severity_sign(*severity);
            let text = format!("{sign} {code} {name}: {}, {}", severity.name(), counted(phones, "phone"));
            line(2, Tone::of_severity(*severity), &text)
        }
        DiffBlock::Item(text) => line(4, Tone::Plain, &text),
    })
}

/// Writes a comparison as Markdown, the worst first.
pub(super) fn markdown(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    blocks(diff, style).into_iter().try_for_each(|block| match block {
        DiffBlock::Head(compared, figures) => {
            let titles = figures.map(|(_, what)| what).join(" | ");
            let numbers = figures.map(|(number, _)| count(number as u64)).join(" | ");
            writeln!(out, "# What changed\n\n{}\n\n| {titles} |", escaped(&compared))?;
            writeln!(out, "|{}\n| {numbers} |", " ---: |".repeat(figures.len()))
        }
        DiffBlock::Title(title, _) => writeln!(out, "\n## {title}\n"),
        DiffBlock::Code(Entry { code, name, severity, .. }, phones) => {
            let (code, name) = (escaped(code), escaped(name));
            writeln!(out, "- **{code} {name}** ({}, {})", severity.name(), counted(phones, "phone"))
        }
        DiffBlock::Item(text) => writeln!(out, "  - {}", escaped(&text)),
    })
}

fn blocks<'d>(diff: &'d Diff, style: &Style) -> Vec<DiffBlock<'d>> {
    let side = |side: &Side| format!("{} ({})", side.path, counted(side.devices, "phone"));
    let figures = [
        (diff.broke.len(), "broke"),
        (diff.mended.len(), "mended"),
        (diff.no_longer_found.len(), "no longer found"),
        (diff.still.len(), "still there"),
        (diff.phones_new.len(), "phones new"),
        (diff.phones_gone.len(), "phones gone"),
        (diff.certificates_changed.len(), "certificates changed"),
    ];
    let mut blocks =
        vec![DiffBlock::Head(format!("From {} to {}", side(&diff.old), side(&diff.new)), figures)];
    let most = if style.verbosity == Verbosity::Verbose { usize::MAX } else { MAX_SHOWN };

    let new_phones: HashSet<_> = diff.phones_new.iter().map(|lone| &lone.phone).collect();
    title(&mut blocks, "Broke", Tone::Bad, &diff.broke);
    for entries in diff.broke.chunk_by(|a, b| a.code == b.code) {
        blocks.push(DiffBlock::Code(&entries[0], phones(entries.iter())));
        list(&mut blocks, most, entries, |entry| {
            let is_new = new_phones.contains(&entry.phone);
            let new = if is_new { " (new phone)" } else { "" };
            let since = entry.first_seen.as_deref().map(|time| format!(" (first seen {})", minute(time)));
            format!("{}{new}: {}{}", of(entry), entry.message, since.unwrap_or_default())
        });
    }
    title(&mut blocks, "Mended", Tone::Good, &diff.mended);
    for entries in diff.mended.chunk_by(|a, b| a.entry.code == b.entry.code) {
        blocks.push(DiffBlock::Code(&entries[0].entry, phones(entries.iter().map(|mended| &mended.entry))));
        list(&mut blocks, most, entries, |mended| {
            let how = match mended.resolved {
                true => "later lines show it",
                false => "what was read for the new answer no longer has it",
            };
            format!("{}: {how}", of(&mended.entry))
        });
    }
    title(
        &mut blocks,
        "No longer found, though nothing shows that it was mended",
        Tone::Strong,
        &diff.no_longer_found,
    );
    for entries in diff.no_longer_found.chunk_by(|a, b| a.code == b.code) {
        blocks.push(DiffBlock::Code(&entries[0], phones(entries.iter())));
        list(&mut blocks, most, entries, of);
    }
    title(&mut blocks, "Still there", Tone::Strong, &diff.still);
    let still = diff.still.chunk_by(|a, b| a.code == b.code);
    blocks.extend(still.map(|entries| DiffBlock::Code(&entries[0], phones(entries.iter()))));
    for (name, lone) in [("New phones", &diff.phones_new), ("Phones gone", &diff.phones_gone)] {
        title(&mut blocks, name, Tone::Strong, lone);
        list(&mut blocks, most, lone, |UnmatchedPhone { status, phone }| {
            format!("{phone}: {}", status.name())
        });
    }
    let changed = &diff.certificates_changed;
    title(&mut blocks, "Certificates changed", Tone::Strong, changed);
    list(&mut blocks, most, changed, |changed| format!("{} {}", changed.phone, change(changed)));
    blocks
}

fn title<T>(blocks: &mut Vec<DiffBlock<'_>>, title: &'static str, tone: Tone, list: &[T]) {
    blocks.extend((!list.is_empty()).then_some(DiffBlock::Title(title, tone)));
}

fn list<T>(blocks: &mut Vec<DiffBlock<'_>>, most: usize, list: &[T], each: impl Fn(&T) -> String) {
    blocks.extend(list.iter().take(most).map(|item| DiffBlock::Item(each(item))));
    if let more @ 1.. = list.len().saturating_sub(most) {
        blocks.push(DiffBlock::Item(format!("and {} more; -v shows them all", count(more as u64))));
    }
}

/// The phone and the slot.
fn of(entry: &Entry) -> String {
    let slot = entry.slot.as_deref().map(|slot| format!(" {slot}")).unwrap_or_default();
    format!("{}{slot}", entry.phone)
}
