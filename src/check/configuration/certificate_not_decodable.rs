//! A device certificate has begin and end lines, but no certificate can be read between them.
//!
//! ## What it means
//! The value is cut off, has a label that does not match its content, has wrong hyphens, contains no certificate, or one
//! with dates that OpenSSL can't read either. The phone can't install it, or no other device accepts it.
//!
//! ## How certain it is
//! It is certain that the text violates the rules of PEM, PKCS #7 or X.509, as the message says. A private key or
//! another known part beside a certificate that can be read is not reported: `phonecert config` shows it.
//!
//! ## What to do
//! 1. Get the certificate again from its issuer, and check it: `openssl pkcs7 -in chain.p7b -print_certs
//!    -noout`.
//! 2. Put the whole text into the parameter, from the first hyphen to the last. Line breaks may become
//!    blanks.
//! 3. Restart the phone.

use super::{ConfigurationCase, Fault, Finding, Form, Rule, Severity, another_part, rule_of_value, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG011",
    name: "certificate-not-decodable",
    severity: Severity::Error,
    cause: "The content between the begin and end lines is not what these lines say, or not written as X.509 requires.",
    remedy: "Put the complete certificate into the parameter again, as PKCS #7.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_value(include_str!("certificate_not_decodable.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.known.iter().filter_map(|credential| {
        let (given, value) = credential.certificate?;
        let fault = value.certificate_fault().filter(|_| value.form != Form::Bare)?;
        let message = match (value.list.len(), fault) {
            (0, _) => sentence!["No certificate can be read from ", &given, format!(": {fault}.")],
            (_, Fault::Holds(what)) => {
                sentence![
                    &given,
                    format!(" has the begin and end lines of something else: it contains {what}.")
                ]
            }
            (number, _) => another_part(&given, number, fault),
        };
        Some(Finding::of_files(credential.store.slot(), message, [given.in_short()]))
    });
    found.collect()
}
