//! A scan of records gives the same bytes as a scan of the logs. A file of records that is not complete is rejected.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::fs;
use std::io::Write;
use std::path::Path;

use phonecert::records::{Item, Reader};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use tree::records::{answers_are_equal, any_split_answers_as_a_whole, at, digest};
use tree::{complained, days_after, phonecert, run, said, status, testdata, write};

/// All sample folders, an archive, a syslog server's file, and files that are not logs.
fn everything() -> TempDir {
    let folder = tree::fleet();
    for part in ["cases", "guide", "truth", "forms"] {
        tree::copy_into(&testdata().join(part), &folder.path().join(part));
    }
    let failing = fs::read(testdata().join("fleet").join(tree::FAILING)).unwrap();
    let tar =
        tree::tar(&["logs/0004f2d00001-app.log", "logs/0004f2a1b202-app.log"].map(|name| (name, &failing)));
    write(folder.path(), "site.tar.gz", &tree::gzip(&tar), tree::TIME);
    write(folder.path(), "0004f2d00002-app.log", b"no line of a log\n", tree::TIME);
    write(
        folder.path(),
        "0004f2d00003-app.log.gz",
        &tree::gzip(b"0531131822|so   |*|00|text\n")[..20],
        tree::TIME,
    );
    write(folder.path(), "old.7z", b"", tree::TIME);
    let log = fs::read(testdata().join("fleet").join(tree::HEALTHY)).unwrap();
    write(folder.path(), "0004f2d00004-app.log/part.1", &log[..log.len() / 2], tree::TIME);
    write(folder.path(), "0004f2d00004-app.log/part.2", &log[log.len() / 2..], tree::TIME);
    #[cfg(unix)]
    fs::hard_link(folder.path().join(tree::HEALTHY), folder.path().join("0004f2a1b201-app.log.bak")).unwrap();
    folder
}

#[test]
fn records_answer_as_logs_do() {
    let folder = everything();
    let bytes = digest(folder.path(), &[]);
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("all.pcr", &bytes);
    // Twice in one file, and compressed.
    put("twice.pcr", &[&bytes[..], &bytes].concat());
    put("all.pcr.zst", &tree::pack::zstd(&bytes));
    put("all.pcr.gz", &tree::gzip(&bytes));
    answers_are_equal(folder.path(), &[], &["twice.pcr", "all.pcr.zst", "all.pcr.gz"], "UTC");
    let scan = |zone: &str, records: &[&str]| {
        at(folder.path(), &[&["scan", "--format", "json"], records].concat(), zone).stdout
    };
    let of_logs = scan("UTC", &[]);
    assert!(of_logs == scan("UTC", &["--records", "all.pcr"]));
    assert!(scan("Pacific/Auckland", &[]) == scan("Pacific/Auckland", &["--records", "all.pcr"]));
    let by_pipe = phonecert(folder.path())
        .args(["scan", "--format", "json", "--records", "-"])
        .env("SOURCE_DATE_EPOCH", "1467500000")
        .write_stdin(bytes)
        .output()
        .unwrap();
    assert!(by_pipe.stdout == of_logs);
}

/// The file before one of a syslog server can name its phones also if another run digested it.
#[test]
fn rotated_files_of_a_syslog_server_are_joined_from_records() {
    let folder = TempDir::new().unwrap();
    let name = "truth/285-rotated-files-of-a-syslog-server/logs";
    tree::copy_into(&testdata().join(name), folder.path());
    let files = ["polycom.log", "polycom.log.1", "polycom.log.2"];
    let scan = |arguments: &[&str]| {
        let output = at(folder.path(), &[&["scan", "--format", "json"], arguments].concat(), "UTC");
        String::from_utf8(output.stdout).unwrap()
    };
    for file in files {
        fs::write(folder.path().join(format!("{file}.pcr")), digest(folder.path(), &[file])).unwrap();
    }
    fs::write(folder.path().join("all.pcr"), digest(folder.path(), &files)).unwrap();
    let cached = digest(folder.path(), &[&files[..], &["--cache", "all.pcr"]].concat());
    fs::write(folder.path().join("cached.pcr"), cached).unwrap();
    let logs = scan(&files);
    assert!(!logs.contains("\"mac\":null"), "{logs}");
    assert_eq!(scan(&["--records", "all.pcr"]), logs);
    assert_eq!(scan(&["--records", "cached.pcr"]), logs);
    assert_eq!(scan(&["--records", "all.pcr", "cached.pcr", "polycom.log.1.pcr"]), logs);
    let apart: Vec<String> = files.iter().map(|file| format!("{file}.pcr")).collect();
    let apart: Vec<&str> = std::iter::once("--records").chain(apart.iter().map(String::as_str)).collect();
    assert_eq!(scan(&apart), logs);
}

#[test]
fn records_are_the_same_whatever_the_threads_and_the_zone() {
    let folder = everything();
    let one = digest(folder.path(), &["--threads", "1"]);
    assert!(one == digest(folder.path(), &["--threads", "7"]));
    assert!(one == at(folder.path(), &["digest"], "Pacific/Auckland").stdout);
}

#[test]
fn options_that_choose_work_on_records() {
    let folder = tree::fleet();
    fs::write(folder.path().join("all.pcr"), digest(folder.path(), &[])).unwrap();
    write(folder.path(), "labels.csv", b"mac,part_number\n0004f2ffffff,2201-12360-001\n", tree::TIME);
    for options in [
        &["--device", "0004f2a1b202"][..],
        &["--status", "failed", "--select", "INS"],
        &["--year", "2015", "--stale", "1d"],
        &["--inventory", "labels.csv"],
        &["--group-by", "code"],
    ] {
        let scan = |records: &[&str]| {
            at(folder.path(), &[&["scan", "--format", "json"], options, records].concat(), "UTC")
        };
        let (records, logs) = (scan(&["--records", "all.pcr"]), scan(&[]));
        assert!(records.stdout == logs.stdout && records.status == logs.status, "{options:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Any split by phone, in any order, with repeats.
    #[test]
    fn any_split_by_phone(seed in proptest::collection::vec(0..5_usize, 64), order in Just((0..7).collect::<Vec<_>>()).prop_shuffle()) {
        any_split_answers_as_a_whole(tree::fleet().path(), &seed, &order);
    }
}

#[test]
fn a_phone_whose_logs_were_digested_apart_is_named() {
    let folder = tree::fleet();
    for (name, paths) in
        [("a", &["64167f0a0b04-app.log"][..]), ("b", &["64167f0a0b04-app.log.1", tree::FAILING])]
    {
        fs::write(folder.path().join(format!("{name}.pcr")), digest(folder.path(), paths)).unwrap();
    }
    let answer = tree::json(folder.path(), &["scan", "--format", "json", "--records", "a.pcr", "b.pcr"]);
    let problems = answer["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0]["kind"], "digested-apart");
    assert_eq!(problems[0]["path"], "64167F0A0B04");
    assert_eq!(answer["devices"].as_array().unwrap().len(), 2);
    let redacted =
        said(folder.path(), &["scan", "--redact", "--format", "json", "--records", "a.pcr", "b.pcr"]);
    assert!(redacted.contains("digested-apart") && !redacted.contains("64167F0A0B04"), "{redacted}");
    // With a file that has all of them, the answer is complete.
    let both = digest(folder.path(), &["64167f0a0b04-app.log", "64167f0a0b04-app.log.1"]);
    fs::write(folder.path().join("both.pcr"), both).unwrap();
    let arguments = ["scan", "--format", "json", "--records", "a.pcr", "both.pcr"];
    assert_eq!(tree::json(folder.path(), &arguments)["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn a_phone_of_two_states_of_one_log_is_named() {
    let folder = tree::fleet();
    fs::write(folder.path().join("old.pcr"), digest(folder.path(), &[tree::HEALTHY])).unwrap();
    let mut log = fs::read(folder.path().join(tree::HEALTHY)).unwrap();
    log.extend(b"0701120000|so   |3|00|one line more\n");
    write(folder.path(), tree::HEALTHY, &log, "2016-07-01T13:00:00");
    fs::write(folder.path().join("new.pcr"), digest(folder.path(), &[tree::HEALTHY])).unwrap();
    let kinds = |files: [&str; 2]| {
        let answer =
            tree::json(folder.path(), &["scan", "--format", "json", "--records", files[0], files[1]]);
        answer["problems"][0]["kind"].as_str().map(str::to_owned)
    };
    assert_eq!(kinds(["old.pcr", "new.pcr"]).as_deref(), Some("digested-apart"));
    assert_eq!(kinds(["new.pcr", "new.pcr"]), None);
}

fn refused(folder: &Path, arguments: &[&str], words: &str) {
    let output = at(folder, arguments, "UTC");
    let complained = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complained}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(complained.contains(words), "{arguments:?}: {complained}");
}

#[test]
fn what_is_no_whole_file_of_records_is_refused_by_name() {
    let folder = tree::fleet();
    let bytes = digest(folder.path(), &[tree::FAILING, "0004f2a1b202.cfg", "site.cfg"]);
    let has = |words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
    assert!(has(b"log.level.change.tls"), "no record of configuration");
    let file = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    file("cut.pcr", &bytes[..bytes.len() - 1]);
    file("empty.pcr", b"");
    file("behind.pcr", &[&bytes[..], b"0"].concat());
    file("cut.pcr.gz", &tree::gzip(&bytes)[..100]);
    for at in (0..60).map(|step| step * bytes.len() / 60) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        file("flipped.pcr", &flipped);
        refused(folder.path(), &["scan", "--records", "flipped.pcr"], "flipped.pcr: ");
        file("cut.pcr", &bytes[..at]);
        refused(folder.path(), &["scan", "--records", "cut.pcr"], "cut.pcr: is ");
    }
    file("cut.pcr", &bytes[..bytes.len() - 1]);
    refused(folder.path(), &["scan", "--records", "cut.pcr"], "cut.pcr: is cut off");
    refused(folder.path(), &["scan", "--records", "cut.pcr.gz"], "cut.pcr.gz: ");
    refused(folder.path(), &["scan", "--records", "empty.pcr"], "empty.pcr: is empty");
    refused(folder.path(), &["scan", "--records", "behind.pcr"], "behind.pcr: ");
    refused(folder.path(), &["scan", "--records", tree::FAILING], "is not a file of records");
    refused(folder.path(), &["scan", "--records", "missing.pcr"], "missing.pcr: ");
    refused(folder.path(), &["scan", "--records", "a.pcr", "--files-from", "x"], "cannot be used with");
    refused(folder.path(), &["digest", "--redact"], "not redacted");
    refused(folder.path(), &["list", "--redact"], "not redacted");
    // The reverse.
    file("good.pcr", &bytes);
    file("0004f2a1b2ff-app.log", &bytes);
    let told = complained(folder.path(), &["scan", "good.pcr"]);
    assert!(
        told.contains("good.pcr: is a file of records, not a log; `phonecert scan --records` reads it"),
        "{told}"
    );
    let answer = tree::json(folder.path(), &["scan", "--format", "json", "0004f2a1b2ff-app.log"]);
    assert_eq!(answer["problems"][0]["kind"], "not-a-log");
}

#[test]
fn records_have_a_window() {
    let folder = tree::fleet();
    for (name, options) in
        [("open", &[][..]), ("window", &["--since", "2016-02-01"]), ("age", &["--since", "400d"])]
    {
        fs::write(folder.path().join(format!("{name}.pcr")), digest(folder.path(), options)).unwrap();
    }
    let scan = |arguments: &[&str]| {
        at(folder.path(), &[&["scan", "--format", "json"], arguments].concat(), "UTC").stdout
    };
    assert!(scan(&["--records", "window.pcr"]) == scan(&["--since", "2016-02-01"]));
    assert!(scan(&["--records", "window.pcr", "--since", "2016-02-01"]) == scan(&["--since", "2016-02-01"]));
    assert!(scan(&["--records", "age.pcr"]) == scan(&["--since", "400d"]));
    refused(
        folder.path(),
        &["scan", "--since", "2016-02-02", "--records", "window.pcr"],
        "window.pcr: was made with --since 2016-02-01T00:00:00",
    );
    refused(
        folder.path(),
        &["scan", "--since", "2016-02-01", "--records", "open.pcr"],
        "neither --since nor --until",
    );
    refused(
        folder.path(),
        &["scan", "--records", "open.pcr", "window.pcr"],
        "window.pcr: was made with --since",
    );
}

/// The notice of a digest with this cache.
fn cached(folder: &Path, arguments: &[&str], now: &str) -> String {
    let arguments = [&["digest", "--cache", "c.pcr", "-o", "c.pcr"], arguments].concat();
    let output =
        phonecert(folder).args(&arguments).env("SOURCE_DATE_EPOCH", tree::seconds(now)).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    told
}

#[test]
fn a_cache_spares_reading_what_is_unchanged() {
    let folder = tree::fleet();
    let now = days_after(tree::TIME, 1);
    let told = cached(folder.path(), &[], &now);
    assert!(told.contains("does not exist yet") && told.contains(" 0 reused unchanged"), "{told}");
    let first = fs::read(folder.path().join("c.pcr")).unwrap();
    let told = cached(folder.path(), &[], &now);
    assert!(told.contains(": 0 read"), "{told}");
    assert!(first == fs::read(folder.path().join("c.pcr")).unwrap());
    // It is not read, so its new content is not known.
    let healthy = folder.path().join(tree::HEALTHY);
    let log = fs::read(&healthy).unwrap();
    write(folder.path(), tree::HEALTHY, &vec![b'x'; log.len()], tree::TIME);
    assert!(cached(folder.path(), &[], &now).contains(": 0 read"));
    assert!(first == fs::read(folder.path().join("c.pcr")).unwrap());
    // Another time, another size: it is read.
    write(folder.path(), tree::HEALTHY, &log, &days_after(tree::TIME, 2));
    let told = cached(folder.path(), &[], &days_after(tree::TIME, 3));
    assert!(told.contains(": 1 read"), "{told}");
    answers_are_equal(folder.path(), &[], &["c.pcr"], "UTC");
}

/// Skipped members of an archive are reported once, whether the archive is read or its records are copied.
#[test]
fn what_was_passed_over_is_told_of_records_too() {
    let folder = tree::fleet();
    let boots = tree::gzip(&tree::tar(&[("0004f2d00001-boot.log", "")]));
    write(folder.path(), "boots.tar.gz", &boots, tree::TIME);
    let now = days_after(tree::TIME, 1);
    let boots = |told: &str| told.lines().find(|line| line.contains("boot log")).unwrap().to_owned();
    let scanned = boots(&complained(folder.path(), &["scan", "--no-config"]));
    for _ in 0..2 {
        assert_eq!(boots(&cached(folder.path(), &[], &now)), scanned);
    }
    assert_eq!(boots(&complained(folder.path(), &["scan", "--records", "c.pcr", "c.pcr"])), scanned);
    fs::remove_file(folder.path().join("boots.tar.gz")).unwrap();
    assert_ne!(boots(&complained(folder.path(), &["scan", "--no-config"])), scanned);
}

/// A file that could not be read may have become readable without a change of size and time.
#[test]
fn what_had_problems_is_read_again() {
    let folder = tree::fleet();
    let now = days_after(tree::TIME, 1);
    let cut = &tree::gzip(&fs::read(folder.path().join(tree::HEALTHY)).unwrap())[..1000];
    write(folder.path(), "0004f2d00003-app.log.gz", cut, tree::TIME);
    for words in [" 0 reused unchanged", ": 1 read"] {
        let arguments = ["digest", "--cache", "c.pcr", "-o", "c.pcr"];
        let mut command = phonecert(folder.path());
        let output = command.args(arguments).env("SOURCE_DATE_EPOCH", tree::seconds(&now)).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{told}");
        assert!(told.contains("truncated-archive") && told.contains(words), "{told}");
    }
}

#[test]
fn a_log_changed_in_the_second_in_which_it_was_read_is_read_again() {
    let folder = tree::fleet();
    write(
        folder.path(),
        tree::HEALTHY,
        &fs::read(folder.path().join(tree::HEALTHY)).unwrap(),
        "2016-07-02T12:00:00",
    );
    cached(folder.path(), &[], "2016-07-02T12:00:01");
    assert!(cached(folder.path(), &[], "2016-07-02T12:00:02").contains(": 1 read"));
    assert!(cached(folder.path(), &[], "2016-07-02T12:00:03").contains(": 0 read"));
}

/// The files that the answer names for a phone.
fn files_of(folder: &Path, mac: &str) -> Vec<String> {
    let answer = tree::json(folder, &["scan", "--format", "json", "--records", "c.pcr", "--device", mac]);
    assert_eq!(answer["problems"].as_array().unwrap().len(), 0, "{answer}");
    let files = answer["devices"][0]["files"].as_array().unwrap();
    files.iter().map(|file| file.as_str().unwrap().to_owned()).collect()
}

#[test]
fn records_of_logs_that_are_gone_are_kept_for_a_while() {
    let folder = tree::fleet();
    let path = folder.path().join(tree::FAILING);
    let log = fs::read(&path).unwrap();
    cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 1));
    // A log that was extended, or rotated, is not a deleted one.
    let more = [&log[..], b"0701120000|so   |3|00|one line more\n"].concat();
    write(folder.path(), tree::FAILING, &more, &days_after(tree::TIME, 1));
    let told = cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 2));
    assert!(told.contains(" 0 of deleted logs"), "{told}");
    fs::rename(&path, folder.path().join("0004f2a1b202-app.log.1")).unwrap();
    write(folder.path(), tree::FAILING, b"0702120000|so   |3|00|a new log\n", &days_after(tree::TIME, 2));
    let told = cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 3));
    assert!(told.contains(" 0 of deleted logs"), "{told}");
    // Started anew, and deleted.
    fs::remove_file(folder.path().join("0004f2a1b202-app.log.1")).unwrap();
    write(folder.path(), tree::FAILING, b"0704120000|so   |3|00|begun anew\n", &days_after(tree::TIME, 4));
    let told = cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 5));
    assert!(told.contains(" 2 of deleted logs"), "{told}");
    let files = files_of(folder.path(), "0004f2a1b202");
    assert!(
        files.iter().any(|file| file == "0004f2a1b202-app.log.1 (gone, 2016-07-02T12:00:00Z)"),
        "{files:?}"
    );
    let told = complained(folder.path(), &["scan", "--records", "c.pcr"]);
    assert!(told.contains("2 logs are gone; the records kept of them are used"), "{told}");
    // They are kept for the time of `--keep`, and no longer.
    let told = cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 80));
    assert!(told.contains(" 2 of deleted logs"), "{told}");
    let told = cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 92));
    assert!(told.contains(" 1 of deleted logs"), "{told}");
    assert!(cached(folder.path(), &[], &days_after(tree::TIME, 92)).contains(" 0 of deleted logs"));
}

/// The kept records have the logs of a phone, but not its configuration.
#[test]
fn where_a_share_is_not_mounted_kept_records_replace_nothing() {
    let folder = tree::fleet();
    cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 1));
    let before = fs::read(folder.path().join("c.pcr")).unwrap();
    fs::create_dir(folder.path().join("mount-point")).unwrap();
    for output in ["c.pcr", "new.pcr"] {
        let digest =
            ["digest", "--cache", "c.pcr", "--keep", "9999d", "--force", "-o", output, "mount-point"];
        let output = run(folder.path(), &digest);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains("no log was found"), "{told}");
    }
    assert!(fs::read(folder.path().join("c.pcr")).unwrap() == before);
}

/// The starts of a phone whose clock shows January 1 are equal to the second.
#[test]
fn a_log_that_begins_anew_with_an_equal_start_counts_beside_the_one_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let start = "\
        0101000002|log  |*|00|---------- Initial log entry ----------\n\
        0101000006|tls  |3|00|Polycom device certificate length 802\n\
        0101000010|tls  |3|00|Custom platform device certificate 1 is not available\n\
        0101000011|tls  |3|00|Custom platform device certificate 2 is not available\n";
    let saved = "\
        0701140400|tls  |*|00|Saving new Custom platform device certificate 1\n\
        0701140400|tls  |*|00|New Certificate Common Name 'X' Fingerprint '7B:8B:96:5A:D4:BC:A0:E4:1A:B5:1D:E7:B3:13:63:A1'\n\
        0701140400|tls  |*|00|No previous certificate stored\n";
    let name = "0004f2a1b203-app.log";
    write(folder.path(), name, (start.to_owned() + saved).as_bytes(), &days_after(tree::TIME, 1));
    cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 2));
    write(folder.path(), name, start.as_bytes(), &days_after(tree::TIME, 3));
    let told = cached(folder.path(), &["--keep", "90d"], &days_after(tree::TIME, 4));
    assert!(told.contains(" 1 of deleted logs"), "{told}");
    assert_eq!(files_of(folder.path(), "0004f2a1b203").len(), 2);
    let answer = tree::json(folder.path(), &["scan", "--format", "json", "--records", "c.pcr"]);
    assert_eq!(answer["devices"][0]["diagnoses"][0]["code"], "INS004", "{answer}");
}

/// Phones name themselves when they start, which is seldom, and a syslog server begins a new file every day.
#[test]
fn a_file_of_a_syslog_server_that_is_gone_still_names_the_phones_of_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let line = |day: u32, hour: u32, text: &str| {
        format!("Jul {day:2} {hour:02}:00:00 192.0.2.11 07{day:02}{hour:02}0000|{text}\n")
    };
    let lines =
        |day| (0..24).map(|hour| line(day, hour, "sip  |3|00|SipReg: register ok")).collect::<String>();
    let start = line(1, 0, "so   |*|00|Platform: Interface eth0 MAC=0004f2a1b203");
    let refused = line(3, 23, "tls  |5|00|Server certificate verification failed, Untrusted Certificate");
    for (day, text) in [(1, start + &lines(1)), (2, lines(2)), (3, lines(3) + &refused)] {
        let name = format!("polycom.log-2016070{day}");
        write(folder.path(), &name, text.as_bytes(), &format!("2016-07-0{}T00:00:01", day + 1));
        cached(folder.path(), &[&name, "--keep", "90d"], &format!("2016-07-0{}T00:10:00", day + 1));
        fs::remove_file(folder.path().join(&name)).unwrap();
    }
    let answer = tree::json(folder.path(), &["scan", "--format", "json", "--records", "c.pcr"]);
    let phones = answer["devices"].as_array().unwrap();
    assert_eq!(phones.len(), 1, "{answer}");
    assert_eq!((&phones[0]["mac"], &phones[0]["status"]), (&"0004F2A1B203".into(), &"failed".into()));
    assert!(phones[0]["files"][0].as_str().unwrap().starts_with("polycom.log-20160701 (gone, "), "{answer}");
}

#[test]
fn caches_that_do_not_fit() {
    let folder = tree::fleet();
    let now = days_after(tree::TIME, 1);
    cached(folder.path(), &["--since", "2016-01-01"], &now);
    let told = cached(folder.path(), &[], &now);
    assert!(told.contains("all logs are read") && told.contains(" 0 reused unchanged"), "{told}");
    let bytes = fs::read(folder.path().join("c.pcr")).unwrap();
    fs::write(folder.path().join("c.pcr"), &bytes[..bytes.len() / 2]).unwrap();
    refused(folder.path(), &["digest", "--cache", "c.pcr", "-o", "c.pcr"], "c.pcr: is cut off");
    assert_eq!(fs::read(folder.path().join("c.pcr")).unwrap(), bytes[..bytes.len() / 2]);
    refused(folder.path(), &["digest", "-o", "c.pcr"], "exists already");
    #[cfg(target_os = "linux")]
    {
        refused(folder.path(), &["digest", "-o", "/dev/full"], "/dev/full: No space left on device");
        fs::write(folder.path().join("c.pcr"), &bytes).unwrap();
        let held = fs::File::open(folder.path().join("c.pcr")).unwrap();
        rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
        refused(
            folder.path(),
            &["digest", "--cache", "c.pcr", "-o", "c.pcr"],
            "c.pcr: another run is using this cache",
        );
        drop(held);
        cached(folder.path(), &[], &now);
    }
}

#[test]
fn a_compressed_output_is_small_and_a_cache_too() {
    let folder = tree::fleet();
    for name in ["a.pcr", "a.pcr.zst"] {
        assert_eq!(at(folder.path(), &["digest", "-o", name], "UTC").status.code(), Some(0));
    }
    let size = |name: &str| fs::metadata(folder.path().join(name)).unwrap().len();
    assert!(size("a.pcr.zst") * 2 < size("a.pcr"));
    let told = complained(folder.path(), &["digest", "--cache", "a.pcr.zst", "-o", "b.pcr"]);
    assert!(told.contains(": 0 read"), "{told}");
}

#[test]
fn a_list_is_what_a_scan_reads() {
    let folder = everything();
    let list = said(folder.path(), &["list"]);
    let lines: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let schema: Value = serde_json::from_str(&said(folder.path(), &["schema", "list"])).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(lines.iter().all(|line| validator.is_valid(line)));
    let failing = lines.iter().find(|line| line["path"] == tree::FAILING).unwrap();
    assert_eq!(failing["mac"], "0004F2A1B202");
    assert_eq!(failing["modified"], "2016-07-01T12:00:00Z");
    assert_eq!(failing["size"], fs::metadata(folder.path().join(tree::FAILING)).unwrap().len());
    assert!(lines.iter().any(|line| line["kind"] == "archive" && line["path"] == "site.tar.gz"));
    assert!(lines.iter().any(|line| line["kind"] == "log" && line["path"] == "0004f2d00004-app.log/part.1"));
    let empty = TempDir::new().unwrap();
    assert_eq!(status(empty.path(), &["list"]), 3);
    assert_eq!(status(empty.path(), &["list", "missing"]), 3);
    assert!(said(empty.path(), &["list", "missing"]).contains(r#""problem":"not-found""#));
}

/// If the content of records changes, these bytes change; so they do if a known message is added, because
/// `testdata/messages` must contain it. Then raise `DIGEST_VERSION`, and write the file again with
/// `PHONECERT_WRITE_RECORDS=1 cargo test --test records golden`. If only the samples changed, delete the file first.
#[test]
fn golden() {
    let path = testdata().join("records/samples.pcr.zst");
    let folder = TempDir::new().unwrap();
    for part in ["fleet", "guide", "forms", "messages"] {
        tree::copy_into(&testdata().join(part), &folder.path().join(part));
    }
    let made = digest(folder.path(), &[]);
    let known = fs::read(&path).map(|bytes| zstd::decode_all(&bytes[..]).unwrap()).unwrap_or_default();
    if known == made {
        return;
    }
    if std::env::var_os("PHONECERT_WRITE_RECORDS").is_some() {
        assert!(
            !has_current_version(&known),
            "the records changed: raise DIGEST_VERSION in src/records.rs first"
        );
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(&zstd::encode_all(&made[..], 19).unwrap()).unwrap();
        return;
    }
    panic!(
        "the records of the samples differ from {}: raise DIGEST_VERSION, then run \
         `PHONECERT_WRITE_RECORDS=1 cargo test --test records golden`",
        path.display()
    );
}

/// Whether these are records of the current `DIGEST_VERSION`; a header of another one is a fault.
fn has_current_version(records: &[u8]) -> bool {
    matches!(Reader::new(records).next_item(), Ok(Some(Item::Header(_))))
}

/// A hostile file can have valid checksums, so its content is checked too.
#[test]
fn hostile_content_with_right_checksums() {
    let folder = tree::fleet();
    let mut reader_bytes = digest(folder.path(), &[tree::FAILING]);
    let mut reader = Reader::new(&reader_bytes[..]);
    let mut payload = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        if let Item::Frame(frame) = item
            && frame.kind == phonecert::records::FrameKind::Log
        {
            payload = frame.payload;
        }
    }
    let header = phonecert::records::Header::new(&phonecert::window::Window::default(), 0, true);
    let mut seed = 1_u64;
    for _ in 0..3_000 {
        let mut hostile = payload.clone();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (seed >> 33) as usize % hostile.len();
            hostile[at] = (seed >> 20) as u8;
        }
        reader_bytes.clear();
        let mut writer = phonecert::records::Writer::new(&mut reader_bytes, &header).unwrap();
        writer.frame(phonecert::records::FrameKind::Log, "0004f2a1b202".parse().ok(), &hostile).unwrap();
        writer.finish().unwrap();
        let mut records = phonecert::scan::Records::new().unwrap();
        if records.read(Box::new(&reader_bytes[..])).is_ok() {
            let scan = tree::scan_of(records);
            assert_eq!(phonecert::report::Devices::len(&scan), 1);
        }
    }
}
