//! A comparison for people, as text or Markdown.

use std::collections::HashSet;
use std::io::{self, Write};

use super::{change, phones};
use crate::diff::{Diff, Entry, Lone, Side};
use crate::report::text::markdown::escaped;
use crate::report::text::paint::{Tone, severity_sign};
use crate::report::text::quantity::{count, counted};
use crate::report::text::time::minute;
use crate::report::text::visible::visible;
use crate::report::text::width::wrap;
use crate::report::{Style, Verbosity};

/// How many entries of one kind are shown without `--verbose`.
const SHOWN: usize = 20;

/// The widest line, in columns; wider lines are hard to read.
const WIDEST: usize = 110;

/// Writes the parts of a comparison. The texts that it gets are raw.
trait Page {
    fn head(&mut self, compared: &str, figures: &[(usize, &str)]) -> io::Result<()>;
    fn title(&mut self, title: &str, tone: Tone) -> io::Result<()>;
    fn code(&mut self, entry: &Entry, phones: u64) -> io::Result<()>;
    fn item(&mut self, text: &str) -> io::Result<()>;
}

/// Writes a comparison as text, the worst first.
pub(super) fn text(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    page(diff, style, &mut Text { style, out })
}

/// Writes a comparison as Markdown, the worst first.
pub(super) fn markdown(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    page(diff, style, &mut Markdown(out))
}

fn page(diff: &Diff, style: &Style, page: &mut dyn Page) -> io::Result<()> {
    let side = |side: &Side| format!("{} ({})", side.path, counted(side.devices, "phone"));
    let figures = [
        (diff.broke.len(), "broke"),
        (diff.mended.len(), "mended"),
        (diff.still.len(), "still there"),
        (diff.phones_new.len(), "phones new"),
        (diff.phones_gone.len(), "phones gone"),
        (diff.certificates_changed.len(), "certificates changed"),
    ];
    page.head(&format!("From {} to {}", side(&diff.old), side(&diff.new)), &figures)?;

    let new_phones: HashSet<_> = diff.phones_new.iter().map(|lone| &lone.phone).collect();
    title(page, "Broke", Tone::Bad, &diff.broke)?;
    for entries in diff.broke.chunk_by(|a, b| a.code == b.code) {
        page.code(&entries[0], phones(entries.iter()))?;
        list(page, style, entries, |entry| {
            let is_new = new_phones.contains(&entry.phone);
            let new = if is_new { " (a new phone)" } else { "" };
            let since = entry.first_seen.as_deref().map(|time| format!(" (first seen {})", minute(time)));
            format!("{}{new}: {}{}", of(entry), entry.message, since.unwrap_or_default())
        })?;
    }
    title(page, "Mended", Tone::Good, &diff.mended)?;
    for entries in diff.mended.chunk_by(|a, b| a.entry.code == b.entry.code) {
        page.code(&entries[0].entry, phones(entries.iter().map(|mended| &mended.entry)))?;
        list(page, style, entries, |mended| {
            let how = if mended.resolved { "later lines show it" } else { "no longer found" };
            format!("{}: {how}", of(&mended.entry))
        })?;
    }
    title(page, "Still there", Tone::Strong, &diff.still)?;
    for entries in diff.still.chunk_by(|a, b| a.code == b.code) {
        page.code(&entries[0], phones(entries.iter()))?;
    }
    for (name, lone) in [("New phones", &diff.phones_new), ("Phones gone", &diff.phones_gone)] {
        title(page, name, Tone::Strong, lone)?;
        list(page, style, lone, |Lone { status, phone }| format!("{phone}: {}", status.name()))?;
    }
    title(page, "Certificates changed", Tone::Strong, &diff.certificates_changed)?;
    list(page, style, &diff.certificates_changed, |changed| format!("{} {}", changed.phone, change(changed)))
}

fn title<T>(page: &mut dyn Page, name: &str, tone: Tone, list: &[T]) -> io::Result<()> {
    if list.is_empty() { Ok(()) } else { page.title(name, tone) }
}

fn list<T>(page: &mut dyn Page, style: &Style, list: &[T], each: impl Fn(&T) -> String) -> io::Result<()> {
    let most = if style.verbosity == Verbosity::Verbose { usize::MAX } else { SHOWN };
    list.iter().take(most).try_for_each(|item| page.item(&each(item)))?;
    match list.len().saturating_sub(most) {
        0 => Ok(()),
        more => page.item(&format!("and {} more; -v shows them all", count(more as u64))),
    }
}

/// The phone and the slot.
fn of(entry: &Entry) -> String {
    let slot = entry.slot.as_deref().map(|slot| format!(" {slot}")).unwrap_or_default();
    format!("{}{slot}", entry.phone)
}

struct Text<'o> {
    style: &'o Style,
    out: &'o mut dyn Write,
}

impl Text<'_> {
    /// A text wrapped to the width; from its second line on, it is indented by two more columns.
    fn line(&mut self, indent: usize, tone: Tone, text: &str) -> io::Result<()> {
        let room = self.style.width.min(WIDEST).saturating_sub(indent + 2);
        for (place, line) in wrap(&visible(text), room).iter().enumerate() {
            let blanks = " ".repeat(if place == 0 { indent } else { indent + 2 });
            writeln!(self.out, "{blanks}{}", tone.paint(line, self.style.color))?;
        }
        Ok(())
    }
}

impl Page for Text<'_> {
    fn head(&mut self, compared: &str, figures: &[(usize, &str)]) -> io::Result<()> {
        self.line(0, Tone::Strong, &format!("{compared}:"))?;
        let texts: Vec<String> =
            figures.iter().map(|(number, what)| format!("{what} {}", count(*number as u64))).collect();
        self.line(0, Tone::Plain, &format!("{}.", texts.join(", ")))
    }

    fn title(&mut self, title: &str, tone: Tone) -> io::Result<()> {
        writeln!(self.out)?;
        self.line(0, tone, title)
    }

    fn code(&mut self, entry: &Entry, phones: u64) -> io::Result<()> {
        let sign = severity_sign(entry.severity);
        let Entry { code, name, severity, .. } = entry;
        let text = format!("{sign} {code} {name}: {}, {}", severity.name(), counted(phones, "phone"));
        self.line(2, Tone::of_severity(*severity), &text)
    }

    fn item(&mut self, text: &str) -> io::Result<()> {
        self.line(4, Tone::Plain, text)
    }
}

struct Markdown<'o>(&'o mut dyn Write);

impl Page for Markdown<'_> {
    fn head(&mut self, compared: &str, figures: &[(usize, &str)]) -> io::Result<()> {
        let titles: Vec<&str> = figures.iter().map(|(_, what)| *what).collect();
        let numbers: Vec<String> = figures.iter().map(|(number, _)| count(*number as u64)).collect();
        writeln!(self.0, "# What changed\n\n{}\n\n| {} |", escaped(compared), titles.join(" | "))?;
        writeln!(self.0, "|{}\n| {} |", " ---: |".repeat(figures.len()), numbers.join(" | "))
    }

    fn title(&mut self, title: &str, _: Tone) -> io::Result<()> {
        writeln!(self.0, "\n## {title}\n")
    }

    fn code(&mut self, entry: &Entry, phones: u64) -> io::Result<()> {
        let (code, name) = (escaped(&entry.code), escaped(&entry.name));
        writeln!(self.0, "- **{code} {name}** ({}, {})", entry.severity.name(), counted(phones, "phone"))
    }

    fn item(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.0, "  - {}", escaped(text))
    }
}
