//! Several phones get the same private key.
//!
//! ## What it means
//! Anyone who gets the key from one of them can impersonate all of them. Some operators choose one certificate
//! for all phones; servers then can't tell the phones apart.
//!
//! ## How certain it is
//! It is certain: the public halves of the keys are the same.
//!
//! ## What to do
//! 1. If servers must tell phones apart, give each phone its own certificate and key, in its own file.
//! 2. Otherwise there is nothing to do; but if one phone loses the key, it is lost for all.

use super::{ConfigurationCase, Facts, Family, Finding, Rule, Severity, counted, rule, sentence};
use crate::check::shared::with_others;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG020",
    name: "key-shared",
    severity: Severity::Info,
    cause: "The same private key is in files that several phones read.",
    remedy: "Give each phone its own key if servers must tell the phones apart.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    facts: Facts { from_fleet: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("key_shared.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let shared = case.shared.iter().filter(|shared| shared.phones > 1);
    let found = shared.map(|shared| {
        let phones = counted(shared.phones, "phone");
        let location = shared.key.line.place();
        let message = sentence!["The private key in ", location, format!(" is given to {phones}")];
        let message = with_others(message, shared.phones, &shared.others);
        Finding::of_files(shared.key.slot, message, [shared.key.line.clone()])
    });
    found.collect()
}
