//! Every folder under `testdata/truth/` has logs that are easily diagnosed wrongly, and the right answer.
//!
//! `truth.json` names runs of the program in the folder's `logs/`, each with facts about its answer: the exit
//! status, the phones, problems and texts. A fact that is not named is not checked. The phones of a run are all
//! of them, and each phone's `active` and `resolved` diagnoses are whole, except for codes that it `may` have.
//! A `near-miss` looks like the case of its number and has another answer.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// Longer than any run takes. A run that waits for the other end of a pipe would never end.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    runs: Vec<Run>,
}

/// One run of the program, and the facts about its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    arguments: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// A named pipe that is there before the run.
    fifo: Option<String>,
    exit: Option<i32>,
    phones: Option<BTreeMap<String, Phone>>,
    /// The kinds of all problems.
    problems: Option<Vec<String>>,
    /// By code: its message.
    #[serde(default)]
    says: BTreeMap<String, Text>,
    #[serde(default)]
    stdout: Text,
    #[serde(default)]
    stderr: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phone {
    /// One of these; none named: any.
    #[serde(default)]
    status: Vec<String>,
    /// `CODE` or `CODE@slot`.
    active: BTreeSet<String>,
    resolved: BTreeSet<String>,
    #[serde(default)]
    may: BTreeSet<String>,
    boots: Option<u64>,
    software: Option<String>,
    #[serde(default)]
    occurrences: BTreeMap<String, u64>,
    /// By slot: its state.
    #[serde(default)]
    slots: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

#[test]
fn every_log_is_told_as_it_is() {
    let folders = folders();
    let wrong: Vec<String> = folders
        .par_iter()
        .filter_map(|folder| {
            let name = folder.file_name().unwrap().to_str().unwrap();
            let found = faults_of(folder);
            (!found.is_empty()).then(|| format!("{name}: {}", found.join("\n  ")))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} folders are told wrong:\n{}",
        wrong.len(),
        folders.len(),
        wrong.join("\n")
    );
}

#[test]
fn cases_are_complete() {
    let names: Vec<String> =
        folders().iter().map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let is_near_miss = |name: &&String| name.contains("-near-miss-");
    assert_eq!(names.iter().filter(|name| !is_near_miss(name)).count(), 497);
    for name in names.iter().filter(is_near_miss) {
        let (number, _) = name.split_once('-').unwrap();
        let has_case = names.iter().any(|other| other.starts_with(number) && !is_near_miss(&other));
        assert!(has_case, "{name} is near to no case");
    }
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(tree::testdata().join("truth")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn faults_of(folder: &Path) -> Vec<String> {
    let truth = fs::read_to_string(folder.join("truth.json")).unwrap();
    let truth: Truth =
        serde_json::from_str(&truth).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut faults = Vec::new();
    for run in &truth.runs {
        let mut found = Vec::new();
        check(run, folder, &mut found);
        faults.extend(found.into_iter().map(|fault| format!("`{}`: {fault}", run.arguments.join(" "))));
    }
    faults
}

fn check(run: &Run, folder: &Path, faults: &mut Vec<String>) {
    let copy = tree::copy(folder);
    let logs = copy.path().join("logs");
    if let Some(name) = &run.fifo {
        let made = std::process::Command::new("mkfifo").arg(logs.join(name)).status().unwrap();
        assert!(made.success());
    }
    let mut command = tree::phonecert(&logs);
    let output = command.args(&run.arguments).envs(&run.environment).timeout(PATIENCE).output().unwrap();
    if run.exit.is_some() && run.exit != output.status.code() {
        faults.push(format!("exit status {:?}, should be {:?}", output.status.code(), run.exit));
    }
    run.stdout.check("standard output", &String::from_utf8_lossy(&output.stdout), faults);
    run.stderr.check("standard error", &String::from_utf8_lossy(&output.stderr), faults);
    if run.phones.is_some() || run.problems.is_some() || !run.says.is_empty() {
        check_answer(run, &output, faults);
    }
}

fn check_answer(run: &Run, output: &Output, faults: &mut Vec<String>) {
    let Ok(answer) = serde_json::from_slice::<Value>(&output.stdout) else {
        faults.push(format!("no JSON; it said {:?}", String::from_utf8_lossy(&output.stderr)));
        return;
    };
    let devices = answer["devices"].as_array().unwrap();
    if let Some(kinds) = &run.problems {
        let seen: Vec<&str> = answer["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem["kind"].as_str().unwrap())
            .collect();
        if seen != *kinds {
            faults.push(format!("problems {}, should be {kinds:?}", answer["problems"]));
        }
    }
    for (code, text) in &run.says {
        let all = devices.iter().flat_map(|device| device["diagnoses"].as_array().unwrap());
        let messages: Vec<_> =
            all.filter(|told| told["code"] == **code).map(|told| told["message"].as_str().unwrap()).collect();
        text.check(code, &messages.join("\n"), faults);
    }
    let Some(phones) = &run.phones else { return };
    let mut strangers = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for device in devices {
        let name = device["mac"].as_str().unwrap_or("null");
        if let Some(phone) = phones.get(name) {
            phone.check(name, device, faults);
            seen.insert(name);
        } else {
            strangers.insert(name);
        }
    }
    for mac in phones.keys().filter(|mac| !seen.contains(mac.as_str())) {
        faults.push(format!("{mac}: no row"));
    }
    if !strangers.is_empty() {
        faults.push(format!("rows of other phones: {strangers:?}"));
    }
}

impl Phone {
    fn check(&self, name: &str, device: &Value, faults: &mut Vec<String>) {
        let mut differ = |what: &str, seen: &dyn std::fmt::Debug, right: &dyn std::fmt::Debug| {
            faults.push(format!("{name}: {what} {seen:?}, should be {right:?}"));
        };
        let told = device["diagnoses"].as_array().unwrap();
        for (state, right) in [("active", &self.active), ("resolved", &self.resolved)] {
            let seen: BTreeSet<String> = told
                .iter()
                .filter(|diagnosis| diagnosis["state"] == state)
                .map(label)
                .filter(|label| !self.may.contains(label))
                .collect();
            if seen != *right {
                differ(state, &seen, right);
            }
        }
        let status = device["status"].as_str().unwrap().to_owned();
        if !self.status.is_empty() && !self.status.contains(&status) {
            differ("status", &status, &self.status);
        }
        if self.boots.is_some() && device["boots"].as_u64() != self.boots {
            differ("boots", &device["boots"], &self.boots);
        }
        if self.software.is_some() && device["software"].as_str() != self.software.as_deref() {
            differ("software", &device["software"], &self.software);
        }
        for (wanted, times) in &self.occurrences {
            let seen = told.iter().find(|diagnosis| label(diagnosis) == *wanted);
            let seen = seen.and_then(|diagnosis| diagnosis["occurrences"].as_u64());
            if seen != Some(*times) {
                differ(&format!("occurrences of {wanted}"), &seen, times);
            }
        }
        for (slot, state) in &self.slots {
            let certificates = device["certificates"].as_array().unwrap();
            let seen = certificates.iter().find(|certificate| certificate["slot"] == **slot);
            let seen = seen.and_then(|certificate| certificate["state"].as_str());
            if seen != Some(state) {
                differ(slot, &seen, state);
            }
        }
    }
}

fn label(diagnosis: &Value) -> String {
    let code = diagnosis["code"].as_str().unwrap();
    diagnosis["slot"].as_str().map_or_else(|| code.to_owned(), |slot| format!("{code}@{slot}"))
}

impl Text {
    /// A line that was wrapped at a blank has the same meaning.
    fn check(&self, name: &str, said: &str, faults: &mut Vec<String>) {
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in self.has.iter().filter(|part| !said.contains(part.as_str())) {
            faults.push(format!("{name} lacks {part:?}: {said:.300}"));
        }
        for part in self.lacks.iter().filter(|part| said.contains(part.as_str())) {
            faults.push(format!("{name} has {part:?}"));
        }
    }
}
