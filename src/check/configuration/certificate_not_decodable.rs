//! A device certificate has begin and end lines, and no certificate can be read from between them.
//!
//! ## What it means
//! The value is cut, has another label than its content, odd hyphens, or nothing that is a certificate. The
//! phone can't install it.
//!
//! ## How sure it is
//! Certain that the text breaks the rules of PEM, PKCS #7 or X.509 as the message says.
//!
//! ## What to do
//! 1. Take the certificate again from where it was issued, and check it: `openssl pkcs7 -in chain.p7b
//!    -print_certs -noout`.
//! 2. Put the whole text into the parameter, from the first hyphen to the last. Line breaks may become
//!    blanks.
//! 3. Restart the phone.

use super::{Case, Fault, Finding, Form, Rule, Severity, count, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG011",
    name: "certificate-not-decodable",
    severity: Severity::Error,
    cause: "What stands between the begin and end lines is not what they say.",
    remedy: "Put the certificate into the parameter again, whole, as PKCS #7.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule(include_str!("certificate_not_decodable.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let found = case.read.iter().filter_map(|credential| {
        let (given, value) = credential.certificate?;
        let fault = value.fault.filter(|_| value.form != Form::Bare)?;
        let (severity, message) = match (value.list.len(), fault) {
            (0, _) => {
                (RULE.severity, sentence!["No certificate can be read from ", &given, format!(": {fault}.")])
            }
            (_, Fault::Holds(what)) => (
                RULE.severity,
                sentence![
                    &given,
                    format!(" has the begin and end lines of something else: it holds {what}.")
                ],
            ),
            (number, _) => {
                let was_read = if number == 1 { "certificate was" } else { "certificates were" };
                // A part that never was a certificate takes none away.
                let is_beside = matches!(fault, Fault::Label(_) | Fault::NotDer);
                let severity = if is_beside { Severity::Warning } else { RULE.severity };
                let start = format!("{} {was_read} read from ", count(number as u64));
                let end = format!(", and another part of it is no certificate: {fault}.");
                (severity, sentence![start, &given, end])
            }
        };
        let line = given.in_short();
        Some(Finding::of_files(credential.store.slot(), message, vec![line]).with_severity(severity))
    });
    found.collect()
}
