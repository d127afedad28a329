//! The groups of `--group-by` as a table: one row per group.

use std::io::{self, Write};

use super::closing::problems;
use super::grid::GAP;
use super::row::Cell;
use super::{MAX_ROWS_WITH_HEALTHY, grid, paragraph};
use crate::quantity::{count, counted};
use crate::report::Style;
use crate::report::findings::fitting;
use crate::report::group::{Group, Groups};
use crate::report::shape::Status;
use crate::report::text::capitalized;
use crate::report::text::paint::{Tone, status_sign};
use crate::report::text::visible::visible;
use crate::report::text::width::{cut, width};

/// Writes the groups, worst first. If there are many, groups with only healthy phones are left out.
pub(super) fn write(groups: &Groups<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let hide_healthy = !style.all && groups.list.len() > MAX_ROWS_WITH_HEALTHY;
    let shown: Vec<&Group> =
        groups.list.iter().filter(|group| !hide_healthy || group.counts.worst() != Status::Ok).collect();
    if !shown.is_empty() {
        let rows: Vec<Vec<Cell>> = shown.iter().map(|group| counts(groups, group)).collect();
        let columns = columns(groups, &rows, style.width);
        let title = |column: &ShownColumn| (Cell::of(column.title.clone(), Tone::Strong), column.width);
        let titles: Vec<_> = columns.iter().map(title).collect();
        out.write_all(grid::head(&titles, style.color).as_bytes())?;
        for (cells, group) in rows.iter().zip(&shown) {
            let fit = |column: &ShownColumn| match column.index {
                Some(index) => (cells[index].cut(column.width), column.width),
                None => (Cell::of(which(group, column.width), Tone::Plain), column.width),
            };
            out.write_all(grid::line(columns.iter().map(fit), style.color).as_bytes())?;
        }
    }
    let hidden = groups.list.len() - shown.len();
    if hidden > 0 {
        let line =
            format!("{} of healthy phones left out; --all shows them.", counted(hidden as u64, "group"));
        paragraph(&line, Tone::Dim, style, out)?;
    }
    writeln!(out)?;
    paragraph(
        &format!(
            "{} in {} by {}.",
            counted(groups.overview.scanned.devices, "phone"),
            counted(groups.list.len() as u64, "group"),
            groups.by.name()
        ),
        Tone::Plain,
        style,
        out,
    )?;
    let notes = groups.overview.left_out().into_iter().chain(groups.ok_note().map(str::to_owned));
    notes.into_iter().try_for_each(|sentence| paragraph(&sentence, Tone::Warning, style, out))?;
    problems(groups.overview, style, out)
}

/// The key, and the number of phones: in total, and by status.
fn counts(groups: &Groups<'_>, group: &Group) -> Vec<Cell> {
    let key = match &group.key {
        Some(key) => Cell::of(visible(key), Tone::Strong),
        None => Cell::of(groups.by.absence(), Tone::Dim),
    };
    let phones = format!("{:>1$}", count(group.phones), "phones".len());
    let mut cells = vec![key, Cell::of(phones, Tone::Plain)];
    cells.extend(Status::ALL.map(|status| match group.counts.with(status) {
        0 => Cell::default(),
        number => {
            let tone = Tone::of_status(status);
            Cell::of(status_sign(status), tone).and(count(number), tone)
        }
    }));
    cells
}

/// A column that is shown.
struct ShownColumn {
    /// Index of its cell in the row; None for the column of phones' names.
    index: Option<usize>,
    title: String,
    width: usize,
}

/// Chooses the columns: the counts in full, the key in the remaining width, then as many names as fit. If no
/// name fits, the titles of the counts are left out, since the signs below them say the same.
fn columns(groups: &Groups<'_>, rows: &[Vec<Cell>], width: usize) -> Vec<ShownColumn> {
    let titled = columns_titled(groups, rows, width, true);
    let has_names = titled.last().is_some_and(|column| column.index.is_none());
    if has_names { titled } else { columns_titled(groups, rows, width, false) }
}

fn columns_titled(groups: &Groups<'_>, rows: &[Vec<Cell>], width: usize, titled: bool) -> Vec<ShownColumn> {
    const MIN_KEY_WIDTH: usize = 6;
    const MIN_NAMES_WIDTH: usize = 15;
    const USEFUL_KEY_WIDTH: usize = 24;
    let titles = [groups.by.name(), "phones", "failed", "attention", "unknown", "ok"];
    let widest = |index: usize| rows.iter().map(|row| row[index].width()).max().unwrap_or(0);
    let mut columns: Vec<ShownColumn> = Vec::new();
    for (index, title) in titles.iter().enumerate().skip(1) {
        if rows.iter().any(|row| !row[index].is_empty()) {
            let title = if titled || index == 1 { capitalized(title) } else { String::new() };
            columns.push(ShownColumn { index: Some(index), width: widest(index).max(title.len()), title });
        }
    }
    while columns.len() > 1 && taken(&columns) + MIN_KEY_WIDTH > width {
        columns.pop();
    }
    let room = width.saturating_sub(taken(&columns)).max(1);
    let key = widest(0).max(titles[0].len()).min(room);
    // The beginning of a fingerprint is enough to distinguish it; the names of its phones are more useful
    // than its end.
    let beside_names = room.saturating_sub(MIN_NAMES_WIDTH + GAP);
    let key = if key > beside_names && beside_names >= USEFUL_KEY_WIDTH { beside_names } else { key };
    let title = cut(&capitalized(titles[0]), key).into_owned();
    columns.insert(0, ShownColumn { index: Some(0), title, width: key });
    let spare = width.saturating_sub(taken(&columns));
    if spare >= MIN_NAMES_WIDTH {
        columns.push(ShownColumn { index: None, title: "Which".to_owned(), width: spare });
    }
    columns
}

/// The width that these columns take, including the gap after each.
fn taken(columns: &[ShownColumn]) -> usize {
    columns.iter().map(|column| column.width + GAP).sum()
}

/// As many names as fit, and the number of further phones.
fn which(group: &Group, columns: usize) -> String {
    let text = fitting(group.named(), group.phones, columns, |more| format!(" +{}", count(more)));
    let first = group.devices.first().map(|name| visible(name)).unwrap_or_default();
    if width(&text) <= columns { text } else { cut(&first, columns).into_owned() }
}
