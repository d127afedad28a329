//! The shapes of the output, field by field: what in them names something.

use serde_json::Value;

use super::names::Kind;
use super::text::{self, Manner};
use super::{Namer, mac, path, pseudonym};
use crate::check::Rule;
use crate::model::SoftwareVersion;
use crate::problem::Problem;
use crate::report::shape::{Device, Diagnosis, EventRow};

pub(super) fn device(device: &mut Device, namer: &mut dyn Namer) {
    // A new field has to be thought of here.
    let Device {
        mac,
        model,
        assembly,
        assembly_revision,
        software,
        status: _,
        files,
        boots: _,
        first_time: _,
        last_time: _,
        stale: _,
        baseline: _,
        certificates,
        diagnoses,
    } = device;
    address(mac, namer);
    for name in [model, assembly, assembly_revision].into_iter().flatten() {
        *name = text::rewrite(name, Manner::LOG, namer);
    }
    if let Some(software) = software {
        version(software, namer);
    }
    for file in files {
        *file = path::rewrite(file, namer);
    }
    for name in certificates.iter_mut().filter_map(|certificate| certificate.common_name.as_mut()) {
        *name = pseudonym::of_name(Kind::Name, name, namer);
    }
    for each in diagnoses {
        diagnosis(each, namer);
    }
}

fn diagnosis(diagnosis: &mut Diagnosis, namer: &mut dyn Namer) {
    let rule = Rule::find(diagnosis.code);
    diagnosis.message = message(diagnosis.code, &diagnosis.message, namer);
    // The catalogue's own sentences name nothing.
    let [cause, remedy] = [rule.map_or("", |rule| rule.cause), rule.map_or("", |rule| rule.remedy)];
    for (said, usual) in [(&mut diagnosis.cause, cause), (&mut diagnosis.remedy, remedy)] {
        if said != usual {
            *said = text::rewrite(said, Manner::VERSIONS, namer).into();
        }
    }
    for evidence in &mut diagnosis.evidence {
        evidence.file = path::rewrite(&evidence.file, namer);
        evidence.text = text::rewrite(&evidence.text, Manner::LOG, namer);
    }
    for line in &mut diagnosis.configuration {
        line.file = path::rewrite(&line.file, namer);
        line.says = text::rewrite(&line.says, Manner::LOG, namer);
    }
}

/// Diagnoses whose messages tell versions, which can look like addresses.
const OF_VERSIONS: [&str; 3] = ["INV005", "ZTP001", "ZTP002"];

/// Diagnoses whose messages list phones: `… in 3 phones, A, B among them.`
const OF_PHONES: [&str; 2] = ["FLT001", "FLT002"];

fn message(code: &str, message: &str, namer: &mut dyn Namer) -> String {
    if OF_PHONES.contains(&code)
        && let Some((head, rest)) = message.split_once(" phones, ")
        && let Some(phones) = rest.strip_suffix(" among them.")
    {
        let phones: Vec<String> = phones.split(", ").map(|phone| name_of_phone(phone, namer)).collect();
        return format!("{head} phones, {} among them.", phones.join(", "));
    }
    let manner = if OF_VERSIONS.contains(&code) { Manner::VERSIONS } else { Manner::LOG };
    text::rewrite(message, manner, namer)
}

/// A phone is called by its address, else by its file.
fn name_of_phone(name: &str, namer: &mut dyn Namer) -> String {
    mac::whole(name, namer).unwrap_or_else(|| path::rewrite(name, namer))
}

pub(super) fn event(event: &mut EventRow, namer: &mut dyn Namer) {
    address(&mut event.mac, namer);
    event.file = path::rewrite(&event.file, namer);
    for (field, value) in &mut event.fields {
        let Value::String(said) = value else { continue };
        match field.as_str() {
            "fingerprint" | "algorithm" => {}
            "common_name" => *said = pseudonym::of_name(Kind::Name, said, namer),
            "version" => version(said, namer),
            _ => *said = text::rewrite(said, Manner::LOG, namer),
        }
    }
}

pub(super) fn problem(problem: &mut Problem, namer: &mut dyn Namer) {
    problem.path = path::rewrite(&problem.path, namer);
    problem.message = text::rewrite(&problem.message, Manner::QUOTING, namer);
}

fn address(mac: &mut Option<String>, namer: &mut dyn Namer) {
    if let Some(written) = mac {
        *written = match mac::whole(written, namer) {
            Some(new) => new,
            None => pseudonym::of_word(Kind::Name, written, namer),
        };
    }
}

fn version(said: &mut String, namer: &mut dyn Namer) {
    if said.parse::<SoftwareVersion>().is_err() {
        *said = text::rewrite(said, Manner::VERSIONS, namer);
    }
}
