//! The stable API of the library: a scanner and its report.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{Local, NaiveDateTime, TimeDelta};

use crate::input::{self, find};
use crate::inventory::Inventory;
use crate::model::Mac;
use crate::phone::Selection;
use crate::problem::Problem;
use crate::redact::Shown;
use crate::report::shape::{Device as Phone, EventRow as Event, FleetDay, Scanned, Summary, ZtpReadiness};
use crate::report::{self, Devices, FORMATS, Format, Style};
use crate::scan::{self, NoProgress, Options, Scan};
use crate::timeline::Clock;
use crate::window::Window;

/// Scans logs as `phonecert scan` does: all phones and all times, if no field says otherwise. Configuration files that
/// are found with the logs are judged too.
///
/// The work is done in the current rayon thread pool.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Scanner {
    /// Only these phones; all phones if empty.
    pub phones: Vec<Mac>,
    /// Leaves out what was logged before this time (`--since`), local time of the phones. A line of this time counts.
    pub since: Option<NaiveDateTime>,
    /// Leaves out what was logged after this time (`--until`), local time of the phones. A line of this time counts.
    pub until: Option<NaiveDateTime>,
    /// The year of each log's newest line (`--year`), since most logs contain no year. Without it: the latest year in which
    /// that line is at most a day after the file's modification time.
    pub year: Option<i32>,
    /// The time that counts as now, local time: ages of lines and dates of certificates are compared with it. Without it,
    /// the time at which a scan begins.
    pub now: Option<NaiveDateTime>,
    /// The data of the phones' labels. Phones in the inventory without a log are in the report too.
    pub inventory: Option<Inventory>,
    /// Whether archives in searched directories are opened, as they are by default.
    pub archives: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner without restrictions.
    pub const fn new() -> Self {
        Self {
            phones: Vec::new(),
            since: None,
            until: None,
            year: None,
            now: None,
            inventory: None,
            archives: true,
        }
    }

    /// Reads all logs under these paths: directories, logs, archives. What can't be read becomes a problem in
    /// the report and does not end the scan.
    #[must_use]
    pub fn scan<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Report {
        let paths = owned(paths);
        Report { scan: scan::scan(&self.find(&paths), &self.options(paths), &NoProgress) }
    }

    /// The same as [`scan`](Self::scan), and calls `each` with every event: phone by phone, the events of
    /// each in log order.
    ///
    /// # Errors
    /// An error of `each`, or of the temporary file that stores the events.
    pub fn events<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
        each: impl FnMut(Event) -> io::Result<()>,
    ) -> io::Result<Report> {
        let paths = owned(paths);
        let scan = scan::scan_events(&self.find(&paths), &self.options(paths), &NoProgress)?;
        scan.events(Shown::plain(), each)?;
        Ok(Report { scan })
    }

    fn find(&self, paths: &[PathBuf]) -> input::FoundFiles {
        find(paths, &input::Options { archives: self.archives, ..input::Options::default() })
    }

    fn options(&self, roots: Vec<PathBuf>) -> Options {
        let now = self.now.unwrap_or_else(|| Local::now().naive_local());
        Options {
            clock: Clock { window: Window { since: self.since, until: self.until }, year: self.year, now },
            devices: self.phones.clone(),
            statuses: Vec::new(),
            selection: Selection::default(),
            inventory: self.inventory.clone(),
            roots: Some(roots),
            stale: STALE,
            names_of_all: false,
        }
    }
}

fn owned<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Vec<PathBuf> {
    paths.into_iter().map(|path| path.as_ref().to_owned()).collect()
}

/// A phone whose newest line is older than this is stale; the default of `phonecert scan`.
const STALE: TimeDelta = TimeDelta::days(14);

/// The result of a scan. It takes about 300 bytes of memory per phone, and more for each diagnosis.
pub struct Report {
    scan: Scan,
}

impl Report {
    /// The phones, worst status first, then by MAC address. Each is built when the iterator reaches it.
    pub fn phones(&self) -> impl ExactSizeIterator<Item = Phone> + '_ {
        (0..self.scan.len()).map(|index| self.scan.device(index))
    }

    /// The number of phones by status and by diagnosis.
    #[must_use]
    pub const fn summary(&self) -> &Summary {
        &self.scan.overview.summary
    }

    /// What was read.
    #[must_use]
    pub const fn scanned(&self) -> &Scanned {
        &self.scan.overview.scanned
    }

    /// How many phones can authenticate with the zero-touch provisioning (ZTP) servers.
    #[must_use]
    pub fn ztp(&self) -> ZtpReadiness {
        self.scan.overview.ztp
    }

    /// Days on which many phones began to show one diagnosis.
    #[must_use]
    pub fn fleet(&self) -> &[FleetDay] {
        &self.scan.overview.fleet
    }

    /// What could not be read, sorted by path.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.scan.overview.problems
    }

    /// Writes the report as `phonecert scan --format NAME` does; `phonecert scan --help` lists the names.
    ///
    /// # Errors
    /// The error of `out`; `InvalidInput` if no format has this name.
    pub fn write(&self, format: &str, out: &mut dyn Write) -> io::Result<()> {
        let Some(format) = Format::named(FORMATS, format) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no format is called {format}")));
        };
        let report = report::ScanReport { overview: &self.scan.overview, devices: &self.scan };
        format.write(&report, &Style::default(), out)
    }
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("summary", self.summary()).finish_non_exhaustive()
    }
}
