//! One private key is given to several phones.
//!
//! ## What it means
//! Whoever gets the key from one of them can act as any of them. A certificate for all phones is a choice
//! that operators make; it can't tell phones apart.
//!
//! ## How sure it is
//! Certain: the public halves of the keys are the same.
//!
//! ## What to do
//! 1. Where phones are to be told apart, give each its own certificate and key, in its own file.
//! 2. Else leave it, and know that a key lost is lost for all.

use super::{Case, Facts, Family, Finding, Part, Rule, Severity, counted, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG020",
    name: "key-shared",
    severity: Severity::Info,
    cause: "The same private key stands in files that several phones read.",
    remedy: "Give each phone a key of its own, where phones are to be told apart.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    facts: Facts { from_fleet: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("key_shared.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let shared = case.shared.iter().filter(|shared| shared.phones > 1);
    let found = shared.map(|shared| {
        let phones = counted(shared.phones, "phone");
        let place = shared.key.line.place();
        let mut message = sentence!["The private key in ", place, format!(" is given to {phones}")];
        for other in &shared.others {
            message = message.and(sentence![", ", Part::Mac(*other)]);
        }
        let message = message.and(" among them.".into());
        Finding::of_files(shared.key.slot, message, vec![shared.key.line.clone()])
    });
    found.collect()
}
