//! `table`: the default format. One row per phone, as wide as the terminal; below, each diagnosis explained
//! once, with its evidence; then the problems and the totals.

pub(super) mod closing;
mod explained;
mod grid;
mod groups;
mod layout;
pub(super) mod row;
mod rows;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::findings::{CodeInPhone, Findings};
use super::fold::fold;
use super::shape::Status;
use super::text::paint::Tone;
use super::text::quantity::counted;
use super::{Report, ScanFormat, ScanWriter, Style, Verbosity};
use layout::Layout;
use row::Row;
use rows::Rows;

pub(super) const FORMAT: ScanFormat = ScanFormat {
    name: "table",
    endings: &["txt"],
    about: "A table for people, with each diagnosis explained under it",
    write: ScanWriter { phones, groups: groups::write, lists_problems: true },
};

/// With more entries than this, healthy ones are left out of the table.
const MANY: usize = 50;

/// The widest line of prose, in columns; longer lines are hard to read.
const PROSE: usize = 110;

/// What the signs under two letters mean.
const LEGEND: &str = "BI built-in, P1 and P2 platform slots: ✓ installed, – empty, ✗ missing, rejected or half a \
                      pair, ≠ made out to another phone; [CODE] mended since; +1 one code more";

/// What the table needs of a phone.
#[derive(Serialize, Deserialize)]
struct Record {
    row: Option<Row>,
    codes: Vec<CodeInPhone>,
}

fn phones(report: &Report<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let devices = report.devices;
    let hide_healthy = !style.all && devices.len() > MANY;
    let mut rows = Rows::default();
    let mut findings = Findings::new(style.verbosity);
    fold(
        devices,
        |_, device| Record {
            row: (!hide_healthy || device.status != Status::Ok).then(|| Row::of(device)),
            codes: CodeInPhone::all(device),
        },
        |record: Record| {
            findings.add(record.codes);
            record.row.map_or(Ok(()), |row| rows.push(&row))
        },
    )?;

    let hidden = devices.len() - rows.len();
    if rows.len() > 0 {
        let layout = Layout::fitting(rows.natural(), style.width);
        grid::write(&layout.titles(), rows.iter().map(|row| layout.cells(&row)), style, out)?;
        if layout.needs_legend() && style.verbosity > Verbosity::Quiet {
            paragraph(LEGEND, Tone::Dim, style, out)?;
        }
    }
    drop(rows);
    if hidden > 0 {
        let hidden = hidden as u64;
        let verb = if hidden == 1 { "is" } else { "are" };
        let line =
            format!("{} with nothing wrong {verb} left out; --all shows them.", counted(hidden, "phone"));
        paragraph(&line, Tone::Dim, style, out)?;
    }
    if style.verbosity > Verbosity::Quiet {
        explained::write(&findings, devices, style, out)?;
    }
    closing::write(report, style, out)
}

/// Writes a text of this program, wrapped to the width.
fn paragraph(text: &str, tone: Tone, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for line in super::text::width::wrap(text, style.width.min(PROSE)) {
        writeln!(out, "{}", tone.paint(&line, style.color))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
