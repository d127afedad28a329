//! The phone's software does not know the certificate parameters in its files.
//!
//! ## What it means
//! `device.sec.TLS.…` and `sec.TLS.…` came with UC Software 4.0.0, `device.sec.SSL.customDeviceCert` with
//! 3.3.2, `sec.TLS.protocol.…` and `SCEP.enable` with 5.9.0 (on a Trio with 5.7.2). Older software ignores them:
//! it installs no certificate from them, and uses no profile.
//!
//! ## How certain it is
//! The log names the software, and the guide the first version with the parameters. It is only information if a phone
//! before 4.0.0 also has the parameter of 3.3.2 and knows it. Other faults of values that the software ignores are not
//! reported, except the dates and the name of a certificate that the log shows in a slot.
//!
//! ## What to do
//! 1. Update the phone to a version with the parameters: 4.0.0 or later, 5.9.0 or later for SCEP.
//! 2. Or set `device.sec.SSL.customDeviceCert`, from 3.3.2 on.

use super::{ConfigurationCase, Facts, Family, Finding, ParameterKind, Part, Rule, Severity, rule, sentence};
use crate::config::{SINCE_SSL, SINCE_TLS};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG025",
    name: "parameters-of-other-software",
    severity: Severity::Warning,
    cause: "The parameters came with a later version of the software.",
    remedy: "Update the phone, or use the parameters of its version.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    facts: Facts { needs_software: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("parameters_of_other_software.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let Some(software) = &case.log.software else { return Vec::new() };
    let given = case.config.of_kind(|kind| kind != ParameterKind::Set);
    let dated = given.filter_map(|given| Some((given, case.log.first_version_with(given.parameter)?)));
    let (known, unknown): (Vec<_>, Vec<_>) = dated.partition(|(given, _)| case.log.knows(given.parameter));
    let Some((first, since_first)) = unknown.first() else { return Vec::new() };
    let from = |[major, minor, patch]: [u32; 3]| format!("known from {major}.{minor}.{patch} on");
    let message = sentence![
        "The phone runs ",
        Part::from(software),
        ", and ",
        first,
        format!(" is {}.", from(*since_first))
    ];
    let lines = unknown.iter().map(|(given, since)| given.says(from(*since)));
    // From 4.0.0 on, the parameter of 3.3.2 does not replace those that the software does not know.
    let has_own =
        software.cmp_parts(&SINCE_TLS).is_lt() && known.iter().any(|(_, since)| *since == SINCE_SSL);
    let severity = if has_own { Severity::Info } else { Severity::Warning };
    vec![Finding::of_files(None, message, lines).with_severity(severity)]
}
