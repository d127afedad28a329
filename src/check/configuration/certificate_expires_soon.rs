//! A device certificate in the configuration expires within 30 days, or is not valid yet.
//!
//! ## What it means
//! Servers will refuse the certificate in less than 30 days, or refuse it now because its first day is in the
//! future.
//!
//! ## How certain it is
//! It is certain at the time of the run: the dates are in the certificate. If a value has several certificates of the
//! device, the one that the log shows in the slot counts; if it shows none of them, it is not known which one the phone
//! takes, and the message says so.
//!
//! ## What to do
//! 1. If the certificate is not valid yet, check the clock of the machine that issued it, and that of the computer on
//!    which this report was made. Give the phone a certificate that is valid now, or wait until the day in the message.
//! 2. If it expires, have a new certificate issued before the day in the message.
//! 3. Give it to the phone with its key, and restart the phone.

use chrono::TimeDelta;

use super::{Certificate, ConfigurationCase, Judgement, Rule, Severity, day, rule_of_certificate, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG018",
    name: "certificate-expires-soon",
    severity: Severity::Warning,
    cause: "The certificate expires soon, or is not valid yet.",
    remedy: "Give the phone a new certificate before the day in the message.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_certificate(include_str!("certificate_expires_soon.rs"), judge)
};

const SOON: TimeDelta = TimeDelta::days(30);

fn judge(case: &ConfigurationCase<'_>, certificate: &Certificate) -> Option<Judgement> {
    let left = certificate.not_after - case.log.now;
    let mut remedy = None;
    let state = if certificate.not_before > case.log.now {
        remedy = Some(
            "Check the clock of the authority that issued the certificate. Give the phone a certificate that is valid \
             now, or wait until the day in the message.",
        );
        format!("is not valid before {}", day(certificate.not_before))
    } else if left >= TimeDelta::zero() && left <= SOON {
        format!("expires on {}", day(certificate.not_after))
    } else {
        return None;
    };
    let says = sentence!["CN ", certificate.name(), format!(", {state}")];
    Some(Judgement { state: format!(" {state}").into(), says, remedy })
}
