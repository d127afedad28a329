//! The rows of a table until the column widths are known. They are packed, since a large fleet has many.

use std::io;

use super::layout::Natural;
use super::row::Row;

/// Packed rows in order, of about 100 to 200 bytes each.
#[derive(Default)]
pub(super) struct Rows {
    packed: Vec<u8>,
    number: usize,
    natural: Natural,
}

impl Rows {
    /// Adds a row at the end.
    ///
    /// # Errors
    /// The row can't be packed; not known to happen.
    pub(super) fn push(&mut self, row: &Row) -> io::Result<()> {
        self.natural.widen(row);
        self.number += 1;
        self.packed = postcard::to_extend(row, std::mem::take(&mut self.packed)).map_err(io::Error::other)?;
        Ok(())
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.number
    }

    /// The natural width of each column.
    pub(super) const fn natural(&self) -> &Natural {
        &self.natural
    }

    /// The rows, first row first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Row> + '_ {
        let mut rest = self.packed.as_slice();
        std::iter::from_fn(move || {
            let (row, after) = postcard::take_from_bytes(rest).ok()?;
            rest = after;
            Some(row)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::table::row::Column;

    #[test]
    fn rows_are_read_back_as_they_were_written() {
        let mut rows = Rows::default();
        let fleet: Vec<Row> = fixture::fleet().devices.iter().map(Row::of).collect();
        for row in &fleet {
            rows.push(row).unwrap();
        }
        assert_eq!(rows.len(), fleet.len());
        assert_eq!(rows.iter().count(), fleet.len());
        for (row, original) in rows.iter().zip(&fleet) {
            assert!(Column::ALL.iter().all(|column| row.cell(*column) == original.cell(*column)));
        }
        assert!(rows.packed.len() < 200 * fleet.len(), "{} bytes", rows.packed.len());
    }
}
