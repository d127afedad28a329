//! A file sets a certificate for the phone, but `device.set` is not 1.
//!
//! ## What it means
//! The phone takes values of `device.*` only while `device.set` is 1. With the present files, it ignores this
//! certificate. Operators set `device.set` back to 0 once the value is in flash memory. So this is an error
//! only if an inventory shows the slot empty, and only information if it shows the slot filled. The slot of
//! `device.sec.SSL.customDeviceCert` is not known: there it is information if a slot has that very certificate.
//!
//! ## How certain it is
//! It is certain that the files set this. If a file that `CONFIG_FILES` names is not here or could not be read, or its
//! content is not known (it is encrypted, at a URL, or listed by a master that was not found), it may have
//! `device.set`: then this is a warning at most, and the message names that file. It is not reported if two files
//! disagree and it is not known which one wins. Faults of the value itself are only information meanwhile, because the
//! phone ignores it, but they matter as soon as `device.set` is 1. The dates and the name of a certificate that the log
//! shows in a slot stay as severe as usual.
//!
//! ## What to do
//! 1. If faults of the value itself are reported too, mend them first.
//! 2. Set `device.set="1"` in the file with the certificate, together with the `.set` of the certificate.
//! 3. Restart the phone and look in its log for "Saving new …".
//! 4. Then set it back to 0 if phones should not read device values at each start.

use super::{ConfigurationCase, Finding, Rule, Severity, gated, of_closed_gate, rule};
use crate::config::DEVICE_SET;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG004",
    name: "device-set-missing",
    severity: Severity::Warning,
    cause: "The phone uses values of device.* only while device.set is 1.",
    remedy: "Set device.set to 1 until the phone has saved the certificate.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("device_set_missing.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let Some(gate) = case.config.gate(DEVICE_SET).closed() else { return Vec::new() };
    let why = "not 1, so no value of device.* counts";
    let found = gated(case).into_iter();
    found.map(|value| of_closed_gate(case, value, (DEVICE_SET, gate), why, Vec::new())).collect()
}
