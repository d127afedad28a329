use super::*;
use crate::diff::ScanAnswer;
use crate::report::fixture;
use crate::report::shape::{Device, State, Status};
use crate::report::text::visible::is_hidden;
use crate::report::text::width::width;
use crate::report::{FORMATS, Overview, ScanReport, Verbosity};

/// An answer of `scan --format json` with these phones.
fn answer(devices: &Vec<Device>) -> Vec<u8> {
    let overview = Overview::default();
    let mut bytes = Vec::new();
    Format::named(FORMATS, "json")
        .unwrap()
        .write(&ScanReport { overview: &overview, devices }, &Style::default(), &mut bytes)
        .unwrap();
    bytes
}

fn compared(old: &Vec<Device>, new: &Vec<Device>) -> Diff {
    let read = |path, devices| ScanAnswer::read(path, &mut answer(devices).as_slice()).unwrap();
    Diff::new(&read("monday.json", old), &read("to\u{1b}day.json", new))
}

/// The fleet that all formats are tested on, and a later state of it: one phone repaired, one broken, one
/// with a new log, one removed, one added.
fn changed() -> Diff {
    let old = fixture::fleet().devices;
    let mut new = old.clone();
    new[0].diagnoses[0].state = State::Resolved;
    new[1].diagnoses.clear();
    new[2].diagnoses.clear();
    new[2].status = Status::Unknown;
    new[8].certificates[1].fingerprint = Some("FF:".repeat(15) + "FF");
    let error = new[3].diagnoses[0].clone();
    new[10].diagnoses.push(error);
    let gone = new.remove(9);
    new.push(Device { mac: Some("0004F2B0B0B0".to_owned()), ..gone });
    compared(&old, &new)
}

fn written(diff: &Diff, format: &str, style: &Style) -> String {
    let mut bytes = Vec::new();
    (Format::named(&DIFF_FORMATS, format).unwrap().write)(diff, style, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn for_a_mail_and_for_a_ticket() {
    insta::assert_snapshot!("text", written(&changed(), "text", &Style { width: 80, ..Style::default() }));
    insta::assert_snapshot!("markdown", written(&changed(), "markdown", &Style::default()));
}

#[test]
fn the_document_follows_its_schema() {
    let mut schema = Vec::new();
    crate::report::schema::SCHEMAS
        .iter()
        .find(|of| of.command == "diff")
        .unwrap()
        .write(&mut schema)
        .unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    for diff in [changed(), compared(&Vec::new(), &Vec::new())] {
        let document: serde_json::Value =
            serde_json::from_str(&written(&diff, "json", &Style::default())).unwrap();
        if let Err(error) = validator.validate(&document) {
            panic!("{error} at {}", error.instance_path());
        }
        assert_eq!(document["summary"]["broke"], diff.broke.len());
    }
    assert!(!validator.is_valid(&serde_json::json!({"schema_version": 2})));
}

#[test]
fn no_line_is_too_wide_and_nothing_hidden_is_shown() {
    for columns in 40..=160 {
        let text = written(&changed(), "text", &Style { width: columns, ..Style::default() });
        for line in text.lines() {
            assert!(width(line) <= columns && !line.contains(is_hidden), "{columns}: {line:?}");
        }
    }
}

#[test]
fn many_phones_are_counted_unless_all_are_asked_for() {
    let diff = compared(&Vec::new(), &fixture::large(60).devices);
    assert!(written(&diff, "text", &Style::default()).contains("and 52 more; -v shows them all"));
    let all = Style { verbosity: Verbosity::Verbose, ..Style::default() };
    assert!(!written(&diff, "text", &all).contains("more"));
    assert!(written(&diff, "json", &Style::default()).contains("64167F00003B"), "a program gets all");
}
