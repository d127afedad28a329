//! What a phone's logs show that the rules about configuration need.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use crate::check::join::Question;
use crate::check::tls_level;
use crate::config::{LogFacts, Refused, SlotFacts, SlotState};
use crate::event::Event;
use crate::model::{CertificateState, Slot};
use crate::phone::{Phone, SlotContent};
use crate::timeline::{Record, SlotViewSource, Timeline};

/// The last line of the newest boot that says that the phone did not apply its configuration, unless it installed or
/// refused something afterwards.
pub(super) fn not_applied<'t, 'a>(timeline: &'t Timeline<'a>) -> Option<&'t Record<'a>> {
    let boot = timeline.records.iter().map(|record| record.boot).max()?;
    let mut last = None;
    for (_, event, record) in timeline.events().filter(|(.., record)| record.boot == boot) {
        match event {
            Event::ConfigurationNotApplied => last = Some(record),
            event if event.is_installation() => last = None,
            _ => {}
        }
    }
    last
}

/// What a phone's logs show that the rules about configuration need.
pub(super) fn log_facts(phone: &Phone, timeline: &Timeline<'_>, now: NaiveDateTime) -> LogFacts {
    let newest = timeline.logs.iter().rev().find(|log| !log.digest.is_empty());
    let mut facts = LogFacts {
        has_log: !timeline.logs.is_empty(),
        model: phone.model.clone(),
        software: timeline.software().next_back().map(|(version, _)| version.clone()),
        lowest_level: newest.and_then(|log| log.digest.counts.lowest_level),
        lowest_tls_level: newest.and_then(|log| log.digest.counts.lowest_tls_level),
        tls_level: tls_level(timeline).map(|(level, _)| level),
        has_refusal_by_hw: timeline.events().any(|(_, event, _)| {
            use Event::{CertificateTooLarge, ChainNotDecodable, KeyTooLarge};
            matches!(event, KeyTooLarge { .. } | CertificateTooLarge { .. } | ChainNotDecodable { .. })
        }),
        now,
        ..LogFacts::default()
    };
    add_views(&mut facts, timeline);
    add_findings(&mut facts, phone, timeline);
    facts
}

/// Adds what the logs show of each slot, from the oldest line to the newest.
fn add_views(facts: &mut LogFacts, timeline: &Timeline<'_>) {
    for view in timeline.slots.all() {
        let slot = facts.slots.entry(view.slot).or_default();
        if view.source != SlotViewSource::Refusal {
            slot.is_of_another_phone = timeline.is_of_another_phone(&timeline.records[view.content.record]);
        }
        match view.source {
            SlotViewSource::Refusal => {}
            SlotViewSource::Save => {
                slot.state = SlotState::Filled;
                (slot.certificate_length, slot.key_length) = (None, None);
                match &view.content.details.fingerprint {
                    Some(saved) => slot.fingerprints.push(saved.clone()),
                    None => slot.fingerprints.clear(),
                }
            }
            SlotViewSource::Inventory { .. } => {
                facts.has_inventory = true;
                // An inventory replaces what was known of the slot before.
                slot.fingerprints = view.content.details.fingerprint.iter().cloned().collect();
                slot.state = match view.content.state {
                    CertificateState::Installed => SlotState::Filled,
                    _ if view.content.has_key => SlotState::Unknown,
                    _ => SlotState::Empty,
                };
                slot.was_filled |= view.content.state == CertificateState::Installed;
                slot.certificate_length = view.content.details.certificate_length;
                slot.key_length = view.content.details.key_length;
            }
        }
    }
}

/// Adds what was refused or not kept, as far as a finding says so.
fn add_findings(facts: &mut LogFacts, phone: &Phone, timeline: &Timeline<'_>) {
    let refused = |slot: Option<Slot>, pick: fn(&Event) -> Option<Option<u64>>| {
        let events = timeline.events().filter(move |(_, event, _)| event.slot() == slot);
        let lengths: BTreeSet<Option<u64>> = events.filter_map(|(_, event, _)| pick(event)).collect();
        lengths.into_iter().map(move |length| Refused { slot, length })
    };
    for found in phone.findings() {
        if let (Some(Question::NotKept), Some(slot)) = (found.rule().facts.asks, found.finding.slot) {
            let lost = timeline.slots.not_kept(slot);
            let saved = lost.last().and_then(|lost| lost.saved.content.details.fingerprint.clone());
            facts.slots.entry(slot).or_default().not_kept = saved;
        }
    }
    for found in phone.active() {
        let slot = found.finding.slot;
        match found.rule().facts.asks {
            Some(Question::KeyTooLarge) => facts.keys_refused.extend(refused(slot, |event| match event {
                Event::KeyTooLarge { length, .. } => Some(*length),
                _ => None,
            })),
            Some(Question::CertificateRejected) => {
                facts.certificates_refused.extend(refused(slot, |event| match event {
                    Event::CertificateTooLarge { length, .. } => Some(*length),
                    Event::CredentialInvalid { .. } => Some(None),
                    _ => None,
                }));
            }
            Some(Question::ChainNotDecodable) => facts.chain_not_decodable = true,
            Some(Question::Trust) => facts.server_untrusted = true,
            _ => {}
        }
    }
}

/// The facts of a phone with one inventory and without a finding, except the levels of its log.
pub(super) fn facts_of_healthy(phone: &Phone, now: NaiveDateTime) -> LogFacts {
    let slots = phone.certificates.iter().map(|content| (content.slot, facts_of(content)));
    LogFacts {
        has_log: true,
        model: phone.model.clone(),
        software: phone.software.as_ref().and_then(|version| version.parse().ok()),
        slots: slots.collect(),
        has_inventory: true,
        now,
        ..LogFacts::default()
    }
}

/// The facts of a slot by its latest content.
pub(super) fn facts_of(content: &SlotContent) -> SlotFacts {
    SlotFacts {
        state: match content.state {
            CertificateState::Installed => SlotState::Filled,
            CertificateState::NotAvailable => SlotState::Empty,
            CertificateState::Rejected => SlotState::Unknown,
        },
        was_filled: content.state == CertificateState::Installed,
        fingerprints: content.details.fingerprint.iter().cloned().collect(),
        certificate_length: content.details.certificate_length,
        key_length: content.details.key_length,
        ..SlotFacts::default()
    }
}
