//! Writes reports: the shapes of the output, and one file per format.
//!
//! [`FORMATS`] is the table of the formats of `scan`; each other command has a table of the same type. A new
//! format needs one file in this directory and one row in a table.

pub mod baseline;
pub mod config;
pub mod diff;
pub mod events;
pub mod explain;
mod format;
pub mod group;
pub mod list;
pub mod lookup;
pub mod schema;
pub mod shape;
pub mod story;
pub mod text;
pub mod watch;

mod csv;
mod devices;
mod findings;
mod html;
mod json;
mod jsonl;
mod markdown;
mod redacted;
mod safe_json;
mod table;

#[cfg(test)]
mod fixture;

pub use devices::Devices;
use group::GroupBy;
pub use redacted::Redacted;
pub use shape::ZtpReadiness;
use shape::{FleetDay, Scanned, Summary};

pub use events::{EVENT_FORMATS, EventsWriter};
pub use format::{Format, ScanFormat, ScanWriter};

/// The formats of `scan`, the default first.
pub const FORMATS: [ScanFormat; 6] =
    [table::FORMAT, json::FORMAT, jsonl::FORMAT, csv::FORMAT, markdown::FORMAT, html::FORMAT];

/// How a report looks. Formats for machines use only `group_by`.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Width of the terminal in columns.
    pub width: usize,
    /// Whether escape sequences for colour may be written.
    pub color: bool,
    /// Whether healthy phones are listed even in a large fleet.
    pub all: bool,
    /// How much detail is shown.
    pub verbosity: Verbosity,
    /// If set, phones are counted by this instead of being listed.
    pub group_by: Option<GroupBy>,
    /// Whether the closing lines show the elapsed time. Only at a terminal: elsewhere the same logs must give
    /// the same bytes.
    pub timing: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            width: 120,
            color: false,
            all: false,
            verbosity: Verbosity::Normal,
            group_by: None,
            timing: false,
        }
    }
}

/// How much the table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// The phones and the totals: no explanations.
    Quiet,
    /// Each diagnosis explained, with the evidence of three phones, cut to the width.
    Normal,
    /// All lines of evidence in full, and all problems.
    Verbose,
}

/// Everything but the phones themselves: the head and the foot of a report.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// What was read.
    pub scanned: Scanned,
    /// Number of phones by status and by code.
    pub summary: Summary,
    /// What could not be read, sorted by path.
    pub problems: Vec<crate::problem::Problem>,
    /// The elapsed time of the run; in no format for machines.
    pub elapsed: std::time::Duration,
    /// When the run began: local time with the offset from UTC, `2026-11-24 03:10 +01:00`; empty if not to be
    /// shown. Only `html` shows it.
    pub began: String,
    /// The command line of the run; empty if not to be shown. Only `html` shows it.
    pub command: String,
    /// Number of phones by readiness for ZTP; None to leave it out of the table's closing lines.
    pub ztp: Option<ZtpReadiness>,
    /// Days on which many phones began to show one diagnosis.
    pub fleet: Vec<FleetDay>,
}

/// A whole report, ready to be written in any format.
#[derive(Clone, Copy)]
pub struct ScanReport<'a> {
    /// Head and foot.
    pub overview: &'a Overview,
    /// The phones.
    pub devices: &'a dyn Devices,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The other files of the directory.
    const NOT_FORMATS: [&str; 18] = [
        "baseline",
        "config",
        "devices",
        "diff",
        "events",
        "explain",
        "findings",
        "fixture",
        "format",
        "group",
        "list",
        "lookup",
        "redacted",
        "safe_json",
        "schema",
        "shape",
        "story",
        "watch",
    ];

    #[test]
    fn each_format_is_a_file_and_a_row() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| name != "text" && !NOT_FORMATS.contains(&name.as_str()))
            .collect();
        let rows: BTreeSet<String> = FORMATS.iter().map(|format| format.name.to_owned()).collect();
        assert_eq!(files, rows);
    }

    #[test]
    fn no_format_lets_a_hidden_character_through() {
        let by = [None, Some(GroupBy::Code), Some(GroupBy::Model), Some(GroupBy::Fingerprint)];
        for (format, group_by) in FORMATS.iter().flat_map(|format| by.map(|group_by| (format, group_by))) {
            let text = fixture::written(format, &Style { group_by, ..Style::default() });
            let hidden = text.chars().find(|c| *c != '\n' && text::visible::is_hidden(*c));
            assert_eq!(hidden, None, "{} {group_by:?}", format.name);
        }
    }

    #[test]
    fn endings_are_of_one_format_each() {
        let endings: Vec<_> = FORMATS.iter().flat_map(|format| format.endings).collect();
        assert_eq!(endings.iter().collect::<BTreeSet<_>>().len(), endings.len());
        assert_eq!(Format::of_path(&FORMATS, Path::new("a/report.JSON")).unwrap().name, "json");
        assert_eq!(Format::of_path(&FORMATS, Path::new("report.md")).unwrap().name, "markdown");
        assert!(Format::of_path(&FORMATS, Path::new("report.pdf")).is_none());
        assert!(Format::of_path(&FORMATS, Path::new("json")).is_none());
        assert!(Format::named(&FORMATS, "csv").is_some());
    }
}
