//! The outward contract: commands, options, streams and exit statuses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

const TIME: &str = "2016-07-01T12:00:00";
const FAILING: &str = "0004f2a1b202-app.log";
const HEALTHY: &str = "0004f2a1b201-app.log";

fn fleet() -> TempDir {
    tree::copy(&tree::testdata().join("fleet"))
}

fn case(name: &str) -> TempDir {
    tree::copy(&tree::testdata().join("cases").join(name))
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    tree::phonecert(folder).args(arguments).output().unwrap()
}

fn status(folder: &Path, arguments: &[&str]) -> i32 {
    run(folder, arguments).status.code().unwrap()
}

fn said(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, arguments).stdout).unwrap()
}

fn complained(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, arguments).stderr).unwrap()
}

fn scanned(folder: &Path, arguments: &[&str]) -> Value {
    tree::json(folder, &[&["scan", "--format", "json", "--year", "2016"], arguments].concat())
}

fn macs(answer: &Value) -> Vec<String> {
    let devices = answer["devices"].as_array().unwrap().iter();
    devices.map(|device| device["mac"].as_str().unwrap().to_owned()).collect()
}

fn codes(device: &Value) -> Vec<&str> {
    device["diagnoses"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect()
}

/// The devices without what depends on where their logs stand.
fn devices(answer: &Value) -> Vec<Value> {
    let mut devices = answer["devices"].as_array().unwrap().clone();
    for device in &mut devices {
        device["files"] = json!(device["files"].as_array().unwrap().len());
        for diagnosis in device["diagnoses"].as_array_mut().unwrap() {
            for line in diagnosis["evidence"].as_array_mut().unwrap() {
                line["file"] = Value::Null;
            }
        }
    }
    devices
}

// Exit statuses.

#[test]
fn exit_statuses_tell_what_was_found() {
    let fleet = fleet();
    let there = fleet.path();
    assert_eq!(status(there, &["scan", HEALTHY]), 0);
    assert_eq!(status(there, &["scan", FAILING]), 1);
    assert_eq!(status(there, &["scan", HEALTHY, "missing"]), 4, "the rest was well");
    assert_eq!(status(there, &["scan", FAILING, "missing"]), 1, "trouble weighs more");
    assert_eq!(status(there, &["scan", "missing"]), 3);
    assert_eq!(status(tempfile::tempdir().unwrap().path(), &["scan"]), 3);
    assert_eq!(status(tempfile::tempdir().unwrap().path(), &["events"]), 3);
    assert_eq!(status(there, &["events", FAILING]), 0, "a list of events judges nothing");
    assert_eq!(status(there, &["events", FAILING, "missing"]), 4);
    assert_eq!(status(there, &["events", HEALTHY]), 0);
    assert_eq!(status(there, &["device", "0004f2a1b202"]), 1);
    assert_eq!(status(there, &["device", "0004f2a1b201"]), 0);
    assert_eq!(status(there, &["device", "0004f2a1bfff"]), 3, "no log of that phone");
}

#[test]
fn wrong_usage_is_2_and_told_on_standard_error() {
    let fleet = fleet();
    for wrong in [
        &["scan", "--no-such-option"][..],
        &["scan", "--format", "xml"],
        &["scan", "--device", "0004f2a1b2"],
        &["scan", "--status", "broken"],
        &["scan", "--select", "XYZ"],
        &["scan", "--ignore", "INS009"],
        &["scan", "--since", "yesterdayish"],
        &["scan", "--since", "2016-03-01", "--until", "2016-02-01"],
        &["scan", "--year", "16"],
        &["scan", "--threads", "0"],
        &["scan", "--fail-on", "info"],
        &["scan", "--group-by", "colour"],
        &["scan", "--color", "sometimes"],
        &["scan", "--inventory", "missing.csv"],
        &["scan", "--files-from", "missing.txt"],
        &["scan", "-q", "-v"],
        &["scan", "-", "-"],
        &["scan", "--output", "fleet.docx"],
        &["scan", "--output", "missing/fleet.json"],
        &["events", "--format", "json"],
        &["explain", "INS999"],
        &["device"],
        &["device", "not-a-mac"],
        &["completions", "tcl"],
        &["frobnicate"],
        &[],
    ] {
        let output = run(fleet.path(), wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty(), "{wrong:?}");
        assert!(!output.stderr.is_empty(), "{wrong:?}");
    }
}

#[test]
fn fail_on_moves_the_bar() {
    let warning = case("INS004-install-not-kept/fires");
    assert_eq!(status(warning.path(), &["scan"]), 0);
    assert_eq!(status(warning.path(), &["scan", "--fail-on", "error"]), 0);
    assert_eq!(status(warning.path(), &["scan", "--fail-on", "warning"]), 1);
    let error = case("INS001-key-too-large/fires");
    assert_eq!(status(error.path(), &["scan", "--fail-on", "warning"]), 1);
    assert_eq!(status(error.path(), &["scan", "--fail-on", "never"]), 0);
    let info = case("LOG002-events-missed/fires");
    assert_eq!(status(info.path(), &["scan", "--fail-on", "warning"]), 0);
    let mended = case("INS001-key-too-large/mended");
    assert_eq!(status(mended.path(), &["scan", "--fail-on", "warning"]), 0);
}

// Streams.

#[test]
fn the_answer_goes_to_standard_output_and_nothing_else() {
    let fleet = fleet();
    let output = run(fleet.path(), &["scan", "missing", HEALTHY, "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["problems"][0]["path"], "missing");
    assert_eq!(answer["problems"][0]["kind"], "not-found");
    let csv = run(fleet.path(), &["scan", "missing", HEALTHY, "--format", "csv"]);
    assert!(!String::from_utf8_lossy(&csv.stdout).contains("missing"));
    let told = String::from_utf8_lossy(&csv.stderr).into_owned();
    assert!(
        told.contains("missing"),
        "a format without room for problems leaves them to standard error: {told:?}"
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(complained(empty.path(), &["scan"]).contains("no log was found"));
    assert_eq!(complained(empty.path(), &["scan", "--quiet"]), "");
}

#[test]
fn no_progress_bar_and_no_colour_where_no_terminal_is() {
    let fleet = fleet();
    let output = run(fleet.path(), &["scan"]);
    assert!(output.stderr.is_empty());
    assert!(!output.stdout.contains(&0x1b));
    assert_eq!(output.stdout, run(fleet.path(), &["scan", "--no-progress"]).stdout);
}

#[test]
fn colour_when_asked_for() {
    let fleet = fleet();
    let always = said(fleet.path(), &["scan", "--color", "always"]);
    assert!(always.contains("\u{1b}["));
    assert!(!said(fleet.path(), &["scan", "--color", "never"]).contains('\u{1b}'));
    let mut command = tree::phonecert(fleet.path());
    let forbidden = command.args(["scan"]).env("NO_COLOR", "1").output().unwrap();
    assert!(!forbidden.stdout.contains(&0x1b));
    let mut plain = String::new();
    let mut rest = always.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain += before;
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(plain + rest, said(fleet.path(), &["scan"]), "colour adds nothing but colour");
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let fleet = fleet();
    for arguments in [&["scan", "--format", "json"][..], &["events"], &["scan"], &["man"], &["schema"]] {
        let program = tree::phonecert(fleet.path()).get_program().to_owned();
        let mut command = std::process::Command::new(program);
        command.args(arguments).current_dir(fleet.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let fleet = fleet();
    let program = tree::phonecert(fleet.path()).get_program().to_owned();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(program)
        .arg("scan")
        .current_dir(fleet.path())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output"));
}

#[test]
fn the_table_is_as_wide_as_columns_says() {
    let fleet = fleet();
    for columns in [40, 60, 80, 100, 120, 160, 250] {
        let mut command = tree::phonecert(fleet.path());
        let output = command.arg("scan").env("COLUMNS", columns.to_string()).output().unwrap();
        let table = String::from_utf8(output.stdout).unwrap();
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns, "{widest} wide at {columns}");
        let rows = table.lines().filter(|line| line.contains("0004F2A1B201")).count();
        assert_eq!(rows, 1, "one row a phone, at {columns}");
    }
    let widest = said(fleet.path(), &["scan"]).lines().map(|line| line.chars().count()).max().unwrap();
    assert!((100..=120).contains(&widest), "{widest}: 120 where nothing tells the width");
}

#[test]
fn quiet_is_less_and_verbose_more() {
    let fleet = fleet();
    let length = |arguments: &[&str]| said(fleet.path(), arguments).len();
    assert!(length(&["scan", "-q"]) < length(&["scan"]));
    assert!(length(&["scan"]) < length(&["scan", "-v"]));
    let whole = said(fleet.path(), &["scan", "--verbose"]);
    let joined: String = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains("length 4677 is bigger than maximum 4096"), "-v shows the lines whole");
}

#[test]
fn healthy_phones_are_left_out_of_a_long_table() {
    let folder = tempfile::tempdir().unwrap();
    let log = fs::read_to_string(tree::testdata().join("fleet").join(HEALTHY)).unwrap();
    for number in 0..60 {
        let mac = format!("0004f2b000{number:02x}");
        let of_it = log.replace("0004f2a1b201", &mac).replace("0004F2A1B201", &mac.to_uppercase());
        tree::write(
            folder.path(),
            &format!("{mac}-app.log"),
            of_it.replace(":BE:", &format!(":{number:02X}:")).as_bytes(),
            TIME,
        );
    }
    let failing = fs::read(tree::testdata().join("fleet").join(FAILING)).unwrap();
    tree::write(folder.path(), FAILING, &failing, TIME);
    let arguments = ["scan", "--ignore", "FLT"];
    let table = said(folder.path(), &arguments);
    assert!(table.contains("0004F2A1B202") && !table.contains("0004F2B00001"), "{table}");
    assert!(table.contains("60"), "how many are not shown: {table}");
    let all = said(folder.path(), &[&arguments[..], &["--all"]].concat());
    assert!(all.contains("0004F2B00001"));
    let json = scanned(folder.path(), &["--ignore", "FLT"]);
    assert_eq!(macs(&json).len(), 61, "a program gets all");
}

// What is read.

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
        "x0004f2c000f3-app.log",
        "0004f2c000f4-app.logs",
    ] {
        tree::write(folder.path(), name, &log, TIME);
    }
    tree::write(folder.path(), ".gitignore", b"*.log\n*", TIME);
    tree::write(folder.path(), ".ignore", b"*", TIME);
    let answer = scanned(folder.path(), &["--ignore", "INV,FLT"]);
    let expected: Vec<_> = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "0A"]
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
        ("fleet.zip", zip_of(fleet.path())),
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

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar_of(folder: &Path) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all("provisioning", folder).unwrap();
    archive.into_inner().unwrap()
}

fn zip_of(folder: &Path) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let time = zip::DateTime::from_date_and_time(2016, 7, 1, 12, 0, 0).unwrap();
    let options = zip::write::SimpleFileOptions::default().last_modified_time(time);
    for path in tree::files_below(folder) {
        archive.start_file(path.strip_prefix(folder).unwrap().to_str().unwrap(), options).unwrap();
        archive.write_all(&fs::read(&path).unwrap()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn threads_and_the_order_of_files_change_no_byte() {
    let fleet = fleet();
    let answer = |folder: &Path, arguments: &[&str]| run(folder, arguments).stdout;
    let mut files = tree::files_below(fleet.path());
    files.sort();
    let shuffled = tempfile::tempdir().unwrap();
    let (odd, even): (Vec<_>, Vec<_>) = files.iter().rev().enumerate().partition(|(place, _)| place % 3 == 1);
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
        for threads in ["2", "4", "16"] {
            assert_eq!(
                answer(fleet.path(), &[arguments, &["--threads", threads]].concat()),
                one,
                "{arguments:?} {threads}"
            );
        }
        assert_eq!(answer(shuffled.path(), arguments), one, "{arguments:?} in another order");
    }
}

// What is shown.

#[test]
fn device_takes_any_notation() {
    let fleet = fleet();
    for mac in ["0004f2a1b202", "0004F2A1B202", "00:04:f2:a1:b2:02", "00-04-F2-A1-B2-02", "0004.f2a1.b202"] {
        assert_eq!(macs(&scanned(fleet.path(), &["--device", mac])), ["0004F2A1B202"], "{mac}");
        let story = said(fleet.path(), &["device", mac]);
        assert!(story.contains("0004F2A1B202") && story.contains("INS001"), "{story}");
        let events = said(fleet.path(), &["events", "--device", mac, "--format", "jsonl"]);
        assert!(
            events.lines().all(|line| line.contains("\"mac\":\"0004F2A1B202\""))
                && events.lines().count() > 10
        );
    }
    let two = scanned(fleet.path(), &["--device", "0004f2a1b202", "--device", "482567010214"]);
    assert_eq!(macs(&two), ["0004F2A1B202", "482567010214"]);
}

#[test]
fn status_picks_phones() {
    let fleet = fleet();
    let of = |statuses: &[&str]| macs(&scanned(fleet.path(), statuses));
    assert_eq!(of(&["--status", "failed"]), ["0004F2A1B202", "0004F2C3D407", "64167F0A0B03"]);
    assert_eq!(of(&["--status", "unknown"]), ["0004F2E5F608"]);
    assert_eq!(of(&["--status", "failed", "--status", "attention"]).len(), 6);
    assert_eq!(of(&["--status", "ok"]).len(), 7);
    assert_eq!(status(fleet.path(), &["scan", "--status", "ok"]), 1, "what is not shown is still wrong");
}

#[test]
fn select_and_ignore_pick_diagnoses() {
    let fleet = fleet();
    let phone = ["--device", "64167f0a0b03"];
    let of = |arguments: &[&str]| {
        let answer = scanned(fleet.path(), &[&phone, arguments].concat());
        let device = &answer["devices"][0];
        (codes(device).join(" "), device["status"].as_str().unwrap().to_owned())
    };
    let told = |codes: &str, status: &str| (codes.to_owned(), status.to_owned());
    assert_eq!(of(&[]), told("INS003 ZTP001", "failed"));
    assert_eq!(of(&["--select", "INS"]), told("INS003", "failed"));
    assert_eq!(of(&["--select", "INS003"]), told("INS003", "failed"));
    assert_eq!(of(&["--select", "ins,ztp"]), told("INS003 ZTP001", "failed"));
    assert_eq!(of(&["--ignore", "INS"]), told("ZTP001", "attention"));
    assert_eq!(of(&["--select", "INS", "--ignore", "INS003"]), told("", "ok"));
    assert_eq!(status(fleet.path(), &["scan", "--device", "64167f0a0b03", "--ignore", "INS"]), 0);
    assert_eq!(
        scanned(fleet.path(), &["--ignore", "LOG001"])["summary"]["unknown"],
        1,
        "no evidence is not health"
    );
}

#[test]
fn since_and_until_over_new_year() {
    let folder = case("LOG003-clock-not-set/near-miss-new-year");
    let of = |arguments: &[&str]| {
        let answer = tree::json(folder.path(), &[&["scan", "--format", "json"], arguments].concat());
        let device = answer["devices"][0].clone();
        (
            device["first_time"].as_str().unwrap_or("-").to_owned(),
            device["last_time"].as_str().unwrap_or("-").to_owned(),
        )
    };
    let (first, last) = of(&[]);
    assert!(first == "2015-12-31T23:30:00" && last.starts_with("2016-01-01T0"), "{first} {last}");
    assert_eq!(of(&["--since", "2015-12-31", "--until", "2016-01-01"]), (first.clone(), last.clone()));
    let (from, to) = of(&["--since", "2016-01-01"]);
    assert!(from >= "2016-01-01T00:00:00".to_owned() && to == last, "{from} {to}");
    let (from, to) = of(&["--until", "2015-12-31"]);
    assert!(from == first && to.starts_with("2015-12-31T23:"), "{from} {to}");
    let (from, to) = of(&["--since", "2015-12-31T23:45", "--until", "2016-01-01T00:15"]);
    assert!(from.starts_with("2015-12-31T23:4") || from.starts_with("2015-12-31T23:5"), "{from}");
    assert!(to.starts_with("2016-01-01T00:0") || to.starts_with("2016-01-01T00:1"), "{to}");
    let (from, to) = of(&["--year", "2011"]);
    assert!(
        from == "2010-12-31T23:30:00" && to.starts_with("2011-01-01T0"),
        "the newest line is of that year: {from} {to}"
    );
}

#[test]
fn since_takes_ages_and_leaves_out_older_failures() {
    let fleet = fleet();
    let failing = ["scan", FAILING, "--format", "json", "--year", "2016"];
    let occurrences = |arguments: &[&str]| {
        let answer = tree::json(fleet.path(), &[&failing, arguments].concat());
        answer["devices"][0]["diagnoses"][0]["occurrences"].as_u64()
    };
    assert_eq!(occurrences(&[]), Some(4));
    assert_eq!(occurrences(&["--since", "2016-02-28"]), Some(2));
    assert_eq!(occurrences(&["--until", "2016-02-26"]), Some(1));
    assert_eq!(occurrences(&["--since", "2016-02-27", "--until", "2016-02-28"]), Some(2));
    assert_eq!(occurrences(&["--since", "2016-02-29T03:00", "--until", "2016-02-29T04:00"]), Some(1));
    for age in ["7d", "12h", "30m", "2w"] {
        assert_ne!(status(fleet.path(), &["scan", "--since", age, "--year", "2016"]), 2, "{age}");
    }
    let events = said(
        fleet.path(),
        &["events", FAILING, "--format", "jsonl", "--year", "2016", "--since", "2016-02-28"],
    );
    assert_eq!(events.matches("key_too_large").count(), 2, "{events}");
}

#[test]
fn year_is_that_of_the_newest_line() {
    let fleet = fleet();
    let answer = tree::json(fleet.path(), &["scan", HEALTHY, "--format", "json", "--year", "2012"]);
    assert_eq!(answer["scanned"]["last_time"], "2012-02-29T08:13:24");
    let answer = tree::json(fleet.path(), &["scan", HEALTHY, "--format", "json"]);
    assert_eq!(answer["scanned"]["last_time"], "2016-02-29T08:13:24", "by the time of the file");
}

#[test]
fn group_by_counts_phones() {
    let fleet = fleet();
    for by in ["code", "model", "software", "fingerprint"] {
        let answer = scanned(fleet.path(), &["--group-by", by]);
        assert_eq!(answer["group_by"], by);
        let groups = answer["groups"].as_array().unwrap();
        assert!(!groups.is_empty());
        for group in groups {
            let counted: u64 = ["failed", "attention", "unknown", "ok"]
                .iter()
                .map(|status| group[*status].as_u64().unwrap())
                .sum();
            assert_eq!(counted, group["phones"].as_u64().unwrap(), "{group}");
        }
        for format in ["table", "csv", "markdown"] {
            let text = said(fleet.path(), &["scan", "--group-by", by, "--format", format]);
            assert!(text.contains("0004F2A1B202"), "{by} {format}: {text}");
        }
    }
    let models = scanned(fleet.path(), &["--group-by", "model"]);
    let vvx411 = models["groups"].as_array().unwrap().iter().find(|group| group["key"] == "VVX 411").unwrap();
    assert_eq!(vvx411["devices"], json!(["64167F0A0B11", "64167F0A0B12"]));
}

#[test]
fn inventory_adds_phones_and_labels() {
    let fleet = fleet();
    let csv =
        "Name;MAC;Part_Number;Revision\nA;0004.f2c3.d405;2201-12375-001;C\nB;0004F2AAAAAA;2201-12375-001;D\n";
    tree::write(fleet.path(), "inventory.csv", csv.as_bytes(), TIME);
    let answer = scanned(fleet.path(), &["--inventory", "inventory.csv"]);
    assert_eq!(answer["scanned"]["devices"], 15);
    let device = |mac: &str| {
        answer["devices"].as_array().unwrap().iter().find(|device| device["mac"] == mac).unwrap().clone()
    };
    assert_eq!(codes(&device("0004F2C3D405")), ["INV004", "ZTP002"]);
    assert_eq!(
        (codes(&device("0004F2AAAAAA")), device("0004F2AAAAAA")["status"].as_str()),
        (vec!["LOG005"], Some("unknown"))
    );
    tree::write(fleet.path(), "bad.csv", b"mac,revision\nnot-a-mac,A\n0004F2C3D405,B\n", TIME);
    let output = run(fleet.path(), &["scan", HEALTHY, "--inventory", "bad.csv", "--format", "json"]);
    assert_eq!(output.status.code(), Some(4), "a bad row is a problem");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["problems"][0].to_string().contains("bad.csv"), "{}", answer["problems"]);
}

#[test]
fn formats_are_what_they_say() {
    let fleet = fleet();
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let answer = said(fleet.path(), &["scan", "--format", format]);
        assert!(answer.contains("0004F2A1B202") && answer.ends_with('\n'), "{format}");
    }
    let jsonl = said(fleet.path(), &["scan", "--format", "jsonl"]);
    let lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let json = tree::json(fleet.path(), &["scan", "--format", "json"]);
    assert_eq!(Value::from(lines), json["devices"], "a device a line");
    let csv = said(fleet.path(), &["scan", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns = reader.headers().unwrap().len();
    assert!(reader.records().all(|record| record.unwrap().len() == columns));
    assert_eq!(csv.lines().count(), 15);
    for format in ["table", "jsonl", "csv"] {
        assert!(said(fleet.path(), &["events", "--format", format]).contains("key_too_large"), "{format}");
    }
    for format in ["text", "markdown", "json"] {
        assert!(
            said(fleet.path(), &["device", "0004f2a1b202", "--format", format]).contains("INS001"),
            "{format}"
        );
    }
}

#[test]
fn events_have_the_fields_of_the_contract() {
    let fleet = fleet();
    let events = said(fleet.path(), &["events", FAILING, "--format", "jsonl"]);
    let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names =
        ["mac", "file", "line", "stamp", "time", "uptime", "component", "level", "missed", "kind", "slot"];
    for event in &events {
        assert!(names.iter().all(|name| event.get(name).is_some()), "{event}");
    }
    let refused = events.iter().find(|event| event["kind"] == "key_too_large").unwrap();
    assert_eq!(
        *refused,
        json!({"mac": "0004F2A1B202", "file": FAILING, "line": 27, "stamp": "0226092033", "time": "2016-02-26T09:20:33",
            "uptime": null, "component": "hw", "level": "4", "missed": 0, "kind": "key_too_large", "slot": "platform-1",
            "length": 4677, "maximum": 4096})
    );
    let first = &events[0];
    assert_eq!(
        (&first["kind"], &first["uptime"], &first["time"]),
        (&json!("log_start"), &json!(15.871), &Value::Null)
    );
    let order: Vec<_> = events.iter().map(|event| event["line"].as_u64().unwrap()).collect();
    assert!(order.is_sorted());
}

// What is written.

#[test]
fn output_is_written_in_the_format_of_its_ending() {
    let fleet = fleet();
    let away = tempfile::tempdir().unwrap();
    let mut arguments = vec!["scan".to_owned()];
    let endings =
        [("json", "json"), ("jsonl", "jsonl"), ("csv", "csv"), ("md", "markdown"), ("txt", "table")];
    for (ending, _) in endings {
        arguments.extend([
            "--output".to_owned(),
            away.path().join(format!("fleet.{ending}")).display().to_string(),
        ]);
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let output = run(fleet.path(), &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    for (ending, format) in endings {
        let written = fs::read_to_string(away.path().join(format!("fleet.{ending}"))).unwrap();
        assert_eq!(written, said(fleet.path(), &["scan", "--format", format]), "{ending}");
    }
    assert_eq!(fs::read_dir(away.path()).unwrap().count(), endings.len(), "nothing else is left there");
}

#[test]
fn output_overwrites_only_when_told_so() {
    let fleet = fleet();
    let out = fleet.path().join("fleet.json");
    fs::write(&out, "mine").unwrap();
    let arguments = ["scan", "--output", "fleet.json"];
    let refused = run(fleet.path(), &arguments);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("fleet.json"));
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    let two = run(fleet.path(), &["scan", "--output", "new.csv", "--output", "fleet.json"]);
    assert_eq!(two.status.code(), Some(2));
    assert!(!fleet.path().join("new.csv").exists(), "all of it or nothing");
    assert_eq!(status(fleet.path(), &[&arguments[..], &["--force"]].concat()), 1);
    assert!(fs::read_to_string(&out).unwrap().contains("\"schema_version\""));
    let left: Vec<_> = tree::files_below(fleet.path())
        .into_iter()
        .filter(|path| path.to_str().unwrap().contains(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn events_and_device_write_files_too() {
    let fleet = fleet();
    for (arguments, name) in [
        (&["events"][..], "events.jsonl"),
        (&["events"], "events.csv"),
        (&["events"], "events.txt"),
        (&["device", "0004f2a1b202"], "story.md"),
        (&["device", "0004f2a1b202"], "story.txt"),
        (&["device", "0004f2a1b202"], "story.json"),
    ] {
        assert_ne!(status(fleet.path(), &[arguments, &["--output", name]].concat()), 2, "{name}");
        assert!(fs::read_to_string(fleet.path().join(name)).unwrap().contains("4677"), "{name}");
    }
}

// The other commands.

#[test]
fn explain_tells_each_diagnosis() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = said(here, &["explain"]);
    for rule in phonecert::check::CATALOGUE {
        assert!(list.contains(rule.code) && list.contains(rule.name), "{}", rule.code);
        for asked in [rule.code.to_owned(), rule.code.to_lowercase(), rule.name.to_owned()] {
            let told = said(here, &["explain", &asked]);
            for part in [rule.code, "What it means", "How sure it is", "What to do"] {
                assert!(told.contains(part), "{asked}: {part}");
            }
        }
    }
    let json = tree::json(here, &["explain", "INS001", "--format", "json"]);
    assert!(json.to_string().contains("key-too-large"));
    assert!(said(here, &["explain", "INS001", "--format", "markdown"]).starts_with("# "));
}

#[test]
fn lookup_answers_from_the_tables() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = tree::json(here, &["lookup", "2201-12360-001", "--format", "json"]);
    assert_eq!(
        found["factory_certificate"],
        json!([{"platform": "SoundPoint IP 321", "label": "console", "part_number": "2201-12360-001", "revision": "B", "since": "2009-05", "note": null}])
    );
    assert_eq!(found["expected"], Value::Null);
    for (revision, expected) in [("A", false), ("B", true), ("AA", true)] {
        let found =
            tree::json(here, &["lookup", "2201-12360-001", "--revision", revision, "--format", "json"]);
        assert_eq!(found["expected"], expected, "{revision}");
    }
    for word in ["VVX 500", "vvx500", "polycom vvx 500"] {
        let found = tree::json(here, &["lookup", word, "--format", "json"]);
        assert_eq!(found["ztp"][0]["required_software"], "4.1.7G", "{word}");
    }
    assert!(said(here, &["lookup", "SoundPoint", "IP", "335"]).contains("2201-12375-001"));
    let nothing = run(here, &["lookup", "VVX 5000"]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("VVX 500"), "the nearest names are told");
}

#[test]
fn packagers_get_what_they_expect() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(said(here, &["completions", shell]).contains("phonecert"), "{shell}");
    }
    assert!(said(here, &["man"]).contains(".TH phonecert 1"));
    assert!(said(here, &["schema"]).contains("\"$schema\""));
    assert_eq!(said(here, &["--version"]), format!("phonecert {}\n", env!("CARGO_PKG_VERSION")));
    let help = said(here, &["--help"]);
    for command in ["scan", "events", "explain", "lookup", "device", "schema", "completions", "man"] {
        assert!(help.contains(command), "{command}");
        assert!(said(here, &[command, "--help"]).contains("Usage"), "{command}");
    }
    assert!(help.contains("Exit status") && help.contains("Examples"));
}

#[test]
fn redact_hides_who_and_where() {
    let fleet = fleet();
    for arguments in [
        &["scan"][..],
        &["scan", "-v"],
        &["scan", "--format", "json"],
        &["scan", "--format", "jsonl"],
        &["scan", "--format", "csv"],
        &["scan", "--format", "markdown"],
        &["scan", "--group-by", "code"],
        &["events"],
        &["events", "--format", "jsonl"],
        &["events", "--format", "csv"],
        &["device", "0004f2a1b202"],
        &["device", "0004f2a1b202", "--format", "json"],
    ] {
        let answer = said(fleet.path(), &[arguments, &["--redact"]].concat());
        let lower = answer.to_lowercase();
        for hidden in ["0004f2a1b202", "64167f0a0b04", "example.com", "192.0.2."] {
            assert!(!lower.contains(hidden), "{arguments:?} shows {hidden}");
        }
        assert_eq!(answer, said(fleet.path(), &[arguments, &["--redact"]].concat()), "pseudonyms are stable");
    }
}

#[test]
fn a_log_can_be_read_while_another_program_holds_it() {
    let fleet = fleet();
    let mut open = fs::File::open(fleet.path().join(FAILING)).unwrap();
    let mut begin = [0; 16];
    open.read_exact(&mut begin).unwrap();
    assert_eq!(status(fleet.path(), &["scan", FAILING]), 1);
}
