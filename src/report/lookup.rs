//! The answer of `lookup`: tables for a person at a terminal, JSON for programs.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};

use super::text::width::wrap;
use super::{Format, Style};
use crate::lookup::Answer;
use crate::reference::{MenuText, PartRow, ZTP_CUTOVER};

/// The least width of a table, in columns; a narrower one is not readable.
const WIDTH_MIN: u16 = 20;

/// Writes the answer of `lookup`.
pub type LookupWriter = fn(&Answer, &Style, &mut dyn Write) -> io::Result<()>;

/// The formats of `lookup`, the default first.
pub const LOOKUP_FORMATS: [Format<LookupWriter>; 2] = [
    Format::new("table", &["txt"], "Tables for people", table),
    Format::new("json", &["json"], "One document, for programs", json),
];

fn json(answer: &Answer, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, answer)?;
    out.write_all(b"\n")
}

/// Text, tables and notes, in lines of at most the terminal's columns (at least 20).
fn table(answer: &Answer, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let width = u16::try_from(style.width).unwrap_or(u16::MAX).max(WIDTH_MIN);
    let text = match &answer.menu {
        Some(menu) => menu_text(menu, width),
        None => tables(answer, width),
    };
    out.write_all(text.as_bytes())
}

fn tables(answer: &Answer, width: u16) -> String {
    let mut text = String::new();
    if let Some(sentence) = verdict(answer) {
        paragraph(&mut text, &sentence, width);
        text.push('\n');
    }
    if answer.factory_certificate.is_empty() {
        paragraph(&mut text, "Factory certificate: the guide's label tables do not have this model.", width);
    } else {
        paragraph(&mut text, "Factory certificate: installed from this revision of the label on", width);
        text.push('\n');
        labels(&mut text, &answer.factory_certificate, width);
    }
    text.push('\n');
    if answer.ztp.is_empty() {
        paragraph(
            &mut text,
            "Zero-touch provisioning (ZTP): the guide's tables do not have this model.",
            width,
        );
    } else {
        let cutover = ZTP_CUTOVER.format("%-d %B %Y");
        let heading = format!("Zero-touch provisioning (ZTP), on SHA-2 since {cutover}: required software");
        paragraph(&mut text, &heading, width);
        text.push('\n');
        products(&mut text, answer, width);
    }
    text.push('\n');
    for source in &answer.sources {
        paragraph(&mut text, &format!("Source: {source}"), width);
    }
    text
}

fn labels(text: &mut String, rows: &[&PartRow], width: u16) {
    let mut notes: Vec<&str> = Vec::new();
    let mut table = plain_table(width);
    let with_notes = rows.iter().any(|row| row.note.is_some());
    let heads = ["PLATFORM", "LABEL", "PART NUMBER", "REVISION", "SINCE", "NOTE"];
    table.set_header(heads.into_iter().take(if with_notes { 6 } else { 5 }));
    for row in rows {
        let mark = row.note.as_deref().map(|note| {
            let place = notes.iter().position(|known| *known == note).unwrap_or_else(|| {
                notes.push(note);
                notes.len() - 1
            });
            format!("[{}]", place + 1)
        });
        let (part_number, revision) = (row.part_number.to_string(), row.revision.to_string());
        let cells =
            [row.model.to_string(), row.label.name().to_owned(), part_number, revision, row.since.clone()];
        table.add_row(cells.into_iter().chain(mark));
    }
    push_table(text, &table);
    if with_notes {
        text.push('\n');
    }
    for (place, note) in notes.iter().enumerate() {
        paragraph(text, &format!("[{}] {note}", place + 1), width);
    }
}

fn products(text: &mut String, answer: &Answer, width: u16) {
    let mut table = plain_table(width);
    table.set_header(["PRODUCT", "REQUIRED", "SHIPPED (2016)", "CERTIFICATES"]);
    for row in &answer.ztp {
        let (required, shipped) = (row.required_software.to_string(), row.current_software.to_string());
        table.add_row([&row.product, &required, &shipped, &row.certificate_support]);
    }
    push_table(text, &table);
}

fn verdict(answer: &Answer) -> Option<String> {
    let (part, revision) = answer.label?;
    let first: Vec<_> = answer.factory_certificate.iter().map(|row| row.revision.to_string()).collect();
    let first = first.join(" or ");
    let sentence = match answer.expected {
        Some(true) => format!("expect a factory certificate: phones have one from revision {first} on."),
        Some(false) => format!(
            "expect no factory certificate: phones have one from revision {first} on. If this one has a built-in certificate, it is self-signed."
        ),
        None => format!(
            "the guide does not tell whether to expect a factory certificate: phones have one from revision {first} on."
        ),
    };
    Some(format!("{part} revision {revision}: {sentence}"))
}

fn menu_text(menu: &MenuText, width: u16) -> String {
    let mut text = String::new();
    paragraph(&mut text, &format!("\"{}\" (menu Status > Platform > Phone)", menu.text), width);
    text.push('\n');
    paragraph(&mut text, &menu.meaning, width);
    for trap in &menu.traps {
        text.push('\n');
        paragraph(&mut text, &format!("Beware: {trap}"), width);
    }
    text.push('\n');
    paragraph(&mut text, &format!("Source: {}", menu.source), width);
    text
}

fn plain_table(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}

/// A text wrapped at blanks.
fn paragraph(text: &mut String, content: &str, width: u16) {
    for line in wrap(content, usize::from(width)) {
        text.push_str(&line);
        text.push('\n');
    }
}

fn push_table(text: &mut String, table: &Table) {
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
