//! A CA certificate in the configuration is past its end.
//!
//! ## What it means
//! The phone does not trust servers by an expired CA certificate. With TLS001 in the log it is an error:
//! this may be why.
//!
//! ## How sure it is
//! Certain by the time of the run: the date stands in the certificate. The CA may be one that no server
//! uses any more.
//!
//! ## What to do
//! 1. Look which CA the servers use now.
//! 2. Give its certificate in place of this one, and restart the phone.

use super::{Case, Finding, Rule, Severity, authorities, day, name_of, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG031",
    name: "ca-expired",
    severity: Severity::Warning,
    cause: "The CA certificate is past its end.",
    remedy: "Give the phone the CA certificate that its servers use now.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("ca_expired.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let found = authorities(case).filter_map(|(given, value)| {
        let expired = value.list.iter().find(|certificate| certificate.not_after < case.log.now)?;
        let severity = if case.log.server_untrusted { Severity::Error } else { RULE.severity };
        let message =
            sentence!["The CA certificate in ", &given, format!(" ended on {}.", day(expired.not_after))];
        let says = sentence!["CN ", name_of(expired), format!(", ended {}", day(expired.not_after))];
        Some(Finding::of_files(None, message, vec![given.says(says)]).with_severity(severity))
    });
    found.collect()
}
