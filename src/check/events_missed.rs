//! The phone lost events, so the picture can have holes.
//!
//! ## What it means
//! Each line of the log carries a count of the events that the phone could not write since it booted,
//! for want of time. It went up. What was lost can be anything, a certificate message too.
//!
//! ## How sure it is
//! Certain: the count is the phone's own. An occurrence is a line at which it is higher than before.
//!
//! ## What to do
//! 1. Where an inventory or an installation looks incomplete, restart the phone and read the new log.
//! 2. If it happens at every boot, set the logging of other components to a higher level: they write less.

use super::failures::times;
use super::{Case, Finding, Rule};
use crate::digest::{Observation, Sightings};
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "LOG002",
    name: "events-missed",
    severity: Severity::Info,
    cause: "The phone was too busy to write every message: the count of missed events in its log went up.",
    remedy: "Read what is not in this log as unknown, not as absent; raise the logging levels of talkative components if it happens often.",
    reference: "Format of the log: the fourth field counts missed events",
    source: include_str!("events_missed.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Sightings::default();
    for (_, moment) in case.timeline.moments() {
        if moment.what == Observation::Missed {
            seen.join(moment.seen.clone());
        }
    }
    if seen.count == 0 {
        return Vec::new();
    }
    let message = format!("The phone's count of missed events went up {}.", times(seen.count));
    vec![Finding::active(message, seen)]
}
