//! A certificate is given to the phone, and `device.set` is not 1.
//!
//! ## What it means
//! The phone takes values of `device.*` only while `device.set` is 1. As the files are now, it does not
//! look at this certificate. Operators set it to 0 again once the value is in flash memory: that is why it
//! is an error only where an inventory shows the slot empty, and no trouble where it shows it filled.
//!
//! ## How sure it is
//! Certain that the files say so. It is not told where a file that could not be read may have `device.set`,
//! or where two files disagree and it is not known which wins. What is wrong with a value behind the gate is
//! not told while the gate is closed, but for the dates and the name of a certificate that the log shows in
//! the slot.
//!
//! ## What to do
//! 1. Set `device.set="1"` in the file with the certificate, beside the `.set` of the certificate.
//! 2. Restart the phone and look in its log for "Saving new …".
//! 3. Set it back to 0 then, if you don't want phones to take device values at each start.

use super::{Case, Finding, Gate, Rule, Severity, by_slot, gated, rule, sentence};
use crate::config::DEVICE_SET;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG004",
    name: "device-set-missing",
    severity: Severity::Warning,
    cause: "Values of device.* count only while device.set is 1.",
    remedy: "Set device.set to 1 until the phone has saved the certificate.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("device_set_missing.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Gate::Closed(gate) = case.config.gate(DEVICE_SET) else { return Vec::new() };
    let found = gated(case.config).into_iter().map(|(slot, given)| {
        let (state, second) = match gate {
            Some(set) => (
                sentence![format!("{DEVICE_SET} is not 1 ("), set.place(), ")"],
                set.says("not 1, so no value of device.* counts"),
            ),
            None => (
                format!("no file has {DEVICE_SET}").into(),
                given.file.says(
                    None,
                    Some(DEVICE_SET),
                    format!("missing: add {DEVICE_SET}=\"1\" to this file"),
                ),
            ),
        };
        let message = sentence![&given, " does not count: ", state, "."];
        let first = given.in_short();
        Finding::of_files(slot, message, vec![first, second]).with_severity(by_slot(case.log.state(slot)))
    });
    found.collect()
}
