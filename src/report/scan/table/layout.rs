//! Chooses the columns of the table and their widths, so that a row fits on one line.

use super::grid::GAP;
use super::row::{Cell, Column, TableRow};
use crate::report::text::paint::Tone;
use crate::report::text::width::width;

/// The width of a column that shows only signs, under a title of two letters.
const SIGN: usize = 2;

/// The least width at which a slot's column shows words.
const MIN_WORD_WIDTH: usize = "✓ installed".len() - "✓".len() + 1;

/// No width: the column is left out.
const LEFT_OUT: usize = 0;

/// The steps to make a row fit, the least important loss first: a column, and the width to which it is limited.
/// After all of them only the sign, the phone and the codes remain.
const SHRINKING: [(Column, usize); 28] = {
    use Column::*;
    [
        (Phone, 24),
        (Platform2, 22),
        (Platform1, 22),
        (Diagnoses, 30),
        (Platform2, 14),
        (Platform1, 14),
        (FirstFault, LEFT_OUT),
        (LastFault, LEFT_OUT),
        (Model, 10),
        (Phone, 16),
        (Diagnoses, 23),
        (Platform2, SIGN),
        (Platform1, SIGN),
        (BuiltIn, 11),
        (Stale, LEFT_OUT),
        (Diagnoses, 16),
        (Applications, 5),
        (BuiltIn, SIGN),
        (Applications, LEFT_OUT),
        (Phone, 12),
        (Software, LEFT_OUT),
        (Baseline, LEFT_OUT),
        (Model, LEFT_OUT),
        (Platform2, LEFT_OUT),
        (Platform1, LEFT_OUT),
        (Status, 1),
        (BuiltIn, LEFT_OUT),
        (Diagnoses, 9),
    ]
};

/// The columns that get the remaining width, in this order.
const WIDENED_COLUMNS: [Column; 8] = [
    Column::Status,
    Column::Diagnoses,
    Column::BuiltIn,
    Column::Applications,
    Column::Model,
    Column::Platform1,
    Column::Platform2,
    Column::Phone,
];

/// The columns of a table and their widths.
pub(super) struct Layout(Vec<(Column, usize)>);

impl Layout {
    /// The layout that shows as much as possible of cells with these natural widths within `columns`. Columns
    /// that are empty in all rows are left out.
    pub(super) fn fitting(natural: Widths, columns: usize) -> Self {
        let mut widths = natural;
        for (column, most) in SHRINKING {
            if total(&widths) <= columns {
                break;
            }
            let width = &mut widths[column as usize];
            *width = width.map(|width| width.min(most)).filter(|width| *width > LEFT_OUT);
        }
        if let Some(width) = widths[Column::Diagnoses as usize] {
            let excess = total(&widths).saturating_sub(columns);
            widths[Column::Diagnoses as usize] = width.checked_sub(excess).filter(|left| *left > 1);
        }
        if let Some(width) = widths[Column::Phone as usize] {
            let excess = total(&widths).saturating_sub(columns);
            widths[Column::Phone as usize] = Some(width.saturating_sub(excess).max(1));
        }
        for column in WIDENED_COLUMNS {
            let spare = columns.saturating_sub(total(&widths));
            if let (Some(width), Some(natural)) = (&mut widths[column as usize], natural[column as usize]) {
                let wished = natural - *width;
                let gained = wished.min(spare);
                // A slot's column is widened only if a word fits then; else it keeps showing signs.
                let worth_it = match column {
                    Column::Status => gained == wished,
                    Column::BuiltIn | Column::Platform1 | Column::Platform2 => {
                        gained == wished || *width + gained >= MIN_WORD_WIDTH
                    }
                    _ => true,
                };
                if worth_it {
                    *width += gained;
                }
            }
        }
        Self(Column::all().filter_map(|column| Some((column, widths[column as usize]?))).collect())
    }

    /// Each column's title and width.
    pub(super) fn titles(&self) -> Vec<(Cell, usize)> {
        let title =
            |(column, width): &(Column, usize)| (Cell::of(column.title(*width), Tone::Strong), *width);
        self.0.iter().map(title).collect()
    }

    /// The cells of `row`, each with the width of its column, into which it fits.
    pub(super) fn cells(&self, row: &TableRow) -> impl Iterator<Item = (Cell, usize)> {
        self.0.iter().map(|(column, width)| (column.fit(row.cell(*column), *width), *width))
    }

    /// Whether a legend is needed because slots are shown only by signs.
    pub(super) fn needs_legend(&self) -> bool {
        let slots = [Column::BuiltIn, Column::Platform1, Column::Platform2];
        self.0.iter().any(|(column, width)| slots.contains(column) && *width == SIGN)
    }

    #[cfg(test)]
    pub(super) fn columns(&self) -> Vec<Column> {
        self.0.iter().map(|(column, _)| *column).collect()
    }
}

/// The width of each column; None for a column that is not shown.
pub(super) type Widths = [Option<usize>; Column::TITLES.len()];

/// The width of each cell or its title, whichever is wider; None for an empty cell.
pub(super) fn natural(row: &TableRow) -> Widths {
    Column::TITLES.map(|(column, title, _)| {
        let cell = row.cell(column);
        (!cell.is_empty()).then(|| cell.width().max(width(title)))
    })
}

/// The larger width of each column.
pub(super) fn widest(one: Widths, other: Widths) -> Widths {
    std::array::from_fn(|column| one[column].max(other[column]))
}

fn total(widths: &Widths) -> usize {
    let shown = widths.iter().flatten();
    shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn natural_of(rows: &[TableRow]) -> Widths {
        rows.iter().map(natural).reduce(widest).unwrap()
    }

    fn rows() -> Vec<TableRow> {
        fixture::fleet().devices.iter().map(TableRow::of).collect()
    }

    #[test]
    fn never_wider_than_asked_and_never_without_the_phone() {
        for columns in 20..300 {
            let layout = Layout::fitting(natural_of(&rows()), columns);
            let widths: Vec<usize> = layout.0.iter().map(|(_, width)| *width).collect();
            assert!(widths.iter().sum::<usize>() + GAP * (widths.len() - 1) <= columns, "{columns}");
            for column in [Column::Status, Column::Phone, Column::Diagnoses] {
                assert!(layout.columns().contains(&column), "{columns}: {column:?}");
            }
        }
    }

    #[test]
    fn eighty_columns_hold_all_but_applications() {
        let columns = Layout::fitting(natural_of(&rows()), 80).columns();
        let dropped = [Column::Applications, Column::FirstFault, Column::LastFault];
        // The fixture has no stale phone and no baseline.
        let never = [Column::Stale, Column::Baseline];
        for column in Column::all().filter(|column| !dropped.contains(column) && !never.contains(column)) {
            assert!(columns.contains(&column), "{column:?}");
        }
    }

    #[test]
    fn a_wide_terminal_holds_everything_whole() {
        let rows = rows();
        let layout = Layout::fitting(natural_of(&rows), 400);
        for row in &rows {
            for ((column, _), (cell, _)) in layout.0.iter().zip(layout.cells(row)) {
                assert_eq!(&cell, row.cell(*column));
            }
        }
        let filled = |column: &Column| rows.iter().any(|row| !row.cell(*column).is_empty());
        assert_eq!(layout.columns(), Column::all().filter(filled).collect::<Vec<_>>());
    }
}
