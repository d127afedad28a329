//! The certificates, slot by slot: the content, the size limits, and the permitted uses.

use super::page::Block;
use crate::model::{Slot, SoftwareVersion};
use crate::reference::{SlotRow, custom_certificate_capacity, release_with, slot_row};
use crate::report::shape::{Certificate, CertificateState, Device};
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;
use crate::report::text::{and, capitalized};

/// Each slot that the logs mention, then a note on those that they don't.
pub(super) fn blocks(device: &Device) -> Vec<Block> {
    let mut blocks = vec![Block::Part("Certificates")];
    let software = software_of(device);
    for certificate in &device.certificates {
        let (sign, tone, state) = state(certificate, device);
        blocks.push(Block::Item(sign, tone, Prose::own(heading(certificate.slot)).and(state)));
        let facts = facts(certificate, software.as_ref());
        if !facts.is_empty() {
            blocks.push(Block::Facts(facts));
        }
    }
    blocks.extend(unmentioned(device).map(|text| Block::Paragraph(Prose::own(text))));
    blocks.extend(capacity(device).map(Block::Paragraph));
    blocks
}

/// A slot at the beginning of a line: `Platform slot 1`.
pub(super) fn heading(slot: Slot) -> String {
    capitalized(slot.in_words().trim_start_matches("the "))
}

fn state(certificate: &Certificate, device: &Device) -> (&'static str, Tone, &'static str) {
    match certificate.state {
        CertificateState::Installed if certificate.is_issued_for_another(device.mac.as_deref()) => {
            ("≠", Tone::Bad, ": installed, but issued for another phone")
        }
        CertificateState::Installed if certificate.lacks_key() => {
            ("✗", Tone::Bad, ": a certificate without its private key")
        }
        CertificateState::Installed if certificate.is_faulty => {
            ("✗", Tone::Bad, ": installed, but see the diagnoses")
        }
        CertificateState::Installed => ("✓", Tone::Good, ": installed"),
        CertificateState::NotAvailable if certificate.is_key_alone() => {
            ("✗", Tone::Bad, ": a private key without its certificate")
        }
        CertificateState::NotAvailable if certificate.slot == Slot::BuiltIn => {
            ("✗", Tone::Bad, ": missing, as the phone says itself")
        }
        CertificateState::NotAvailable => ("–", Tone::Dim, ": empty, according to the phone"),
        CertificateState::Rejected => ("✗", Tone::Bad, ": the last known event is a refused installation"),
    }
}

fn facts(certificate: &Certificate, software: Option<&SoftwareVersion>) -> Vec<(&'static str, Prose)> {
    let is_installed = certificate.state == CertificateState::Installed;
    // An empty slot that the software does not have takes and serves nothing, nor does a missing built-in certificate.
    let is_there = is_installed
        || match certificate.slot {
            Slot::BuiltIn => false,
            slot => software.is_none_or(|version| release_with(slot, version).is_none()),
        };
    let row = is_there.then(|| slot_row(certificate.slot));
    let mut facts = Vec::new();
    if let Some(name) = &certificate.common_name {
        facts.push(("Common name", Prose::foreign(name)));
    }
    if let Some(fingerprint) = &certificate.fingerprint {
        // `MD5`, `SHA-1` or `SHA-256`.
        let algorithm = certificate.fingerprint_algorithm.unwrap_or_default().to_uppercase();
        let algorithm = algorithm.replace("SHA", "SHA-");
        facts.push(("Fingerprint", Prose::own(algorithm).and(" ").and_foreign(fingerprint)));
    }
    let most = |limit: fn(SlotRow) -> Option<u32>| row.and_then(limit);
    if is_installed || certificate.is_key_alone() {
        facts.extend(length("Length", certificate.certificate_length, most(|row| row.certificate_max)));
        facts.extend(length("Private key", certificate.key_length, most(|row| row.key_max)));
    } else {
        facts.extend(row.map(|row| ("Limits", Prose::own(takes(row)))));
    }
    let lines = certificate.configuration.iter();
    facts.extend(lines.map(|line| ("Config", Prose::foreign(&line.to_string()))));
    if certificate.slot == Slot::BuiltIn && is_installed {
        facts.push(("Kind", Prose::own("factory installed or self-signed: the log does not show which")));
    }
    facts.extend(row.map(|row| ("May serve", Prose::own(row.uses))));
    facts
}

/// `2021 of at most 8192 bytes`.
fn length(label: &'static str, length: Option<u64>, most: Option<u32>) -> Option<(&'static str, Prose)> {
    let text = match (length, most) {
        (Some(length), Some(most)) => format!("{length} of at most {most} bytes"),
        (Some(length), None) => format!("{length} bytes"),
        (None, Some(most)) => format!("not in the logs; at most {most} bytes"),
        (None, None) => return None,
    };
    Some((label, Prose::own(text)))
}

/// The size limits of the slot.
fn takes(row: SlotRow) -> String {
    match (row.certificate_max, row.key_max) {
        (Some(certificate), Some(key)) => {
            format!("a certificate of at most {certificate} bytes, a private key of at most {key} bytes")
        }
        _ => "a certificate and a private key of any length".to_owned(),
    }
}

/// The slots that the logs don't mention, of which nothing is known.
fn unmentioned(device: &Device) -> Option<String> {
    let is_mentioned = |is_one: &dyn Fn(Slot) -> bool| device.certificates.iter().any(|one| is_one(one.slot));
    let mut silent: Vec<String> = [Slot::BuiltIn, Slot::Platform(1), Slot::Platform(2)]
        .into_iter()
        .filter(|slot| !is_mentioned(&|one| one == *slot))
        .map(Slot::in_words)
        .collect();
    if !is_mentioned(&|slot| matches!(slot, Slot::Application(_))) {
        silent.push("the application slots".to_owned());
    }
    (!silent.is_empty()).then(|| format!("The logs say nothing about {}.", and(silent.into_iter())))
}

/// The version of the phone's software.
pub(super) fn software_of(device: &Device) -> Option<SoftwareVersion> {
    device.software.as_deref()?.parse().ok()
}

/// How many custom certificates the software supports, if these are fewer than the slots.
fn capacity(device: &Device) -> Option<Prose> {
    let version = software_of(device)?;
    let text = match custom_certificate_capacity(&version) {
        0 => "takes no custom device certificate: that came with SIP 3.3.2.",
        1 => "takes one custom device certificate; eight came with UC Software 4.0.0.",
        _ => return None,
    };
    Some(Prose::own("Software ").and_foreign(&version.to_string()).and(format!(" {text}")))
}
