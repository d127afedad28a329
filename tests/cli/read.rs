//! The outward contract: which logs are read. File, pipe or archive, the answer is the same.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::tree::{self, FAILING, HEALTHY, TIME, devices, fleet, gzip, macs, run, scanned};

#[test]
fn the_current_directory_is_read_where_nothing_is_named() {
    let fleet = fleet();
    let answer = scanned(fleet.path(), &[]);
    assert_eq!(macs(&answer).len(), 14);
    assert_eq!(answer["scanned"]["files"], 16, "neither configuration files nor boot logs");
    assert_eq!(devices(&answer), devices(&scanned(fleet.path(), &["."])));
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name() {
    let fleet = fleet();
    fs::copy(fleet.path().join(FAILING), fleet.path().join("from mail.txt")).unwrap();
    let answer = scanned(fleet.path(), &["from mail.txt"]);
    assert_eq!(macs(&answer), ["0004F2A1B202"], "the log itself tells the phone");
    assert_eq!(answer["devices"][0]["files"], json!(["from mail.txt"]));
    let anonymous = fs::read_to_string(fleet.path().join(FAILING)).unwrap();
    let anonymous: Vec<_> = anonymous.lines().filter(|line| !line.contains("MAC=")).collect();
    fs::write(fleet.path().join("part.txt"), anonymous.join("\n")).unwrap();
    let answer = scanned(fleet.path(), &["part.txt"]);
    assert_eq!(answer["devices"][0]["mac"], Value::Null);
    assert_eq!(answer["devices"][0]["files"], json!(["part.txt"]));
}

/// If the log of a phone of the inventory exists but can't be read, the answer does not say that it has none.
#[cfg(unix)]
#[test]
fn a_log_that_cannot_be_read_is_not_told_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("0004f2000001-app.log")).unwrap();
    fs::write(folder.path().join("0004f2000002.cfg.log"), "").unwrap();
    fs::write(folder.path().join("phones.csv"), "mac\n0004F2000001\n0004F2000002\n").unwrap();
    let answer = scanned(folder.path(), &[".", "--inventory", "phones.csv"]);
    let found = |phone: usize| {
        let phone = &answer["devices"][phone];
        (phone["mac"].clone(), phone["status"].clone(), phone["diagnoses"][0]["code"].clone())
    };
    assert_eq!(found(0), (json!("0004F2000001"), json!("unknown"), json!("LOG001")));
    assert_eq!(found(1), (json!("0004F2000002"), json!("unknown"), json!("LOG005")));
    assert_eq!(
        answer["devices"][0]["diagnoses"][0]["message"],
        "The phone's log could not be read, so nothing is known."
    );
}

#[test]
fn standard_input_is_one_log() {
    let fleet = fleet();
    for bytes in
        [fs::read(fleet.path().join(FAILING)).unwrap(), gzip(&fs::read(fleet.path().join(FAILING)).unwrap())]
    {
        let mut command = tree::phonecert(fleet.path());
        let output = command.args(["scan", "-", "--format", "json"]).write_stdin(bytes).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(macs(&answer), ["0004F2A1B202"]);
        assert_eq!(answer["devices"][0]["files"], json!(["-"]));
    }
}

#[test]
fn files_from_names_what_to_read() {
    let fleet = fleet();
    let list = format!("{FAILING}\r\n\nlogs/482567010213-app.log\n");
    tree::write(fleet.path(), "list.txt", list.as_bytes(), TIME);
    let expected = ["0004F2A1B202", "482567010213"];
    assert_eq!(macs(&scanned(fleet.path(), &["--files-from", "list.txt"])), expected);
    let mut command = tree::phonecert(fleet.path());
    command.args(["scan", "--format", "json", "--files-from", "-"]);
    let by_nul = list.replace("\r\n\n", "\0").replace('\n', "\0");
    for list in [list, by_nul] {
        let output = command.write_stdin(list).output().unwrap();
        assert_eq!(macs(&serde_json::from_slice(&output.stdout).unwrap()), expected);
    }
    let both = scanned(fleet.path(), &["--files-from", "list.txt", HEALTHY]);
    assert_eq!(macs(&both), ["0004F2A1B202", "0004F2A1B201", "482567010213"]);
}

#[test]
fn names_of_logs_in_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let log = fs::read(tree::testdata().join("fleet").join(HEALTHY)).unwrap();
    for name in [
        "0004F2C00001-APP.LOG",
        "00:04:f2:c0:00:02-app.log",
        "00-04-F2-C0-00-03-app.log",
        "0004f2c00004-now-app.log",
        "0004f2c00005-app.log-20130531",
        "deep/er/0004f2c00006-app.log.12",
        ".hidden/0004f2c00007-app.log",
        "x0004f2c0000b-app.log",
    ] {
        tree::write(folder.path(), name, &log, TIME);
    }
    tree::write(folder.path(), "0004f2c00008-app.log.2.gz", &gzip(&log), TIME);
    tree::write(folder.path(), "0004f2c00009-app.log.zst", &zstd::encode_all(&log[..], 3).unwrap(), TIME);
    tree::write(folder.path(), "0004f2c0000a-app.log", &gzip(&log), TIME);
    for name in [
        "0004f2c000f1-boot.log",
        "0004f2c000f2.cfg",
        "app.log",
        "0004f2c000f-app.log",
        "0004f2c000f4-app.logs",
    ] {
        tree::write(folder.path(), name, &log, TIME);
    }
    tree::write(folder.path(), ".gitignore", b"*.log\n*", TIME);
    tree::write(folder.path(), ".ignore", b"*", TIME);
    let answer = scanned(folder.path(), &["--ignore", "INV,FLT"]);
    let expected: Vec<_> = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "0A", "0B"]
        .map(|end| format!("0004F2C000{end}"))
        .into();
    assert_eq!(
        macs(&answer),
        expected,
        "compression by its bytes, not by its name; no ignore file hides a log"
    );
    assert_eq!(answer["problems"], json!([]));
}

#[test]
fn repeats_and_earlier_uploads_change_nothing() {
    let fleet = fleet();
    let before = scanned(fleet.path(), &[]);
    for path in tree::files_below(fleet.path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if name.ends_with("-app.log") {
            let half = text.len() / 2 + text[text.len() / 2..].find('\n').unwrap() + 1;
            tree::write(fleet.path(), &format!("copy/{name}"), text.as_bytes(), TIME);
            tree::write(fleet.path(), &format!("copy/{name}.gz"), &gzip(text.as_bytes()), TIME);
            tree::write(fleet.path(), &format!("earlier/{name}"), &text.as_bytes()[..half], TIME);
            tree::write(fleet.path(), &format!("earliest/{name}"), &text.as_bytes()[..half / 2], TIME);
        }
    }
    let after = scanned(fleet.path(), &[]);
    assert_eq!(devices(&before), devices(&after));
    for counted in ["files", "lines", "bytes", "events"] {
        assert_eq!(before["scanned"][counted], after["scanned"][counted], "{counted}");
    }
}

#[test]
fn archives_tell_what_the_directory_tells() {
    let fleet = fleet();
    let expected = scanned(fleet.path(), &["."]);
    let away = tempfile::tempdir().unwrap();
    let tar = tar_of(fleet.path());
    for (name, bytes) in [
        ("fleet.zip", tree::zip_of(fleet.path())),
        ("fleet.tar", tar.clone()),
        ("fleet.tar.gz", gzip(&tar)),
        ("fleet.tar.zst", zstd::encode_all(&tar[..], 3).unwrap()),
        ("no ending", gzip(&tar)),
    ] {
        tree::write(away.path(), name, &bytes, TIME);
        let answer = scanned(away.path(), &[name]);
        assert_eq!(devices(&answer), devices(&expected), "{name}");
        assert_eq!(answer["scanned"], expected["scanned"], "{name}");
        assert_eq!(answer["problems"], json!([]), "{name}");
        let file = answer["devices"][0]["files"][0].as_str().unwrap();
        assert!(file.starts_with(&format!("{name}!/")), "{file}");
    }
    let twice = scanned(away.path(), &["fleet.zip", "fleet.tar.gz"]);
    assert_eq!(devices(&twice), devices(&expected), "the same logs from two archives count once");
}

fn tar_of(folder: &Path) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all("provisioning", folder).unwrap();
    archive.into_inner().unwrap()
}

#[test]
fn threads_and_the_order_of_files_change_no_byte() {
    let fleet = fleet();
    let answer = |folder: &Path, arguments: &[&str]| run(folder, arguments).stdout;
    let mut files = tree::files_below(fleet.path());
    files.sort();
    let shuffled = tempfile::tempdir().unwrap();
    let (odd, even): (Vec<_>, Vec<_>) = files.iter().rev().enumerate().partition(|(index, _)| index % 3 == 1);
    for (_, path) in odd.into_iter().chain(even) {
        let name = path.strip_prefix(fleet.path()).unwrap().to_str().unwrap();
        tree::write(shuffled.path(), name, &fs::read(path).unwrap(), TIME);
    }
    for arguments in [
        &["scan", "--format", "json"][..],
        &["scan", "-v"],
        &["scan", "--format", "csv"],
        &["scan", "--group-by", "code"],
        &["events", "--format", "jsonl"],
        &["events"],
        &["device", "64167f0a0b04"],
    ] {
        let one = answer(fleet.path(), &[arguments, &["--threads", "1"]].concat());
        assert!(!one.is_empty());
        for threads in ["2", "4", "16", "60000"] {
            assert_eq!(
                answer(fleet.path(), &[arguments, &["--threads", threads]].concat()),
                one,
                "{arguments:?} {threads}"
            );
        }
        assert_eq!(answer(shuffled.path(), arguments), one, "{arguments:?} in another order");
    }
}

/// The `scanned` part and the phones of a scan of this input and these files.
fn scanned_input(folder: &std::path::Path, input: Vec<u8>, more: &[&str]) -> Value {
    let mut command = tree::phonecert(folder);
    command.args(["scan", "--format", "json", "--year", "2016", "-"]).args(more);
    serde_json::from_slice(&command.write_stdin(input).output().unwrap().stdout).unwrap()
}

#[test]
fn a_log_that_comes_twice_through_a_pipe_counts_once() {
    let fleet = fleet();
    let log = fs::read(fleet.path().join(FAILING)).unwrap();
    let large = [&log[..], &[&[b'x'; 1_000][..], b"\n"].concat().repeat(400)].concat();
    for log in [&log, &large] {
        let archive = |names: &[&str]| tree::tar(&names.iter().map(|name| (name, log)).collect::<Vec<_>>());
        let once = archive(&[FAILING]);
        let expected = scanned_input(fleet.path(), once.clone(), &[]);
        assert_eq!(expected["scanned"]["files"], 1);
        for names in [
            &[FAILING, FAILING][..],
            &[FAILING, "old/0004F2A1B202-app.log"],
            &[FAILING, "0004f2a1b202-app.log.1", "0004f2a1b202-app.log.2"],
        ] {
            for bytes in [archive(names), gzip(&archive(names))] {
                let answer = scanned_input(fleet.path(), bytes, &[]);
                assert_eq!(answer["scanned"], expected["scanned"], "{names:?}");
                assert_eq!(answer["summary"], expected["summary"], "{names:?}");
            }
        }
        // The same log as a file, and one that it begins.
        fs::write(fleet.path().join("same.log"), log).unwrap();
        let answer = scanned_input(fleet.path(), once.clone(), &["same.log"]);
        assert_eq!(answer["scanned"], expected["scanned"]);
        fs::write(fleet.path().join("longer.log"), [&log[..], b"0531131822|so   |4|00|x\n"].concat())
            .unwrap();
        let answer = scanned_input(fleet.path(), once, &["longer.log"]);
        assert_eq!(answer["scanned"]["files"], 1);
        assert_eq!(answer["devices"][0]["files"], json!(["longer.log"]));
    }
}

/// A message that is split between two rotated logs is listed as in one log, with its header.
#[test]
fn events_lists_split_messages_with_their_headers() {
    const LOG: &str = "0501080000|so   |2|00|before\n\
        0501080001|copy |4|02|Could not load time from ntp.example.com(192.0.2.123).\n0501090000|so   |2|02|after\n";
    let events = |logs: &[(&str, &str)]| -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in logs {
            tree::write(folder.path(), name, text.as_bytes(), TIME);
        }
        let lines = tree::said(folder.path(), &["events", "--format", "jsonl"]);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let [whole] = &events(&[("0004f2000001-app.log", LOG)])[..] else { panic!("one event") };
    assert_eq!(
        [&whole["component"], &whole["stamp"], &whole["missed"]],
        [&json!("copy"), &json!("0501080001"), &json!(2)]
    );
    let begin = LOG.find('\n').unwrap() + 1;
    for cut in begin + 1..LOG[begin..].find('\n').unwrap() + begin {
        let (older, newer) = LOG.split_at(cut);
        let [mut split] =
            events(&[("0004f2000001-app.log.1", older), ("0004f2000001-app.log", newer)]).try_into().unwrap();
        assert_eq!(split["file"], "0004f2000001-app.log.1", "{cut}");
        split["file"] = whole["file"].clone();
        assert_eq!(split, *whole, "{cut}");
    }
}
