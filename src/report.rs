//! Writes reports: the shapes of the output, and one file per format.
//!
//! [`FORMATS`] is the table of the formats of `scan`; each other command has a table of the same type. What a
//! new format of `scan` needs is listed in `report/scan.rs`; one of another command is a row of its table, such as
//! [`EVENT_FORMATS`].

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

mod devices;
mod findings;
mod redacted;
mod safe_csv;
mod safe_json;
mod scan;
pub mod selection;

#[cfg(test)]
mod fixture;

pub use devices::Devices;
use group::GroupBy;
pub use redacted::Redacted;
pub use shape::ZtpReadiness;
use shape::{AnswerSelection, FleetDay, Scanned, Summary};

pub use events::{EVENT_FORMATS, EventsWriter};
pub use format::Format;
pub use scan::{FORMATS, ScanFormat, ScanWriter};

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
    /// Sentences on configuration that was found, could be read, and was not judged. Formats for a terminal leave them to
    /// standard error.
    pub not_judged: Vec<String>,
    /// Sentences on files that look like logs or archives and were not read, such as `*.7z`. Formats for a terminal leave
    /// them to standard error.
    pub passed_over: Vec<String>,
    /// The elapsed time of the run; in no format for machines.
    pub elapsed: std::time::Duration,
    /// When the run began: local time with the offset from UTC, `2026-11-24 03:10 +01:00`; empty if not to be
    /// shown. Only `html` shows it.
    pub began: String,
    /// The command line of the run; empty if not to be shown. Only `html` shows it.
    pub command: String,
    /// Number of phones by readiness for ZTP.
    pub ztp: ZtpReadiness,
    /// Days on which many phones began to show one diagnosis.
    pub fleet: Vec<FleetDay>,
    /// What the options of the scan leave out; None if nothing.
    pub selection: Option<AnswerSelection>,
}

impl Overview {
    /// What the options of the scan leave out, in sentences.
    fn left_out(&self) -> Vec<String> {
        self.selection.as_ref().map(AnswerSelection::in_words).unwrap_or_default()
    }

    /// What the phones of status `ok` are, in words after their number.
    fn healthy(&self) -> &'static str {
        if self.ok_with_others() > 0 { "without a counted error or warning" } else { "with nothing wrong" }
    }

    /// How many phones are `ok` only because active errors or warnings are left out.
    fn ok_with_others(&self) -> u64 {
        self.selection.as_ref().map_or(0, |selection| selection.ok_with_others)
    }
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
    use super::*;
    use crate::input::log_mac;

    fn endings<W>(table: &[Format<W>]) -> impl Iterator<Item = &'static str> {
        table.iter().flat_map(|format| format.endings.iter().copied())
    }

    /// A report that is written beside the logs, under the name of one of them, must not be read as a log. `txt` is an
    /// ending of logs too.
    #[test]
    fn no_report_is_found_as_a_log() {
        let all = endings(FORMATS)
            .chain(endings(&EVENT_FORMATS))
            .chain(endings(&story::STORY_FORMATS))
            .chain(endings(&explain::EXPLAIN_FORMATS))
            .chain(endings(&lookup::LOOKUP_FORMATS))
            .chain(endings(&diff::DIFF_FORMATS))
            .chain(endings(&config::CONFIG_FORMATS))
            .chain(endings(&watch::WATCH_FORMATS));
        for ending in all.filter(|ending| *ending != "txt") {
            let name = format!("0004f2a1b2c3-app.log.{ending}");
            assert_eq!(
                log_mac(name.as_bytes()),
                None,
                "{ending}: add it to REPORT_ENDINGS of input/log_name.rs"
            );
        }
    }
}
