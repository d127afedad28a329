//! According to its label, the phone is older than the first phones of its model with a factory certificate.
//!
//! ## What it means
//! The inventory that you gave names this phone's part number and revision. The guide's table lists the first
//! revision of this part with a factory certificate, and this revision is older. A built-in certificate of such
//! a phone is self-signed.
//!
//! ## How certain it is
//! It is as reliable as the inventory: the log has no part number and no revision of the label. The log's
//! assembly number is another number and is never looked up. There is no diagnosis if the table does not have
//! the part, or if the revision can't be compared (a digit with a letter).
//!
//! ## What to do
//! 1. Check the inventory against the console label on the phone's back, or the label of its box.
//! 2. Look at the phone: `Menu > Status > Platform > Phone`, at the bottom. `Self-signed` agrees with this, but
//!    does not prove it: some phones made since December 2011 show this text for a factory certificate. After a
//!    downgrade to 3.3.x the menu shows `Factory Installed` in any case.
//! 3. For mutual TLS, install a custom certificate in a platform slot.
//! 4. Don't plan zero-touch provisioning (ZTP) for this phone: it requires a factory certificate.

use super::{Case, Facts, Family, Finding, Occurrences, Rule, Severity, Slot, Ztp, rule, sentence};
use crate::reference::Expectation;

pub(super) const RULE: Rule = Rule {
    code: "INV004",
    name: "factory-certificate-not-expected",
    severity: Severity::Warning,
    cause: "The phone was made before factory certificates were installed in its model, so a built-in certificate that it shows is self-signed.",
    remedy: "Don't use this phone where a server requires a factory certificate, as in zero-touch provisioning: install a custom certificate, or replace the phone.",
    reference: "Feature Profile 37148, \"Device Certificate Implementation Date\" and \"Self-Signed Certificates\"",
    facts: Facts { ztp: Ztp::Blocked, about_installing: true, ..Facts::of(Family::Inventory) },
    ..rule(include_str!("factory_certificate_not_expected.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(listed) = case.listed.filter(|_| !case.timeline.logs.is_empty()) else { return Vec::new() };
    let (Expectation::No { row }, Some(revision)) = (listed.expectation(), listed.revision) else {
        return Vec::new();
    };
    let message = sentence![format!(
        "According to the inventory, this phone is {} revision {revision}; the {} has factory certificates from revision {} ({}) on.",
        row.part_number, row.model, row.revision, row.since
    )];
    let built_in = case.timeline.slots.latest_of(Slot::BuiltIn);
    let line = built_in.map(|content| &case.timeline.records[content.record]);
    vec![Finding::active(message, Occurrences::shown_by(1, line)).of_slot(Some(Slot::BuiltIn))]
}
