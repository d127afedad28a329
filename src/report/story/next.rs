//! What to do next: the steps of each active diagnosis, how to install certificates, and what to send to
//! support.

mod install;
mod support;

use super::certificates::software_of;
use super::diagnoses::title;
use super::page::Block;
use crate::check::{Family, Rule};
use crate::config::SINCE_TLS;
use crate::model::{Slot, SoftwareVersion};
use crate::reference::custom_certificate_capacity;
use crate::report::shape::{Device, Diagnosis};
use crate::report::text::manual::steps_of;
use crate::report::text::paint::{Tone, severity_sign};
use crate::report::text::prose::Prose;

/// The part "What to do"; empty if there is nothing to do.
pub(super) fn blocks(device: &Device) -> Vec<Block> {
    let active: Vec<&Diagnosis> = device.active().collect();
    if active.is_empty() {
        return Vec::new();
    }
    let software = software_of(device);
    let mut blocks = vec![Block::Part("What to do next")];
    let mut done: Vec<(&str, Option<Slot>)> = Vec::new();
    for diagnosis in &active {
        let about = (diagnosis.code, diagnosis.slot);
        if done.contains(&about) {
            continue;
        }
        done.push(about);
        let tone = Tone::of_severity(diagnosis.severity);
        blocks.push(Block::Item(severity_sign(diagnosis.severity), tone, title(diagnosis)));
        blocks.push(Block::Steps(steps(diagnosis, software.as_ref())));
    }
    blocks.extend(install::blocks(&active, software.as_ref()));
    blocks.extend(support::blocks(device));
    blocks
}

/// The steps in the manual of the diagnosis, for this slot and this software; if the manual has none, or is about another
/// cause, the remedy.
fn steps(diagnosis: &Diagnosis, software: Option<&SoftwareVersion>) -> Vec<Prose> {
    let rule = Rule::find(diagnosis.code).filter(|rule| rule.cause == diagnosis.cause);
    let manual = rule.map(Rule::manual).unwrap_or_default();
    let steps = steps_of(&manual, "What to do");
    let steps: Vec<Prose> = match steps.is_empty() {
        true => vec![Prose::foreign(&diagnosis.remedy)],
        false => {
            steps.into_iter().map(|step| Prose::own(for_slot(&step, diagnosis.slot, software))).collect()
        }
    };
    update_first(diagnosis, software).into_iter().chain(steps).collect()
}

/// The step before all others of a diagnosis about installing, where the software takes no custom certificate.
fn update_first(diagnosis: &Diagnosis, software: Option<&SoftwareVersion>) -> Option<Prose> {
    let version = software.filter(|version| custom_certificate_capacity(version) == 0)?;
    let is_installing = diagnosis.facts().is_some_and(|facts| facts.family == Family::Installation);
    is_installing.then(|| {
        Prose::own("Before a custom certificate can be installed, update the software: ")
            .and_foreign(&version.to_string())
            .and(" takes none. That came with SIP 3.3.2, and the slots and menus with UC Software 4.0.0.")
    })
}

/// `step` with the parameters' placeholders filled in: `X` for the platform slot, `x` for the application slot.
fn for_slot(step: &str, slot: Option<Slot>, software: Option<&SoftwareVersion>) -> String {
    match slot {
        Some(Slot::Platform(_)) if software.is_some_and(is_before_custom_slots) => {
            step.replace("device.sec.TLS.customDeviceCertX", "device.sec.SSL.customDeviceCert")
        }
        Some(Slot::Platform(number)) => {
            step.replace("customDeviceCertX", &format!("customDeviceCert{number}"))
        }
        Some(Slot::Application(number)) => step
            .replace("sec.TLS.customDeviceCert.x", &format!("sec.TLS.customDeviceCert.{number}"))
            .replace("sec.TLS.customDeviceKey.x", &format!("sec.TLS.customDeviceKey.{number}")),
        Some(Slot::BuiltIn) | None => step.to_owned(),
    }
}

/// Whether the software is older than UC Software 4.0.0.
fn is_before_custom_slots(version: &SoftwareVersion) -> bool {
    version.cmp_parts(&SINCE_TLS).is_lt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_name_the_slot() {
        let step = "Set `device.sec.TLS.customDeviceCertX.set` or `sec.TLS.customDeviceKey.x`.";
        let version = |text: &str| text.parse::<SoftwareVersion>().unwrap();
        let filled = |slot, software| for_slot(step, slot, software);
        assert_eq!(filled(None, None), step);
        assert!(filled(Some(Slot::Platform(2)), None).contains("device.sec.TLS.customDeviceCert2.set`"));
        assert!(filled(Some(Slot::Platform(2)), None).contains("customDeviceKey.x"));
        assert!(filled(Some(Slot::Application(3)), None).contains("`sec.TLS.customDeviceKey.3`"));
        let old = version("3.3.5.0247");
        assert!(filled(Some(Slot::Platform(1)), Some(&old)).contains("device.sec.SSL.customDeviceCert.set`"));
    }
}
