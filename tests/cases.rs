//! Every folder under `testdata/` with an `expected.json` is scanned, and must give what that file says.
//!
//! `testdata/cases/<CODE>-<name>/` has, for each diagnosis, folders that begin with `fires` (it is
//! active there), `near-miss` (it is not there) and `mended` (it is resolved there). `expected.json` names
//! what must be in the answer; a device's `active` and `resolved` diagnoses and its `certificates` are
//! whole, and a field that a certificate lacks there is null in the answer. `lines` are those of the
//! evidence.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use phonecert::check::CATALOGUE;
use serde_json::{Map, Value, json};

#[test]
fn every_case_gives_what_it_should() {
    let mut faults = Vec::new();
    for folder in case_folders() {
        let name = folder.strip_prefix(tree::testdata()).unwrap().display().to_string();
        faults.extend(faults_of(&folder).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_diagnosis_has_a_firing_case_and_a_near_miss() {
    let cases = tree::testdata().join("cases");
    let folders: BTreeSet<String> = names_in(&cases).into_iter().collect();
    // LOG007 needs a log that is too long for `testdata`: its test makes one. The diagnoses of configurations are tested in
    // `check/configuration/tests.rs`, which makes certificates and keys.
    let rules = CATALOGUE.iter().filter(|rule| rule.code != "LOG007" && !rule.code.starts_with("CFG"));
    let codes: BTreeSet<_> = rules.map(|rule| format!("{}-{}", rule.code, rule.name)).collect();
    let missing: Vec<_> = codes.symmetric_difference(&folders).collect();
    assert!(missing.is_empty(), "diagnoses without a folder, or folders without a diagnosis: {missing:?}");
    for rule in &folders {
        let inner = names_in(&cases.join(rule));
        for kind in ["fires", "near-miss"] {
            assert!(inner.iter().any(|name| name.starts_with(kind)), "{rule} has no case '{kind}'");
        }
        for name in &inner {
            let known = ["fires", "near-miss", "mended"].iter().any(|kind| name.starts_with(kind));
            assert!(known, "{rule}: '{name}' is none of fires, near-miss, mended");
            assert!(cases.join(rule).join(name).join("expected.json").exists(), "{rule}/{name}");
        }
    }
}

#[test]
fn every_case_is_about_its_diagnosis() {
    for folder in case_folders() {
        let Ok(inner) = folder.strip_prefix(tree::testdata().join("cases")) else { continue };
        let mut parts = inner.iter().map(|part| part.to_str().unwrap());
        let (code, kind) = (parts.next().unwrap().split('-').next().unwrap(), parts.next().unwrap());
        let expected = expected(&folder);
        let has = |list: &str| {
            let devices = expected["devices"].as_array().unwrap();
            devices
                .iter()
                .flat_map(|device| device[list].as_array().unwrap())
                .any(|found| found["code"] == code)
        };
        let is_so = match kind.split('-').next() {
            Some("fires") => has("active"),
            Some("mended") => has("resolved") && !has("active"),
            _ => !has("active"),
        };
        assert!(is_so, "{}", inner.display());
    }
}

/// A message that contains a name as plain words shows it with `--redact` too.
#[test]
fn no_case_shows_a_name_if_redacted() {
    let mut shown = Vec::new();
    for folder in case_folders() {
        let copy = tree::copy(&folder);
        let answer = scan(copy.path());
        let text = |devices: &Value| devices.to_string().to_lowercase();
        let redacted =
            text(&tree::json(copy.path(), &[&arguments(&folder)[..], &["--redact"]].concat())["devices"]);
        let names = answer["devices"].as_array().unwrap().iter().flat_map(|device| {
            let certificates = device["certificates"].as_array().unwrap();
            certificates.iter().map(|certificate| &certificate["common_name"]).chain([&device["mac"]])
        });
        let names = names.filter_map(Value::as_str).map(str::to_lowercase);
        let names = names.chain(names_in_events(copy.path()));
        // Shorter names are also parts of common words.
        let found = names.filter(|name| name.len() > 5 && redacted.contains(name.as_str()));
        shown.extend(found.map(|name| format!("{name} of {}", folder.display())));
    }
    assert!(shown.is_empty(), "{shown:#?}");
}

/// The values of events' fields that `--redact` replaces.
fn names_in_events(folder: &Path) -> Vec<String> {
    let events = |options: &[&str]| {
        let text = tree::said(folder, &[&["events", "--format", "jsonl", "."], options].concat());
        let events = text.lines().map(|line| serde_json::from_str::<Map<String, Value>>(line).unwrap());
        events.collect::<Vec<_>>()
    };
    let (plain, redacted) = (events(&[]), events(&["--redact"]));
    assert_eq!(plain.len(), redacted.len());
    let replaced = plain.into_iter().zip(redacted).flat_map(|(event, redacted)| {
        let fields = event.into_iter().filter(move |(name, value)| redacted[name] != *value);
        fields.filter_map(|(_, value)| Some(value.as_str()?.to_lowercase()))
    });
    replaced.collect()
}

/// The same logs with other line ends give the same answer.
#[test]
fn line_ends_change_nothing() {
    let mut faults = Vec::new();
    for folder in case_folders() {
        let copy = tree::copy(&folder);
        let before = told(&scan(copy.path()));
        for path in tree::files_below(copy.path()) {
            if path.extension().is_some_and(|ending| ending == "log") {
                let modified = filetime::FileTime::from_last_modification_time(&fs::metadata(&path).unwrap());
                fs::write(&path, with_carriage_returns(&fs::read(&path).unwrap())).unwrap();
                filetime::set_file_mtime(&path, modified).unwrap();
            }
        }
        if before != told(&scan(copy.path())) {
            faults.push(folder);
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

fn with_carriage_returns(log: &[u8]) -> Vec<u8> {
    let lines = log.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.collect::<Vec<_>>().join(&b"\r\n"[..])
}

/// The part of an answer that must not depend on the form of the logs.
fn told(answer: &Value) -> Value {
    let mut told = answer.clone();
    told["scanned"]["bytes"] = Value::Null;
    told
}

fn case_folders() -> Vec<PathBuf> {
    let all = tree::files_below(&tree::testdata());
    let expectations = all.iter().filter(|path| path.file_name().is_some_and(|name| name == "expected.json"));
    let mut folders: Vec<_> = expectations.map(|path| path.parent().unwrap().to_owned()).collect();
    folders.sort();
    assert!(folders.len() > 50, "{folders:?}");
    folders
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn expected(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap()
}

fn arguments(folder: &Path) -> Vec<&'static str> {
    let mut arguments = vec!["scan", "--format", "json", "."];
    if folder.join("inventory.csv").exists() {
        arguments.extend(["--inventory", "inventory.csv"]);
    }
    arguments
}

fn scan(folder: &Path) -> Value {
    tree::json(folder, &arguments(folder))
}

fn faults_of(folder: &Path) -> Vec<String> {
    static SCHEMA: LazyLock<jsonschema::Validator> =
        LazyLock::new(|| jsonschema::validator_for(&tree::json(Path::new("."), &["schema"])).unwrap());
    let copy = tree::copy(folder);
    let output = tree::run(copy.path(), &arguments(copy.path()));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut faults: Vec<String> = SCHEMA.iter_errors(&answer).map(|fault| fault.to_string()).collect();
    let is_failed =
        answer["devices"].as_array().unwrap().iter().any(|device| {
            diagnoses(device, "active").iter().any(|diagnosis| diagnosis["severity"] == "error")
        });
    let status = output.status.code();
    if status != Some(i32::from(is_failed)) {
        faults.push(format!("exit status {status:?}"));
    }
    if answer["problems"] != json!([]) {
        faults.push(format!("problems: {}", answer["problems"]));
    }
    compare(&expected(folder), &seen(&answer), "", &mut faults);
    evidence_stands_where_it_should(&answer, copy.path(), &mut faults);
    faults
}

/// The answer in the shape of an expectation.
fn seen(answer: &Value) -> Value {
    let mut seen = answer.clone();
    for device in seen["devices"].as_array_mut().unwrap() {
        for state in ["active", "resolved"] {
            device[state] = Value::from(diagnoses(device, state));
        }
        for certificate in device["certificates"].as_array_mut().unwrap() {
            certificate.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            *certificate = json!({ "whole": certificate });
        }
    }
    seen
}

fn diagnoses(device: &Value, state: &str) -> Vec<Value> {
    let all = device["diagnoses"].as_array().unwrap();
    let of_state = all.iter().filter(|diagnosis| diagnosis["state"] == state);
    of_state
        .map(|diagnosis| {
            let mut diagnosis = diagnosis.clone();
            let evidence = diagnosis["evidence"].as_array().unwrap();
            diagnosis["lines"] = evidence.iter().map(|line| line["line"].clone()).collect();
            diagnosis
        })
        .collect()
}

/// Notes where `seen` differs from what is expected. Objects may have more members, lists may not.
fn compare(expected: &Value, seen: &Value, at: &str, faults: &mut Vec<String>) {
    match (expected, seen) {
        (Value::Object(fields), Value::Object(seen)) if seen.contains_key("whole") => {
            if *fields != *seen["whole"].as_object().unwrap() {
                faults.push(format!("{at}: expected {expected}, seen {}", seen["whole"]));
            }
        }
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields {
                compare(value, &seen[name], &format!("{at}.{name}"), faults);
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            for (number, (item, other)) in items.iter().zip(others).enumerate() {
                compare(item, other, &format!("{at}[{number}]"), faults);
            }
        }
        _ if expected == seen => {}
        (Value::Array(_), Value::Array(others)) => {
            let short: Vec<_> = others.iter().map(in_short).collect();
            faults.push(format!("{at}: expected {expected}, seen {}", short.join(", ")));
        }
        _ => faults.push(format!("{at}: expected {expected}, seen {seen}")),
    }
}

fn in_short(value: &Value) -> String {
    match &value["code"] {
        Value::String(code) => {
            format!("{code} {} x{} at {}", value["slot"], value["occurrences"], value["lines"])
        }
        _ => value.to_string(),
    }
}

fn evidence_stands_where_it_should(answer: &Value, folder: &Path, faults: &mut Vec<String>) {
    let mut logs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for device in answer["devices"].as_array().unwrap() {
        for diagnosis in device["diagnoses"].as_array().unwrap() {
            let evidence = diagnosis["evidence"].as_array().unwrap();
            if evidence.len() > 6 {
                faults.push(format!("{}: {} lines of evidence", diagnosis["code"], evidence.len()));
            }
            for proof in evidence {
                let file = proof["file"].as_str().unwrap();
                let lines = logs.entry(file).or_insert_with(|| {
                    let bytes = fs::read(folder.join(file)).unwrap();
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    text.lines().map(str::to_owned).collect()
                });
                let line = &lines[proof["line"].as_u64().unwrap() as usize - 1];
                let stamp = proof["stamp"].as_str().unwrap_or("");
                let said = if stamp.is_empty() { line } else { line.splitn(5, '|').nth(4).unwrap() };
                if !proof["text"].as_str().unwrap().starts_with(said.trim()) || !line.contains(stamp) {
                    faults.push(format!("line {line:?} is not {proof}"));
                }
            }
        }
    }
}
