//! The table in narrow terminals, and the hints after likely mistakes.

use phonecert::report::FORMATS;

use crate::tree::{self, FAILING, complained, fleet, run, said};

fn table(columns: usize) -> String {
    let folder = tree::copy(&tree::testdata().join("table"));
    let mut command = tree::phonecert(folder.path());
    let output = command.arg("scan").env("COLUMNS", columns.to_string()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The lines under `Evidence` of this code.
fn evidence(table: &str, code: &str) -> String {
    let (_, block) = table.split_once(&format!(" {code} ")).unwrap();
    let (_, evidence) = block[block.find('\n').unwrap()..].split_once("Evidence").unwrap();
    evidence.split("\n\n").next().unwrap().to_owned()
}

#[test]
fn the_values_in_evidence_are_visible_at_any_width() {
    for columns in [60, 80, 100, 120, 200] {
        let table = table(columns);
        for (code, values) in [
            ("INS001", &["key2", "4677", "4096"][..]),
            ("INS003", &["results 0"]),
            ("INS005", &["2021", "1C:2E:2B:B8", "\"Custom-0004F2000001\""]),
            ("TLS002", &["error 5"]),
            ("LOG003", &["pool.ntp.org(192.0.2.1)"]),
            ("LOG001", &["level 3"]),
        ] {
            let Some((_, explained)) = table.split_once("\n\n") else { panic!("{table}") };
            let evidence = evidence(explained, code);
            let (_, lines) = evidence.split_once("app.log:").unwrap();
            assert!(values.iter().all(|part| lines.contains(part)), "{columns} {code}: {lines}");
        }
        assert!(table.lines().all(|line| line.chars().count() <= columns), "{columns}");
        assert!(!table.contains("once without ever getting the time. (2 times)"));
    }
}

#[test]
fn half_a_pair_has_no_tick() {
    let table = table(200);
    let row = table.lines().find(|line| line.contains("0004F2000001")).unwrap();
    assert!(row.contains("✗ no key") && row.contains("✗ rejected"), "{row}");
    assert_eq!(row.matches("2016-05-01").count(), 2, "first and last fault: {row}");
}

#[test]
fn a_directory_is_no_command_but_scan_is_suggested() {
    let fleet = fleet();
    for named in [".", FAILING] {
        let told = complained(fleet.path(), &[named]);
        assert!(told.contains(&format!("phonecert scan {named}")), "{told}");
        assert_eq!(run(fleet.path(), &[named]).status.code(), Some(2));
    }
    assert!(!complained(fleet.path(), &["nowhere"]).contains("phonecert scan nowhere"));
}

#[test]
fn a_mac_is_no_path_but_device_is_suggested() {
    let fleet = fleet();
    let told = complained(fleet.path(), &["scan", "00:04:f2:a1:b2:02"]);
    assert!(told.contains("--device 0004F2A1B202"), "{told}");
    assert_eq!(complained(fleet.path(), &["scan", FAILING]), "");
    assert!(!complained(fleet.path(), &["scan", "-q", "0004f2a1b202"]).contains("--device"));
}

#[test]
fn help_says_what_options_do_to_counts_and_the_exit_status() {
    let fleet = fleet();
    let help = said(fleet.path(), &["scan", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "neither shown nor counted. The exit status depends only on the phones shown",
        "A phone's status, all counts and the exit status are computed from these diagnoses alone",
        "--fail-on then counts only new diagnoses",
        "-o, --output <FILE>",
    ] {
        assert!(help.contains(told), "{told}: {help}");
    }
}

#[test]
fn a_named_path_that_cannot_be_read_is_told_whatever_the_format() {
    let fleet = fleet();
    for format in FORMATS.iter().map(|format| format.name) {
        let told = complained(fleet.path(), &["scan", "missing", FAILING, "--format", format]);
        assert_eq!(told.matches("missing: ").count(), 1, "{format}: {told}");
        assert_eq!(complained(fleet.path(), &["scan", "missing", FAILING, "-q", "--format", format]), "");
        // A list names paths too.
        std::fs::write(fleet.path().join("list"), format!("missing\n{FAILING}\n")).unwrap();
        let told = complained(fleet.path(), &["scan", "--files-from", "list", "--format", format]);
        assert_eq!(told.matches("missing: ").count(), 1, "{format}: {told}");
    }
    let table = said(fleet.path(), &["scan", "missing"]);
    assert!(table.contains("Read: 0 logs") && !table.contains("Zero-touch"), "{table}");
}

#[test]
fn a_phone_without_a_log_is_told() {
    let fleet = fleet();
    let output = run(fleet.path(), &["scan", "--device", "0004f2ffffff"]);
    assert_eq!(output.status.code(), Some(3));
    let told = format!("{}phonecert: no log of 0004F2FFFFFF was found\n", tree::SKIPPED);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), told);
    let both = run(fleet.path(), &["scan", "--device", "0004f2ffffff", "--device", "0004f2a1b202"]);
    assert_eq!(both.status.code(), Some(1));
    assert!(String::from_utf8(both.stderr).unwrap().contains("no log of 0004F2FFFFFF"));
    let filtered = run(fleet.path(), &["scan", "--device", "0004f2a1b202", "--status", "ok"]);
    assert_eq!(String::from_utf8(filtered.stderr).unwrap(), tree::SKIPPED, "its log is there");
}
