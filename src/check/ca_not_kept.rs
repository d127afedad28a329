//! A CA certificate's fingerprint changes at every boot.
//!
//! ## What it means
//! The phone logs the fingerprint of the CA certificate that it loads. The same certificate has the same
//! fingerprint each time. If it differs at every boot, the phone reads something else than what it stored: the
//! certificate is larger than its slot, which takes 1536 bytes (platform CA slot 1, the only slot of software
//! 3.x) or 4096 bytes (slot 2). An incomplete CA certificate can't verify any server.
//!
//! ## How sure it is
//! It is certain that at least three consecutive boots with a fingerprint show a different one each time. The
//! size as the cause is known from a phone with software 3.2.6, whose CA certificate had 1,885 bytes. A CA
//! certificate that an administrator replaced before each of these boots would look the same. Only the newest
//! boots count: there is no diagnosis if two of the last three show the same fingerprint.
//!
//! ## What to do
//! 1. Find the size of the CA certificate in DER form: `openssl x509 -in ca.pem -outform DER | wc -c`.
//! 2. If it has more than 1536 bytes, put it into a slot that is large enough (platform CA slot 2 takes 4096,
//!    UC Software 4.0.0 or later), or use a CA with a shorter key or fewer extensions.
//! 3. Restart the phone twice, and compare the fingerprints.

use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Run, Severity, sentence};
use crate::model::Fingerprint;
use crate::timeline::Record;

pub(super) const RULE: Rule = Rule {
    code: "INV006",
    name: "ca-not-kept",
    severity: Severity::Warning,
    cause: "The CA certificate is larger than its slot (1536 or 4096 bytes), so the phone stores only a part of it.",
    remedy: "Compare the CA certificate's size in DER form with the slot's limit; use a slot that is large enough, or a smaller CA certificate.",
    reference: "UC Software log, messages New fingerprint and Custom certificate MD5 fingerprint; parameters of CA certificates",
    facts: Facts::of(Family::Inventory),
    source: include_str!("ca_not_kept.rs"),
    run: Run::Logs(run),
};

/// From this many boots on, each with another fingerprint, the certificate counts as not kept.
const BOOTS: usize = 3;

fn run(case: &Case<'_>) -> Vec<Finding> {
    // Of each boot the last fingerprint: what the phone had in the end.
    let mut of_boots: Vec<(usize, &Fingerprint, &Record<'_>)> = Vec::new();
    for (_, event, record) in case.timeline.events() {
        let Event::CaFingerprint { fingerprint: Some(fingerprint), .. } = event else { continue };
        if of_boots.last().is_some_and(|(boot, ..)| *boot == record.boot) {
            of_boots.pop();
        }
        of_boots.push((record.boot, fingerprint, record));
    }
    let newest = of_boots.iter().rev();
    let mut differing = Vec::new();
    for (_, fingerprint, record) in newest {
        if differing.iter().any(|(other, _): &(&Fingerprint, &Record<'_>)| other == fingerprint) {
            break;
        }
        differing.push((*fingerprint, *record));
    }
    if differing.len() < BOOTS {
        return Vec::new();
    }
    let boots = differing.len() as u64;
    let message = sentence![
        "A CA certificate's fingerprint was different in each of the last ",
        boots,
        " boots that show it."
    ];
    let lines = differing.iter().rev().map(|(_, record)| *record);
    vec![Finding::active(message, Occurrences::shown_by(boots, lines))]
}
