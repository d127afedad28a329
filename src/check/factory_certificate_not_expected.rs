//! By its label, the phone is older than the first one of its model with a factory certificate.
//!
//! ## What it means
//! The inventory that you gave names this phone's part number and revision. The guide's table says from
//! which revision on that part has a factory certificate, and this revision is older. What the phone
//! shows as its built-in certificate is one that it made and signed itself.
//!
//! ## How sure it is
//! As sure as the inventory: the part number and revision are the label's, the log does not have them.
//! The assembly number in the log is of another kind and is never looked up. Parts that the table does
//! not have, and revisions that don't compare (a digit and a letter), give no diagnosis.
//!
//! ## What to do
//! 1. Check the label on the phone's back, or on its box, against the inventory.
//! 2. For mutual TLS, install a custom certificate in a platform slot.
//! 3. For zero-touch provisioning, use a phone with a factory certificate.

use super::{Case, Finding, Rule};
use crate::device::Slot;
use crate::digest::Sightings;
use crate::reference::Expectation;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "INV004",
    name: "factory-certificate-not-expected",
    severity: Severity::Warning,
    cause: "The phone was made before factory certificates were installed in its model, so its built-in certificate is self-signed.",
    remedy: "Don't count on this phone where a server asks for a factory certificate, such as zero-touch provisioning: install a custom certificate, or replace the phone.",
    reference: "Feature Profile 37148, \"Device Certificate Implementation Date\"",
    source: include_str!("factory_certificate_not_expected.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(listed) = case.listed.filter(|_| !case.timeline.files.is_empty()) else { return Vec::new() };
    let (Expectation::No { row }, Some(revision)) = (listed.expectation(), listed.revision) else {
        return Vec::new();
    };
    let message = format!(
        "By the inventory this phone is {} revision {revision}; the {} has factory certificates from revision {} ({}) on.",
        row.part_number, row.platform, row.revision, row.since
    );
    let built_in = case.timeline.slots.latest.get(&Slot::BuiltIn);
    let line = built_in.and_then(|content| content.place.clone());
    vec![Finding::active(message, Sightings::at(1, line.into_iter().collect())).of_slot(Slot::BuiltIn)]
}
