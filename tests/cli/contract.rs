//! The outward contract: commands, streams and exit statuses.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::tree::{self, FAILING, HEALTHY, TIME, case, complained, fleet, macs, run, said, scanned, status};

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
    for command in [&["device", "0004f2a1bfff"][..], &["events", "--device", "0004f2a1bfff"]] {
        assert_eq!(status(there, command), 3, "no log of that phone");
    }
    assert_eq!(status(there, &["events", "--device", "0004f2a1bfff", "--device", "0004f2a1b201"]), 0);
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
fn nothing_to_read_is_told_by_every_command() {
    let empty = tempfile::tempdir().unwrap();
    for command in [&["list"][..], &["digest", "--output", "e.pcr", "--force"], &["events"], &["scan"]] {
        let arguments = |path| [command, &[path]].concat();
        let told = |path| {
            // A file that is there would be left as it is, which is told, too.
            let _ = std::fs::remove_file(empty.path().join("e.pcr"));
            complained(empty.path(), &arguments(path))
        };
        assert_eq!(status(empty.path(), &arguments(".")), 3, "{command:?}");
        assert!(told(".").contains("no log was found"), "{command:?}");
        assert_eq!(status(empty.path(), &arguments("missing")), 3, "{command:?}");
        assert!(told("missing").starts_with("phonecert: missing: "), "{command:?}");
        assert_eq!(told("missing").lines().count(), 1, "{command:?}");
        assert_eq!(complained(empty.path(), &[command, &[".", "-q"]].concat()), "");
    }
    let fleet = fleet();
    assert!(complained(fleet.path(), &["list", HEALTHY, "missing"]).starts_with("phonecert: missing: "));
    assert_eq!(complained(fleet.path(), &["list", HEALTHY]), "");
}

#[test]
fn no_progress_bar_and_no_colour_where_no_terminal_is() {
    let fleet = fleet();
    let output = run(fleet.path(), &["scan"]);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), tree::SKIPPED);
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
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(program);
        command.args(arguments).current_dir(fleet.path()).stdout(writer).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
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

#[test]
fn explain_tells_each_diagnosis() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = said(here, &["explain"]);
    for rule in phonecert::check::CATALOGUE {
        assert!(list.contains(rule.code) && list.contains(rule.name), "{}", rule.code);
        for asked in [rule.code, &rule.code.to_lowercase(), rule.name] {
            let told = said(here, &["explain", asked]);
            for part in [rule.code, "What it means", "How certain it is", "What to do"] {
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
    assert!(complained(here, &["lookup", "VVX 500", "--revision", "A"]).contains("part number"));
    assert_eq!(complained(here, &["lookup", "2201-12360-001", "--revision", "A"]), "");
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
fn a_log_can_be_read_while_another_program_holds_it() {
    let fleet = fleet();
    let mut open = fs::File::open(fleet.path().join(FAILING)).unwrap();
    let mut begin = [0; 16];
    open.read_exact(&mut begin).unwrap();
    assert_eq!(status(fleet.path(), &["scan", FAILING]), 1);
}
