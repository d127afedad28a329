//! What several checks have in common: failures by slot, and whether later lines show them gone.

use std::collections::BTreeMap;

use super::{Case, Finding, Part, said};
use crate::event::Event;
use crate::model::{Slot, State};
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

/// No boot has to go on for longer than a day without the failure, in milliseconds.
const LONGEST_WAIT: u64 = 24 * 3_600_000;

/// A boot that goes on for less than two minutes shows nothing, in milliseconds.
const SHORTEST_WAIT: u64 = 120_000;

/// Resolved if a boot after the last failure goes on, after its first line, at least as long as the first
/// failure took to come in the boot where it took longest.
pub(super) fn state_by_later_boots(
    timeline: &Timeline<'_>,
    is_failure: impl Fn(&Event, &Record<'_>) -> bool,
) -> State {
    let mut waits = 0;
    let mut last_boot = None;
    for (_, event, record) in timeline.events() {
        if last_boot != Some(record.boot) && is_failure(event, record) {
            last_boot = Some(record.boot);
            waits = waits.max(record.elapsed());
        }
    }
    let needed = waits.clamp(SHORTEST_WAIT, LONGEST_WAIT);
    resolved_if(
        timeline.records.iter().any(|record| {
            last_boot.is_some_and(|last| record.boot > last) && record.elapsed_at_last() >= needed
        }),
    )
}

/// The state by whether later evidence shows the cause gone.
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
        let mut message = said!["The same ", kind, " certificate is in ", shared.phones, " phones, "];
        for (number, other) in shared.others.iter().enumerate() {
            message = message.and(said![if number > 0 { ", " } else { "" }, *other]);
        }
        let message = message.and(said![" among them."]);
        Finding::active(message, shared.seen.clone()).of_slot(Some(shared.slot))
    });
    findings.collect()
}

/// Which software the phone runs, and which zero-touch provisioning requires; `end` ends the sentence.
pub(super) fn software_for_ztp(case: &Case<'_>, required: &Release, end: &'static str) -> Option<Finding> {
    let (model, (version, record)) = (case.timeline.model?, case.timeline.software().next_back()?);
    let message = said![
        "The ",
        Part::LogText(model.into()),
        " runs ",
        version,
        "; zero-touch provisioning asks for ",
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

/// A length as far as the log tells it: `4677 bytes`.
pub(super) fn bytes(length: Option<u64>) -> String {
    length.map_or_else(|| "unknown length".to_owned(), |length| format!("{length} bytes"))
}

/// A slot in a sentence: `platform slot 1`, `the built-in certificate`.
pub(crate) fn in_words(slot: Slot) -> String {
    match slot {
        Slot::BuiltIn => "the built-in certificate".to_owned(),
        Slot::Platform(number) => format!("platform slot {number}"),
        Slot::Application(number) => format!("application slot {number}"),
    }
}
