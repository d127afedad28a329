//! A certificate was saved to a slot, and the next boot's inventory does not show it there.
//!
//! ## What it means
//! The log tells that a certificate was saved. When the phone next listed its certificates, at boot, that
//! slot was empty or held a certificate with another fingerprint. Platform certificates are kept in flash
//! memory and should outlive a restart. Application certificates are kept in RAM, so after a restart the
//! phone has to get them anew.
//!
//! ## How sure it is
//! Certain about the two lines, not about what happened between them: somebody may have removed or replaced
//! the certificate on purpose, without a line in this log. Fingerprints of different digests (MD5 then,
//! SHA-256 now) are not compared. It counts as resolved when the slot is filled again later, or when a
//! later inventory shows the certificate that was saved.
//!
//! ## What to do
//! 1. Ask whether somebody removed or replaced it on purpose.
//! 2. Look for a configuration that sets this slot to another certificate, or to none.
//! 3. For an application slot, check that `sec.TLS.customDeviceCert.x` and `sec.TLS.customDeviceKey.x` are
//!    in the configuration that the phone reads when it starts.
//! 4. Install again and restart. Compare the fingerprint of `New Certificate …` with the inventory's.
//! 5. A platform slot that loses its certificate again and again is a case for the vendor.

use std::collections::BTreeMap;

use super::failures::{in_words, resolved_if};
use super::{Case, Finding, Rule};
use crate::digest::{Context, Sightings};
use crate::event::Event;
use crate::model::Slot;
use crate::report::shape::Severity;
use crate::timeline::{NotKept, Timeline};

pub(super) const RULE: Rule = Rule {
    code: "INS004",
    name: "install-not-kept",
    severity: Severity::Warning,
    cause: "What was saved is not what the phone found in the slot when it started again: it was not kept, or something replaced or removed it.",
    remedy: "Look for a configuration that sets or empties this slot; then install the certificate again, restart the phone, and compare its inventory.",
    reference: "Feature Profile 37148, \"Polycom Phone Device Certificate Types\"",
    source: include_str!("install_not_kept.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut by_slot: BTreeMap<Slot, Vec<&NotKept>> = BTreeMap::new();
    for not_kept in &case.timeline.slots.not_kept {
        by_slot.entry(not_kept.slot).or_default().push(not_kept);
    }
    let findings = by_slot.into_iter().filter_map(|(slot, all)| {
        let last = all.last()?;
        let name = in_words(slot);
        let message = match &last.shown {
            None => {
                format!("A certificate was saved to {name}, and the next inventory shows that slot empty.")
            }
            Some(shown) => format!(
                "A certificate was saved to {name}, and the next inventory shows another one there, {shown}."
            ),
        };
        let count = all.iter().map(|not_kept| not_kept.count).sum();
        let lines = all.iter().flat_map(|not_kept| not_kept.lines.iter().flatten().cloned()).collect();
        let state = resolved_if(is_mended(case.timeline, last));
        Some(Finding::new(state, message, Sightings::at(count, lines)).of_slot(slot))
    });
    findings.collect()
}

fn is_mended(timeline: &Timeline, last: &NotKept) -> bool {
    let Some(saved) = &last.saved else {
        return timeline.slots.last_good(last.slot).is_some_and(|good| good > last.at);
    };
    let later = timeline.events().filter(|(at, _, _)| *at > last.at);
    later.into_iter().any(|(_, event, moment)| match event {
        Event::NewCertificate { .. } => moment.context == Context::Saving(last.slot),
        Event::CertificateFingerprint { slot, fingerprint } => {
            *slot == last.slot && (fingerprint == saved || last.shown.is_none())
        }
        Event::CertificateLength { slot, .. } => *slot == last.slot && last.shown.is_none(),
        _ => false,
    })
}
