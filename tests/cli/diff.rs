//! Compares answers with the program: `diff` and `scan --baseline`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::tree::{self, FAILING, HEALTHY, complained, fleet, macs, run, said, scanned, status};

/// The phone whose TLS connections fail in the fleet.
const UNTRUSTED: &str = "0004f2c3d407-app.log";

/// The fleet, with the answer `old.json` that was made before these logs were added.
fn since(came: &[&str]) -> TempDir {
    let fleet = fleet();
    for log in came {
        fs::rename(fleet.path().join(log), fleet.path().join(log).with_extension("later")).unwrap();
    }
    assert_ne!(status(fleet.path(), &["scan", "--output", "old.json"]), 2);
    for log in came {
        fs::rename(fleet.path().join(log).with_extension("later"), fleet.path().join(log)).unwrap();
    }
    fleet
}

fn diff(folder: &Path, arguments: &[&str]) -> Value {
    assert_ne!(status(folder, &["scan", "--output", "new.json", "--force"]), 2);
    tree::json(folder, &[&["diff", "old.json", "new.json", "--format", "json"], arguments].concat())
}

fn codes(list: &Value) -> Vec<(&str, &str)> {
    let entries = list.as_array().unwrap().iter();
    entries.map(|entry| (entry["mac"].as_str().unwrap(), entry["code"].as_str().unwrap())).collect()
}

#[test]
fn nothing_new_is_nothing_new() {
    let fleet = since(&[]);
    let same = diff(fleet.path(), &[]);
    let summary = &same["summary"];
    assert_eq!(
        (&summary["broke"], &summary["mended"], &summary["certificates_changed"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert!(summary["still"].as_u64().unwrap() > 8);
    assert_eq!(status(fleet.path(), &["diff", "old.json", "new.json"]), 0);
    assert_eq!(status(fleet.path(), &["scan", "--baseline", "old.json"]), 0, "what was there fails no more");
    assert_eq!(status(fleet.path(), &["scan"]), 1);
    let only = tree::json(fleet.path(), &["scan", "--baseline", "old.json", "--new", "--format", "json"]);
    assert_eq!((&only["devices"], &only["summary"]["failed"]), (&json!([]), &json!(0)));
}

#[test]
fn a_new_phone_and_a_phone_gone() {
    let fleet = since(&[FAILING, HEALTHY]);
    let came = diff(fleet.path(), &[]);
    assert_eq!(codes(&came["broke"]), [("0004F2A1B202", "INS001")]);
    assert_eq!(came["phones_new"].as_array().unwrap().len(), 2);
    assert_eq!(status(fleet.path(), &["diff", "old.json", "new.json"]), 1);
    let back = tree::json(fleet.path(), &["diff", "new.json", "old.json", "--format", "json"]);
    assert_eq!(
        (&back["summary"]["broke"], &back["summary"]["mended"]),
        (&json!(0), &json!(0)),
        "gone is not mended"
    );
    assert_eq!(back["phones_gone"], came["phones_new"]);
    assert_eq!(status(fleet.path(), &["diff", "new.json", "old.json"]), 0);
    let text = said(fleet.path(), &["diff", "old.json", "new.json"]);
    assert!(text.contains("0004F2A1B202 platform-1 (new phone): "), "{text}");
    let markdown = said(fleet.path(), &["diff", "old.json", "new.json", "--format", "markdown"]);
    assert!(markdown.starts_with("# ") && markdown.contains("**INS001 key-too-large**"), "{markdown}");
}

#[test]
fn what_the_next_log_mends_and_breaks() {
    let fleet = since(&[]);
    let log = fleet.path().join(HEALTHY);
    let mut lines = fs::read_to_string(&log).unwrap();
    lines += "0229110000|hw   |4|00|hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key2, length 5000 is bigger than maximum 4096\n";
    fs::write(&log, lines).unwrap();
    let broken = diff(fleet.path(), &[]);
    assert_eq!(codes(&broken["broke"]), [("0004F2A1B201", "INS001")]);
    assert_eq!(broken["broke"][0]["slot"], "platform-2");
    assert_eq!(broken["phones_new"], json!([]));
    assert_eq!(broken["certificates_changed"][0]["new"]["state"], "rejected");
    let arguments = ["scan", "--baseline", "old.json", "--format", "json"];
    let marked = tree::json(fleet.path(), &arguments);
    for device in marked["devices"].as_array().unwrap() {
        let expected = if device["mac"] == "0004F2A1B201" { "new" } else { "still" };
        assert_eq!(device["baseline"], expected, "{}", device["mac"]);
    }
    let only = tree::json(fleet.path(), &[&arguments[..], &["--new"]].concat());
    assert_eq!(
        (macs(&only), &only["summary"]["by_code"]),
        (vec!["0004F2A1B201".to_owned()], &json!({"INS001": 1}))
    );
    assert_eq!(status(fleet.path(), &arguments), 1);
    assert_eq!(status(fleet.path(), &[&arguments[..], &["--fail-on", "never"]].concat()), 0);
    assert_eq!(status(fleet.path(), &[&arguments[..], &["--ignore", "INS"]].concat()), 0);
    for format in ["table", "csv", "markdown"] {
        let text = said(fleet.path(), &["scan", "--baseline", "old.json", "--new", "--format", format]);
        assert!(
            text.contains("0004F2A1B201") && !text.contains("0004F2A1B202") && text.contains("new"),
            "{text}"
        );
    }
    let redacted = said(fleet.path(), &["scan", "--baseline", "old.json", "--new", "--redact"]);
    assert!(redacted.contains("INS001") && !redacted.contains("0004F2A1B201"), "{redacted}");
    assert!(!complained(fleet.path(), &["scan", "--baseline", "old.json", "--new"]).contains("no phone has"));
    let same = ["scan", "--baseline", "new.json", "--new"];
    assert!(complained(fleet.path(), &same).contains("no phone has a new diagnosis"));
    // In the other direction, the refusal is no longer in the logs, which is not evidence.
    let back = tree::json(fleet.path(), &["diff", "new.json", "old.json", "--format", "json"]);
    assert_eq!(
        (&back["mended"], codes(&back["no_longer_found"])),
        (&json!([]), vec![("0004F2A1B201", "INS001")])
    );
}

/// Without its configuration, nothing shows that a fault in it is mended.
#[test]
fn an_answer_without_configuration_mends_none_of_its_faults() {
    let folder = tree::copy(&tree::testdata().join("truth/614-each-override-has-another-fault/logs"));
    let answer = scanned(folder.path(), &[]);
    let faults = BTreeSet::from_iter(tree::codes(&answer["devices"][0])).len();
    assert_eq!(status(folder.path(), &["scan", "--output", "old.json"]), 1);
    assert_eq!(status(folder.path(), &["scan", "--no-config", "--output", "without.json"]), 0);
    let compared = |new: &str| {
        let answer = tree::json(folder.path(), &["diff", "old.json", new, "--format", "json"]);
        ["mended", "no_longer_found"].map(|list| answer[list].as_array().unwrap().len())
    };
    assert_eq!(compared("without.json"), [0, faults]);
    for file in ["0004f2a0b001-phone.cfg", "0004f2a0b001-web.cfg"] {
        fs::write(folder.path().join(file), "<PHONE_CONFIG/>").unwrap();
    }
    assert_eq!(status(folder.path(), &["scan", "--output", "mended.json"]), 0);
    assert_eq!(compared("mended.json"), [faults, 0]);
}

#[test]
fn what_is_no_answer_is_refused_by_name() {
    let fleet = since(&[UNTRUSTED]);
    let whole = fs::read_to_string(fleet.path().join("old.json")).unwrap();
    let write = |name: &str, text: &str| fs::write(fleet.path().join(name), text).unwrap();
    write("cut.json", &whole[..whole.len() / 2]);
    write("version.json", &whole.replace("\"schema_version\": 2", "\"schema_version\": 1"));
    write("foreign.json", "{\"results\": []}");
    write("empty.json", "");
    fs::write(fleet.path().join("lines.json"), said(fleet.path(), &["scan", "--format", "jsonl"])).unwrap();
    fs::write(
        fleet.path().join("groups.json"),
        said(fleet.path(), &["scan", "--group-by", "code", "--format", "json"]),
    )
    .unwrap();
    for bad in [
        "cut.json",
        "version.json",
        "foreign.json",
        "empty.json",
        "lines.json",
        "groups.json",
        "missing.json",
        FAILING,
        ".",
    ] {
        for arguments in [
            &["diff", bad, "old.json"][..],
            &["diff", "old.json", bad],
            &["scan", "--baseline", bad],
            &["scan", "--baseline", bad, "--new"],
        ] {
            let output = run(fleet.path(), arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(output.stdout.is_empty(), "{arguments:?}");
            let told = String::from_utf8(output.stderr).unwrap();
            assert!(told.starts_with(&format!("phonecert: {bad}: ")), "{told}");
        }
    }
    assert!(complained(fleet.path(), &["diff", "version.json", "old.json"]).contains("schema_version is 1"));
}

#[test]
fn an_answer_comes_from_a_pipe_too() {
    let fleet = since(&[FAILING]);
    let new = said(fleet.path(), &["scan", "--format", "json"]);
    let mut command = tree::phonecert(fleet.path());
    let output = command.args(["diff", "old.json", "-"]).write_stdin(new).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("INS001"));
    assert_eq!(status(fleet.path(), &["diff", "old.json", "old.json", "-o", "none.md"]), 0);
    assert!(fs::read_to_string(fleet.path().join("none.md")).unwrap().starts_with("# "));
}

#[test]
fn an_answer_with_pseudonyms_is_compared_with_another_one_alone() {
    let fleet = since(&[FAILING]);
    for (name, options) in [("new.json", &[][..]), ("hidden.json", &["--redact"])] {
        assert_ne!(status(fleet.path(), &[&["scan", "--output", name], options].concat()), 2);
    }
    for arguments in [
        &["diff", "old.json", "hidden.json"][..],
        &["diff", "hidden.json", "new.json"],
        &["scan", "--baseline", "hidden.json"],
        &["scan", "--baseline", "hidden.json", "--redact"],
    ] {
        let output = run(fleet.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("--redact") && output.stdout.is_empty(), "{told}");
    }
    assert_eq!(status(fleet.path(), &["diff", "hidden.json", "hidden.json"]), 0);
    let told = complained(fleet.path(), &["diff", "hidden.json", "hidden.json"]);
    assert!(told.contains("pseudonym"), "{told}");
    assert_eq!(complained(fleet.path(), &["diff", "old.json", "new.json"]), "");
}
