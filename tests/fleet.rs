//! What `phonecert scan testdata/fleet` shows, to the letter, in every format.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::collections::BTreeMap;

use serde_json::Value;

fn answer(arguments: &[&str], columns: u16) -> String {
    let copy = tree::fleet();
    let mut command = tree::phonecert(copy.path());
    command.args(["scan", ".", "--year", "2016"]).args(arguments).env("COLUMNS", columns.to_string());
    command.env("SOURCE_DATE_EPOCH", after("2016-03-01T12:00:00"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "three phones have failed");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), tree::SKIPPED);
    let answer = String::from_utf8(output.stdout).unwrap();
    answer.replace(&format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION")), "\"version\":\"0.0.0\"")
}

/// A day after this time, when the run begins.
fn after(time: &str) -> String {
    tree::seconds(&tree::days_after(time, 1))
}

#[test]
fn table_at_80_columns() {
    let table = answer(&[], 80);
    let too_wide: Vec<_> = table.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(too_wide.is_empty(), "{too_wide:#?}");
    insta::assert_snapshot!(table);
}

#[test]
fn table_at_160_columns() {
    insta::assert_snapshot!(answer(&[], 160));
}

#[test]
fn table_with_all_evidence() {
    insta::assert_snapshot!(answer(&["--verbose"], 120));
}

#[test]
fn json() {
    let answer: Value = serde_json::from_str(&answer(&["--format", "json"], 80)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&answer).unwrap());
}

#[test]
fn csv() {
    insta::assert_snapshot!(answer(&["--format", "csv"], 80));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(answer(&["--format", "markdown"], 80));
}

#[test]
fn groups() {
    let groups = ["code", "model", "software", "fingerprint"].map(|by| answer(&["--group-by", by], 100));
    insta::assert_snapshot!(groups.join("\n"));
}

/// The diagnoses of the sample fleet, without their presentation.
#[test]
fn each_phone_has_its_part_in_the_story() {
    let copy = tree::fleet();
    let answer = tree::json(copy.path(), &["scan", ".", "--format", "json"]);
    let mut told = BTreeMap::new();
    for device in answer["devices"].as_array().unwrap() {
        let codes = |state: &str| -> Vec<&str> {
            let all = device["diagnoses"].as_array().unwrap().iter();
            all.filter(|found| found["state"] == state).map(|found| found["code"].as_str().unwrap()).collect()
        };
        told.insert(
            device["mac"].as_str().unwrap(),
            (device["status"].as_str().unwrap(), codes("active").join(" "), codes("resolved").join(" ")),
        );
    }
    let expected = [
        ("0004F2A1B201", "ok", "", ""),
        ("0004F2A1B202", "failed", "INS001", ""),
        ("0004F2C3D405", "ok", "ZTP002", ""),
        ("0004F2C3D406", "attention", "INV005 ZTP001", ""),
        ("0004F2C3D407", "failed", "TLS001", ""),
        ("0004F2E5F608", "unknown", "LOG001", ""),
        ("0004F2E5F609", "attention", "LOG003", ""),
        ("482567010213", "ok", "", "TLS002 LOG004"),
        ("482567010214", "ok", "", ""),
        ("64167F0A0B03", "failed", "INS003 ZTP001", ""),
        ("64167F0A0B04", "ok", "", "INS001"),
        ("64167F0A0B10", "attention", "INS004", ""),
        ("64167F0A0B11", "ok", "FLT002", ""),
        ("64167F0A0B12", "ok", "FLT002 LOG002", ""),
    ];
    let expected = expected
        .map(|(mac, status, active, resolved)| (mac, (status, active.to_owned(), resolved.to_owned())));
    assert_eq!(told, BTreeMap::from(expected));
    assert_eq!(answer["devices"].as_array().unwrap().len(), 14);
}

#[test]
fn a_phone_without_a_line_for_two_weeks_is_stale() {
    let copy = tree::fleet();
    let stale = |arguments: &[&str]| {
        let mut command = tree::phonecert(copy.path());
        command.args(["scan", "--format", "json", "--device", "0004f2a1b202", "--quiet", "--year", "2016"]);
        // The phone's newest line is of February 29, 03:33:00.
        let output =
            command.args(arguments).env("SOURCE_DATE_EPOCH", after("2016-03-13T03:33:01")).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["devices"][0]["stale"].clone()
    };
    assert_eq!(stale(&[]), 14);
    assert_eq!(stale(&["--stale", "15d"]), Value::Null);
}

/// Files have the time of the checkout; the diagnoses must not depend on it.
#[test]
fn the_day_of_the_checkout_does_not_matter() {
    let story = |modified: &str| {
        let copy = tree::fleet();
        for path in tree::files_below(copy.path()) {
            tree::touch(&path, modified);
        }
        let mut command = tree::phonecert(copy.path());
        // The age of the newest lines does depend on it.
        command.args(["scan", ".", "--quiet", "--stale", "5000d"]).env("SOURCE_DATE_EPOCH", after(modified));
        let output = command.output().unwrap();
        let table = String::from_utf8(output.stdout).unwrap();
        table.lines().filter(|line| !line.starts_with("Read:")).map(str::to_owned).collect::<Vec<_>>()
    };
    let story_of_summer = story("2026-07-01T12:00:00");
    for modified in
        ["2026-01-01T00:00:00", "2026-02-27T12:00:00", "2027-03-01T08:00:00", "2028-02-29T23:59:59"]
    {
        assert_eq!(story(modified), story_of_summer, "{modified}");
    }
}
