//! Whether the software is new enough for zero-touch provisioning (ZTP) depends on a letter that is not in the log.
//!
//! ## What it means
//! For some models the vendor requires a release with a letter, such as 4.0.8H. The log names the version in
//! numbers, 4.0.8 and a build. So this can be the required release, or the one before it.
//!
//! ## How certain it is
//! It is certain that the numbers are those of the required release. The log does not show the letter, and the
//! vendor's table has no build numbers to compare with.
//!
//! ## What to do
//! 1. If the phone is not provisioned by ZTP, there is nothing to do.
//! 2. Otherwise look for the build number in the release notes of the release that the message names.
//! 3. Or update to a later version, which is certainly new enough.

use super::ztp::software_for_ztp;
use super::{Case, Facts, Family, Finding, Readiness, Rule, Severity, rule};

pub(super) const RULE: Rule = Rule {
    code: "ZTP002",
    name: "software-release-unclear",
    severity: Severity::Info,
    cause: "The version has the required number, but the required release also has a letter, and a log shows no letters.",
    remedy: "Compare the build number with the release notes of the required release, or update to a later version.",
    reference: "Technical Notification 117101, shipping configuration tables",
    facts: Facts::of(Family::Provisioning),
    ..rule(include_str!("software_release_unclear.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(Readiness::LetterUnclear { required }) = case.readiness else { return Vec::new() };
    software_for_ztp(case, required, ", and the log does not show the letter.").into_iter().collect()
}
