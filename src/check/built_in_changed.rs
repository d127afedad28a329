//! The built-in certificate's fingerprint is not the same in all boots.
//!
//! ## What it means
//! A factory certificate is installed when the phone is made, for its MAC address, and never changes. If the
//! built-in certificate differs from one boot to another, it is a self-signed one that was created again, or
//! the logs are from two phones: a phone was exchanged, or a log has another phone's name.
//!
//! ## How certain it is
//! It is certain that the two inventories differ; only fingerprints of the same hash algorithm are compared
//! (MD5 with MD5). The log does not say why they differ. The diagnosis stays active: no later line can undo the
//! change.
//!
//! ## What to do
//! 1. Check that all logs are from one phone: compare their `Platform: … MAC=` lines.
//! 2. Find out who signed the certificate that is there now: open the phone's Web Configuration Utility in a
//!    browser and view the certificate. A factory certificate is signed by a Polycom intermediate CA, and
//!    its issuer's thumbprint is among those at `http://pki.polycom.com/pki`.
//! 3. If it is self-signed, don't rely on it where a server must identify the phone: install a custom one.
//! 4. Update the servers that know the old fingerprint.

use std::collections::BTreeMap;

use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Severity, Slot, Ztp, rule, sentence};
use crate::model::Fingerprint;
use crate::quantity::often;
use crate::timeline::Record;

pub(super) const RULE: Rule = Rule {
    code: "INV003",
    name: "built-in-changed",
    severity: Severity::Warning,
    cause: "A factory certificate does not change: the built-in certificate is a self-signed one that was created again, or the logs are from two phones.",
    remedy: "Check that all logs are from one phone, find out who signed the certificate, and update every server that knows the old fingerprint.",
    reference: "Feature Profile 37148, \"Factory Installed Certificates\", \"Self-Signed Certificates\" and \"Troubleshooting\"",
    facts: Facts {
        ztp: Ztp::Uncertain,
        about_installing: true,
        counts_lines: false,
        ..Facts::of(Family::Inventory)
    },
    ..rule(include_str!("built_in_changed.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut before: BTreeMap<_, (&Fingerprint, &Record<'_>)> = BTreeMap::new();
    let mut known: Vec<&Fingerprint> = Vec::new();
    let mut lines = Vec::new();
    let (mut changes, mut last) = (0, None);
    for (_, event, record) in case.timeline.own_events() {
        let Event::CertificateFingerprint { slot: Slot::BuiltIn, fingerprint: Some(fingerprint), .. } = event
        else {
            continue;
        };
        let earlier = before.insert(fingerprint.algorithm(), (fingerprint, record));
        if let Some((earlier, line)) =
            earlier.filter(|(earlier, line)| *earlier != fingerprint && line.boot != record.boot)
        {
            changes += 1;
            lines.extend([line, record]);
            last = Some((earlier, fingerprint, known.contains(&fingerprint)));
        }
        if !known.contains(&fingerprint) {
            known.push(fingerprint);
        }
    }
    let Some((earlier, fingerprint, was_known)) = last else { return Vec::new() };
    let how_often = match changes {
        1 => String::new(),
        changes => format!(" {}, the newest time", often(changes)),
    };
    let again = if was_known { ", which it had before" } else { "" };
    let message = sentence![format!(
        "The built-in certificate's fingerprint changed{how_often} from {earlier} to {fingerprint}{again}."
    )];
    vec![Finding::active(message, Occurrences::shown_by(changes, lines)).of_slot(Some(Slot::BuiltIn))]
}
