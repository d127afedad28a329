//! A CA certificate in the configuration has expired.
//!
//! ## What it means
//! With an expired CA certificate, the phone does not trust servers. If the log shows TLS001, this is an error,
//! because it may be the cause.
//!
//! ## How certain it is
//! It is certain at the time of the run: the date is in the certificate. Perhaps no server uses this CA any
//! more.
//!
//! ## What to do
//! 1. Find out which CA the servers use now.
//! 2. Replace this certificate with the certificate of that CA, and restart the phone.

use super::leaf::expired;
use super::{ConfigurationCase, Finding, Judgement, Rule, Severity, authorities, rule_of_value, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG031",
    name: "ca-expired",
    severity: Severity::Warning,
    cause: "The CA certificate has expired.",
    remedy: "Give the phone the CA certificate that its servers use now.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule_of_value(include_str!("ca_expired.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = authorities(case).filter_map(|(given, value)| {
        let Judgement { state, says, .. } =
            value.list.iter().find_map(|certificate| expired(case, certificate))?;
        let severity = if case.log.server_untrusted { Severity::Error } else { RULE.severity };
        let message = sentence!["The CA certificate in ", &given, state, "."];
        Some(Finding::of_files(None, message, [given.says(says)]).with_severity(severity))
    });
    found.collect()
}
