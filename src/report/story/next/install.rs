//! Where a custom certificate is installed: by configuration, at the phone, in its web page (Feature
//! Profile 37148, "Platform Certificates", "Application Certificates", "Generating a Certificate Signing
//! Request", "Configuring the Device Certificate to be Used").

use std::collections::BTreeSet;

use super::is_before_custom_slots;
use crate::check::Facts;
use crate::model::{Slot, SoftwareVersion};
use crate::reference::{MAX_PLATFORM_CERTIFICATE, MAX_PLATFORM_KEY, release_with};
use crate::report::shape::Diagnosis;
use crate::report::story::page::Block;
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;

/// A kind of slot to install a custom certificate in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SlotKind {
    Platform,
    Application,
}

impl SlotKind {
    /// The slot of this number, else the first of this kind.
    fn slot(self, number: Option<u8>) -> Slot {
        let number = number.unwrap_or(1);
        match self {
            Self::Platform => Slot::Platform(number),
            Self::Application => Slot::Application(number),
        }
    }
}

/// The kind of a slot, and its number if that is known.
type Target = (SlotKind, Option<u8>);

/// How to install a certificate in each slot that the diagnoses are about, and how to choose it for use.
/// Empty if no step requires an installation.
pub(super) fn blocks(active: &[&Diagnosis], software: Option<&SoftwareVersion>) -> Vec<Block> {
    let old = software.is_some_and(is_before_custom_slots);
    let is_any = |fact: fn(&Facts) -> bool| active.iter().filter_map(|one| one.facts()).any(fact);
    let mut blocks: Vec<Block> =
        all_targets(active).into_iter().flat_map(|target| install(target, software)).collect();
    if old {
        return blocks;
    }
    let (title, facts) = match (is_any(|facts| facts.about_installing), is_any(|facts| facts.about_choosing))
    {
        (true, _) => ("A new certificate, and its use", vec![("New request", REQUEST), ("Use it", USE)]),
        (false, true) => ("Which certificate the phone uses", vec![("Choose", USE)]),
        (false, false) => return blocks,
    };
    blocks.push(Block::Item("→", Tone::Strong, Prose::own(title)));
    blocks.push(Block::Facts(facts.into_iter().map(|(label, text)| (label, Prose::own(text))).collect()));
    blocks
}

/// The slots to install in, each once: those that diagnoses name, else the kinds of slot that are suitable.
fn all_targets(active: &[&Diagnosis]) -> BTreeSet<Target> {
    let installing = active.iter().filter(|one| one.facts().is_some_and(|facts| facts.about_installing));
    let mut targets: BTreeSet<Target> = installing.flat_map(|one| targets(one)).collect();
    if targets.iter().any(|(_, number)| number.is_some()) {
        targets.retain(|(_, number)| number.is_some());
    }
    targets
}

fn install((kind, number): Target, software: Option<&SoftwareVersion>) -> [Block; 2] {
    let slot_of = |version| release_with(kind.slot(number), version).map(|release| (version, release));
    let missing = software.and_then(slot_of);
    // After an update, what holds is what holds for software that is not known.
    let software = software.filter(|_| missing.is_none());
    let old = software.is_some_and(is_before_custom_slots);
    let (any, parameters, limits) = match kind {
        SlotKind::Platform => (
            "a platform slot",
            platform_parameters(number, software),
            format!("certificate {MAX_PLATFORM_CERTIFICATE} bytes, private key {MAX_PLATFORM_KEY} bytes"),
        ),
        SlotKind::Application => (
            "an application slot",
            application_parameters(number),
            "none; but not for 802.1X, syslog or provisioning".to_owned(),
        ),
    };
    let slot = number.map_or_else(|| any.to_owned(), |_| kind.slot(number).in_words());
    let mut facts = Vec::new();
    facts.extend(missing.map(|(version, release)| {
        let update = Prose::own(format!("update the software to {release} or later: "));
        ("First", update.and_foreign(&version.to_string()).and(" has no such slot"))
    }));
    facts.push(("Configuration", Prose::own(parameters)));
    if !old {
        facts.extend([("On the phone", Prose::own(MENU)), ("In a browser", Prose::own(WEB))]);
    }
    facts.push(("Limits", Prose::own(limits)));
    let title = Prose::own(format!("To install in {slot}"));
    [Block::Item("→", Tone::Strong, title), Block::Facts(facts)]
}

const MENU: &str = "`Menu > Settings > Advanced > Admin Settings > TLS Security > Configure TLS Profiles > \
    Custom Device Credentials`: asks for the address of a PEM file in PKCS #7 form";

const WEB: &str = "Web Configuration Utility, TLS profiles: asks for the address of one file with the \
    certificate (PEM) or chain (PKCS #7), and the private key after it";

const REQUEST: &str = "`Settings > Advanced > Admin Settings > Generate CSR`: the phone uploads \
    `<MAC>.csr` and `<MAC>-private.key` to the provisioning server; send the first to the authority";

const USE: &str = "each operation has its own choice of device certificate, the built-in one by default; \
    `device.sec.TLS.profile.deviceCert1` and `device.sec.TLS.profile.deviceCert2` take `Builtin`, \
    `Platform1` or `Platform2`";

fn targets(diagnosis: &Diagnosis) -> Vec<Target> {
    match diagnosis.slot {
        Some(Slot::Platform(number)) => vec![(SlotKind::Platform, Some(number))],
        Some(Slot::Application(number)) => vec![(SlotKind::Application, Some(number))],
        // A platform certificate may be used for everything for which the built-in one is.
        Some(Slot::BuiltIn) => vec![(SlotKind::Platform, None)],
        None => vec![(SlotKind::Platform, None), (SlotKind::Application, None)],
    }
}

/// The form that these parameters take.
const FORM: &str = "the certificate in PKCS #7 form";

fn platform_parameters(number: Option<u8>, software: Option<&SoftwareVersion>) -> String {
    const OLD: &str = "`device.sec.SSL.customDeviceCert.set`, `….publicCert` and `….privateKey`";
    if software.is_some_and(is_before_custom_slots) {
        return format!("{OLD} (SIP 3.3.2 or later); {FORM}");
    }
    let before = match software {
        Some(_) => String::new(),
        None => format!("; before UC Software 4.0.0, {OLD}"),
    };
    let (number, which) = match number {
        Some(number) => (number.to_string(), ""),
        None => ("X".to_owned(), " (X is 1 or 2)"),
    };
    format!(
        "`device.sec.TLS.customDeviceCert{number}.set`, `….publicCert` and `….privateKey`{which}; {FORM}{before}"
    )
}

fn application_parameters(number: Option<u8>) -> String {
    let (number, which) = match number {
        Some(number) => (number.to_string(), ""),
        None => ("x".to_owned(), " (x is the slot's number)"),
    };
    format!("`sec.TLS.customDeviceCert.{number}` and `sec.TLS.customDeviceKey.{number}`{which}; {FORM}")
}
