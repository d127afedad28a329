//! A CA certificate is longer than its platform slot takes.
//!
//! ## What it means
//! Platform CA slot 1 takes 1,536 bytes, slot 2 takes 4,096. One phone was seen to load a larger one with a
//! different fingerprint at each start.
//!
//! ## How sure it is
//! The bytes of the certificate in DER form are counted, which agrees with that phone.
//!
//! ## What to do
//! 1. Put the certificate into slot 2, or into an application CA slot (`sec.TLS.customCaCert.x`), which has
//!    no limit.
//! 2. Restart the phone twice, and check that its fingerprint stays the same.

use super::{
    ConfigurationCase, Finding, ParameterKind, Rule, Severity, authorities, count, rule_of_value, sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG032",
    name: "ca-too-large",
    severity: Severity::Warning,
    cause: "The certificate has more bytes than the slot can store.",
    remedy: "Put the certificate into CA slot 2 or an application CA slot.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule_of_value(include_str!("ca_too_large.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = authorities(case).filter_map(|(given, value)| {
        let ParameterKind::Ca(Some(limit)) = given.parameter.kind else { return None };
        let length = value.length();
        if length <= limit {
            return None;
        }
        let message = sentence![
            "The CA certificate in ",
            &given,
            format!(" has {} bytes; its slot takes {}.", count(length), count(limit)),
        ];
        let line = given.says_of_value(format!(", {} bytes", count(length)));
        Some(Finding::of_files(None, message, [line]))
    });
    found.collect()
}
