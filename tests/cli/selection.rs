//! `--select`, `--ignore`, `--status`, `--new` and `--since`: each answer says what it leaves out, and calls no phone well
//! whose diagnoses it leaves out.

use crate::tree::{self, complained, fleet, said, scanned};

const SENTENCE: &str = "Only diagnoses LOG… are counted; 5 phones have other active errors or warnings.";

/// The failed phone of the fleet whose key was refused.
const FAILED: &str = "0004F2A1B202";

#[test]
fn each_format_of_scan_says_that_diagnoses_are_left_out() {
    let fleet = fleet();
    let of = |format: &str| said(fleet.path(), &["scan", "--select", "LOG", "--format", format]);
    for format in ["table", "markdown", "html"] {
        let answer = of(format).replace('\n', " ");
        assert!(answer.contains(SENTENCE), "{format}: {answer}");
    }
    let table = of("table");
    let row = table.lines().find(|line| line.contains(FAILED)).unwrap();
    assert!(row.starts_with("– others "), "{row}");
    assert!(table.contains("✓ 7 ok  – 5 with others only"), "{table}");
    let page = of("html");
    for claim in ["No phone has failed.", "12 are well", "no diagnosis is active"] {
        assert!(!page.contains(claim), "{claim}");
    }
    assert!(page.contains("No phone has failed by the diagnoses that are counted."));
    assert!(page.contains(&format!("<li id=\"{FAILED}\" data-status=\"others\">")));
    assert!(page.contains("7 are well; 5 have only errors or warnings that are not counted"), "{page}");
    // The other formats have no place for it.
    for format in ["csv", "jsonl"] {
        let arguments = ["scan", "--select", "LOG", "--format", format];
        assert!(complained(fleet.path(), &arguments).contains(SENTENCE), "{format}");
        let quiet = [&arguments[..], &["--quiet"]].concat();
        assert_eq!(complained(fleet.path(), &quiet), "", "{format}");
    }
    let groups = said(fleet.path(), &["scan", "--select", "LOG", "--group-by", "model"]).replace('\n', " ");
    assert!(groups.contains(SENTENCE), "{groups}");
    // Without a selection there is nothing to say.
    assert!(!said(fleet.path(), &["scan"]).contains("counted"));
}

#[test]
fn json_records_what_is_left_out() {
    let fleet = fleet();
    let selection = |options: &[&str]| scanned(fleet.path(), options)["selection"].clone();
    assert_eq!(selection(&[]), serde_json::Value::Null);
    let some = selection(&["--select", "log,INS", "--ignore", "INS004", "--status", "ok"]);
    assert_eq!(
        (&some["select"], &some["ignore"], &some["status"]),
        (&serde_json::json!(["LOG", "INS"]), &serde_json::json!(["INS004"]), &serde_json::json!(["ok"]))
    );
    assert_eq!(some["phones_left_out"], 4);
    let window = selection(&["--since", "2016-02-01", "--until", "2016-03-01T12:00"]);
    assert_eq!(
        (&window["since"], &window["until"]),
        (&"2016-02-01T00:00:00".into(), &"2016-03-01T12:00:59".into())
    );
}

#[test]
fn what_is_not_new_is_left_out() {
    let fleet = fleet();
    std::fs::write(
        fleet.path().join("old.json"),
        said(fleet.path(), &["scan", "--ignore", "LOG", "--format", "json"]),
    )
    .unwrap();
    let arguments = ["scan", "--baseline", "old.json", "--new"];
    let table = said(fleet.path(), &arguments).replace('\n', " ");
    assert!(table.contains("Only new diagnoses are counted; no phone has other active errors"), "{table}");
    assert!(table.contains("Only phones with new diagnoses are shown; 11 others are left out."), "{table}");
    let complaint = complained(fleet.path(), &arguments);
    assert!(complaint.contains("old.json: Diagnoses LOG… are not counted"), "{complaint}");
    assert!(complaint.contains("the two answers leave out different things"), "{complaint}");
    let same = [&arguments[..], &["--ignore", "LOG"]].concat();
    assert!(!complained(fleet.path(), &same).contains("different"));
}

#[test]
fn diff_warns_of_answers_that_leave_out_different_things() {
    let fleet = fleet();
    for (name, options) in
        [("all.json", &[][..]), ("log.json", &["--select", "LOG"]), ("same.json", &["--select", "log"])]
    {
        let answer = said(fleet.path(), &[&["scan", "--format", "json"], options].concat());
        std::fs::write(fleet.path().join(name), answer).unwrap();
    }
    let complaint = complained(fleet.path(), &["diff", "log.json", "all.json"]);
    assert!(complaint.contains(&format!("log.json: {SENTENCE}")), "{complaint}");
    assert!(complaint.contains("all.json: nothing is left out"), "{complaint}");
    assert_eq!(complained(fleet.path(), &["diff", "log.json", "same.json"]), "");
    assert_eq!(complained(fleet.path(), &["diff", "all.json", "all.json"]), "");
}

#[test]
fn device_claims_nothing_of_what_is_left_out() {
    let fleet = fleet();
    let story = said(fleet.path(), &["device", FAILED, "--ignore", "INS"]);
    assert!(story.starts_with(&format!("– {FAILED}")), "{story}");
    assert!(story.contains("this phone has active errors or warnings of these."), "{story}");
    assert!(!story.contains("othing is wrong"), "{story}");
    let json = tree::json(fleet.path(), &["device", FAILED, "--ignore", "INS", "--format", "json"]);
    assert_eq!(json["selection"]["ignore"], serde_json::json!(["INS"]));
    let story = said(fleet.path(), &["device", FAILED, "--since", "2030-01-01"]);
    assert!(story.contains("Only lines from 2030-01-01 00:00:00 on are judged."), "{story}");
    assert!(story.contains("no line that counts"), "{story}");
}

#[test]
fn events_say_that_they_are_no_diagnoses() {
    let fleet = fleet();
    let complaint = |options: &[&str]| complained(fleet.path(), &[&["events"], options].concat());
    assert!(complaint(&["--select", "INS"]).contains("change nothing in the list of events"));
    assert!(!complaint(&["--select", "INS", "--status", "failed"]).contains("list of events"));
    assert!(!complaint(&["--select", "INS", "--quiet"]).contains("list of events"));
}
