//! Functions of several checks: failures by slot, and whether later lines show that they are gone.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::{Case, Finding, Part, Sentence, sentence};
use crate::event::Event;
use crate::model::{Mac, Slot, State};
use crate::reference::Release;
use crate::timeline::{Occurrences, Record, Timeline};

/// The failures of one kind and slot.
pub(super) struct Failures<'a> {
    /// Every line.
    pub seen: Occurrences,
    /// The place of the last one among the records.
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

/// `The phone refused a private key of 4677 bytes for platform slot 1, which takes 4096.`
pub(super) fn refused(what: &str, slot: Option<Slot>, length: Option<u64>, maximum: Option<u64>) -> Sentence {
    let length = length.map_or_else(|| "unknown length".to_owned(), |length| format!("{length} bytes"));
    let into = slot.map_or_else(|| "a slot".to_owned(), in_words);
    let limit = maximum.map_or_else(String::new, |maximum| format!(", which takes {maximum}"));
    sentence![format!("The phone refused {what} of {length} for {into}{limit}.")]
}

/// A boot without the failure has to last at most a day, in milliseconds.
const MAX_WAIT: u64 = 24 * 3_600_000;

/// A boot that lasts less than two minutes proves nothing, in milliseconds.
const MIN_WAIT: u64 = 120_000;

/// The state of failures that a later boot can show to be gone: one without the failure that lasts, from its start, at
/// least as long as the longest time until the first failure in the boots with failures. If they are active, also when
/// those began that no boot has shown to be gone.
pub(super) fn judged_by_later_boots(
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
                record.elapsed_at_least >= needed && timeline.are_of_same_phone(last, record)
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

/// The certificates in these slots that other phones show too; `kind` is the word for them.
pub(super) fn shared_certificates(
    case: &Case<'_>,
    kind: &'static str,
    is_one: impl Fn(Slot) -> bool,
) -> Vec<Finding> {
    let shared = case.shared.iter().filter(|shared| is_one(shared.slot));
    let findings = shared.map(|shared| {
        let message = sentence!["The same ", kind, " certificate is in ", shared.phones, " phones"];
        let message = with_others(message, shared.phones, &shared.others);
        Finding::active(message, shared.seen.clone()).of_slot(Some(shared.slot))
    });
    findings.collect()
}

/// A sentence about this many phones, with the names of some of the others at its end.
pub(super) fn with_others(message: Sentence, phones: u64, others: &[Mac]) -> Sentence {
    let is_all = others.len() as u64 + 1 == phones;
    let mut named = sentence![];
    for (place, other) in others.iter().enumerate() {
        let is_last = place + 1 == others.len();
        let link = match (is_all, place, is_last) {
            (true, _, true) => " and ",
            (_, 0, _) if !is_all => "",
            (false, _, true) => " and ",
            _ => ", ",
        };
        named = named.and(sentence![link, *other]);
    }
    match (is_all, others) {
        (_, []) => message.and(".".into()),
        (true, _) => sentence![message, ": this one", named, "."],
        (false, _) => sentence![message, ", ", named, " among them."],
    }
}

/// Which software the phone runs, and which zero-touch provisioning requires; `end` ends the sentence.
pub(super) fn software_for_ztp(case: &Case<'_>, required: &Release, end: &'static str) -> Option<Finding> {
    let (model, (version, record)) = (case.timeline.model?, case.timeline.software().next_back()?);
    let message = sentence![
        "The ",
        Part::LogText(model.into()),
        " runs ",
        version,
        "; zero-touch provisioning requires ",
        Part::Version(required.to_string().into()),
        end,
    ];
    Some(Finding::active(message, Occurrences::shown_by(record.entry.count(), [record])))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_named_as_all_or_as_some() {
        let others: Vec<Mac> =
            ["0004F2000001", "0004F2000002", "0004F2000003"].map(|mac| mac.parse().unwrap()).into();
        let told = |phones, named| with_others("In phones".into(), phones, &others[..named]).to_string();
        assert_eq!(told(1, 0), "In phones.");
        assert_eq!(told(2, 1), "In phones: this one and 0004F2000001.");
        assert_eq!(told(4, 3), "In phones: this one, 0004F2000001, 0004F2000002 and 0004F2000003.");
        assert_eq!(told(9, 1), "In phones, 0004F2000001 among them.");
        assert_eq!(told(9, 3), "In phones, 0004F2000001, 0004F2000002 and 0004F2000003 among them.");
    }
}
