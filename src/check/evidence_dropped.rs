//! More was found in this phone's logs than is kept, and the oldest was dropped.
//!
//! ## What it means
//! Of one log the newest 8,192 messages that matter are kept, with repeated failures counted as one. This log has more: it
//! is a phone that restarts over and over, or a log of many years. What is told is from the newest messages.
//!
//! ## How sure it is
//! Certain. What the dropped messages said is not known, so the phone is `unknown` at least. The six lines of evidence
//! that are shown for a diagnosis are no dropping.
//!
//! ## What to do
//! 1. Look at a shorter time: `--since 7d`.
//! 2. If the phone restarts over and over, find out why: the newest lines of its log are the place to look.

use super::{Case, Facts, Family, Finding, Occurrences, Rule, Run, Severity, sentence};

pub(super) const RULE: Rule = Rule {
    code: "LOG007",
    name: "evidence-dropped",
    severity: Severity::Info,
    cause: "The log holds more messages that matter than are kept of one log.",
    remedy: "Scan a shorter time (--since), and see why the phone writes so much: mostly it restarts over and over.",
    reference: "phonecert keeps the newest 8,192 messages of a log",
    facts: Facts { means_unknown: true, ..Facts::of(Family::Log) },
    source: include_str!("evidence_dropped.rs"),
    run: Run::Logs(run),
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let dropped: u64 = case.timeline.logs.iter().map(|log| log.digest.dropped).sum();
    if dropped == 0 {
        return Vec::new();
    }
    let message = sentence![
        "More was found in this phone's logs than is kept: the oldest ",
        dropped,
        " messages were left out, and the newest count.",
    ];
    vec![Finding::active(message, Occurrences::without_lines())]
}
