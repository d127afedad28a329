//! A platform profile names a device certificate with a word that is not permitted.
//!
//! ## What it means
//! `device.sec.TLS.profile.deviceCert1` and `2` take Builtin, Platform1 and Platform2 only; the guide for 4.0.1
//! was wrong about this. Application certificates can't be used by platform profiles.
//!
//! ## How certain it is
//! It is certain for other words: the guide permits only these three. It is less certain where only upper and lower
//! case differ, since no source says whether they matter. Numbers occur in practice, and are not reported. A text that
//! is not even nearly a known word is not shown, because it may be a password. While `device.set` or the value's own
//! `.set` is not 1, the phone ignores the value, so this is only information.
//!
//! ## What to do
//! 1. Write Builtin, Platform1 or Platform2.
//! 2. For an application certificate, use an application profile (`sec.TLS.profile.x.deviceCert`) and
//!    select it with `sec.TLS.profileSelection`.

use super::{
    ConfigurationCase, Finding, ParameterKind, Rule, Severity, device_words, rule_of_value, sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG021",
    name: "profile-value-not-permitted",
    severity: Severity::Error,
    cause: "Only the values Builtin, Platform1 and Platform2 are permitted, in this spelling.",
    remedy: "Write Builtin, Platform1 or Platform2.",
    reference: "Feature Profile 37148, \"Configuring the Device Certificate to be Used\"",
    ..rule_of_value(include_str!("profile_value_not_permitted.rs"), run)
};

/// Whether a platform profile can have this value.
pub(super) fn is_permitted(value: &str) -> bool {
    matches!(value, "Builtin" | "Platform1" | "Platform2")
}

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found =
        device_words(case, |kind| kind == ParameterKind::ProfileCertificate).filter_map(|(given, value)| {
            let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
            if is_number || is_permitted(value) {
                return None;
            }
            let message = sentence![
                &given,
                " is ",
                given.value.in_short(),
                "; Builtin, Platform1 and Platform2 are permitted."
            ];
            let says = sentence![given.value.in_short(), ", which is not permitted"];
            Some(Finding::of_files(None, message, [given.says(says)]))
        });
    found.collect()
}
