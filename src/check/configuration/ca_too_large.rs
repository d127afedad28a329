//! A CA certificate is longer than its platform slot takes.
//!
//! ## What it means
//! Platform CA slot 1 takes 1536 bytes, slot 2 takes 4096. One phone was seen to load a larger one with a
//! different fingerprint at each start.
//!
//! ## How certain it is
//! The bytes of the certificate in DER form are counted, which agrees with that phone. What a phone takes of a value
//! with several certificates is not known: if only all of them together are too large, the message says so.
//!
//! ## What to do
//! 1. Put the certificate into an application CA slot (`sec.TLS.customCaCert.x`), which has no limit, or, if it has at
//!    most 4096 bytes, into slot 2. A parameter takes one certificate: put a second one into a slot of its own.
//! 2. Restart the phone twice, and check that its fingerprint stays the same.

use super::{
    ConfigurationCase, Finding, ParameterKind, Rule, Sentence, Severity, authorities, counted, rule_of_value,
    sentence,
};
use crate::config::CA_SLOT_2;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG032",
    name: "ca-too-large",
    severity: Severity::Warning,
    cause: "The certificate has more bytes than the slot can store.",
    remedy: "Put the certificate into CA slot 2 or an application CA slot.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule_of_value(include_str!("ca_too_large.rs"), run)
};

const FOR_APPLICATION: &str =
    "Put the certificate into an application CA slot, or have a smaller one issued.";
const ONE_EACH: &str = "Put each of the certificates into a CA slot of its own: the parameter takes one.";

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = authorities(case).filter_map(|(given, value)| {
        let ParameterKind::Ca(Some(limit)) = given.parameter.kind else { return None };
        let length = value.length();
        if length <= limit {
            return None;
        }
        let (what, have, remedy) = match value.list.len() as u64 {
            1 if length <= CA_SLOT_2 => ("The CA certificate".to_owned(), "has", None),
            1 => ("The CA certificate".to_owned(), "has", Some(FOR_APPLICATION)),
            several => (counted(several, "CA certificate"), "together have", Some(ONE_EACH)),
        };
        let message = sentence![
            format!("{what} in "),
            &given,
            format!(" {have} {length} bytes; the limit of its slot is {limit} bytes."),
        ];
        let line = given.says_of_value(format!(", {length} bytes"));
        let finding = Finding::of_files(None, message, [line]);
        Some(Finding { remedy: remedy.map(Sentence::from), ..finding })
    });
    found.collect()
}
