//! The phone lost events, so the picture can have holes.
//!
//! ## What it means
//! Each line of the log carries a count of the events lost since boot because the phone was too busy. That
//! count went up. Any line can have been lost, one about a certificate too.
//!
//! ## How sure it is
//! Certain: the count is the phone's own. An occurrence is a line at which it is higher than before.
//!
//! ## What to do
//! 1. Where an inventory or an installation looks incomplete, restart the phone and read the new log.
//! 2. If it happens again and again, raise the logging level of components that write much: they then write
//!    only what is graver.

use super::failures::times;
use super::{Case, Finding, Rule};
use crate::digest::{Observation, Sightings};
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "LOG002",
    name: "events-missed",
    severity: Severity::Info,
    cause: "The phone was too busy to write every message: the count of missed events in its log went up.",
    remedy: "Take what is not in this log as unknown, not as absent; where it matters, restart the phone and read its log again.",
    reference: "Format of the log: the fourth field counts missed events",
    source: include_str!("events_missed.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Sightings::default();
    let missed = case.timeline.moments().filter(|(_, moment)| moment.what == Observation::Missed);
    for (_, moment) in missed {
        seen.join(moment.seen.clone());
    }
    if seen.count == 0 {
        return Vec::new();
    }
    let message = format!("The phone's count of missed events went up {}.", times(seen.count));
    vec![Finding::active(message, seen)]
}
