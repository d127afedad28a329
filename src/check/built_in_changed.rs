//! The built-in certificate's fingerprint is not the same in all boots.
//!
//! ## What it means
//! A factory certificate is put into the phone when it is made, for its MAC address, and stays. If the
//! built-in certificate differs from one boot to another, it is a self-signed one that was made anew, or
//! the logs are of two phones: a phone was exchanged, or a log filed under another phone's name.
//!
//! ## How sure it is
//! Certain that the two inventories differ; only fingerprints of one digest are compared (MD5 with MD5).
//! Why they differ, the log does not say. It stays active: no later line can undo the change.
//!
//! ## What to do
//! 1. Check that the logs are all of one phone: compare their `Platform: … MAC=` lines.
//! 2. Find out who signed the certificate that is there now: open the phone's Web Configuration Utility in a
//!    browser and view the certificate. A factory certificate is signed by a Polycom intermediate CA, and
//!    its issuer's thumbprint is among those at `http://pki.polycom.com/pki`.
//! 3. If it is self-signed, don't rely on it where a server must know the phone: install a custom one.
//! 4. Tell the servers that know the old fingerprint.

use std::collections::BTreeMap;

use super::{Case, Finding, Rule};
use crate::digest::Sightings;
use crate::event::Event;
use crate::model::{Fingerprint, Slot};
use crate::report::shape::Severity;
use crate::timeline::Place;

pub(super) const RULE: Rule = Rule {
    code: "INV003",
    name: "built-in-changed",
    severity: Severity::Warning,
    cause: "A factory certificate does not change: the built-in certificate is a self-signed one that was made anew, or the logs are of two phones.",
    remedy: "Check that the logs are of one phone, find out who signed the certificate, and tell every server that knows the old fingerprint.",
    reference: "Feature Profile 37148, \"Factory Installed Certificates\", \"Self-Signed Certificates\" and \"Troubleshooting\"",
    source: include_str!("built_in_changed.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut before: BTreeMap<_, (&Fingerprint, Option<&Place>)> = BTreeMap::new();
    let mut changes = 0;
    let mut lines = Vec::new();
    let mut message = String::new();
    let fingerprints = case.timeline.events().filter_map(|(_, event, moment)| match event {
        Event::CertificateFingerprint { slot: Slot::BuiltIn, fingerprint } => Some((fingerprint, moment)),
        _ => None,
    });
    for (fingerprint, moment) in fingerprints {
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
