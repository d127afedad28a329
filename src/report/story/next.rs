//! What to do next: the steps of each active diagnosis, how to install certificates, and what to send to
//! support.

mod install;
mod support;

use super::diagnoses::title;
use super::page::Block;
use crate::check::Rule;
use crate::model::{Slot, SoftwareVersion};
use crate::report::shape::{Device, Diagnosis};
use crate::report::text::manual::steps_of;
use crate::report::text::paint::{Tone, severity_sign};
use crate::report::text::prose::Prose;

/// The first release with two platform slots, application slots, and the menu to fill them.
const CUSTOM_SLOTS: [u32; 3] = [4, 0, 0];

/// The part "What to do"; empty if there is nothing to do.
pub(super) fn blocks(device: &Device) -> Vec<Block> {
    let active: Vec<&Diagnosis> = device.active().collect();
    if active.is_empty() {
        return Vec::new();
    }
    let software: Option<SoftwareVersion> = device.software.as_deref().and_then(|text| text.parse().ok());
    let mut blocks = vec![Block::Part("What to do next".to_owned())];
    let mut done: Vec<(&str, Option<&str>)> = Vec::new();
    for diagnosis in &active {
        let about = (diagnosis.code, diagnosis.slot.as_deref());
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
    let slot: Option<Slot> = diagnosis.slot.as_deref().and_then(|slot| slot.parse().ok());
    let steps = steps_of(&manual, "What to do");
    if steps.is_empty() {
        return vec![Prose::foreign(&diagnosis.remedy)];
    }
    steps.into_iter().map(|step| Prose::own(for_slot(&step, slot, software))).collect()
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
    version.cmp_parts(&CUSTOM_SLOTS).is_lt()
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
