//! The answer of `lookup`: tables for a person at a terminal, JSON for programs.

use std::io::{self, Write};

use super::text::table::{lines, plain};
use super::text::width::wrap;
use super::{Format, Style, safe_json};
use crate::lookup::LookupAnswer;
use crate::reference::{MenuText, PartRow, ZTP_CUTOVER};

/// The least width of a table, in columns; a narrower one is not readable.
const MIN_WIDTH: usize = 20;

/// Writes the answer of `lookup`.
pub type LookupWriter = fn(&LookupAnswer, &Style, &mut dyn Write) -> io::Result<()>;

/// The formats of `lookup`, the default first.
pub const LOOKUP_FORMATS: [Format<LookupWriter>; 2] = [
    Format::new("table", &["txt"], "Tables for people", table),
    Format::new("json", &["json"], "One document, for programs", |answer, _, out| {
        safe_json::write_pretty(answer, out)
    }),
];

/// Text, tables and notes with blank lines between, in lines of at most the terminal's columns (at least 20).
fn table(answer: &LookupAnswer, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let width = style.width.max(MIN_WIDTH);
    let blocks = match &answer.menu {
        Some(menu) => menu_texts(menu).iter().map(|text| paragraph(text, width)).collect(),
        None => tables(answer, width),
    };
    writeln!(out, "{}", blocks.join("\n\n"))
}

fn tables(answer: &LookupAnswer, width: usize) -> Vec<String> {
    let paragraph = |text: &str| paragraph(text, width);
    let mut blocks: Vec<String> = verdict(answer).iter().map(|sentence| paragraph(sentence)).collect();
    if answer.factory_certificate.is_empty() {
        blocks.push(paragraph("Factory certificate: the guide's label tables do not have this model."));
    } else {
        blocks.push(paragraph("Factory certificate: installed from this revision of the label on"));
        blocks.extend(labels(&answer.factory_certificate, width));
    }
    if answer.ztp.is_empty() {
        blocks.push(paragraph("Zero-touch provisioning (ZTP): the guide's tables do not have this model."));
    } else {
        let cutover = ZTP_CUTOVER.format("%B %Y");
        blocks.push(paragraph(&format!(
            "Zero-touch provisioning (ZTP), SHA-2 planned for {cutover}: required software"
        )));
        let mut table = plain(width);
        table.set_header(["PRODUCT", "REQUIRED", "SHIPPED (2016)", "CERTIFICATES"]);
        for row in &answer.ztp {
            let (required, shipped) = (row.required_software.to_string(), row.current_software.to_string());
            table.add_row([&row.product, &required, &shipped, &row.certificate_support]);
        }
        blocks.push(lines(&table));
    }
    let sources = answer.sources.iter().map(|source| paragraph(&format!("Source: {source}")));
    blocks.push(sources.collect::<Vec<_>>().join("\n"));
    blocks
}

/// The table of labels, and its notes if there are any.
fn labels(rows: &[&PartRow], width: usize) -> Vec<String> {
    let mut notes: Vec<&str> = Vec::new();
    let mut table = plain(width);
    let with_notes = rows.iter().any(|row| row.note.is_some());
    let heads = ["PLATFORM", "LABEL", "PART NUMBER", "REVISION", "SINCE", "NOTE"];
    table.set_header(heads.into_iter().take(if with_notes { 6 } else { 5 }));
    for row in rows {
        let mark = row.note.as_deref().map(|note| {
            let index = notes.iter().position(|known| *known == note).unwrap_or_else(|| {
                notes.push(note);
                notes.len() - 1
            });
            format!("[{}]", index + 1)
        });
        let (part_number, revision) = (row.part_number.to_string(), row.revision.to_string());
        let cells =
            [row.model.to_string(), row.label.name().to_owned(), part_number, revision, row.since.clone()];
        table.add_row(cells.into_iter().chain(mark));
    }
    let notes: Vec<_> =
        notes.iter().zip(1..).map(|(note, number)| paragraph(&format!("[{number}] {note}"), width)).collect();
    [lines(&table)].into_iter().chain((!notes.is_empty()).then(|| notes.join("\n"))).collect()
}

fn verdict(answer: &LookupAnswer) -> Option<String> {
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

fn menu_texts(menu: &MenuText) -> Vec<String> {
    let mut texts = vec![format!("\"{}\" (menu Status > Platform > Phone)", menu.text), menu.meaning.clone()];
    texts.extend(menu.traps.iter().map(|trap| format!("Beware: {trap}")));
    texts.push(format!("Source: {}", menu.source));
    texts
}

/// A text wrapped at blanks.
fn paragraph(text: &str, width: usize) -> String {
    wrap(text, width).join("\n")
}
