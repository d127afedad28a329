//! A certificate was saved to a slot, and the next boot's inventory does not show it there.
//!
//! ## What it means
//! The log shows that a certificate was saved. When the phone next listed its certificates, at boot, that slot
//! was empty or had a certificate with another fingerprint. Platform certificates are kept in flash memory and
//! should survive a restart. Application certificates are kept in RAM, so after a restart the phone has to get
//! them again.
//!
//! ## How certain it is
//! The two lines are certain, but not what happened between them: somebody may have removed or replaced the
//! certificate on purpose, without a line in this log. Fingerprints of different hash algorithms (MD5 then,
//! SHA-256 now) are not compared. The diagnosis is resolved when a later inventory shows the certificate that
//! was saved, or when a certificate is saved to the slot again and the next inventory shows it.
//!
//! ## What to do
//! 1. Find out whether somebody removed or replaced it on purpose.
//! 2. Look for a configuration that sets this slot to another certificate, or to none.
//! 3. For an application slot, check that `sec.TLS.customDeviceCert.x` and `sec.TLS.customDeviceKey.x` are
//!    in the configuration that the phone reads when it starts.
//! 4. Install again and restart. Compare the fingerprint of `New Certificate …` with the inventory's.
//! 5. If a platform slot loses its certificate again and again, contact the vendor.

use super::failures::resolved_if;
use super::join::Question;
use super::{
    Case, Facts, Family, Finding, Occurrences, Rule, Severity, Timeline, configuration_not_applied, rule,
    sentence,
};
use crate::model::Slot;
use crate::timeline::NotKept;

pub(super) const RULE: Rule = Rule {
    code: "INS004",
    name: "install-not-kept",
    severity: Severity::Warning,
    cause: "The saved certificate was not in the slot when the phone started again: it was not kept, or was replaced or removed.",
    remedy: "Look for a configuration that sets or empties this slot; then install the certificate again, restart the phone, and compare its inventory.",
    reference: "Feature Profile 37148, \"Polycom Phone Device Certificate Types\"",
    facts: Facts {
        about_installing: true,
        counts_lines: false,
        asks: Some(Question::NotKept),
        ..Facts::of(Family::Installation)
    },
    ..rule(include_str!("install_not_kept.rs"), run)
};

/// Why an application slot is empty after a start, by the reference above: these certificates are in RAM.
const LOST: &str = "Application certificates are kept in RAM: a restart loses them, and the phone has to get them again from its configuration.";

const GIVE: &str = "Put the certificate and its key into the configuration that the phone reads when it starts (sec.TLS.customDeviceCert.x, sec.TLS.customDeviceKey.x), or install it in a platform slot; then restart the phone, and compare its inventory.";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let timeline = case.timeline;
    let findings = timeline.slots.custom_slots().filter_map(|slot| {
        let all = timeline.slots.not_kept(slot);
        let last = all.last()?;
        let name = slot.in_words();
        let message = match &last.shown.content.details.fingerprint {
            Some(shown) if last.shown.content.has_certificate() => sentence![
                "A certificate was saved to ",
                name,
                format!(", and the next inventory shows another one there, {shown}."),
            ],
            _ => {
                sentence![
                    "A certificate was saved to ",
                    name,
                    ", and the next inventory shows that slot empty."
                ]
            }
        };
        let message = message.and(configuration_not_applied(timeline, last.shown.at.0));
        let lines = all.iter().flat_map(|lost| [lost.saved.content.record, lost.shown.content.record]);
        let lines = lines.map(|record| &timeline.records[record]);
        let seen = Occurrences::shown_by(all.len() as u64, lines);
        let finding = Finding::new(resolved_if(is_mended(timeline, last)), message, seen).of_slot(Some(slot));
        let is_lost_with_ram = matches!(slot, Slot::Application(_)) && !last.shown.content.has_certificate();
        Some(if is_lost_with_ram {
            Finding { cause: Some(LOST.into()), remedy: Some(GIVE.into()), ..finding }
        } else {
            finding
        })
    });
    findings.collect()
}

/// Mended by a later inventory with what was saved, or by a new save that is kept.
fn is_mended(timeline: &Timeline<'_>, last: &NotKept<'_>) -> bool {
    let slot = last.saved.slot;
    let is_there = |content: &crate::timeline::Content| match &last.saved.content.details.fingerprint {
        Some(saved) => content.details.fingerprint.as_ref() == Some(saved),
        // It is not known which certificate was saved, so any one counts where none was.
        None => content.has_certificate(),
    };
    let later = timeline.slots.of_slot(slot).iter().filter(|view| view.at.0 > last.shown.at.1);
    later.into_iter().any(|view| view.is_inventory() && is_there(&view.content))
        || timeline.slots.is_kept_later(slot, last.shown.at.1)
}
