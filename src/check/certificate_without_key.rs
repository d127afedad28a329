//! A slot has a certificate without its private key, or a key without its certificate.
//!
//! ## What it means
//! When it starts, the phone lists its slots: each certificate with its length, fingerprint and common name,
//! and the length of its key. In the newest list that is whole, a custom slot has only one of the two. The
//! phone can't prove who it is with that, so TLS with this certificate fails.
//!
//! ## How sure it is
//! As sure as the list is whole. It is taken as whole when the built-in certificate stands in it, when other
//! lines follow it, and when the phone lost no lines while it wrote it. It counts as resolved when a later
//! list shows both or neither, or when a certificate is saved to the slot afterwards.
//!
//! ## What to do
//! 1. Look in the log before this list for a refused key of the same slot (INS001) or a refused certificate
//!    (INS002). Mend that first.
//! 2. Install certificate and key together: both parameters of the slot in the configuration, or one file
//!    with both in the Web Configuration Utility.
//! 3. Restart with TLS logging at level 3, and look for the slot's two lines, `certificate … length` and
//!    `key … length`.

use std::collections::{BTreeMap, BTreeSet};

use super::failures::{in_words, resolved_if};
use super::{Case, Finding, Rule};
use crate::digest::{Context, Sightings};
use crate::event::Event;
use crate::model::Slot;
use crate::report::shape::Severity;
use crate::timeline::{Boot, Place, Timeline};

pub(super) const RULE: Rule = Rule {
    code: "INS005",
    name: "certificate-without-key",
    severity: Severity::Error,
    cause: "Certificate and private key of a slot belong together; one of them was never stored, was refused, or was lost.",
    remedy: "Install the certificate and its private key together again, and check that the inventory after the next start shows both.",
    reference: "Feature Profile 37148, \"Platform Certificates\" and \"Troubleshooting\"",
    source: include_str!("certificate_without_key.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut halves: BTreeMap<Slot, Half> = BTreeMap::new();
    for (number, boot) in case.timeline.boots.iter().enumerate() {
        let inventory = Inventory::of(boot);
        for (slot, half) in &mut halves {
            if half.boot < number && inventory.settles(*slot) {
                half.is_mended = true;
            }
        }
        for (slot, has_key) in inventory.halves() {
            let half = halves.entry(slot).or_default();
            half.boot = number;
            half.is_mended = false;
            half.has_key = has_key;
            half.seen.join(Sightings::at(boot.count, inventory.places(slot)));
        }
    }
    let findings = halves.into_iter().map(|(slot, half)| {
        let name = in_words(slot);
        let message = if half.has_key {
            format!("The inventory shows a private key in {name}, and no certificate.")
        } else {
            format!("The inventory shows a certificate in {name}, and no private key for it.")
        };
        let is_gone = half.is_mended || is_saved_after(case.timeline, slot, half.boot);
        Finding::new(resolved_if(is_gone), message, half.seen).of_slot(slot)
    });
    findings.collect()
}

/// A slot with one of the two.
#[derive(Default)]
struct Half {
    boot: usize,
    has_key: bool,
    is_mended: bool,
    seen: Sightings<Place>,
}

/// What one boot's inventory shows of the custom slots.
struct Inventory<'t> {
    boot: &'t Boot,
    certificates: BTreeSet<Slot>,
    keys: BTreeSet<Slot>,
    is_whole: bool,
}

impl<'t> Inventory<'t> {
    fn of(boot: &'t Boot) -> Self {
        let mut certificates = BTreeSet::new();
        let mut keys = BTreeSet::new();
        let mut has_built_in = false;
        for event in boot.moments.iter().filter_map(|moment| moment.event()) {
            match (event, event.slot().filter(|_| event.is_inventory())) {
                (_, Some(Slot::BuiltIn)) => has_built_in = true,
                (Event::CertificateUnavailable { .. }, Some(_)) | (_, None) => {}
                (Event::KeyLength { .. }, Some(slot)) => _ = keys.insert(slot),
                (_, Some(slot)) => _ = certificates.insert(slot),
            }
        }
        let is_whole = has_built_in && boot.inventory_ended && !boot.inventory_holed;
        Self { boot, certificates, keys, is_whole }
    }

    /// The slots that have one of the two, and whether it is the key.
    fn halves(&self) -> Vec<(Slot, bool)> {
        if !self.is_whole {
            return Vec::new();
        }
        let differing = self.certificates.symmetric_difference(&self.keys);
        differing.map(|slot| (*slot, self.keys.contains(slot))).collect()
    }

    /// Whether it shows both, or is whole and shows neither.
    fn settles(&self, slot: Slot) -> bool {
        match (self.certificates.contains(&slot), self.keys.contains(&slot)) {
            (true, true) => true,
            (false, false) => self.is_whole,
            _ => false,
        }
    }

    fn places(&self, slot: Slot) -> Vec<Place> {
        let about_it = self.boot.moments.iter().filter(|moment| {
            moment.event().is_some_and(|event| event.is_inventory() && event.slot() == Some(slot))
        });
        about_it.filter_map(|moment| moment.seen.places().last().cloned()).collect()
    }
}

fn is_saved_after(timeline: &Timeline, slot: Slot, boot: usize) -> bool {
    let mut inventoried = None;
    let mut saved = None;
    for (at, event, moment) in timeline.events() {
        match event {
            Event::NewCertificate { .. } if moment.context == Context::Saving(slot) => saved = Some(at),
            event if at.boot == boot && event.is_inventory() && event.slot() == Some(slot) => {
                inventoried = Some(at)
            }
            _ => {}
        }
    }
    saved > inventoried
}
