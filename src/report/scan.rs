//! The formats of `scan`: one file per format, and their table.
//!
//! A new format needs
//!
//! | what | who asks for it |
//! |---|---|
//! | a file in this folder, named as the format | a test of this file, for a row without a file |
//! | its `mod` line and its row in [`FORMATS`] | the compiler, and a test of this file |
//! | no hidden character but the line feed in what it writes: no tab either | a test of this file, and `tests/faults` |
//! | its endings in `REPORT_ENDINGS` of `input/log_name.rs`, so that a report beside logs is not read as one | a test of `report.rs` |
//! | a row in the table of formats in `README.md` | `tests/readme.rs` |
//! | whether it lists problems: if not, they are written to standard error | `tests/cli/answer.rs` |
//! | a snapshot of its own, and of the fleet in `tests/fleet.rs` | nobody |
//!
//! "Nobody" means that nothing fails if it is forgotten. The command line, its help, and the tests of records, redaction and problems take it from the table.

mod csv;
mod html;
mod json;
mod jsonl;
mod markdown;
mod table;

use std::io::{self, Write};

use crate::report::group::Groups;
use crate::report::{Format, ScanReport, Style};

/// The formats of `scan`, the default first.
pub const FORMATS: &[ScanFormat] =
    &[table::FORMAT, json::FORMAT, jsonl::FORMAT, csv::FORMAT, markdown::FORMAT, html::FORMAT];

/// The functions that write the answer of `scan`.
#[derive(Clone, Copy, Debug)]
pub struct ScanWriter {
    /// Writes one entry per phone.
    phones: fn(&ScanReport<'_>, &Style, &mut dyn Write) -> io::Result<()>,
    /// Writes one entry per group of phones.
    groups: fn(&Groups<'_>, &Style, &mut dyn Write) -> io::Result<()>,
    /// Whether the answer lists what could not be read. If not, it is written to standard error.
    pub lists_problems: bool,
}

/// A format of `scan`.
pub type ScanFormat = Format<ScanWriter>;

impl ScanFormat {
    /// Writes the report, phone by phone or, if `style` asks for it, group by group.
    pub fn write(&self, report: &ScanReport<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match style.group_by {
            None => (self.write.phones)(report, style, out),
            Some(by) => (self.write.groups)(&Groups::new(report, by), style, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::report::group::GroupBy;
    use crate::report::{fixture, text};

    #[test]
    fn each_format_is_a_file_and_a_row() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/scan");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
            .collect();
        let rows: BTreeSet<String> = FORMATS.iter().map(|format| format.name.to_owned()).collect();
        let missing: Vec<_> = files.symmetric_difference(&rows).collect();
        assert!(missing.is_empty(), "without a row of FORMATS, or without a file: {missing:?}");
    }

    #[test]
    fn no_format_lets_a_hidden_character_through() {
        let by = [None, Some(GroupBy::Code), Some(GroupBy::Model), Some(GroupBy::Fingerprint)];
        let mut fleet = fixture::fleet();
        for device in &mut fleet.devices {
            let about = [&mut device.model, &mut device.assembly, &mut device.assembly_revision];
            let names = device.certificates.iter_mut().map(|content| &mut content.common_name);
            let texts = about.into_iter().chain(names).flatten().chain(&mut device.files);
            texts.for_each(|text| text.push_str("\u{202e}\u{1b}[2J"));
        }
        for (format, group_by) in FORMATS.iter().flat_map(|format| by.map(|group_by| (format, group_by))) {
            let text = fixture::written_of(format, &Style { group_by, ..Style::default() }, &fleet);
            let hidden = text.chars().find(|c| *c != '\n' && text::visible::is_hidden(*c));
            assert_eq!(hidden, None, "{} {group_by:?}: pass texts through `visible`", format.name);
        }
    }

    #[test]
    fn endings_are_of_one_format_each() {
        let endings: Vec<_> = FORMATS.iter().flat_map(|format| format.endings).collect();
        assert_eq!(endings.iter().collect::<BTreeSet<_>>().len(), endings.len());
        assert_eq!(Format::of_path(FORMATS, Path::new("a/report.JSON")).unwrap().name, "json");
        assert_eq!(Format::of_path(FORMATS, Path::new("report.md")).unwrap().name, "markdown");
        assert!(Format::of_path(FORMATS, Path::new("report.pdf")).is_none());
        assert!(Format::of_path(FORMATS, Path::new("json")).is_none());
        assert!(Format::named(FORMATS, "csv").is_some());
    }
}
