//! The phone started, and its clock was not set.
//!
//! ## What it means
//! The phone could not load the time, or wrote stamps from before its clock was set (`0100000000`, or January 1
//! right after booting). Until its clock is set, the phone can't check whether a certificate is not valid yet,
//! valid, or expired.
//!
//! ## How certain it is
//! It is certain for that part of the log. Stamps that count the time since boot prove nothing alone: every boot
//! begins with them. January 1 counts as a real date if the file was last changed on that day, or if the boot
//! before was still writing less than a day earlier. The diagnosis is resolved when a later line has a real date,
//! in the same boot or a later one.
//!
//! ## What to do
//! 1. Find the time server's name in the evidence (`Could not load time from …`), or in the phone's
//!    configuration if there is no such line.
//! 2. Check that the name is right, and that the phone can resolve and reach it from its network.
//! 3. Restart the phone and look for lines with a real date.

use super::failures::resolved_if;
use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Severity, rule, sentence};
use crate::quantity::often;

pub(super) const RULE: Rule = Rule {
    code: "LOG003",
    name: "clock-not-set",
    severity: Severity::Warning,
    cause: "The phone did not get the time from its time server, so it can't check whether a certificate is valid yet, or has expired.",
    remedy: "Check which time server the phone is configured to use, and that the phone can reach it; then restart the phone.",
    reference: "UC Software log, time stamps before the clock is set and message Could not load time",
    facts: Facts::of(Family::Log),
    ..rule(include_str!("clock_not_set.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Occurrences::default();
    let mut boots = 0;
    let mut was_set_later = false;
    for boot in case.timeline.records.chunk_by(|a, b| a.boot == b.boot) {
        let mut is_known = false;
        let mut is_unset = false;
        // Once the clock is set, a time server that does not answer changes nothing.
        for record in boot.iter().take_while(|record| record.time.is_none()) {
            let is_first_date = record.is_unset && !is_known;
            is_known |= record.is_unset;
            if matches!(record.event(), Some(Event::ClockFailed)) || is_first_date {
                seen.add(record);
                is_unset = true;
            }
        }
        if is_unset {
            boots += 1;
            was_set_later = false;
        }
        was_set_later |= boot.iter().any(|record| record.time.is_some());
    }
    if boots == 0 {
        return Vec::new();
    }
    let message = match was_set_later {
        true => sentence!["The phone started ", often(boots), " without the time; its clock was set later."],
        false => {
            sentence![
                "The phone started ",
                often(boots),
                " without the time, and its clock was not set after that."
            ]
        }
    };
    vec![Finding::new(resolved_if(was_set_later), message, seen)]
}
