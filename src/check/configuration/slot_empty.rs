//! A profile selects a slot that nothing fills.
//!
//! ## What it means
//! TLS with this profile has no certificate: no file sets one for the slot, and the newest inventory in the log shows
//! none in it.
//!
//! ## How certain it is
//! It is certain if the files and the log are complete. If a file that `CONFIG_FILES` names is not here, the message names
//! it: it may set the certificate. If the content of a file is not known (it is encrypted, at a URL, or could not be read),
//! this is reported only of a platform slot that the newest inventory shows empty. A certificate that an older inventory shows in a
//! platform slot is gone if the newest one shows the slot empty; application slots are empty after each start. One that
//! was installed on the phone or through its web server since then is not known. If SCEP is on, nothing is reported. While
//! `device.set` or the value's own `.set` is not 1, the phone ignores the value, so this is only information.
//!
//! ## What to do
//! 1. Give the slot a certificate and its key, or select another one.
//! 2. If it was installed in another way, let the log show it: set TLS logging to level 3, and restart the
//!    phone.

use super::profile_value_not_permitted::is_permitted;
use super::{
    ConfigurationCase, Facts, Family, Finding, ParameterKind, Rule, Severity, Slot, SlotState, rule_of_value,
    selected_slot, sentence,
};
use crate::config::Store;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG023",
    name: "slot-empty",
    severity: Severity::Warning,
    cause: "A profile uses a slot for which no file has a certificate.",
    remedy: "Give the slot a certificate and its key, or let the profile use another slot.",
    reference: "Feature Profile 37148, \"Configuring the Device Certificate to be Used\"",
    facts: Facts { needs_log: true, ..Facts::of(Family::Configuration) },
    ..rule_of_value(include_str!("slot_empty.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let config = case.config;
    if config.has_scep() {
        return Vec::new();
    }
    let credentials = config.credentials();
    let profiles = config.of_kind(|kind| kind == ParameterKind::ProfileCertificate);
    let found = profiles.filter_map(|given| {
        // A platform profile can't have another value: CFG021 reports that.
        let value = given.value.as_text()?;
        let is_possible = !given.name().starts_with("device.") || is_permitted(value);
        let slot = selected_slot(value).filter(|slot| is_possible && *slot != Slot::BuiltIn)?;
        // An application slot is empty at each start until the phone has filled it again.
        let is_in_memory = matches!(slot, Slot::Application(_));
        let is_filled = credentials.iter().any(|one| one.store.slot() == Some(slot))
            || config.is_unsure_of(slot)
            || is_in_memory && case.log.slots.get(&slot).is_some_and(|facts| facts.was_filled)
            || case.log.state(Some(slot)) == SlotState::Filled
            || case.log.state(Some(slot)) == SlotState::Unknown
                && case.log.fingerprints(slot).next().is_some();
        let shows_empty = case.log.state(Some(slot)) == SlotState::Empty && !is_in_memory;
        // A refusal shows that the phone is given something for the slot.
        let mut refused = case.log.keys_refused.iter().chain(&case.log.certificates_refused);
        let is_given = !config.is_complete && refused.any(|refused| refused.slot == Some(slot));
        let may_be_filled = !shows_empty && config.may_have().is_some() || is_given;
        if is_filled || may_be_filled || !case.log.knows(given.parameter) {
            return None;
        }
        let message = sentence![&given, format!(" selects {slot}, but no file sets a certificate for it.")];
        let [certificate, _] = Store::of(slot)?.names();
        let missing = given.file.says(None, Some(&certificate), "missing: the certificate of the slot");
        let says = format!("selects {slot}, which is empty");
        Some(Finding::of_files(Some(slot), message, [given.says(says), missing]))
    });
    found.collect()
}
