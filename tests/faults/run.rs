//! Runs the program over a directory of each test, which also has the log of a healthy phone, the neighbour.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// The log that most tests damage.
pub(crate) const LOG: &str = "0004f2a1b2c3-app.log";
/// Its phone.
pub(crate) const PHONE: &str = "0004F2A1B2C3";
/// The neighbour's log.
const NEIGHBOUR: &str = "64167f000001-app.log";
const NEIGHBOUR_LINES: u64 = 10;

/// A log of this number of lines, each an event, that compresses so badly that its compressed form can be cut. All
/// lines have the same length.
pub(crate) fn log(lines: u64) -> Vec<u8> {
    (0..lines).flat_map(|line| line_of(line).into_bytes()).collect()
}

/// The first and the second half of a log, whose lines all have the same length.
pub(crate) fn halves_of_log(lines: u64) -> [Vec<u8>; 2] {
    let log = log(lines);
    let (first, second) = log.split_at(log.len() / 2);
    [first.to_vec(), second.to_vec()]
}

fn line_of(line: u64) -> String {
    let (hour, minute, second) = (line / 3600 % 24, line / 60 % 60, line % 60);
    let noise = line.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let noise = noise ^ noise >> 29;
    format!(
        "0531{hour:02}{minute:02}{second:02}|sntp |4|00|Could not load time from {noise:016x}({noise:016x}).\n"
    )
}

/// A directory with the neighbour's log and the files of a test.
pub(crate) struct Tree {
    folder: TempDir,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Some tests run as another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let tree = Self { folder };
        tree.write(NEIGHBOUR, &log(NEIGHBOUR_LINES));
        tree
    }

    pub(crate) fn with(name: &str, content: &[u8]) -> Self {
        let tree = Self::new();
        tree.write(name, content);
        tree
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Scans the whole tree.
    pub(crate) fn scan(&self) -> Answer {
        self.scan_with(&[])
    }

    /// Scans with these arguments, and the neighbour.
    pub(crate) fn scan_with(&self, args: &[&str]) -> Answer {
        let mut command = program(self.folder.path());
        command.args(args);
        if !args.is_empty() {
            command.arg(NEIGHBOUR);
        }
        Answer::of(command.output().unwrap()).beside_neighbour()
    }

    /// Scans the neighbour and standard input.
    pub(crate) fn scan_input(&self, input: &[u8]) -> Answer {
        let mut command = program(self.folder.path());
        command.args(["-", NEIGHBOUR]).write_stdin(input);
        Answer::of(command.output().unwrap()).beside_neighbour()
    }
}

/// The command of a scan in this directory. A run that hangs is killed.
pub(crate) fn program(inside: &Path) -> Command {
    program_for(inside, "json")
}

/// The same, for an answer in another format.
pub(crate) fn program_for(inside: &Path, format: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phonecert"));
    command.args(["scan", "--no-progress", "--format", format]);
    command.current_dir(inside).env("TZ", "UTC").timeout(Duration::from_secs(120));
    command
}

/// The result of a run.
pub(crate) struct Answer {
    pub(crate) json: Value,
    pub(crate) status: i32,
    pub(crate) errors: String,
    /// The part of the counts that is the neighbour's.
    beside: u64,
}

impl Answer {
    pub(crate) fn of(output: Output) -> Self {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let status = output.status.code().unwrap_or_else(|| panic!("killed: {errors}"));
        let json = match status {
            2 => Value::Null,
            _ => serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}")),
        };
        Self { json, status, errors, beside: 0 }
    }

    fn beside_neighbour(mut self) -> Self {
        let neighbour = self.device("64167F000001");
        assert!(neighbour.is_some(), "the neighbour's log was not read: {:#}", self.json);
        self.beside = NEIGHBOUR_LINES;
        self
    }

    pub(crate) fn device(&self, mac: &str) -> Option<&Value> {
        self.json["devices"].as_array()?.iter().find(|device| device["mac"] == mac)
    }

    /// A count of what was scanned, without the neighbour.
    fn scanned(&self, what: &str) -> u64 {
        self.json["scanned"][what].as_u64().unwrap() - self.beside
    }

    pub(crate) fn lines(&self) -> u64 {
        self.scanned("lines")
    }

    pub(crate) fn events(&self) -> u64 {
        self.scanned("events")
    }

    /// Each problem's path, kind and message.
    pub(crate) fn problems(&self) -> Vec<(&str, &str, &str)> {
        let problems = self.json["problems"].as_array().unwrap();
        problems
            .iter()
            .map(|problem| {
                let [path, kind, message] = ["path", "kind", "message"].map(|field| problem[field].as_str());
                (path.unwrap(), kind.unwrap(), message.unwrap())
            })
            .collect()
    }

    /// Asserts that all was read, without a problem.
    #[track_caller]
    pub(crate) fn is_whole(&self, lines: u64) -> &Self {
        assert_eq!(self.problems(), []);
        assert_eq!((self.lines(), self.events(), self.status), (lines, lines, 0), "{}", self.errors);
        self
    }

    /// Asserts that there is this problem and no other, and the exit status of problems.
    #[track_caller]
    pub(crate) fn has_problem(&self, path: &str, kind: &str, words: &str) -> &Self {
        let problems = self.problems();
        let [(a_path, a_kind, message)] = problems[..] else { panic!("{problems:#?}") };
        assert_eq!((a_path, a_kind), (path, kind), "{message}");
        assert!(message.contains(words), "{message:?} has no {words:?}");
        assert_eq!(self.status, 4, "{}", self.errors);
        self
    }

    /// Asserts that this number of lines was read, each an event.
    #[track_caller]
    pub(crate) fn read(&self, lines: u64) -> &Self {
        assert_eq!((self.lines(), self.events()), (lines, lines), "{:#?}", self.problems());
        assert_eq!(self.device(PHONE).is_some(), lines > 0);
        self
    }
}
