//! CSV that is safe for spreadsheets: no cell can act as a formula, and hidden characters are shown.

use std::borrow::Cow;
use std::io::{self, Write};

use super::text::visible::visible;

/// Writes a line of cells.
pub(super) fn write(cells: &[impl AsRef<str>], out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    append(cells, &mut bytes);
    out.write_all(&bytes)
}

/// Appends a line of cells, each made safe for spreadsheets.
pub(super) fn append(cells: &[impl AsRef<str>], bytes: &mut Vec<u8>) {
    let mut line = ::csv::WriterBuilder::new().buffer_capacity(512).from_writer(bytes);
    let _ = line.write_record(cells.iter().map(|cell| escape_formula(cell.as_ref()).into_owned()));
    let _ = line.flush();
}

/// Makes hidden characters visible, and prevents spreadsheets from taking the cell for a formula: a cell that
/// begins like one, even after blanks, gets an apostrophe before it.
fn escape_formula(cell: &str) -> Cow<'_, str> {
    let shown = visible(cell);
    let formula = cell.starts_with(['\t', '\r', '\n'])
        || cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { Cow::Owned(format!("'{shown}")) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts() {
        for (cell, shown) in [
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\t=1"),
            ("\rx", "'\\rx"),
            ("  =1", "'  =1"),
            ("VVX 500", "VVX 500"),
            ("", ""),
        ] {
            assert_eq!(escape_formula(cell), shown);
        }
    }
}
