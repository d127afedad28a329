//! The built-in certificate's fingerprint is not the same in all boots.
//!
//! ## What it means
//! A factory certificate is written once, when the phone is made. If the built-in certificate differs
//! from one boot to another, it is a self-signed one that the phone made again, or another phone's log
//! was filed under this one's name, or the phone was repaired or exchanged.
//!
//! ## How sure it is
//! Certain that the two inventories differ; only fingerprints of one digest are compared (MD5 with MD5).
//! Why is not in the log. It stays active: no later line can undo the change.
//!
//! ## What to do
//! 1. Look at the certificate in a browser (the phone's own HTTPS page): who issued it?
//! 2. Check that the logs are all of one phone: the `Platform: … MAC=` lines tell.
//! 3. If it is self-signed, don't rely on it where a server must know the phone; use a custom certificate.

use std::collections::BTreeMap;

use super::{Case, Finding, Rule};
use crate::device::{Fingerprint, Slot};
use crate::digest::Sightings;
use crate::event::Event;
use crate::report::shape::Severity;
use crate::timeline::Place;

pub(super) const RULE: Rule = Rule {
    code: "INV003",
    name: "built-in-changed",
    severity: Severity::Warning,
    cause: "A factory certificate never changes: the built-in certificate is a self-signed one that was made anew, or the logs are of two phones.",
    remedy: "Find out what happened between the two boots (repair, factory reset, downgrade, exchange of the phone), and tell every server that knows the old fingerprint.",
    reference: "Feature Profile 37148, \"Built-In Device Certificates\"",
    source: include_str!("built_in_changed.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut before: BTreeMap<_, (&Fingerprint, Option<&Place>)> = BTreeMap::new();
    let mut changes = 0;
    let mut lines = Vec::new();
    let mut message = String::new();
    for (_, event, moment) in case.timeline.events() {
        let Event::CertificateFingerprint { slot: Slot::BuiltIn, fingerprint } = event else { continue };
        let places = moment.seen.places();
        let earlier = before.insert(fingerprint.algorithm(), (fingerprint, places.last()));
        if let Some((earlier, place)) = earlier.filter(|(earlier, _)| *earlier != fingerprint) {
            changes += 1;
            lines.extend(place.into_iter().chain(places.first()).cloned());
            message =
                format!("The built-in certificate's fingerprint changed from {earlier} to {fingerprint}.");
        }
    }
    if changes == 0 {
        return Vec::new();
    }
    vec![Finding::active(message, Sightings::at(changes, lines)).of_slot(Slot::BuiltIn)]
}
