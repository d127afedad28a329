//! A certificate is given to the phone, and its own `.set` is not 1.
//!
//! ## What it means
//! The phone takes a value of `device.*` only where the parameter's own `.set` is 1, beside `device.set`.
//! For a device certificate and its key that is `device.sec.TLS.customDeviceCertX.set`, one for both; a
//! `.set` behind `publicCert` or `privateKey` does nothing. It is an error where an inventory shows the
//! slot empty, and no trouble where it shows it filled.
//!
//! ## How sure it is
//! Certain that the files say so. It is not told where a file that could not be read may have the `.set`. What
//! is wrong with a value behind it is not told until it is 1, but for the dates and the name of a certificate
//! that the log shows in the slot.
//!
//! ## What to do
//! 1. Add the `.set` that is named, with the value 1, to the file with the certificate.
//! 2. Restart the phone and look in its log for "Saving new …".

use super::{Case, Finding, Gate, Given, Kind, Rule, Severity, Slot, by_slot, gated, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG005",
    name: "parameter-set-missing",
    severity: Severity::Warning,
    cause: "A value of device.* counts only where its own .set is 1 too.",
    remedy: "Add the .set that is named, with the value 1, beside the certificate.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("parameter_set_missing.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    gated(case.config).into_iter().filter_map(|(slot, given)| finding(case, slot, given)).collect()
}

fn finding(case: &Case<'_>, slot: Option<Slot>, given: Given<'_>) -> Option<Finding> {
    let set = given.parameter.set_name.as_deref()?;
    let Gate::Closed(gate) = case.config.gate(set) else { return None };
    let mut evidence = vec![given.in_short()];
    let state = match gate {
        Some(gate) => {
            evidence.push(gate.says("not 1, so the value does not count"));
            sentence![format!("{set} is not 1 ("), gate.place(), ")"]
        }
        None => {
            let misplaced = case.config.of_kind(|kind| matches!(kind, Kind::MisplacedSet(_)));
            let misplaced = misplaced.filter(|one| one.parameter.slot() == slot && slot.is_some());
            evidence.extend(misplaced.map(|one| one.says(format!("does nothing: {set} is its place"))));
            evidence.push(given.file.says(None, Some(set), format!("missing: add {set}=\"1\" to this file")));
            format!("no file has {set}").into()
        }
    };
    let message = sentence![&given, " does not count: ", state, "."];
    Some(Finding::of_files(slot, message, evidence).with_severity(by_slot(case.log.state(slot))))
}
