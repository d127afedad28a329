//! The phone's software does not know the certificate parameters in its files.
//!
//! ## What it means
//! `device.sec.TLS.…` and `sec.TLS.…` came with UC Software 4.0.0, `device.sec.SSL.customDeviceCert` with
//! 3.3.2. Older software ignores them, so the certificate is not installed.
//!
//! ## How sure it is
//! The log names the software, and the guide the first version with the parameters. It is not reported if a
//! phone before 4.0.0 also has the parameter of 3.3.2.
//!
//! ## What to do
//! 1. Update the phone to 4.0.0 or later.
//! 2. Or set `device.sec.SSL.customDeviceCert`, from 3.3.2 on.

use super::{ConfigurationCase, Finding, Given, ParameterKind, Part, Rule, Severity, Store, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG025",
    name: "parameters-of-other-software",
    severity: Severity::Warning,
    cause: "The parameters came with a later version of the software.",
    remedy: "Update the phone, or use the parameters of its version.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule(include_str!("parameters_of_other_software.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let Some(software) = &case.log.software else { return Vec::new() };
    let is_before = |parts: &[u32]| software.cmp_parts(parts).is_lt();
    let is_of_3 = |given: &Given<'_>| {
        matches!(
            given.parameter.kind,
            ParameterKind::Certificate(Store::Ssl) | ParameterKind::Key(Store::Ssl)
        )
    };
    let given =
        case.config.of_kind(|kind| matches!(kind, ParameterKind::Certificate(_) | ParameterKind::Key(_)));
    let (of_3, of_4): (Vec<_>, Vec<_>) = given.partition(is_of_3);
    let (unknown, since) = if is_before(&[3, 3, 2]) {
        ([&of_3[..], &of_4[..]].concat(), "3.3.2")
    } else if is_before(&[4, 0, 0]) && of_3.is_empty() {
        (of_4, "4.0.0")
    } else {
        return Vec::new();
    };
    let Some(first) = unknown.first() else { return Vec::new() };
    let message = sentence![
        "The phone runs ",
        Part::from(software),
        ", and ",
        first,
        format!(" is known from {since} on.")
    ];
    let lines = unknown.iter().map(|given| given.says(format!("known from {since} on")));
    vec![Finding::of_files(None, message, lines)]
}
