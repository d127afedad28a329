//! A CA certificate in the configuration can't be read, or is not in PEM form.
//!
//! ## What it means
//! The phone can't install it, and does not trust the servers whose certificates it issued.
//!
//! ## How certain it is
//! If no certificate can be read, or one of several is cut off, that is certain, for the reason in the message. If the value contains a
//! certificate in another form (as PKCS #7, without begin and end lines, or with lines that are not written exactly),
//! it is certain that it is not what the parameter takes, one PEM certificate, and that OpenSSL does not read it as a
//! certificate. No source says that a phone does.
//!
//! ## What to do
//! 1. Get the CA certificate again, in PEM form: `openssl x509 -in ca.pem -noout -subject -enddate`.
//! 2. Put the whole text into the parameter, with its begin and end lines. Line breaks may become blanks.
//! 3. Restart the phone.

use super::{ConfigurationCase, Finding, Rule, Severity, another_part, authorities, rule_of_value, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG030",
    name: "ca-not-decodable",
    severity: Severity::Error,
    cause: "The value is not a certificate in PEM form.",
    remedy: "Put the complete CA certificate into the parameter again, in PEM form.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule_of_value(include_str!("ca_not_decodable.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = authorities(case).filter_map(|(given, value)| {
        let message = match (value.fault.filter(|_| value.list.is_empty()), value.refused) {
            (Some(fault), _) => sentence!["No certificate can be read from ", &given, format!(": {fault}.")],
            (None, Some(fault)) => {
                sentence![&given, format!(" is not a certificate in PEM form: {fault}.")]
            }
            (None, None) => another_part(&given, value.list.len(), value.certificate_fault()?),
        };
        Some(Finding::of_files(None, message, [given.in_short()]))
    });
    found.collect()
}
