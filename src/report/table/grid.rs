//! Draws a grid: a line of titles, a horizontal rule, and a line per row.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};

use super::layout::GAP;
use super::row::Cell;
use crate::report::Style;
use crate::report::text::paint::Tone;

/// How many rows are drawn at a time, so that a long table is never in memory as text.
const AT_A_TIME: usize = 512;

/// Writes the titles with their widths, and the rows, whose cells fit these widths.
pub(super) fn write(
    titles: &[(Cell, usize)],
    rows: impl Iterator<Item = Vec<Cell>>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = rows.peekable();
    let cells = titles.iter().map(|(title, _)| title.painted(style.color)).collect();
    draw(titles, vec![cells], out)?;
    let rule = titles.iter().map(|(_, width)| width + GAP).sum::<usize>().saturating_sub(GAP);
    writeln!(out, "{}", Tone::Dim.paint(&"─".repeat(rule), style.color))?;
    while rows.peek().is_some() {
        let some = rows.by_ref().take(AT_A_TIME);
        let lines = some.map(|cells| cells.iter().map(|cell| cell.painted(style.color)).collect()).collect();
        draw(titles, lines, out)?;
    }
    Ok(())
}

fn draw(titles: &[(Cell, usize)], rows: Vec<Vec<String>>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled).force_no_tty();
    for row in rows {
        table.add_row(row);
    }
    for (index, (_, width)) in titles.iter().enumerate() {
        let gap = if index + 1 == titles.len() { 0 } else { GAP };
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, gap as u16));
            let whole = u16::try_from(width + gap).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(whole)));
            column.set_cell_alignment(CellAlignment::Left);
        }
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
