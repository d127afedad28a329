//! A file sets a certificate for the phone, but its own `.set` is not 1.
//!
//! ## What it means
//! The phone uses a value of `device.*` only if the parameter's own `.set` is 1, in addition to `device.set`.
//! For a device certificate and its key this is `device.sec.TLS.customDeviceCertX.set`, one for both; a `.set`
//! after `publicCert` or `privateKey` has no effect. It is an error if an inventory shows the slot empty, and
//! only information if it shows the slot filled, or a slot with the certificate of `device.sec.SSL.customDeviceCert`.
//!
//! ## How certain it is
//! It is certain that the files set this. If a file that `CONFIG_FILES` names is not here or could not be read, or its
//! content is not known (it is encrypted, at a URL, or listed by a master that was not found), it may have the `.set`:
//! then this is a warning at most, and the message names that file. Faults of the value itself are only information
//! meanwhile, because the phone ignores it, but they matter as soon as the `.set` is 1. The dates and the name of a
//! certificate that the log shows in a slot stay as severe as usual.
//!
//! ## What to do
//! 1. If faults of the value itself are reported too, mend them first.
//! 2. Add the `.set` of the message, with the value 1, to the file with the certificate.
//! 3. Restart the phone and look in its log for "Saving new …".

use super::{
    ConfigurationCase, Finding, Given, ParameterKind, Rule, Severity, Slot, gated, of_closed_gate, rule,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG005",
    name: "parameter-set-missing",
    severity: Severity::Warning,
    cause: "The phone uses a value of device.* only if its own .set is 1 too.",
    remedy: "Add the .set of the message, with the value 1, to the certificate's file.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("parameter_set_missing.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    gated(case).into_iter().filter_map(|(slot, given)| finding(case, slot, given)).collect()
}

fn finding(case: &ConfigurationCase<'_>, slot: Option<Slot>, given: Given<'_>) -> Option<Finding> {
    let set = given.parameter.set_name.as_deref()?;
    let gate = case.config.gate(set).closed()?;
    let misplaced = case.config.of_kind(|kind| matches!(kind, ParameterKind::MisplacedSet(_)));
    let misplaced = misplaced.filter(|one| gate.is_none() && one.parameter.slot() == slot && slot.is_some());
    let misplaced = misplaced.map(|one| one.says(format!("has no effect: the phone reads {set} instead")));
    let why = "not 1, so the value does not count";
    Some(of_closed_gate(case, (slot, given), (set, gate), why, misplaced.collect()))
}
