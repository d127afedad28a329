//! This phone's logs contain more messages than are kept, and the oldest were dropped.
//!
//! ## What it means
//! Of each log, the newest 8,192 relevant messages are kept; repeated failures count as one. This log has more:
//! the phone restarts again and again, or the log covers many years. The report is based on the newest
//! messages.
//!
//! ## How certain it is
//! It is certain. What the dropped messages said is not known, so the phone's status is at least `unknown`.
//! That a diagnosis shows only six lines of evidence is something else: no evidence is dropped by that.
//!
//! ## What to do
//! 1. Look at a shorter time: `--since 7d`.
//! 2. If the phone restarts again and again, look in the newest lines of its log for the reason.

use super::{Case, Facts, Family, Finding, Occurrences, Rule, Severity, rule, sentence};

pub(super) const RULE: Rule = Rule {
    code: "LOG007",
    name: "evidence-dropped",
    severity: Severity::Info,
    cause: "The log contains more relevant messages than are kept of one log.",
    remedy: "Scan a shorter time (--since), and find out why the phone writes so much: usually because it restarts again and again.",
    reference: "phonecert keeps the newest 8,192 messages of a log",
    facts: Facts { means_unknown: true, ..Facts::of(Family::Log) },
    ..rule(include_str!("evidence_dropped.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let dropped: u64 = case.timeline.logs.iter().map(|log| log.digest.dropped).sum();
    if dropped == 0 {
        return Vec::new();
    }
    let message = sentence![
        "This phone's logs contain more messages than are kept: the oldest ",
        dropped,
        " messages were dropped, and the newest are used.",
    ];
    vec![Finding::active(message, Occurrences::without_lines())]
}
