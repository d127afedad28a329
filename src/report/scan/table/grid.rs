//! Draws a grid: a line of titles, a horizontal rule, and a line per row.

use super::row::Cell;
use crate::report::text::paint::Tone;

/// Blanks between two columns.
pub(super) const GAP: usize = 2;

/// The titles, each with the width of its column, and the rule.
pub(super) fn head(titles: &[(Cell, usize)], color: bool) -> String {
    let rule = titles.iter().map(|(_, width)| width + GAP).sum::<usize>().saturating_sub(GAP);
    let rule = Tone::Dim.paint(&"─".repeat(rule), color);
    let titles = titles.iter().map(|(title, width)| (title.cut(*width), *width));
    format!("{}{rule}\n", line(titles, color))
}

/// A line of cells, each with the width of its column, into which it fits.
pub(super) fn line(cells: impl Iterator<Item = (Cell, usize)>, color: bool) -> String {
    let mut line = String::new();
    for (cell, width) in cells {
        line.push_str(&cell.painted(color));
        line.push_str(&" ".repeat((width + GAP).saturating_sub(cell.width())));
    }
    format!("{}\n", line.trim_end())
}
