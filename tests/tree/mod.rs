//! Copies samples to a temporary directory, with fixed modification times, and runs the program on them.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

pub mod pack;
pub mod records;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use chrono::{NaiveDateTime, TimeDelta};
use filetime::FileTime;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use pack::{gzip, tar};

/// The modification time of the samples, unless `modified.json` says otherwise.
pub const TIME: &str = "2016-07-01T12:00:00";
/// A phone of the fleet with an active error.
pub const FAILING: &str = "0004f2a1b202-app.log";
/// A healthy phone of the fleet.
pub const HEALTHY: &str = "0004f2a1b201-app.log";

/// The notice on standard error about the fleet, which has boot logs beside its logs.
pub const SKIPPED: &str = "phonecert: 4 boot logs were not read (such a log contains no messages about certificates), such as 0004f2a1b201-boot.log\n";

/// Where the samples are.
pub fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// A sample of a configuration file's values: a certificate or a key.
pub fn sample(name: &str) -> String {
    fs::read_to_string(testdata().join("config").join(name)).unwrap()
}

/// The program in `directory`, without environment variables that would change its answer.
pub fn phonecert(directory: &Path) -> Command {
    let mut command = Command::cargo_bin("phonecert").unwrap();
    command.current_dir(directory).env("TZ", "UTC");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// The program's answer to these arguments as JSON, with any exit status.
pub fn json(directory: &Path, arguments: &[&str]) -> Value {
    let output = phonecert(directory).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
}

/// A copy of a folder of samples. Its `modified.json` names the times of files that differ from the rest.
pub fn copy(folder: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    copy_into(folder, copy.path());
    copy
}

/// The same into a folder, which is made if needed.
pub fn copy_into(folder: &Path, to: &Path) {
    let mut files = files_below(folder);
    files.sort();
    let modified = fs::read_to_string(folder.join("modified.json")).unwrap_or_else(|_| "{}".to_owned());
    let modified: Value = serde_json::from_str(&modified).unwrap();
    for path in files {
        let name = path.strip_prefix(folder).unwrap();
        let time = modified[name.to_str().unwrap()].as_str().unwrap_or(TIME);
        write(to, name.to_str().unwrap(), &fs::read(&path).unwrap(), time);
    }
}

/// Writes a file that was last changed at this time.
pub fn write(folder: &Path, name: &str, bytes: &[u8], modified: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    touch(&path, modified);
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    files.iter().for_each(|(name, text)| write(folder.path(), name, text.as_bytes(), TIME));
    folder
}

/// Sets the modification time of a file.
pub fn touch(path: &Path, modified: &str) {
    let seconds = seconds(modified).parse().unwrap();
    filetime::set_file_mtime(path, FileTime::from_unix_time(seconds, 0)).unwrap();
}

/// A time this number of days later, in the same notation.
pub fn days_after(time: &str, days: i64) -> String {
    let time = time.parse::<NaiveDateTime>().unwrap() + TimeDelta::days(days);
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// For SOURCE_DATE_EPOCH: the seconds of this time.
pub fn seconds(time: &str) -> String {
    time.parse::<NaiveDateTime>().unwrap().and_utc().timestamp().to_string()
}

/// All files in and below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// A copy of the fleet.
pub fn fleet() -> TempDir {
    copy(&testdata().join("fleet"))
}

/// A copy of a case.
pub fn case(name: &str) -> TempDir {
    copy(&testdata().join("cases").join(name))
}

/// An archive of all files in and below a folder.
pub fn zip_of(folder: &Path) -> Vec<u8> {
    let mut files = files_below(folder);
    files.sort();
    let member = |path: &PathBuf| {
        (path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
    };
    pack::zip(&files.iter().map(member).collect::<Vec<_>>())
}

/// Runs the program at one fixed time, long after the samples: a page for a browser shows when it was made.
pub fn run_at_once(folder: &Path, arguments: &[&str]) -> Output {
    phonecert(folder).args(arguments).env("SOURCE_DATE_EPOCH", "1467500000").output().unwrap()
}

/// Runs the program.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    phonecert(folder).args(arguments).output().unwrap()
}

/// Its exit status.
pub fn status(folder: &Path, arguments: &[&str]) -> i32 {
    run(folder, arguments).status.code().unwrap()
}

/// Its standard output.
pub fn said(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, arguments).stdout).unwrap()
}

/// Its standard error.
pub fn complained(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, arguments).stderr).unwrap()
}

/// A scan as JSON; the newest lines are of 2016.
pub fn scanned(folder: &Path, arguments: &[&str]) -> Value {
    self::json(folder, &[&["scan", "--format", "json", "--year", "2016"], arguments].concat())
}

/// The phones of an answer, in its order.
pub fn macs(answer: &Value) -> Vec<String> {
    let devices = answer["devices"].as_array().unwrap().iter();
    devices.map(|device| device["mac"].as_str().unwrap().to_owned()).collect()
}

/// A device's diagnoses.
pub fn codes(device: &Value) -> Vec<&str> {
    device["diagnoses"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect()
}

/// The devices without what depends on the directories of their logs.
pub fn devices(answer: &Value) -> Vec<Value> {
    let mut devices = answer["devices"].as_array().unwrap().clone();
    for device in &mut devices {
        device["files"] = json!(device["files"].as_array().unwrap().len());
        for certificate in device["certificates"].as_array_mut().unwrap() {
            let lines = certificate.get_mut("configuration").and_then(Value::as_array_mut);
            lines.into_iter().flatten().for_each(|line| line["file"] = Value::Null);
        }
        for diagnosis in device["diagnoses"].as_array_mut().unwrap() {
            for line in diagnosis["evidence"].as_array_mut().unwrap() {
                line["file"] = Value::Null;
            }
            for joined in diagnosis["configuration"].as_array_mut().unwrap() {
                joined["file"] = Value::Null;
            }
        }
    }
    devices
}

/// The scan of these records, without options that select phones or diagnoses.
pub fn scan_of(records: phonecert::scan::Records) -> phonecert::scan::Scan {
    let clock = phonecert::timeline::Clock {
        window: records.window(),
        year: None,
        now: "2016-07-02T12:00:00".parse().unwrap(),
    };
    let options = phonecert::scan::Options {
        roots: Some(Vec::new()),
        clock,
        devices: Vec::new(),
        statuses: Vec::new(),
        selection: phonecert::phone::Selection::default(),
        inventory: None,
        stale: TimeDelta::days(14),
        names_of_all: false,
    };
    phonecert::scan::scan_records(records, &options).unwrap()
}

/// Runs the program as a user without the permissions of root: `nobody` if the tests run as root.
#[cfg(unix)]
pub struct Unprivileged {
    /// Other users may not be able to read the folder in which it was built.
    program: PathBuf,
    _folder: TempDir,
}

#[cfg(unix)]
impl Unprivileged {
    const NOBODY: u32 = 65534;

    /// A copy of the program that anyone can run.
    pub fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = TempDir::new().unwrap();
        let program = folder.path().join("phonecert");
        fs::copy(env!("CARGO_BIN_EXE_phonecert"), &program).unwrap();
        for path in [folder.path(), &program] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { program, _folder: folder }
    }

    /// Runs it in `folder`, which that user must be able to enter.
    pub fn run(&self, folder: &Path, arguments: &[&str]) -> Output {
        use std::os::unix::fs::MetadataExt;
        use std::os::unix::process::CommandExt;
        let mut command = std::process::Command::new(&self.program);
        command.args(arguments).current_dir(folder).env("TZ", "UTC");
        // The user of the tests owns the new files.
        if fs::metadata(&self.program).unwrap().uid() == 0 {
            command.uid(Self::NOBODY).gid(Self::NOBODY);
        }
        loop {
            match command.output() {
                // A child process of another thread has the copy open until it executes its program.
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                    std::thread::yield_now();
                }
                result => return result.unwrap(),
            }
        }
    }
}
