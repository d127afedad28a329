//! A CA certificate's fingerprint changes at every boot.
//!
//! ## What it means
//! The phone logs the fingerprint of the CA certificate that it loads. The same certificate has the same
//! fingerprint each time. If it differs at every boot, the phone reads something else than what it stored: the
//! certificate is larger than its slot, which takes 1536 bytes (platform CA slot 1, the only slot of software
//! 3.x) or 4096 bytes (slot 2). An incomplete CA certificate can't verify any server.
//!
//! ## How certain it is
//! It is certain that at least three consecutive boots with a fingerprint show a different one each time. The
//! size as the cause is known from a phone with software 3.2.6, whose CA certificate had 1885 bytes. A CA
//! certificate that an administrator replaced before each of these boots would look the same. Only the newest
//! boots count: there is no diagnosis if all fingerprints of one of the last three boots are also in a newer one, as
//! where CA certificates are added one by one.
//!
//! ## What to do
//! 1. Find the size of the CA certificate in DER form: `openssl x509 -in ca.pem -outform DER | wc -c`.
//! 2. If it has more than 1536 bytes, use a CA with a shorter key or fewer extensions, or put it into a larger slot:
//!    platform CA slot 2 takes 4096 bytes (UC Software 4.0.0 or later).
//! 3. Restart the phone twice, and compare the fingerprints.

use std::collections::HashSet;

use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Severity, rule, sentence};
use crate::model::Fingerprint;
use crate::timeline::Record;

pub(super) const RULE: Rule = Rule {
    code: "INV006",
    name: "ca-not-kept",
    severity: Severity::Warning,
    cause: "The CA certificate is larger than its slot (1536 or 4096 bytes), so the phone stores only a part of it.",
    remedy: "Compare the CA certificate's size in DER form with the slot's limit; use a smaller CA certificate, or a larger slot (platform CA slot 2 of UC Software 4.0.0 or later takes 4096 bytes).",
    reference: "UC Software log, messages New fingerprint and Custom certificate MD5 fingerprint; parameters of CA certificates",
    facts: Facts::of(Family::Inventory),
    ..rule(include_str!("ca_not_kept.rs"), run)
};

/// From this many boots on, each with another fingerprint, the certificate counts as not kept.
const BOOTS: usize = 3;

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut shown: Vec<(&Fingerprint, &Record<'_>)> = Vec::new();
    for (_, event, record) in case.timeline.events() {
        let Event::CaFingerprint { fingerprint: Some(fingerprint), .. } = event else { continue };
        shown.push((fingerprint, record));
    }
    // From the newest boot back, as long as each has a fingerprint that no newer one has, and that another replaced.
    let mut newer = HashSet::new();
    let mut next: Option<&[(&Fingerprint, &Record<'_>)]> = None;
    let mut differing = Vec::new();
    for boot in shown.chunk_by(|(_, one), (_, other)| one.boot == other.boot).rev() {
        let own = boot.iter().rev().find(|(fingerprint, _)| !newer.contains(fingerprint));
        let is_replaced = next.is_none_or(|next| {
            next.iter().any(|(fingerprint, _)| boot.iter().all(|(own, _)| own != fingerprint))
        });
        let Some((_, record)) = own.filter(|_| is_replaced) else { break };
        differing.push(*record);
        newer.extend(boot.iter().map(|(fingerprint, _)| *fingerprint));
        next = Some(boot);
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
    let lines = differing.into_iter().rev();
    vec![Finding::active(message, Occurrences::shown_by(boots, lines))]
}
