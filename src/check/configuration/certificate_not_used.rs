//! A slot gets a certificate, but no profile selects the slot.
//!
//! ## What it means
//! The certificate is installed but not sent to any server: by default, profiles use the built-in one.
//!
//! ## How sure it is
//! It is certain that no file that was read selects it. A profile can also be set on the phone. If a profile
//! has a number or an unknown word as its value, or if the certificate can't be read, nothing is reported.
//!
//! ## What to do
//! 1. Let a profile use the slot: `device.sec.TLS.profile.deviceCert1="Platform1"`, with its `.set`.
//! 2. Select that profile for each operation that needs it: `device.sec.TLS.profileSelection.dot1x` and others.

use super::{ConfigurationCase, Finding, ParameterKind, Rule, Severity, rule, selected_slot, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG024",
    name: "certificate-not-used",
    severity: Severity::Info,
    cause: "No TLS profile selects the slot, so the built-in certificate is used.",
    remedy: "Let a profile use the slot, and select that profile.",
    reference: "Feature Profile 37148, \"Configuring the Device Certificate to be Used\"",
    ..rule(include_str!("certificate_not_used.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let config = case.config;
    let profiles =
        config.effective().filter(|one| one.given.parameter.kind == ParameterKind::ProfileCertificate);
    // An overridden value selects nothing. If it is not known which value counts, each of them may.
    let values = profiles.flat_map(|one| {
        let others = if one.is_sure { Vec::new() } else { one.overridden };
        std::iter::once(one.given).chain(others)
    });
    let selected: Vec<_> = values
        .filter(|given| !given.value.is_empty())
        .map(|given| given.value.as_text().and_then(selected_slot))
        .collect();
    if !config.is_complete || selected.contains(&None) {
        return Vec::new();
    }
    let found = case.judged.iter().filter_map(|credential| {
        let slot = credential.store.slot().filter(|slot| !selected.contains(&Some(*slot)))?;
        // A value that can't be read fills no slot: CFG010 and CFG011 report it.
        let (given, _) = credential.certificate.filter(|(_, value)| value.certificate_fault().is_none())?;
        let message = sentence![&given, format!(" fills {slot}, but no profile selects it.")];
        Some(Finding::of_files(Some(slot), message, [given.in_short()]))
    });
    found.collect()
}
