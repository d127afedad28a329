//! Failures of one kind, by slot, and whether something later mended them: what several checks share.

use std::collections::BTreeMap;

use super::{Case, Finding};
use crate::digest::Sightings;
use crate::event::Event;
use crate::model::Slot;
use crate::report::shape::State;
use crate::timeline::{At, Place, Timeline};

/// The failures of one kind and slot.
pub(super) struct Failures<'t> {
    /// Every line.
    pub seen: Sightings<Place>,
    /// The last one's point in the story.
    pub last: At,
    /// The last one.
    pub event: &'t Event,
}

/// The failures that `is_one` picks, by the slot that they name.
pub(super) fn by_slot<'t>(
    timeline: &'t Timeline,
    is_one: impl Fn(&Event) -> bool,
) -> BTreeMap<Option<Slot>, Failures<'t>> {
    let mut failures: BTreeMap<Option<Slot>, Failures<'t>> = BTreeMap::new();
    for (at, event, moment) in timeline.events().filter(|(_, event, _)| is_one(event)) {
        failures
            .entry(event.slot())
            .and_modify(|known| {
                known.seen.join(moment.seen.clone());
                (known.last, known.event) = (at, event);
            })
            .or_insert_with(|| Failures { seen: moment.seen.clone(), last: at, event });
    }
    failures
}

/// Resolved if, after this point, the slot was filled or shown to be filled; where the failure names
/// no slot, if any slot for custom certificates was.
pub(super) fn state_of_installation(timeline: &Timeline, slot: Option<Slot>, last: At) -> State {
    let good = match slot {
        Some(slot) => timeline.slots.last_good(slot),
        None => timeline.slots.last_good_of_any(),
    };
    resolved_if(good.is_some_and(|good| good > last))
}

/// Resolved if there is a boot after this point's.
pub(super) fn state_until_next_boot(timeline: &Timeline, last: At) -> State {
    resolved_if(last.boot + 1 < timeline.boots.len())
}

/// The state by whether later evidence shows the cause gone.
pub(super) const fn resolved_if(is_gone: bool) -> State {
    if is_gone { State::Resolved } else { State::Active }
}

/// The certificates in these slots that other phones show too; `kind` is the word for them.
pub(super) fn shared_certificates(
    case: &Case<'_>,
    kind: &str,
    is_one: impl Fn(Slot) -> bool,
) -> Vec<Finding> {
    let shared = case.shared.iter().filter(|shared| is_one(shared.slot));
    let findings = shared.map(|shared| {
        let message = format!(
            "The same {kind} certificate is in {} phones, {} among them.",
            shared.phones,
            shared.others.join(", ")
        );
        let content = case.timeline.slots.latest.get(&shared.slot);
        let line = content.and_then(|content| content.place.clone());
        Finding::active(message, Sightings::at(1, line.into_iter().collect())).of_slot(shared.slot)
    });
    findings.collect()
}

/// `once`, `twice`, `7 times`.
pub(super) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// A slot in a sentence: `platform slot 1`, `the built-in certificate`.
pub(crate) fn in_words(slot: Slot) -> String {
    match slot {
        Slot::BuiltIn => "the built-in certificate".to_owned(),
        Slot::Platform(number) => format!("platform slot {number}"),
        Slot::Application(number) => format!("application slot {number}"),
    }
}
