//! From what was found to what a reader sees: the shapes of the output, and one file a format.
//!
//! [`FORMATS`] is the table of the formats of `scan`; each other command has one of the same type. A new
//! format is one file beside this one and one row there.

pub mod baseline;
pub mod config;
pub mod diff;
pub mod events;
pub mod explain;
pub mod fold;
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

use std::io::{self, Write};

use crate::redact::Shown;
use group::GroupBy;
pub use redacted::Redacted;
pub use shape::ZtpReadiness;
use shape::{Device, FleetDay, Scanned, Status, Summary};

pub use events::{EVENT_FORMATS, EventWriter, MakeEventWriter};
pub use format::{Format, ScanFormat, ScanWriter};

/// The formats of `scan`, the default first.
pub const FORMATS: [ScanFormat; 6] =
    [table::FORMAT, json::FORMAT, jsonl::FORMAT, csv::FORMAT, markdown::FORMAT, html::FORMAT];

/// How a report is to look. Formats for machines take nothing from it but the grouping.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether escape sequences for colour may be written.
    pub color: bool,
    /// Whether healthy phones are shown however many phones there are.
    pub all: bool,
    /// How much detail is shown.
    pub verbosity: Verbosity,
    /// What phones are counted by, instead of being listed.
    pub group_by: Option<GroupBy>,
    /// Whether the closing lines tell the time taken. Only a person at a terminal wants it: elsewhere
    /// the same logs give the same bytes.
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
    /// Each diagnosis explained, with the lines of three phones, cut to the width.
    Normal,
    /// All proving lines, whole, and all problems.
    Verbose,
}

/// Everything but the phones themselves: the head and the foot of a report.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// What was read.
    pub scanned: Scanned,
    /// Phones by status and code.
    pub summary: Summary,
    /// What was not read, sorted by path.
    pub problems: Vec<crate::problem::Problem>,
    /// How long it took; not part of any format for machines.
    pub elapsed: std::time::Duration,
    /// When the run began, local time with its distance from UTC, `2026-11-24 03:10 +01:00`; empty where it is
    /// not told. Only the page for a browser shows it.
    pub began: String,
    /// The command line that asked for the report; empty where it is not told. Only the page for a browser
    /// shows it.
    pub command: String,
    /// Phones by readiness for ZTP; the table's closing lines leave it out where it is not known.
    pub ztp: Option<ZtpReadiness>,
    /// Days on which many phones began to show one diagnosis.
    pub fleet: Vec<FleetDay>,
}

/// A renderer of one phone: appends bytes. The number is the phone's place in the report, from 0.
pub type RenderDevice<'a> = dyn Fn(usize, &Device, &mut Vec<u8>) + Sync + 'a;

/// The phones of a report, worst status first, then by MAC. They are made when asked for, so that a
/// report of 100,000 phones never stands in memory as a whole.
pub trait Devices: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The status of the phone at this place, without making the whole of it.
    fn status(&self, place: usize) -> Status;

    /// The phone at this place, with the names in it as they are, or under pseudonyms.
    fn shown(&self, place: usize, shown: Shown<'_>) -> Device;

    /// The phone at this place, as it is.
    fn device(&self, place: usize) -> Device {
        self.shown(place, Shown::plain())
    }

    /// Renders every phone, on all threads, and writes the results in the report's order.
    ///
    /// # Errors
    /// What `out` returns.
    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// A whole report, ready to be written in any format.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// Head and foot.
    pub overview: &'a Overview,
    /// The phones.
    pub devices: &'a dyn Devices,
}

/// Phones that stand in memory, with whatever names they were made with: for tests.
#[cfg(test)]
impl Devices for Vec<Device> {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn status(&self, place: usize) -> Status {
        self[place].status
    }

    fn shown(&self, place: usize, _: Shown<'_>) -> Device {
        self[place].clone()
    }

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (place, device) in self.iter().enumerate() {
            bytes.clear();
            render(place, device, &mut bytes);
            out.write_all(&bytes)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// What stands in the folder beside the formats.
    const NOT_FORMATS: [&str; 18] = [
        "baseline",
        "config",
        "diff",
        "events",
        "explain",
        "findings",
        "fixture",
        "fold",
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
