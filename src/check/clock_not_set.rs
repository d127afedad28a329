//! The phone's clock was never set in a boot.
//!
//! ## What it means
//! The phone could not load the time, or wrote stamps from before its clock was set (`0100000000`, or
//! January 1 right after booting), and no line of that boot has a real date. Without a date, the phone can't
//! check whether a certificate is valid: not yet, still, or no more.
//!
//! ## How sure it is
//! Certain as far as the log of that boot goes. Stamps that count the time since boot prove nothing by
//! themselves: every boot begins with them. A boot that could not load the time at first and has dates later
//! is fine. It counts as resolved when there is a later boot without this.
//!
//! ## What to do
//! 1. Find the time server's name in the evidence (`Could not load time from …`), or in the phone's
//!    configuration if there is no such line.
//! 2. Check that the name is right, and that the phone can resolve and reach it from its network.
//! 3. Restart the phone and look for lines with a real date.

use super::failures::{resolved_if, times};
use super::{Case, Finding, Rule};
use crate::digest::{Observation, Sightings};
use crate::event::Event;
use crate::report::shape::Severity;
use crate::timeline::Moment;

pub(super) const RULE: Rule = Rule {
    code: "LOG003",
    name: "clock-not-set",
    severity: Severity::Warning,
    cause: "The phone did not get the time from its time server, so it can't tell whether a certificate is valid yet, or still.",
    remedy: "Check the time server that the phone is given, and that the phone can reach it; then restart the phone.",
    reference: "UC Software log, time stamps before the clock is set and message Could not load time",
    source: include_str!("clock_not_set.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let boots = &case.timeline.boots;
    let mut seen = Sightings::default();
    let mut failed = 0;
    let mut last = None;
    for (number, boot) in boots.iter().enumerate().filter(|(_, boot)| !boot.dated) {
        let mut is_failed = false;
        for moment in boot.moments.iter().filter(|moment| is_sign(moment)) {
            seen.join(moment.seen.clone());
            is_failed = true;
        }
        if is_failed {
            failed += boot.count;
            last = Some(number);
        }
    }
    let Some(last) = last else { return Vec::new() };
    let message = format!("The phone booted {} without ever getting the time.", times(failed));
    vec![Finding::new(resolved_if(last + 1 < boots.len()), message, seen)]
}

fn is_sign(moment: &Moment) -> bool {
    matches!(moment.what, Observation::ClockUnset | Observation::Event(Event::ClockFailed))
}
