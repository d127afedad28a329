//! Whether the software is new enough for zero-touch provisioning (ZTP) depends on a letter that is not in the log.
//!
//! ## What it means
//! For some models the vendor asks for a release with a letter, such as 4.0.8H. The log names the
//! version as numbers, 4.0.8 and a build: it can be the release that is asked for, or one before it.
//!
//! ## How sure it is
//! Certain that the numbers are equal; which letter it is can't be told from the log. A build number
//! is not compared: the tables give none.
//!
//! ## What to do
//! 1. Look up the build number in the release notes of the release that the message names.
//! 2. Or update to any later version, which is new enough for certain.

use super::{Case, Finding, Rule};
use crate::reference::{Readiness, ztp_readiness};
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "ZTP002",
    name: "software-release-unclear",
    severity: Severity::Info,
    cause: "The version has the required number, but the release that is required has a letter, and a log shows no letters.",
    remedy: "Compare the build number with the release notes of the required release, or update to a later version.",
    reference: "Technical Notification 117101",
    source: include_str!("software_release_unclear.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let (Some(model), Some((_, version, moment))) =
        (case.timeline.model.as_deref(), case.timeline.software().next_back())
    else {
        return Vec::new();
    };
    let Readiness::LetterUnclear { required } = ztp_readiness(model, version) else { return Vec::new() };
    let message = format!(
        "The {model} runs {version}; zero-touch provisioning asks for {required}, and the log does not tell the letter."
    );
    vec![Finding::active(message, moment.seen.clone())]
}
