//! A slot has a certificate without its private key, or a key without its certificate.
//!
//! ## What it means
//! When it starts, the phone lists its slots: each certificate with its length, fingerprint and common name,
//! and the length of its key. In the newest complete list, a custom slot has only one of the two. With that the
//! phone can't authenticate, so TLS with this certificate fails.
//!
//! ## How certain it is
//! It is certain if the list is complete. The list is taken as complete if it contains the built-in
//! certificate, if other lines follow it, and if the phone lost no lines while it wrote the list. If the logs name
//! no key at all, not even the built-in certificate's, lines were left out, and LOG001 is reported instead. The
//! diagnosis is resolved when a later list shows both or neither.
//!
//! ## What to do
//! 1. Look in the log, before the inventory, for a refused key of the same slot (INS001) or a refused certificate
//!    (INS002). Fix that first.
//! 2. Install certificate and key together: both parameters of the slot in the configuration, or one file
//!    with both in the Web Configuration Utility.
//! 3. Restart with TLS logging at level 3, and look for the slot's two lines, `certificate … length` and
//!    `key … length`.

use super::failures::resolved_if;
use super::join::Question;
use super::{Case, Facts, Family, Finding, Occurrences, Rule, Severity, rule, sentence};
use crate::model::State;
use crate::timeline::{SlotView, Timeline};

pub(super) const RULE: Rule = Rule {
    code: "INS005",
    name: "certificate-without-key",
    severity: Severity::Error,
    cause: "Certificate and private key of a slot belong together; one of them was never stored, was refused, or was lost.",
    remedy: "Install the certificate and its private key together again, and check that the inventory after the next start shows both.",
    reference: "Feature Profile 37148, \"Platform Certificates\" and \"Troubleshooting\"",
    facts: Facts {
        about_installing: true,
        counts_lines: false,
        asks: Some(Question::Installed),
        ..Facts::of(Family::Installation)
    },
    ..rule(include_str!("certificate_without_key.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    if case.timeline.slots.lacks_key_lines() { Vec::new() } else { halves(case.timeline) }
}

/// Whether a certificate seems to have no key only because the logs have no line about any key.
pub(super) fn is_undecided(timeline: &Timeline<'_>) -> bool {
    timeline.slots.lacks_key_lines() && halves(timeline).iter().any(|half| half.state == State::Active)
}

/// A finding for each slot that had one of the two without the other.
fn halves(timeline: &Timeline<'_>) -> Vec<Finding> {
    let findings = timeline.slots.custom_slots().filter_map(|slot| {
        let views = timeline.slots.of_slot(slot);
        let halves: Vec<&SlotView> = views.iter().filter(|view| is_half(view)).collect();
        let last = halves.last()?;
        let name = slot.in_words();
        let message = if last.content.has_key {
            sentence!["The inventory shows a private key in ", name, ", but no certificate."]
        } else {
            sentence!["The inventory shows a certificate in ", name, ", but no private key for it."]
        };
        let lines = halves.iter().flat_map(|view| {
            let records = &timeline.records[view.at.0..=view.at.1];
            records.iter().filter(|record| {
                record.slot == Some(slot) && record.event().is_some_and(|event| event.is_inventory())
            })
        });
        let seen = Occurrences::shown_by(halves.len() as u64, lines);
        // Both halves, or neither.
        let is_mended = views.iter().any(|view| {
            view.at.0 > last.at.1
                && timeline.is_in_order(last.at.1, view.at.0)
                && (view.content.has_certificate() && view.content.has_key
                    || view.is_complete_inventory() && view.content.is_empty())
        });
        Some(Finding::new(resolved_if(is_mended), message, seen).of_slot(Some(slot)))
    });
    findings.collect()
}

/// Whether a complete inventory of the slot shows one of the two without the other.
fn is_half(view: &SlotView) -> bool {
    view.is_complete_inventory() && view.content.has_certificate() != view.content.has_key
}
