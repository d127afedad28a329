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
use super::{Case, Facts, Family, Finding, Occurrences, Rule, Run, Severity, sentence};

pub(super) const RULE: Rule = Rule {
    code: "LOG002",
    name: "events-missed",
    severity: Severity::Info,
    cause: "The phone was too busy to write every message: the count of missed events in its log went up.",
    remedy: "Take what is not in this log as unknown, not as absent; where it matters, restart the phone and read its log again.",
    reference: "Format of the log: the fourth field counts missed events",
    facts: Facts::of(Family::Log),
    source: include_str!("events_missed.rs"),
    run: Run::Logs(run),
};

fn events_were(lost: u64) -> String {
    if lost == 1 { "1 event was".to_owned() } else { format!("{lost} events were") }
}

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Occurrences::default();
    let (mut lost, mut before_first, mut rises) = (0, 0, 0);
    let mut last: Option<(usize, u64)> = None;
    for record in &case.timeline.records {
        let Some(missed) = record.entry.missed else { continue };
        match last.filter(|(boot, _)| *boot == record.boot) {
            // Lines out of order can show a lower count again.
            Some((_, before)) if missed <= before => continue,
            Some((_, before)) => {
                rises += 1;
                lost += missed - before;
            }
            None if missed > 0 => {
                before_first += missed;
                lost += missed;
            }
            None => {
                last = Some((record.boot, missed));
                continue;
            }
        }
        last = Some((record.boot, missed));
        seen.append(Occurrences::shown_by(1, [record]));
    }
    if seen.count == 0 {
        return Vec::new();
    }
    let message = match (before_first, rises) {
        (_, 0) => sentence![events_were(lost), " lost before the first line that was read."],
        (0, rises) => {
            sentence![events_were(lost), " lost: the phone's count of them went up ", times(rises), "."]
        }
        (before, rises) => sentence![
            events_were(lost),
            " lost, ",
            before,
            " of them before the first line that was read; the phone's count of them went up ",
            times(rises),
            "."
        ],
    };
    vec![Finding::active(message, seen)]
}
