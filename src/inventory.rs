//! `--inventory FILE.csv`: data from the phones' labels, which logs don't have.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder};

use crate::input::decoded;
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use crate::reference::{
    Expectation, Label, PartNumber, Revision, factory_certificate_expected, model_with_label,
};
use crate::sentence::{Part, Sentence, sentence};

/// The longest file, in bytes: enough for some million phones.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// The most problems that are reported one by one; more are only counted.
const MAX_PROBLEMS: usize = 10_000;

/// The most characters that are kept of a model, and that are shown of an invalid field.
const MAX_SHOWN: usize = 64;

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
    pub fn expectation(&self) -> Expectation {
        match (self.part_number, self.revision) {
            (Some(part_number), Some(revision)) => factory_certificate_expected(part_number, revision),
            _ => Expectation::Unknown,
        }
    }

    /// The model: as written, else by the part number, where the guide's tables have it.
    pub fn model_by_label(&self) -> Option<Box<str>> {
        let by_part_number = || Some(model_with_label(self.part_number?)?.to_string().into());
        self.model.clone().or_else(by_part_number)
    }

    fn is_equivalent(&self, other: &Self) -> bool {
        let models = (self.model.as_deref().unwrap_or(""), other.model.as_deref().unwrap_or(""));
        models.0.eq_ignore_ascii_case(models.1)
            && self.part_number == other.part_number
            && self.revision == other.revision
    }
}

/// Why a file can't be used as an inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The input could not be read, or is longer than 256 MiB.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The header row has no column `mac`, which is required.
    #[error("the first row has no column `mac`; the columns model, part_number and revision are optional")]
    NoMacColumn,
}

impl Inventory {
    /// Reads a CSV file. Its header row has the column `mac` and optionally `model`, `part_number` and
    /// `revision`, in any order and case; blanks, `_` and `-` in names are ignored, and of two columns with
    /// one name the first is used. Fields are separated by `,` or `;`, quoted or not; a first line `sep=;`, which
    /// spreadsheets write, is skipped. The encoding is UTF-8 with or without a byte order mark, or UTF-16 with one, as
    /// PowerShell and spreadsheets write it. A part number may be followed by its revision.
    ///
    /// `name` is the file's path in problems. If two rows of one phone differ, the first is used. Memory is
    /// bounded: a file of more than 256 MiB is refused, and at most 10,000 problems are kept.
    ///
    /// # Errors
    /// [`InventoryError`] if no row can be read: the input fails or is too long, or there is no column `mac`.
    pub fn read(name: &str, input: impl Read) -> Result<Self, InventoryError> {
        let mut text = Vec::new();
        if decoded(input).take(MAX_FILE_BYTES + 1).read_to_end(&mut text)? as u64 > MAX_FILE_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "is too long to be an inventory").into());
        }
        let text = without_separator(&text);
        for delimiter in [b',', b';'] {
            let mut records = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text);
            if let Some(columns) = Columns::of(records.byte_headers().map_err(io::Error::from)?) {
                let mut reading = InventoryReader { name, inventory: Self::default(), not_reported: 0 };
                reading.records(&mut records, text, &columns)?;
                return Ok(reading.end());
            }
        }
        Err(InventoryError::NoMacColumn)
    }
}

/// The index of each known column. An index after a record's last field gives an empty field.
struct Columns {
    mac: usize,
    model: usize,
    part_number: usize,
    revision: usize,
}

impl Columns {
    fn of(header: &ByteRecord) -> Option<Self> {
        let names: Vec<String> = header.iter().map(column_name).collect();
        let index = |wanted: &str| names.iter().position(|name| name == wanted);
        let [model, part_number, revision] =
            ["model", "partnumber", "revision"].map(|name| index(name).unwrap_or(usize::MAX));
        Some(Self { mac: index("mac")?, model, part_number, revision })
    }
}

/// The text without `sep=;` in its first line, which tells spreadsheets how fields are separated. The line's end stays, so
/// that lines keep their numbers.
fn without_separator(text: &[u8]) -> &[u8] {
    let (first, rest) = text.split_at(memchr::memchr2(b'\r', b'\n', text).unwrap_or(text.len()));
    let word = first.trim_ascii().to_ascii_lowercase();
    let word = word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\"")).unwrap_or(&word);
    if matches!(word, b"sep=;" | b"sep=,") { rest } else { text }
}

/// Normalizes a column name: `Part Number`, `part-number` and `PART_NUMBER` are the same.
fn column_name(field: &[u8]) -> String {
    let name = String::from_utf8_lossy(field);
    let name = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'));
    name.take(MAX_SHOWN).flat_map(char::to_lowercase).collect()
}

/// The index of the field in which a quote was opened and not closed. It contains the rows that follow, up to
/// the next quote, so one of its further lines has a MAC address.
fn unclosed_quote(record: &ByteRecord) -> Option<usize> {
    let is_row = |line: &[u8]| {
        let mut cells = line.split(|byte| matches!(byte, b',' | b';'));
        cells.any(|cell| mac(String::from_utf8_lossy(cell).trim_matches('"')).is_some())
    };
    record.iter().position(|field| field.split(|byte| *byte == b'\n').skip(1).any(is_row))
}

struct InventoryReader<'a> {
    name: &'a str,
    inventory: Inventory,
    not_reported: u64,
}

impl InventoryReader<'_> {
    /// Takes the rows of `text`.
    fn records(
        &mut self,
        records: &mut csv::Reader<&[u8]>,
        text: &[u8],
        columns: &Columns,
    ) -> io::Result<()> {
        // The line number of the offset `counted`.
        let (mut line, mut counted) = (1, 0);
        for record in records.byte_records() {
            let mut record = record?;
            // The reader's own line numbers are wrong after blank lines, and if lines end with CR LF.
            let start = record.position().map_or(0, |position| position.byte() as usize);
            let blank = text[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            line += memchr::memchr_iter(b'\n', &text[counted..start + blank]).count() as u64;
            counted = start + blank;
            if let Some(unclosed) = unclosed_quote(&record) {
                let message = "a quotation mark is not closed: the rows up to the next one are lost, and of this \
                               row only what is before the mark is used";
                self.unreadable(line, sentence![message]);
                record.truncate(unclosed);
            }
            if !record.iter().all(|field| field.trim_ascii().is_empty()) {
                self.row(line, columns, &record);
            }
        }
        Ok(())
    }

    fn row(&mut self, line: u64, columns: &Columns, record: &ByteRecord) {
        let text = |column| String::from_utf8_lossy(record.get(column).unwrap_or_default());
        let Some(mac) = mac(&text(columns.mac)) else {
            let field = shown(&text(columns.mac));
            self.unreadable(line, sentence!["\"", field, "\" is not a MAC address; the row is ignored"]);
            return;
        };
        let model = text(columns.model);
        let model = (!model.trim().is_empty()).then(|| model.trim().chars().take(MAX_SHOWN).collect());
        let label = self.field::<Label>(&text(columns.part_number), line, "part number");
        let revision = self.field::<Revision>(&text(columns.revision), line, "revision");
        let row = InventoryRow {
            model,
            part_number: label.map(|label| label.part_number),
            revision: revision.or_else(|| label.and_then(|label| label.revision)),
            line,
        };
        match self.inventory.rows.entry(mac) {
            Entry::Vacant(entry) => _ = entry.insert(row),
            Entry::Occupied(entry) if entry.get().is_equivalent(&row) => {}
            Entry::Occupied(entry) => {
                let first = entry.get().line;
                let rest = format!(" is already in line {first} with other details; line {first} is used");
                self.unreadable(line, sentence![mac, rest]);
            }
        }
    }

    fn field<T: std::str::FromStr>(&mut self, text: &str, line: u64, what: &str) -> Option<T> {
        if text.trim().is_empty() {
            return None;
        }
        let value = text.parse().ok();
        if value.is_none() {
            let rest = format!("\" is not a valid {what}; the rest of the row is used");
            self.unreadable(line, sentence!["\"", shown(text), rest]);
        }
        value
    }

    fn unreadable(&mut self, line: u64, message: Sentence) {
        if self.inventory.problems.len() < MAX_PROBLEMS {
            let message = sentence![format!("line {line}: ")].and(message);
            self.inventory.problems.push(Problem::new(self.name, ProblemKind::Unreadable, message));
        } else {
            self.not_reported += 1;
        }
    }

    fn end(mut self) -> Inventory {
        if self.not_reported > 0 {
            let message = format!("{} more problems with rows of this file", self.not_reported);
            self.inventory.problems.push(Problem::new(self.name, ProblemKind::LimitExceeded, message));
        }
        self.inventory
    }
}

/// Parses an address in any notation, without the `'` by which spreadsheets mark text.
fn mac(text: &str) -> Option<Mac> {
    Mac::in_any_notation(text.trim().trim_start_matches('\'')).ok()
}

/// A field, shortened for a message. Control characters are made visible when it is printed.
fn shown(text: &str) -> Part {
    let text = text.trim();
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Part::Name(shown.into())
}

#[cfg(test)]
mod tests;
