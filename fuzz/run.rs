//! One run of the program over bytes that the fuzzer made.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::LazyLock;

use chrono::NaiveDate;
use phonecert::input::{self, Limits, find};
use phonecert::phone::Selection;
use phonecert::report::{FORMATS, ScanReport, Style};
use phonecert::scan::{NoProgress, Options, Records, Scan, scan, scan_records};
use phonecert::timeline::Clock;
use phonecert::window::Window;

/// A folder in memory, if there is one.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder for what is fuzzed")
});

static POOL: LazyLock<rayon::ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread"));

/// Limits that keep a run short.
const LIMITS: Limits = Limits {
    log_bytes: 4 << 20,
    archive_bytes: 16 << 20,
    ratio: 1_000,
    ratio_from: 1 << 20,
    members: 200,
};

/// Scans a file of this name with these bytes, writes the report in all formats, and returns the JSON.
///
/// # Panics
/// If a format of the report is not valid.
#[must_use]
pub fn report(name: &str, bytes: &[u8]) -> serde_json::Value {
    let path = FOLDER.path().join(name);
    let mut file = std::fs::File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .expect("a file for what is fuzzed");
    file.set_len(bytes.len() as u64).expect("its length");
    file.seek(SeekFrom::Start(0)).expect("its beginning");
    file.write_all(bytes).expect("its content");
    POOL.install(|| {
        let found = find(&[path], &input::Options { limits: LIMITS, ..input::Options::default() });
        let scan = scan(&found, &options(), &NoProgress);
        written(&scan)
    })
}

/// Reads a file of records with these bytes and writes the report in all formats; None if the file is rejected.
///
/// # Panics
/// If a format of the report is not valid.
#[must_use]
pub fn report_of_records(bytes: &[u8]) -> Option<serde_json::Value> {
    let mut records = Records::new().expect("a temporary file");
    records.read(Box::new(bytes)).ok()?;
    let mut options = options();
    options.clock.window = records.window();
    POOL.install(|| Some(written(&scan_records(records, &options).expect("a temporary file"))))
}

fn options() -> Options {
    let now = NaiveDate::from_ymd_opt(2014, 3, 1).and_then(|day| day.and_hms_opt(12, 0, 0));
    Options {
        clock: Clock { window: Window::default(), year: None, now: now.expect("a date") },
        devices: Vec::new(),
        statuses: Vec::new(),
        selection: Selection::default(),
        inventory: None,
        roots: Some(Vec::new()),
        stale: chrono::TimeDelta::days(14),
        names_of_all: false,
    }
}

fn written(scan: &Scan) -> serde_json::Value {
    let report = ScanReport { overview: &scan.overview, devices: scan };
    let mut json = None;
    for format in FORMATS {
        let mut bytes = Vec::new();
        format.write(&report, &Style::default(), &mut bytes).expect("memory takes all");
        let text = String::from_utf8(bytes).expect("a report is UTF-8");
        let is_raw = |c: char| c.is_control() && c != '\n' && !(format.name == "csv" && c == '\r');
        assert!(!text.contains(is_raw), "{} holds a raw control character: {text:?}", format.name);
        if format.name == "json" {
            json = Some(serde_json::from_str(&text).expect("a document"));
        }
    }
    json.expect("one of the formats")
}
