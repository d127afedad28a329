//! The output of each command is valid by `phonecert schema`; tests/cases.rs validates that of `scan` for all cases.

use std::path::Path;

use serde_json::Value;

use crate::tree;

fn schema() -> Value {
    let schema = tree::json(Path::new("."), &["schema"]);
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    schema
}

#[test]
fn other_answers_have_schemas_too() {
    let fleet = tree::fleet();
    let schema = |of| jsonschema::validator_for(&tree::json(fleet.path(), &["schema", of])).unwrap();
    let events = tree::said(fleet.path(), &["events", "--format", "jsonl"]);
    let validator = schema("events");
    assert!(events.lines().count() > 100);
    for event in events.lines() {
        let event: Value = serde_json::from_str(event).unwrap();
        assert!(validator.is_valid(&event), "{event}");
    }
    assert!(!validator.is_valid(&Value::from(1)));
    tree::run(fleet.path(), &["scan", "--output", "old.json"]);
    let diff = tree::json(fleet.path(), &["diff", "old.json", "old.json", "--format", "json"]);
    assert!(schema("diff").is_valid(&diff), "{diff}");
    let scan = tree::json(fleet.path(), &["scan", "--format", "json"]);
    let validator = schema("device");
    for device in scan["devices"].as_array().unwrap() {
        let Some(mac) = device["mac"].as_str() else { continue };
        let told = tree::json(fleet.path(), &["device", mac, "--format", "json"]);
        assert!(validator.is_valid(&told), "{told}");
    }
    assert!(!validator.is_valid(&scan));
    assert_eq!(tree::said(fleet.path(), &["schema"]), tree::said(fleet.path(), &["schema", "scan"]));
}

#[test]
fn an_empty_answer_is_valid() {
    let empty = tempfile::tempdir().unwrap();
    let answer = tree::json(empty.path(), &["scan", "--format", "json"]);
    assert!(jsonschema::is_valid(&schema(), &answer), "{answer}");
    assert_eq!(answer["schema_version"], 2);
}

#[test]
fn what_is_not_an_answer_is_not_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let answer = tree::json(tree::fleet().path(), &["scan", ".", "missing", "--format", "json"]);
    assert!(validator.is_valid(&answer), "{answer}");
    for (pointer, value) in [
        ("/devices/0/status", Value::from("broken")),
        ("/devices/0/mac", Value::from(5)),
        ("/devices/0/certificates/0/state", Value::from("present")),
        ("/devices/0/diagnoses/0/severity", Value::from("fatal")),
        ("/scanned/lines", Value::from(-1)),
        ("/summary", Value::Null),
    ] {
        let mut wrong = answer.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&wrong), "{pointer}");
    }
}

/// The schema contains the names and kinds that `schema_version` fixes.
#[test]
fn the_schema_names_what_is_fixed() {
    let text = schema().to_string();
    for name in [
        "not-available",
        "rejected",
        "installed",
        "failed",
        "attention",
        "unknown",
        "resolved",
        "fingerprint_algorithm",
        "unrecognized_lines",
        "by_code",
        "occurrences",
        "first_seen",
        "evidence",
        "assembly_revision",
    ] {
        assert!(text.contains(name), "{name}");
    }
}
