//! A certificate was saved to a slot, and the next boot's inventory does not show it there.
//!
//! ## What it means
//! The log tells of a certificate that was saved. When the phone next listed its certificates at boot,
//! that slot was empty, or held a certificate with another fingerprint. Platform certificates are kept
//! in flash memory and should survive; application certificates are kept in RAM and come back only if
//! the configuration still holds them.
//!
//! ## How sure it is
//! Certain about the two lines; not about what happened between them. An administrator may have removed
//! the certificate on purpose, at the phone or by a configuration, without a line in this log. Different
//! digests (MD5 then, SHA-256 now) are not compared. It counts as resolved when the slot is filled
//! again later, or a later inventory shows the certificate that was saved.
//!
//! ## What to do
//! 1. Ask whether somebody removed or replaced it on purpose.
//! 2. Install again, restart, and compare the fingerprints of `New Certificate …` and of the inventory.
//! 3. For an application slot, check that `sec.TLS.customDeviceCert.x` is still in the configuration.
//! 4. For a platform slot that loses its certificate again and again, suspect the phone's flash memory.

use std::collections::BTreeMap;

use super::failures::{in_words, resolved_if};
use super::{Case, Finding, Rule};
use crate::device::Slot;
use crate::digest::Sightings;
use crate::event::Event;
use crate::report::shape::Severity;
use crate::timeline::{NotKept, Timeline};

pub(super) const RULE: Rule = Rule {
    code: "INS004",
    name: "install-not-kept",
    severity: Severity::Warning,
    cause: "What was saved is not what the phone found in the slot when it started again: the saving did not last, or something replaced or removed the certificate.",
    remedy: "Install the certificate again, restart the phone and look at its inventory; if the slot is empty or different again, look for a configuration that sets or clears this slot.",
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
    later.into_iter().any(|(_, event, _)| match event {
        Event::CertificateSaving { slot } => *slot == last.slot,
        Event::CertificateFingerprint { slot, fingerprint } => {
            *slot == last.slot && (fingerprint == saved || last.shown.is_none())
        }
        Event::CertificateLength { slot, .. } => *slot == last.slot && last.shown.is_none(),
        _ => false,
    })
}
