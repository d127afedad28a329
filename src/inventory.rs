//! `--inventory FILE.csv`: data from the phones' labels, which logs don't have.

mod records;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Read};

use crate::input::decoded;
use crate::message::{Message, Part, said};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use crate::reference::{Expectation, Label, PartNumber, Revision, factory_certificate_expected};
use records::{FIELDS_MAX, Fault, Next, RECORD_MAX, Records};

/// The most phones in an inventory.
const ROWS_MAX: usize = 1_000_000;

/// The most problems that are reported one by one; more are only counted.
const PROBLEMS_MAX: usize = 10_000;

/// The most characters that are kept of a model, and that are shown of an invalid field.
const SHOWN_MAX: usize = 64;

/// The phones that an inventory names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// The row of each phone.
    pub rows: BTreeMap<Mac, InventoryRow>,
    /// Problems with rows, in the file's order. A phone whose MAC address could be read is also in `rows`,
    /// without the invalid field.
    pub problems: Vec<Problem>,
}

/// The row of one phone.
#[derive(Clone, Debug, PartialEq)]
pub struct InventoryRow {
    /// The model as written, at most 64 characters.
    pub model: Option<Box<str>>,
    /// The part number of the phone's console label or of its box.
    pub part_number: Option<PartNumber>,
    /// The revision on the same label.
    pub revision: Option<Revision>,
    /// The line of the file, from 1, in which the row begins.
    pub line: u64,
}

impl InventoryRow {
    /// Whether the phone left the factory with a certificate, by the guide's tables. Unknown if the inventory
    /// lacks the part number or the revision.
    #[must_use]
    pub fn expectation(&self) -> Expectation {
        match (self.part_number, self.revision) {
            (Some(part_number), Some(revision)) => factory_certificate_expected(part_number, revision),
            _ => Expectation::Unknown,
        }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        let models = (self.model.as_deref().unwrap_or(""), other.model.as_deref().unwrap_or(""));
        models.0.eq_ignore_ascii_case(models.1)
            && self.part_number == other.part_number
            && self.revision == other.revision
    }
}

/// Why a file can't be used as an inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The input could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The header row has no column `mac`, which is required.
    #[error(
        "the first row has no column `mac`: it must name the columns mac, model, part_number and revision"
    )]
    NoMacColumn,
}

impl Inventory {
    /// Reads a CSV file. Its header row has the column `mac` and optionally `model`, `part_number` and
    /// `revision`, in any order and case; blanks, `_` and `-` in names are ignored, and of two columns with
    /// one name the first is used. Fields are separated by `,` or `;`, quoted or not. The encoding is UTF-8
    /// with or without a byte order mark, or UTF-16 with one, as PowerShell and spreadsheets write it. A part
    /// number may be followed by its revision.
    ///
    /// `name` is the file's path in problems. Memory is bounded by limits of a million phones, 10,000
    /// problems and 64 KiB per row. If two rows of one phone differ, the first is used.
    ///
    /// # Errors
    /// [`InventoryError`] if no row can be read: the input fails, or there is no column `mac`.
    pub fn read(name: &str, input: impl Read) -> Result<Self, InventoryError> {
        let mut records = Records::new(decoded(input)?);
        let columns = Columns::read(&mut records)?;
        let mut reading = Reading { name, inventory: Self::default(), untold: 0 };
        loop {
            match records.next()? {
                Next::End => break,
                Next::Bad(Fault::OpenQuote) => reading.row_before_quote(&columns, &records),
                Next::Bad(fault) => reading.fault(records.line(), fault),
                Next::Record if columns.swallow_rows(&records) => {
                    records.go_on_behind_first_line()?;
                    reading.row_before_quote(&columns, &records);
                }
                Next::Record if records.fields().all(|field| field.trim_ascii().is_empty()) => {}
                Next::Record if reading.inventory.rows.len() >= ROWS_MAX => {
                    let message =
                        format!("line {}: more than {ROWS_MAX} phones; the rest is left out", records.line());
                    reading.problem(ProblemKind::LimitExceeded, message);
                    break;
                }
                Next::Record => reading.row(&columns, &records),
            }
        }
        Ok(reading.end())
    }
}

/// The index of each known column. An index after a record's last field gives an empty field.
struct Columns {
    delimiter: u8,
    mac: usize,
    model: usize,
    part_number: usize,
    revision: usize,
}

impl Columns {
    fn read<R: Read>(records: &mut Records<R>) -> Result<Self, InventoryError> {
        for delimiter in [b',', b';'] {
            records.set_delimiter(delimiter);
            if records.next()? == Next::Record {
                let names: Vec<String> = records.fields().map(column_name).collect();
                let place = |wanted: &str| names.iter().position(|name| name == wanted);
                if let Some(mac) = place("mac") {
                    let [model, part_number, revision] =
                        ["model", "partnumber", "revision"].map(|name| place(name).unwrap_or(usize::MAX));
                    return Ok(Self { delimiter, mac, model, part_number, revision });
                }
            }
            records.go_back();
        }
        Err(InventoryError::NoMacColumn)
    }

    /// Whether a quote was left open, so that the record contains rows of other phones. That is so if a known
    /// column has a line break, or if further lines of the record have a MAC address in our column.
    fn swallow_rows<R: Read>(&self, records: &Records<R>) -> bool {
        let ours = [self.mac, self.model, self.part_number, self.revision];
        let over_lines = |field: &[u8]| field.trim_ascii().iter().any(|byte| matches!(byte, b'\r' | b'\n'));
        let is_row = |line: &[u8]| {
            let field = line.split(|byte| *byte == self.delimiter).nth(self.mac).unwrap_or_default();
            mac(String::from_utf8_lossy(field).trim_matches(['"', ' '])).is_some()
        };
        ours.into_iter().any(|column| over_lines(records.field(column)))
            || records.further_lines().any(is_row)
    }
}

/// Normalizes a column name: `Part Number`, `part-number` and `PART_NUMBER` are the same.
fn column_name(field: &[u8]) -> String {
    let name = String::from_utf8_lossy(field);
    let name = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}'));
    name.take(SHOWN_MAX).flat_map(char::to_lowercase).collect()
}

struct Reading<'a> {
    name: &'a str,
    inventory: Inventory,
    untold: u64,
}

impl Reading<'_> {
    fn row<R: Read>(&mut self, columns: &Columns, records: &Records<R>) {
        let line = records.line();
        let text = |column| String::from_utf8_lossy(records.field(column));
        let Some(mac) = mac(&text(columns.mac)) else {
            let field = shown(&text(columns.mac));
            self.unreadable(line, said!["\"", field, "\" is no MAC address; the row is left out"]);
            return;
        };
        let model = text(columns.model);
        let model = (!model.trim().is_empty()).then(|| model.trim().chars().take(SHOWN_MAX).collect());
        let label = self.field::<Label>(&text(columns.part_number), line, "part number");
        let revision = self.field::<Revision>(&text(columns.revision), line, "revision");
        let row = InventoryRow {
            model,
            part_number: label.map(|label| label.part_number),
            revision: revision.or_else(|| label.and_then(|label| label.revision)),
            line,
        };
        self.add(mac, row);
    }

    fn field<T: std::str::FromStr>(&mut self, text: &str, line: u64, what: &str) -> Option<T> {
        if text.trim().is_empty() {
            return None;
        }
        let value = text.parse().ok();
        if value.is_none() {
            let rest = format!("\" is no {what}; the rest of the row counts");
            self.unreadable(line, said!["\"", shown(text), rest]);
        }
        value
    }

    fn add(&mut self, mac: Mac, row: InventoryRow) {
        let line = row.line;
        let first = match self.inventory.rows.entry(mac) {
            Entry::Vacant(place) => {
                place.insert(row);
                return;
            }
            Entry::Occupied(place) if place.get().says_the_same(&row) => return,
            Entry::Occupied(place) => place.get().line,
        };
        let rest = format!(" stands in line {first} already, with other details; line {first} counts");
        self.unreadable(line, said![mac, rest]);
    }

    /// Takes the fields of a row before an open quote.
    fn row_before_quote<R: Read>(&mut self, columns: &Columns, records: &Records<R>) {
        let is_told = mac(&String::from_utf8_lossy(records.field(columns.mac))).is_some();
        if !is_told || self.inventory.rows.len() >= ROWS_MAX {
            return self.fault(records.line(), Fault::OpenQuote);
        }
        let message = "a quote is opened and not closed; of the row, what stands before that counts";
        self.unreadable(records.line(), said![message]);
        self.row(columns, records);
    }

    fn fault(&mut self, line: u64, fault: Fault) {
        match fault {
            Fault::OpenQuote => {
                self.unreadable(line, said!["a quote is opened and not closed; the row is left out"])
            }
            Fault::LineTooLong => {
                let message = format!("line {line}: more than {RECORD_MAX} bytes; the row is left out");
                self.problem(ProblemKind::LimitExceeded, message);
            }
            Fault::TooManyFields => {
                let message = format!("line {line}: more than {FIELDS_MAX} columns; the row is left out");
                self.problem(ProblemKind::LimitExceeded, message);
            }
        }
    }

    fn unreadable(&mut self, line: u64, message: Message) {
        self.problem(ProblemKind::Unreadable, said![format!("line {line}: ")].and(message));
    }

    fn problem(&mut self, kind: ProblemKind, message: impl Into<Message>) {
        if self.inventory.problems.len() < PROBLEMS_MAX {
            self.inventory.problems.push(Problem::new(self.name, kind, message));
        } else {
            self.untold += 1;
        }
    }

    fn end(mut self) -> Inventory {
        if self.untold > 0 {
            let message = format!("{} more problems with rows of this file", self.untold);
            self.inventory.problems.push(Problem::new(self.name, ProblemKind::LimitExceeded, message));
        }
        self.inventory
    }
}

/// Parses an address in any notation, without the `'` by which spreadsheets mark text.
fn mac(text: &str) -> Option<Mac> {
    let text = text.trim().trim_start_matches('\'');
    let text: String = text.chars().filter(|c| !c.is_whitespace()).take(SHOWN_MAX).collect();
    text.parse().ok()
}

/// A field, shortened for a message. Control characters are made visible when it is printed.
fn shown(text: &str) -> Part {
    let text = text.trim();
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Part::Name(shown.into())
}

#[cfg(test)]
mod tests;
