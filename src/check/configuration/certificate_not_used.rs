//! A slot gets a certificate, but no profile selects the slot.
//!
//! ## What it means
//! The certificate is installed but not sent to any server: by default, profiles use the built-in one.
//!
//! ## How certain it is
//! It is certain that no file that was read selects it. A profile can also be set on the phone. A profile whose own
//! `.set` no file has, although `device.set` is 1, does not count: the phone ignores it. One whose `.set` is 0 counts,
//! because the phone may have stored it before. If a profile has a number or an unknown word as its value, or if the
//! certificate can't be read, nothing is reported.
//!
//! ## What to do
//! 1. Let a profile use the slot: `device.sec.TLS.profile.deviceCert1="Platform1"`, with
//!    `device.sec.TLS.profile.deviceCert1.set="1"`.
//! 2. Select that profile for each operation that needs it: `device.sec.TLS.profileSelection.dot1x` and others.

use super::{
    ConfigurationCase, Facts, Family, Finding, Gate, Given, ParameterKind, PhoneConfig, Rule, Severity, rule,
    selected_slot, sentence,
};
use crate::config::DEVICE_SET;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG024",
    name: "certificate-not-used",
    severity: Severity::Info,
    cause: "No TLS profile selects the slot, so the built-in certificate is used.",
    remedy: "Let a profile use the slot, and select that profile.",
    reference: "Feature Profile 37148, \"Configuring the Device Certificate to be Used\"",
    facts: Facts { needs_log: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("certificate_not_used.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let config = case.config;
    let profiles =
        config.effective().filter(|one| one.given.parameter.kind == ParameterKind::ProfileCertificate);
    // An overridden value selects nothing. If it is not known which value counts, each that may is considered.
    let values = profiles.flat_map(|one| std::iter::once(one.given).chain(one.rivals));
    let slot_of = |given: &Given<'_>| given.value.as_text().and_then(selected_slot);
    let given = values.filter(|given| !given.value.is_empty());
    let (ignored, counting): (Vec<_>, Vec<_>) = given.partition(|given| missing_set(config, given).is_some());
    let selected: Vec<_> = counting.iter().map(slot_of).collect();
    if !config.is_complete || selected.contains(&None) {
        return Vec::new();
    }
    let found = case.used.iter().filter_map(|credential| {
        let slot = credential.store.slot().filter(|slot| !selected.contains(&Some(*slot)))?;
        // A value that can't be read fills no slot: CFG010 and CFG011 report it.
        let (given, _) = credential.certificate.filter(|(_, value)| value.certificate_fault().is_none())?;
        let profile = ignored.iter().find(|profile| slot_of(profile) == Some(slot));
        let profile = profile.and_then(|profile| Some((profile, missing_set(config, profile)?)));
        let but = profile.map_or_else(
            || sentence!["."],
            |(profile, set)| sentence!["; ", profile, format!(" does not count, because no file has {set}.")],
        );
        let message = sentence![&given, format!(" fills {slot}, but no profile selects it"), but];
        let mut lines = vec![given.in_short()];
        if let Some((profile, set)) = profile {
            let add = format!("missing: the value counts only with {set}=\"1\"");
            lines.extend([profile.in_short(), profile.file.says(None, Some(set), add)]);
        }
        Some(Finding::of_files(Some(slot), message, lines))
    });
    found.collect()
}

/// The value's own `.set`, if it is certain that the phone ignores the value because no file has it. While
/// `device.set` is not 1, the `.set` may have been there when the phone stored the value.
fn missing_set<'a>(config: &PhoneConfig, given: &Given<'a>) -> Option<&'a str> {
    let set = given.parameter.set_name.as_deref()?;
    let is_missing = matches!((config.gate(DEVICE_SET), config.gate(set)), (Gate::Open, Gate::Closed(None)));
    is_missing.then_some(set)
}
