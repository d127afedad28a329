//! Samples copied to a place of their own, where their files have fixed times, and the program run
//! on them.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use chrono::{NaiveDateTime, TimeDelta};
use filetime::FileTime;
use serde_json::Value;
use tempfile::TempDir;

/// When the samples were last changed, unless they say otherwise.
const MODIFIED: &str = "2016-07-01T12:00:00";

/// Where the samples are.
pub fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// The program in `directory`, with nothing of the caller's environment that changes its answer.
pub fn phonecert(directory: &Path) -> Command {
    let mut command = Command::cargo_bin("phonecert").unwrap();
    command.current_dir(directory).env("TZ", "UTC");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// What the program answers to these arguments, as JSON, whatever its exit status.
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

/// The same to a folder that is there, or is made.
pub fn copy_into(folder: &Path, to: &Path) {
    let mut files = files_below(folder);
    files.sort();
    let modified = fs::read_to_string(folder.join("modified.json")).unwrap_or_else(|_| "{}".to_owned());
    let modified: Value = serde_json::from_str(&modified).unwrap();
    for path in files {
        let name = path.strip_prefix(folder).unwrap();
        let time = modified[name.to_str().unwrap()].as_str().unwrap_or(MODIFIED);
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

/// Says that a file was last changed at this time.
pub fn touch(path: &Path, modified: &str) {
    let time: NaiveDateTime = modified.parse().unwrap();
    filetime::set_file_mtime(path, FileTime::from_unix_time(time.and_utc().timestamp(), 0)).unwrap();
}

/// A time so many days later, in the same notation.
pub fn days_after(time: &str, days: i64) -> String {
    let time = time.parse::<NaiveDateTime>().unwrap() + TimeDelta::days(days);
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
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
