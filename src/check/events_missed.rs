//! The phone lost events, so facts can be missing.
//!
//! ## What it means
//! Each line of the log carries a count of the events lost since boot because the phone was too busy. That
//! count went up, or was above 0 in the first line of a boot that was read. Any line can have been lost, also one about a certificate.
//!
//! ## How certain it is
//! It is certain: the phone itself counts the lost events. An occurrence is a line at which it is higher than
//! before.
//!
//! ## What to do
//! 1. If an inventory or an installation looks incomplete, restart the phone and read the new log.
//! 2. If it happens again and again, raise the logging level of components that write much: they then write
//!    only more severe messages.

use super::{Case, Facts, Family, Finding, Occurrences, Rule, RuleFinding, Severity, rule, sentence};
use crate::quantity::often;

pub(super) const RULE: Rule = Rule {
    code: "LOG002",
    name: "events-missed",
    severity: Severity::Info,
    cause: "The phone was too busy to write every message, as the count of missed events in its log shows.",
    remedy: "If something is not in this log, regard it as unknown, not as absent. If it matters, restart the phone and read its log again.",
    reference: "Format of the log: the fourth field counts missed events",
    facts: Facts::of(Family::Log),
    ..rule(include_str!("events_missed.rs"), run)
};

fn events_were(lost: u64) -> String {
    if lost == 1 { "1 event was".to_owned() } else { format!("{lost} events were") }
}

/// The events that a phone lost, by the counts in its lines.
#[derive(Default)]
pub(crate) struct LostEvents {
    lost: u64,
    before_first: u64,
    rises: u64,
    /// The boot of the last line, and its count.
    last: Option<(usize, u64)>,
    /// The lines at which the count is higher than before.
    seen: Occurrences,
}

impl LostEvents {
    /// Takes the count of the next line, in this boot. `lines` returns that line and those that were folded into it.
    pub(crate) fn take(&mut self, boot: usize, missed: u64, lines: impl FnOnce() -> Occurrences) {
        let before = self.last.filter(|(last, _)| *last == boot).map(|(_, missed)| missed);
        // Lines out of order can show a lower count again.
        if before.is_some_and(|before| missed <= before) {
            return;
        }
        self.last = Some((boot, missed));
        self.lost += missed - before.unwrap_or(0);
        let lines = lines();
        match before {
            Some(_) => self.rises += lines.count,
            None if missed > 0 => {
                self.before_first += missed;
                self.rises += lines.count - 1;
            }
            None => return,
        }
        self.seen.append(lines);
    }

    /// What is found, if events were lost.
    pub(crate) fn finding(self) -> Option<RuleFinding> {
        let Self { lost, before_first, rises, seen, .. } = self;
        if seen.count == 0 {
            return None;
        }
        let message = match (before_first, rises) {
            (_, 0) => sentence![events_were(lost), " lost before the first line that was read."],
            (0, rises) => {
                sentence![events_were(lost), " lost: the phone's counter of them went up ", often(rises), "."]
            }
            (before, rises) => sentence![
                events_were(lost),
                " lost, ",
                before,
                " of them before the first line that was read; the phone's counter of them went up ",
                often(rises),
                "."
            ],
        };
        Some(RuleFinding::new(&RULE, Finding::active(message, seen)))
    }
}

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut lost = LostEvents::default();
    for record in &case.timeline.records {
        if let Some(missed) = record.entry.missed {
            let count = if record.event().is_none() { record.entry.count() } else { 1 };
            lost.take(record.boot, missed, || Occurrences::shown_by(count, [record]));
        }
    }
    lost.finding().map(|found| found.finding).into_iter().collect()
}
