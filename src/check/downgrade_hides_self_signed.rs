//! The software was downgraded to a release that can't tell a self-signed certificate from a factory one.
//!
//! ## What it means
//! From UC Software 4.0.0 on, a phone without a factory certificate creates a self-signed one. After a
//! downgrade to 3.3.x or earlier, the Status menu of such a phone says that a factory certificate is installed,
//! which is wrong.
//!
//! ## How certain it is
//! The downgrade is certain: the log names both versions, in that order. The log does not show whether this
//! phone's certificate is self-signed; if it is a factory certificate, the menu is right. The diagnosis stays
//! active: later software does not show which certificate the phone has.
//!
//! ## What to do
//! 1. Find out whether the phone should have a factory certificate: `phonecert lookup PART-NUMBER --revision
//!    R`, both from its label.
//! 2. Or see who signed it: open the phone's address in a browser with `https://` and view the certificate.
//!    In a self-signed one the phone's MAC address is both the issuer and the subject.
//! 3. Don't rely on the menu of this phone until it runs UC Software 4.0.0 or later again.

use super::{Case, Facts, Family, Finding, Occurrences, Rule, Severity, Slot, rule, sentence};
use crate::model::SoftwareVersion;
use crate::timeline::Record;

pub(super) const RULE: Rule = Rule {
    code: "INV005",
    name: "downgrade-hides-self-signed",
    severity: Severity::Warning,
    cause: "After a downgrade to 3.3.x or earlier the phone's menu calls a self-signed built-in certificate factory installed.",
    remedy: "Don't rely on this phone's menu: find out which certificate it has from the label's part number and revision, or from the certificate's issuer in a browser.",
    reference: "Feature Profile 37148, \"Self-Signed Certificates\"",
    facts: Facts { counts_lines: false, ..Facts::of(Family::Inventory) },
    ..rule(include_str!("downgrade_hides_self_signed.rs"), run)
};

/// The first release whose menu is not known to call a self-signed certificate factory installed.
const MENU_RIGHT_SINCE: [u32; 3] = [3, 4, 0];

/// The first release that makes a self-signed certificate.
const SELF_SIGNS_SINCE: [u32; 3] = [4, 0, 0];

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut before: Option<(&SoftwareVersion, &Record<'_>)> = None;
    let mut downgrades = 0;
    let mut lines = Vec::new();
    let mut message = sentence![];
    for (version, record) in case.timeline.software() {
        if let Some((newer, line)) =
            before.filter(|(newer, _)| self_signs(newer) && version.cmp_parts(&MENU_RIGHT_SINCE).is_lt())
        {
            downgrades += 1;
            lines.extend([line, record]);
            message = sentence!["The software went from ", newer, " to ", version, "."];
        }
        before = Some((version, record));
    }
    if downgrades == 0 {
        return Vec::new();
    }
    let seen = Occurrences::shown_by(downgrades, lines);
    vec![Finding::active(message, seen).of_slot(Some(Slot::BuiltIn))]
}

fn self_signs(version: &SoftwareVersion) -> bool {
    version.cmp_parts(&SELF_SIGNS_SINCE).is_ge()
}
