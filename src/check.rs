//! The diagnosis catalogue: one file a diagnosis, each registered once.
//!
//! A check is pure: what is known of a phone goes in, findings with their evidence come out. The
//! header of a check's file is its manual, which `phonecert explain CODE` prints.

mod built_in_changed;
mod built_in_missing;
mod built_in_shared;
mod certificate_rejected;
mod certificate_without_key;
mod chain_not_decodable;
mod clock_not_set;
mod common_name_mismatch;
mod custom_certificate_shared;
mod downgrade_hides_self_signed;
mod events_missed;
mod factory_certificate_not_expected;
mod failures;
mod install_not_kept;
mod key_too_large;
mod manual;
mod no_certificate_evidence;
mod no_log;
mod server_certificate_untrusted;
mod software_release_unclear;
mod software_too_old;
mod tls_connection_failed;
mod upload_failed;

use serde::{Deserialize, Serialize};

use crate::digest::Sightings;
use crate::inventory::InventoryRow;
use crate::model::Slot;
use crate::reference::{Readiness, ztp_readiness};
use crate::report::shape::{Severity, State};
use crate::timeline::{Place, Timeline};

pub(crate) use failures::in_words;

/// One diagnosis of the catalogue.
#[derive(Debug)]
pub struct Rule {
    /// Stable code, `INS001`.
    pub code: &'static str,
    /// Stable name, `key-too-large`: the name of its file.
    pub name: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Why that happens, in a sentence or two.
    pub cause: &'static str,
    /// What to do, in a sentence or two.
    pub remedy: &'static str,
    /// Document and section that say so.
    pub reference: &'static str,
    source: &'static str,
    run: fn(&Case<'_>) -> Vec<Finding>,
}

/// What is known of one phone.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What its logs tell.
    pub timeline: &'a Timeline,
    /// Its row of the inventory, if the user gave one.
    pub listed: Option<&'a InventoryRow>,
    /// The certificates that other phones show too.
    pub shared: &'a [SharedCertificate],
    /// What zero-touch provisioning makes of its model and software, where the logs tell both.
    pub readiness: Option<Readiness>,
}

impl<'a> Case<'a> {
    /// The case of this phone.
    #[must_use]
    pub fn new(
        timeline: &'a Timeline,
        listed: Option<&'a InventoryRow>,
        shared: &'a [SharedCertificate],
    ) -> Self {
        let software = timeline.software().next_back().map(|(_, version, _)| version);
        let readiness =
            timeline.model.as_deref().zip(software).map(|(model, version)| ztp_readiness(model, version));
        Self { timeline, listed, shared, readiness }
    }
}

/// A certificate of this phone that other phones show too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCertificate {
    /// Where this phone has it.
    pub slot: Slot,
    /// How many phones show it, this one included.
    pub phones: u64,
    /// The first few of the others, by name.
    pub others: Vec<String>,
}

/// What a check found in one phone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// The slot it is about, where it is about one.
    pub slot: Option<Slot>,
    /// Whether it still holds.
    pub state: State,
    /// What this phone's logs show, with its figures.
    pub message: String,
    /// Why, where this case differs from the rule's [`cause`](Rule::cause).
    pub cause: Option<String>,
    /// What to do, where this case differs from the rule's [`remedy`](Rule::remedy).
    pub remedy: Option<String>,
    /// The lines that prove it.
    pub seen: Sightings<Place>,
}

impl Finding {
    fn new(state: State, message: String, seen: Sightings<Place>) -> Self {
        Self { slot: None, state, message, cause: None, remedy: None, seen }
    }

    fn active(message: String, seen: Sightings<Place>) -> Self {
        Self::new(State::Active, message, seen)
    }

    fn of_slot(mut self, slot: Slot) -> Self {
        self.slot = Some(slot);
        self
    }
}

/// All diagnoses, by code.
pub const CATALOGUE: &[&Rule] = &[
    &built_in_shared::RULE,
    &custom_certificate_shared::RULE,
    &key_too_large::RULE,
    &certificate_rejected::RULE,
    &chain_not_decodable::RULE,
    &install_not_kept::RULE,
    &certificate_without_key::RULE,
    &built_in_missing::RULE,
    &common_name_mismatch::RULE,
    &built_in_changed::RULE,
    &factory_certificate_not_expected::RULE,
    &downgrade_hides_self_signed::RULE,
    &no_certificate_evidence::RULE,
    &events_missed::RULE,
    &clock_not_set::RULE,
    &upload_failed::RULE,
    &no_log::RULE,
    &server_certificate_untrusted::RULE,
    &tls_connection_failed::RULE,
    &software_too_old::RULE,
    &software_release_unclear::RULE,
];

/// The diagnoses that only the whole fleet shows. They look at what phones share, and at nothing else
/// than the line that shows each certificate.
pub const FLEET_RULES: &[&Rule] = &[&built_in_shared::RULE, &custom_certificate_shared::RULE];

impl Rule {
    /// The rule with this code or name; case does not matter.
    #[must_use]
    pub fn find(code_or_name: &str) -> Option<&'static Self> {
        let wanted = code_or_name.trim();
        let is_it =
            |rule: &&&Self| rule.code.eq_ignore_ascii_case(wanted) || rule.name.eq_ignore_ascii_case(wanted);
        CATALOGUE.iter().find(is_it).copied()
    }

    /// What the rule finds in one phone, by slot.
    #[must_use]
    pub fn run(&self, case: &Case<'_>) -> Vec<Finding> {
        (self.run)(case)
    }

    /// The manual of the rule: its first paragraph in a line, then sections in Markdown.
    #[must_use]
    pub fn manual(&self) -> String {
        manual::of(self.source)
    }

    /// The manual's first paragraph: what the diagnosis is, in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        manual::summary(self.source)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_and_names_are_unique_and_sorted() {
        let codes: Vec<_> = CATALOGUE.iter().map(|rule| rule.code).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
        let names: BTreeSet<_> = CATALOGUE.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
    }

    #[test]
    fn each_rule_has_one_file_and_each_file_one_rule() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/check");
        let mut files: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-"))
            .collect();
        for shared_by_checks in ["failures", "manual"] {
            assert!(files.remove(shared_by_checks));
        }
        let names: BTreeSet<_> = CATALOGUE.iter().map(|rule| rule.name.to_owned()).collect();
        assert_eq!(files, names);
        for rule in CATALOGUE {
            let path = format!("{folder}/{}.rs", rule.name.replace('-', "_"));
            assert_eq!(std::fs::read_to_string(path).unwrap(), rule.source, "{}", rule.code);
        }
    }

    #[test]
    fn each_rule_says_what_how_sure_and_what_to_do_in_that_order() {
        for rule in CATALOGUE {
            let manual = rule.manual();
            let headings: Vec<_> = manual.lines().filter(|line| line.starts_with('#')).collect();
            assert_eq!(headings, ["## What it means", "## How sure it is", "## What to do"], "{}", rule.code);
            for section in manual.split("## ") {
                assert!(section.len() > 40, "{}: {section:?}", rule.code);
            }
            for text in [rule.cause, rule.remedy, rule.reference] {
                assert!(text.len() > 10 && !text.contains("  "), "{}: {text:?}", rule.code);
            }
            assert!(rule.summary().ends_with('.') && !rule.summary().contains('\n'), "{}", rule.code);
        }
    }

    #[test]
    fn a_rule_is_found_by_code_or_name() {
        assert_eq!(Rule::find("ins001").unwrap().name, "key-too-large");
        assert_eq!(Rule::find("Key-Too-Large").unwrap().code, "INS001");
        assert!(Rule::find("INS").is_none());
    }
}
