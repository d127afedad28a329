//! From what was found to what a reader sees: the shapes of the output, and one file a format.
//!
//! [`FORMATS`] is the table of the formats of `scan`, [`EVENT_FORMATS`] that of `events`. A new
//! format is one file beside this one and one row there.

pub mod events;
pub mod explain;
pub mod fold;
pub mod group;
pub mod shape;
pub mod story;
pub mod text;

mod csv;
mod findings;
mod json;
mod jsonl;
mod markdown;
mod safe_json;
mod table;

#[cfg(test)]
mod fixture;

use std::io::{self, Write};
use std::path::Path;

use group::{GroupBy, Groups};
pub use shape::ZtpReadiness;
use shape::{Device, FleetDay, Scanned, Status, Summary};

pub use events::{EVENT_FORMATS, EventFormat, EventWriter};
pub use json::schema;

/// The formats of `scan`, the default first.
pub const FORMATS: [Format; 5] = [table::FORMAT, json::FORMAT, jsonl::FORMAT, csv::FORMAT, markdown::FORMAT];

/// A way to write a report.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// The endings of file names, without the dot, by which `--output` chooses it.
    pub endings: &'static [&'static str],
    /// One line for `--help`.
    pub about: &'static str,
    /// Writes one entry a phone.
    phones: fn(&Report<'_>, &Style, &mut dyn Write) -> io::Result<()>,
    /// Writes one entry a group of phones.
    groups: fn(&Groups, &Style, &mut dyn Write) -> io::Result<()>,
}

impl Format {
    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that the ending of a file's name asks for, in any case.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<&'static Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        FORMATS.iter().find(|format| format.endings.contains(&ending.as_str()))
    }

    /// Whether the answer lists what could not be read.
    #[must_use]
    pub fn tells_problems(&self) -> bool {
        matches!(self.name, "table" | "json" | "markdown")
    }

    /// Writes the report, phone by phone or, where `style` asks for it, group by group.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn write(&self, report: &Report<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match style.group_by {
            None => (self.phones)(report, style, out),
            Some(by) => (self.groups)(&Groups::of(report.devices, by)?, style, out),
        }
    }
}

/// How a report is to look. Formats for machines take nothing from it but the grouping.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether escape sequences for colour may be written.
    pub color: bool,
    /// Whether healthy phones are shown however many phones there are.
    pub all: bool,
    /// How much is told.
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

/// How much the table tells.
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

    /// The phone at this place.
    fn device(&self, place: usize) -> Device;

    /// Renders every phone, on all threads, and writes what came of it in the report's order.
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

/// Phones that stand in memory: for tests, and for reports of few.
impl Devices for Vec<Device> {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn status(&self, place: usize) -> Status {
        self[place].status
    }

    fn device(&self, place: usize) -> Device {
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

    use super::*;

    /// What stands in the folder beside the formats.
    const NOT_FORMATS: [&str; 9] =
        ["events", "explain", "findings", "fixture", "fold", "group", "safe_json", "shape", "story"];

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
    fn endings_are_of_one_format_each() {
        let endings: Vec<_> = FORMATS.iter().flat_map(|format| format.endings).collect();
        assert_eq!(endings.iter().collect::<BTreeSet<_>>().len(), endings.len());
        assert_eq!(Format::of_path(Path::new("a/report.JSON")).unwrap().name, "json");
        assert_eq!(Format::of_path(Path::new("report.md")).unwrap().name, "markdown");
        assert!(Format::of_path(Path::new("report.pdf")).is_none());
        assert!(Format::of_path(Path::new("json")).is_none());
        assert!(Format::named("csv").is_some());
    }
}
