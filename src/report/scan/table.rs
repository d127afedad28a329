//! `table`: the default format. One row per phone, as wide as the terminal; below, each diagnosis explained
//! once, with its evidence; then the problems and the totals.

pub(super) mod closing;
pub(super) mod explained;
mod grid;
mod groups;
mod layout;
pub(super) mod row;

use std::io::{self, Write};

use crate::quantity::counted;
use crate::report::findings::{Findings, PhoneFindings};
use crate::report::shape::{Device, Status};
use crate::report::text::paint::Tone;
use crate::report::text::visible::visible;
use crate::report::{ScanFormat, ScanReport, ScanWriter, Style, Verbosity};
use layout::{Layout, Widths};
use row::TableRow;

pub(super) const FORMAT: ScanFormat = ScanFormat::new(
    "table",
    &["txt"],
    "A table for people, with each diagnosis explained under it",
    ScanWriter { phones, groups: groups::write, lists_problems: true },
);

/// The most rows of a table that has healthy phones too. In a longer one, these are left out.
const MAX_ROWS_WITH_HEALTHY: usize = 50;

/// The widest line of prose, in columns; longer lines are hard to read.
const PROSE: usize = 110;

/// The meaning of the signs.
pub(super) const SIGNS: &str = "✓ installed, – empty, ✗ missing, rejected, faulty, or a certificate or key alone, ≠ issued for another phone, –6 six \
                                slots empty; [CODE] mended since";

fn phones(report: &ScanReport<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let devices = report.devices;
    let hides_healthy = !style.all && devices.len() > MAX_ROWS_WITH_HEALTHY;
    let is_shown = |status| !hides_healthy || status != Status::Ok;
    let (mut natural, mut findings, mut rows) = (Widths::default(), Findings::new(style.verbosity), 0);
    let facts = devices.par_map(|_, device| {
        let widths = is_shown(device.status).then(|| layout::natural(&TableRow::of(device)));
        (widths, PhoneFindings::of(device))
    });
    for (widths, found) in facts {
        if let Some(widths) = widths {
            natural = layout::widest(natural, widths);
            rows += 1;
        }
        findings.add(found);
    }

    if rows > 0 {
        // The rows are made a second time, since a large fleet has many to keep.
        let layout = Layout::fitting(natural, style.width);
        out.write_all(grid::head(&layout.titles(), style.color).as_bytes())?;
        let row = |_: usize, device: &Device, bytes: &mut Vec<u8>| {
            bytes.extend_from_slice(grid::line(layout.cells(&TableRow::of(device)), style.color).as_bytes());
        };
        devices.render(is_shown, row, out)?;
        if layout.needs_legend() && style.verbosity > Verbosity::Quiet {
            let legend = format!(
                "Built-in (BI), platform (P1, P2) and application (Apps) slots: {SIGNS}; +1 one more code"
            );
            paragraph(&legend, Tone::Dim, style, out)?;
        }
    }
    let hidden = devices.len() - rows;
    if hidden > 0 {
        let hidden = hidden as u64;
        let verb = if hidden == 1 { "is" } else { "are" };
        let which = report.overview.healthy();
        let line = format!("{} {which} {verb} left out; --all shows them.", counted(hidden, "phone"));
        paragraph(&line, Tone::Dim, style, out)?;
    }
    if let Some(line) = closing::without_recent_line(findings.stale) {
        paragraph(&line, Tone::Dim, style, out)?;
    }
    if let Some(note) = findings.contradicted_note().filter(|_| style.verbosity > Verbosity::Quiet) {
        paragraph(&visible(&note), Tone::Plain, style, out)?;
    }
    if style.verbosity > Verbosity::Quiet {
        explained::write(&findings, devices, style, out)?;
    }
    closing::write(report, style, out)
}

/// Writes a text of this program, wrapped to the width.
fn paragraph(text: &str, tone: Tone, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for line in crate::report::text::width::wrap(text, style.width.min(PROSE)) {
        writeln!(out, "{}", tone.paint(&line, style.color))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
