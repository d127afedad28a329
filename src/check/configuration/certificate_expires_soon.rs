//! A device certificate in the configuration expires within 30 days, or is not valid yet.
//!
//! ## What it means
//! Servers will refuse the certificate in less than 30 days, or refuse it now because its first day is in the
//! future.
//!
//! ## How sure it is
//! It is certain at the time of the run: the dates are in the certificate.
//!
//! ## What to do
//! 1. Have a new certificate issued before the day in the message.
//! 2. Give it to the phone with its key, and restart the phone.

use chrono::TimeDelta;

use super::{ConfigurationCase, Finding, Rule, Severity, day, leaves, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG018",
    name: "certificate-expires-soon",
    severity: Severity::Warning,
    cause: "The certificate expires soon, or is not valid yet.",
    remedy: "Give the phone a new certificate before the day in the message.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule(include_str!("certificate_expires_soon.rs"), run)
};

const SOON: TimeDelta = TimeDelta::days(30);

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = leaves(case).filter_map(|(slot, given, certificate, but)| {
        let left = certificate.not_after - case.log.now;
        let state = if certificate.not_before > case.log.now {
            format!("is not valid before {}", day(certificate.not_before))
        } else if left >= TimeDelta::zero() && left <= SOON {
            format!("expires on {}", day(certificate.not_after))
        } else {
            return None;
        };
        let message = sentence!["The certificate in ", &given, format!(" {state}{but}.")];
        let says = sentence!["CN ", certificate.name(), format!(", {state}")];
        Some(Finding::of_files(slot, message, [given.says(says)]))
    });
    found.collect()
}
