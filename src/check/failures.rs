//! What several checks need to know of failures: those of each slot, whether later lines or later boots show that they are
//! gone, and the sentence about a certificate or key that the phone refused.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::{Sentence, sentence};
use crate::event::Event;
use crate::model::{Slot, State};
use crate::stamp::{MILLISECONDS_PER_DAY, MILLISECONDS_PER_MINUTE};
use crate::timeline::{Occurrences, Record, Timeline};

/// The failures of one kind and slot.
pub(super) struct Failures<'a> {
    /// Every line.
    pub seen: Occurrences,
    /// The index of the last one among the records.
    pub last: usize,
    /// The last one.
    pub event: &'a Event,
}

/// The failures that `is_one` picks, by the slot that they name.
pub(super) fn by_slot<'a>(
    timeline: &Timeline<'a>,
    is_one: impl Fn(&Event, &Record<'_>) -> bool,
) -> BTreeMap<Option<Slot>, Failures<'a>> {
    let mut failures: BTreeMap<Option<Slot>, Failures<'a>> = BTreeMap::new();
    for (at, event, record) in timeline.events().filter(|(_, event, record)| is_one(event, record)) {
        let known = failures.entry(event.slot()).or_insert_with(|| Failures {
            seen: Occurrences::default(),
            last: at,
            event,
        });
        known.seen.add(record);
        (known.last, known.event) = (at, event);
    }
    failures
}

/// The lines that show a fault, and whether a later line shows that it is gone: `shows` returns which of the two an
/// event shows.
pub(super) fn shown_until_gone<'a>(
    timeline: &Timeline<'a>,
    mut shows: impl FnMut(&'a Event, &Record<'_>) -> Option<State>,
) -> Option<(Occurrences, State)> {
    let mut seen = Occurrences::default();
    let (mut last, mut is_gone) = (0, false);
    for (at, event, record) in timeline.events() {
        match shows(event, record) {
            Some(State::Active) => {
                seen.add(record);
                (last, is_gone) = (at, false);
            }
            Some(State::Resolved) => {
                is_gone |= timeline.are_of_same_phone(&timeline.records[last], record)
                    && timeline.is_in_order(last, at);
            }
            None => {}
        }
    }
    (seen.count > 0).then(|| (seen, resolved_if(is_gone)))
}

/// Whether later lines show that a refusal is resolved: of a key (`is_key`) or of a certificate, with its last line
/// at `last`.
pub(super) fn state_of_refusal(
    timeline: &Timeline<'_>,
    slot: Option<Slot>,
    last: usize,
    is_key: bool,
) -> State {
    resolved_if(match slot {
        Some(slot) => timeline.is_refusal_mended(slot, last, is_key),
        None => timeline.is_failure_without_slot_mended(last),
    })
}

/// `The phone refused a private key of 4677 bytes for platform slot 1, whose limit is 4096 bytes.`
pub(super) fn refused(what: &str, slot: Option<Slot>, length: Option<u64>, maximum: Option<u64>) -> Sentence {
    let length = length.map_or_else(|| "unknown length".to_owned(), |length| format!("{length} bytes"));
    let into = slot.map_or_else(|| "a slot".to_owned(), Slot::in_words);
    let limit = maximum.map_or_else(String::new, |maximum| format!(", whose limit is {maximum} bytes"));
    sentence![format!("The phone refused {what} of {length} for {into}{limit}.")]
}

/// A boot without the failure has to last at most a day, in milliseconds.
const MAX_WAIT: u64 = MILLISECONDS_PER_DAY;

/// A boot that lasts less than two minutes proves nothing, in milliseconds.
const MIN_WAIT: u64 = 2 * MILLISECONDS_PER_MINUTE;

/// The state of failures that a later boot can show to be gone: one without the failure that lasts, from its start, at
/// least as long as the longest time until the first failure in the boots with failures. If they are active, also when
/// those began that no boot has shown to be gone.
pub(super) fn state_after_later_boots(
    timeline: &Timeline<'_>,
    is_failure: impl Fn(&Event, &Record<'_>) -> bool,
) -> (State, Option<NaiveDateTime>) {
    let mut waits = 0;
    // The first failure of the last boot with failures.
    let mut last: Option<&Record<'_>> = None;
    let (mut state, mut since) = (State::Active, None);
    for boot in timeline.records.chunk_by(|a, b| a.boot == b.boot) {
        let mut failures =
            boot.iter().filter(|record| record.event().is_some_and(|event| is_failure(event, record)));
        if let Some(first) = failures.clone().next() {
            if state == State::Resolved {
                (state, since) = (State::Active, None);
            }
            since = since.or_else(|| failures.find_map(|record| record.time.or(record.last_time)));
            (waits, last) = (waits.max(first.elapsed_at_most()), Some(first));
        } else if let Some(last) = last {
            let needed = waits.clamp(MIN_WAIT, MAX_WAIT);
            let shows_end = |record: &Record<'_>| {
                // A cut line may be the failure.
                record.elapsed_at_least >= needed
                    && timeline.are_of_same_phone(last, record)
                    && !timeline.is_cut_message(record)
            };
            if boot.iter().any(shows_end) {
                state = State::Resolved;
            }
        }
    }
    (state, since)
}

/// Resolved if later lines show that the cause is gone, else active.
pub(super) const fn resolved_if(is_gone: bool) -> State {
    if is_gone { State::Resolved } else { State::Active }
}
