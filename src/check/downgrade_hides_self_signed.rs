//! The software was downgraded to a release that can't tell a self-signed certificate from a factory one.
//!
//! ## What it means
//! From UC Software 4.0.0 on, a phone without a factory certificate makes itself a self-signed one. The
//! older releases, 3.3.x and before, don't know of that: if such a phone goes back to them, its Status
//! menu says that a factory certificate is installed. Whoever reads the menu is misled.
//!
//! ## How sure it is
//! The downgrade is certain: the log names both versions, in that order. Whether this phone's
//! certificate is self-signed the log does not tell; a phone with a factory certificate loses nothing.
//! It counts as resolved when the phone runs 4.0.0 or later again.
//!
//! ## What to do
//! 1. Look up the label's part number and revision (`phonecert lookup`): should it have a factory certificate?
//! 2. Look at the issuer in a browser, on the phone's own HTTPS page.
//! 3. Bring the phone back to 4.0.0 or later if you can.

use super::failures::resolved_if;
use super::{Case, Finding, Rule};
use crate::device::{Slot, SoftwareVersion};
use crate::digest::Sightings;
use crate::report::shape::Severity;
use crate::timeline::Place;

pub(super) const RULE: Rule = Rule {
    code: "INV005",
    name: "downgrade-hides-self-signed",
    severity: Severity::Warning,
    cause: "After a downgrade to 3.3.x or earlier the phone's menu calls a self-signed built-in certificate factory installed.",
    remedy: "Don't trust the menu of this phone: find out by part number and revision, or by the certificate's issuer in a browser, which certificate it is.",
    reference: "Feature Profile 37148, \"Self-Signed Certificates\"",
    source: include_str!("downgrade_hides_self_signed.rs"),
    run,
};

/// The first release that makes a self-signed certificate.
const SELF_SIGNS: [u32; 3] = [4, 0, 0];

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut before: Option<(&SoftwareVersion, Option<&Place>)> = None;
    let mut downgrades = 0;
    let mut lines = Vec::new();
    let mut message = String::new();
    for (_, version, moment) in case.timeline.software() {
        let places = moment.seen.places();
        if let Some((newer, place)) = before.filter(|(newer, _)| self_signs(newer) && !self_signs(version)) {
            downgrades += 1;
            lines.extend(place.into_iter().chain(places.first()).cloned());
            message = format!("The software went from {newer} to {version}.");
        }
        before = Some((version, places.last()));
    }
    if downgrades == 0 {
        return Vec::new();
    }
    let state = resolved_if(before.is_some_and(|(version, _)| self_signs(version)));
    vec![Finding::new(state, message, Sightings::at(downgrades, lines)).of_slot(Slot::BuiltIn)]
}

fn self_signs(version: &SoftwareVersion) -> bool {
    version.cmp_parts(&SELF_SIGNS).is_ge()
}
