//! An application profile is selected for 802.1X, provisioning or syslog.
//!
//! ## What it means
//! These three run before the phone's application starts, or outside it. They can use only platform profiles,
//! whose certificates are in flash memory.
//!
//! ## How certain it is
//! It is certain: the guide says that application certificates can't serve these three. While `device.set` or the
//! value's own `.set` is not 1, the phone ignores the value, so this is only information.
//!
//! ## What to do
//! 1. Put the certificate into platform slot 1 or 2, and let a platform profile use it.
//! 2. Select PlatformProfile1 or PlatformProfile2.

use super::{
    ConfigurationCase, Finding, ParameterKind, Rule, Severity, device_words, rule_of_value, sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG022",
    name: "profile-not-for-platform-use",
    severity: Severity::Error,
    cause: "Application certificates can't be used for 802.1X, provisioning and syslog.",
    remedy: "Select PlatformProfile1 or PlatformProfile2, with a certificate in a platform slot.",
    reference: "Feature Profile 37148, \"Configuring the Device Certificate to be Used\"",
    ..rule_of_value(include_str!("profile_not_for_platform_use.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found =
        device_words(case, |kind| kind == ParameterKind::ProfileSelection).filter_map(|(given, value)| {
            if !value.to_ascii_lowercase().starts_with("applicationprofile") {
                return None;
            }
            let operation = match given.name().rsplit('.').next() {
                Some("dot1x") => "802.1X",
                Some("syslog") => "syslog",
                _ => "provisioning",
            };
            let message = sentence![
                &given,
                " is ",
                given.value.in_short(),
                ", which can't be used for ",
                operation,
                "."
            ];
            let says = sentence![given.value.in_short(), ", not a platform profile"];
            Some(Finding::of_files(None, message, [given.says(says)]))
        });
    found.collect()
}
