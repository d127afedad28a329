//! A device certificate in the configuration has expired.
//!
//! ## What it means
//! Servers refuse the certificate for every use: 802.1X, provisioning or SIP over TLS.
//!
//! ## How certain it is
//! It is certain at the time of the run: the date is in the certificate. A certificate that the log shows in a slot is
//! reported even if another line overrides its line, and as an error even if a gate is closed or a file that was not
//! read comes before it: the phone may have taken a newer one since then. If a value has several certificates of the device, the one that
//! the log shows counts. If the log shows none of them, it is not known which one the phone takes: then this is a warning
//! unless all of them have expired.
//!
//! ## What to do
//! 1. Have a new certificate issued.
//! 2. Give it to the phone with its key, and restart the phone. If another line has it already, restart the phone and
//!    look in its log for "Saving new …".

use super::leaf::expired;
use super::{Rule, Severity, rule_of_certificate};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG017",
    name: "certificate-expired",
    severity: Severity::Error,
    cause: "The certificate has expired, and servers refuse it.",
    remedy: "Give the phone a new certificate.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_certificate(include_str!("certificate_expired.rs"), expired)
};
