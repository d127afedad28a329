//! Targets of links, and directories above, that are replaced: no notification tells that.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{REFUSAL, Watching, append};
use crate::tree::{FAILING, HEALTHY, fleet};

/// Less than the interval at which all files are compared anyway.
const SOON: Duration = Duration::from_secs(20);

/// A directory, and the path in it that is watched.
struct Case {
    folder: tempfile::TempDir,
    watched: &'static str,
}

impl Case {
    fn new(watched: &'static str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), watched }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the healthy phone's log, with a failure or without.
    fn log(&self, path: &str, fails: bool) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let healthy = fs::read_to_string(fleet().path().join(HEALTHY)).unwrap();
        fs::write(path, healthy + if fails { REFUSAL } else { "" }).unwrap();
    }

    fn replace(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Watches, makes the change, and expects it to be noticed soon.
    fn is_noticed(&self, change: impl FnOnce(&Self)) -> Watching {
        let watching = Watching::of(self.folder.path(), &[self.watched]);
        // A file that was just written is compared again; this must not be what notices the change.
        std::thread::sleep(Duration::from_secs(3));
        change(self);
        let began = Instant::now();
        watching.says("0004F2A1B201 ok -> failed INS001@platform-1");
        assert!(began.elapsed() < SOON);
        watching
    }
}

#[test]
fn the_target_of_a_linked_log() {
    let case = Case::new("logs");
    case.log("real/x", false);
    case.log("real/y", true);
    fs::create_dir(case.path("logs")).unwrap();
    symlink("../real/x", case.path("logs").join(HEALTHY)).unwrap();
    let watching = case.is_noticed(|case| case.replace("real/y", "real/x"));
    append(&case.path("real/x"), "0301090001|hw   |4|00|Could not decode cert chain, results 0\nx\n");
    watching.says("0004F2A1B201 failed -> failed INS003");
}

#[test]
fn a_linked_log_that_the_user_named() {
    let case = Case::new("named.log");
    case.log(&format!("real/{HEALTHY}"), false);
    symlink(Path::new("real").join(HEALTHY), case.path("named.log")).unwrap();
    case.is_noticed(|case| append(&case.path("real").join(HEALTHY), REFUSAL));
}

#[test]
fn the_watched_directory_as_a_link() {
    let case = Case::new("logs");
    case.log(&format!("one/{HEALTHY}"), false);
    case.log(&format!("two/{HEALTHY}"), true);
    symlink("one", case.path("logs")).unwrap();
    symlink("two", case.path("new")).unwrap();
    case.is_noticed(|case| case.replace("new", "logs"));
}

#[test]
fn a_directory_above_the_watched_one() {
    let case = Case::new("site/logs");
    case.log(&format!("site/logs/{HEALTHY}"), false);
    case.log(&format!("new/logs/{HEALTHY}"), true);
    // For the moment in between, there is no such directory.
    let watching = Watching::of(case.folder.path(), &["site/logs"]);
    case.replace("site", "old");
    watching.complains("site/logs: ");
    watching.says("0004F2A1B201 ok -> gone");
    case.replace("new", "site");
    let began = Instant::now();
    watching.says("0004F2A1B201 new -> failed INS001@platform-1");
    assert!(began.elapsed() < SOON);
}

#[test]
fn the_target_of_a_linked_directory() {
    let case = Case::new("logs");
    case.log(&format!("real/site/{HEALTHY}"), false);
    case.log(&format!("new/{HEALTHY}"), true);
    fs::create_dir(case.path("logs")).unwrap();
    symlink("../real/site", case.path("logs/site")).unwrap();
    let watching = case.is_noticed(|case| {
        case.replace("real/site", "real/old");
        case.replace("new", "real/site");
    });
    // The new target is watched too.
    fs::copy(fleet().path().join(FAILING), case.path("real/site").join(FAILING)).unwrap();
    let began = Instant::now();
    watching.says("0004F2A1B202 new -> failed INS001@platform-1");
    assert!(began.elapsed() < SOON);
}

#[test]
fn a_linked_configuration_file() {
    let case = Case::new("logs");
    case.log(&format!("logs/{HEALTHY}"), false);
    for (name, text) in [("m.cfg", "<a/>"), ("new", "<a ")] {
        fs::create_dir_all(case.path("real")).unwrap();
        fs::write(case.path("real").join(name), text).unwrap();
    }
    symlink("../real/m.cfg", case.path("logs/0004f2a1b201.cfg")).unwrap();
    let watching = Watching::of(case.folder.path(), &["logs"]);
    case.replace("real/new", "real/m.cfg");
    let began = Instant::now();
    watching.says("0004F2A1B201 ok -> failed CFG001");
    assert!(began.elapsed() < SOON);
}
