//! A device certificate in the file has no PKCS #7 begin and end lines, or no whole base64 between them.
//!
//! ## What it means
//! The guide requires a PKCS #7 text between `-----BEGIN PKCS7-----` and `-----END PKCS7-----`. A phone that
//! needs them writes "Could not decode cert chain" and installs nothing.
//!
//! ## How certain it is
//! It is certain that the lines are missing or not written exactly so, or that the base64 lacks its last `=`. Some
//! phones accepted a plain certificate, so this is an error only if the log shows INS003.
//!
//! ## What to do
//! 1. Convert the certificate: `openssl crl2pkcs7 -nocrl -certfile chain.pem -out chain.p7b`.
//! 2. Put the whole text, with its begin and end lines, into the parameter. Line breaks may become blanks.
//! 3. Restart the phone.

use super::{Certificates, ConfigurationCase, Finding, Form, Rule, Severity, rule_of_value, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG010",
    name: "not-pkcs7",
    severity: Severity::Warning,
    cause: "The phone requires PKCS #7 begin and end lines around a device certificate.",
    remedy: "Convert the certificate to PKCS #7, and put it into the parameter with its begin and end lines.",
    reference: "Feature Profile 37148, \"Troubleshooting\"",
    ..rule_of_value(include_str!("not_pkcs7.rs"), run)
};

/// Cause and remedy where the lines are there.
const INCOMPLETE_BASE64: [&str; 2] = [
    "The end of the base64 was lost, and the phone may not decode the rest.",
    "Put the whole text into the parameter again, from the first hyphen to the last.",
];

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.known.iter().filter_map(|credential| {
        let (given, value) = credential.certificate?;
        let why = fault_of(value)?;
        let severity = if case.log.chain_not_decodable { Severity::Error } else { RULE.severity };
        let message = sentence![&given, format!(" {why}.")];
        let finding = Finding::of_files(credential.store.slot(), message, [given.in_short()]);
        let [cause, remedy] = INCOMPLETE_BASE64.map(|text| (value.form == Form::Pkcs7).then(|| text.into()));
        Some(Finding { cause, remedy, ..finding }.with_severity(severity))
    });
    found.collect()
}

/// The sentence about a value without PKCS #7 lines; None if it has them, or if CFG011 reports more.
pub(in crate::check) fn fault_of(value: &Certificates) -> Option<&'static str> {
    match (value.form, value.certificate_fault()) {
        (Form::Bare, None) => Some("is base64 without begin and end lines"),
        (Form::Bare, Some(_)) => {
            Some("has no PKCS #7 begin and end lines, and no certificate can be read from it")
        }
        (Form::Pem, None) => Some("is a certificate without PKCS #7 begin and end lines"),
        (Form::Pkcs7Odd, None) => {
            Some("has begin and end lines that are not written -----BEGIN PKCS7----- and -----END PKCS7-----")
        }
        (Form::Pkcs7, None) if value.lacks_padding => {
            Some("lacks the = at the end of its base64, so OpenSSL does not decode it")
        }
        _ => None,
    }
}
