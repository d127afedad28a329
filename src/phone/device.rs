//! Converts a phone to the shape that reports show, with names as they are or as pseudonyms.

use std::borrow::Cow;

use super::{Phone, SlotContent, shown_seconds, shown_time};
use crate::check::{Family, RuleFinding, Sentence};
use crate::config::{self, Parameter};
use crate::redact::Shown;
use crate::report::shape::{Certificate, ConfigurationLine, Device, Diagnosis, Evidence};
use crate::timeline::SourceLine;

impl Phone {
    /// The phone as reports show it.
    pub fn device(self, shown: Shown<'_>) -> Device {
        let text = |text: Option<Box<str>>| text.map(|text| shown.text(&text));
        let files: Vec<String> = self.files.iter().map(|file| shown.path(file)).collect();
        let diagnoses = self.findings().map(|found| diagnosis(found, &files, shown)).collect();
        Device {
            mac: self.mac.map(|mac| shown.mac(mac)),
            model: text(self.model),
            assembly: text(self.assembly),
            assembly_revision: text(self.assembly_revision),
            software: self.software.map(String::from),
            status: self.status,
            boots: self.boots,
            first_time: self.times.and_then(|(first, _)| shown_seconds(first)),
            last_time: self.times.and_then(|(_, last)| shown_seconds(last)),
            stale: None,
            baseline: None,
            configured: self.is_configured,
            configuration_incomplete: self.is_configuration_incomplete,
            left_out: self.left_out,
            certificates: self.certificates.into_iter().map(|content| certificate(content, shown)).collect(),
            diagnoses,
            files,
        }
    }
}

fn diagnosis(found: &RuleFinding, files: &[String], shown: Shown<'_>) -> Diagnosis {
    let (rule, finding) = (found.rule(), &found.finding);
    let or = |message: &Option<Sentence>, usual| {
        message.as_ref().map_or(Cow::Borrowed(usual), |message| Cow::Owned(shown.message(message)))
    };
    let times = finding.seen.times();
    let configuration: Vec<_> = finding.configuration.iter().map(|line| shown_line(line, shown)).collect();
    Diagnosis {
        code: rule.code,
        name: rule.name,
        severity: found.severity(),
        state: finding.state,
        slot: finding.slot,
        message: shown.message(&finding.message),
        cause: or(&finding.cause, rule.cause),
        remedy: or(&finding.remedy, rule.remedy),
        reference: rule.reference,
        occurrences: finding.seen.count,
        first_seen: times.and_then(|(first, _)| shown_seconds(first)),
        last_seen: times.and_then(|(_, last)| shown_seconds(last)),
        evidence: match rule.facts.family {
            Family::Configuration => configuration.iter().map(evidence_of_file).collect(),
            _ => finding.seen.lines().iter().map(|line| evidence(line, files, shown)).collect(),
        },
        configuration,
    }
}

fn evidence(line: &SourceLine, files: &[String], shown: Shown<'_>) -> Evidence {
    Evidence {
        file: files.get(line.file as usize).cloned().unwrap_or_default(),
        line: line.line,
        stamp: line.stamp.map(|stamp| stamp.to_string()),
        time: line.time.map(shown_time),
        uptime: line.stamp.and_then(|stamp| stamp.uptime()).map(|uptime| uptime as f64 / 1000.0),
        text: shown.line(&line.text, line.is_message),
    }
}

/// A line of a configuration file as evidence, which has no time stamp.
fn evidence_of_file(line: &ConfigurationLine) -> Evidence {
    let ConfigurationLine { file, line, parameter, says } = line;
    let text = parameter.as_ref().map_or_else(|| says.clone(), |name| [name, ": ", says].concat());
    Evidence { file: file.clone(), line: line.unwrap_or(1), stamp: None, time: None, uptime: None, text }
}

/// A line of a configuration file as reports show it.
pub(crate) fn shown_line(line: &config::ConfigurationLine, shown: Shown<'_>) -> ConfigurationLine {
    ConfigurationLine {
        file: shown.path(&line.file),
        line: line.line,
        parameter: line.parameter.as_ref().map(|name| match Parameter::is_known(name) {
            // Redaction would take a name from our own table, such as `SCEP.enable`, for that of a host.
            true => name.clone(),
            false => shown.text(name),
        }),
        says: shown.message(&line.says),
    }
}

fn certificate(content: SlotContent, shown: Shown<'_>) -> Certificate {
    let details = content.details;
    Certificate {
        slot: content.slot,
        state: content.state,
        common_name: details.common_name.map(|name| shown.name(&name)),
        fingerprint: details.fingerprint.as_ref().map(ToString::to_string),
        fingerprint_algorithm: details.fingerprint.as_ref().map(|digest| digest.algorithm().name()),
        certificate_length: details.certificate_length,
        key_length: details.key_length,
        is_faulty: content.is_faulty,
        is_of_another_phone: !content.is_compared,
        is_contradicted: content.is_contradicted,
        configuration: content.configuration.iter().map(|line| shown_line(line, shown)).collect(),
    }
}
