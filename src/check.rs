//! The catalogue of diagnoses: one file per diagnosis, each registered once.
//!
//! A check is a pure function: it takes what is known about a phone, and returns findings with their evidence. The
//! header of a check's file is its manual, which `phonecert explain CODE` prints.
//!
//! A new diagnosis needs
//!
//! | what | who asks for it |
//! |---|---|
//! | a file, named as the diagnosis, with its manual and its [`Rule`]; one of configuration in `configuration/` | a test of this file, for a file without a row |
//! | its `mod` line and its row in [`CATALOGUE`], sorted by code: the letters of the code are its family, and the next free number follows | a test of this file |
//! | a condition in `Phone::healthy` (`phone/healthy.rs`) if a log with nothing but a whole, healthy boot can fire it, by its model for example | a debug build, which reads such logs in both ways |
//! | the three sections of its manual | a test of this file |
//! | its [`Facts`], where they differ from those of `Facts::of` | nobody |
//! | in its messages, names and texts of logs as parts of their kind (`sentence!`), never in plain words | `tests/cases.rs` |
//! | a case that fires it and a near miss (see `testdata/README.md`): in `testdata/cases` for one of logs, in `configuration/tests.rs` for one of configuration files | `tests/cases.rs`, a test of configuration |
//! | the snapshots of `explain`, accepted | these tests |
//!
//! "Nobody" means that nothing fails if it is forgotten.

mod built_in_changed;
mod built_in_missing;
mod built_in_shared;
mod ca_not_kept;
mod certificate_rejected;
mod certificate_without_key;
mod chain_not_decodable;
mod clock_not_set;
mod common_name_mismatch;
pub mod configuration;
mod custom_certificate_shared;
mod downgrade_hides_self_signed;
mod events_missed;
mod evidence_dropped;
mod factory_certificate_not_expected;
mod facts;
mod failures;
mod finding;
mod install_not_kept;
pub mod join;
mod key_too_large;
mod log_of_another_phone;
mod no_certificate_evidence;
mod no_log;
mod no_sign_in_certificate;
mod server_certificate_untrusted;
mod shared;
mod software_release_unclear;
mod software_too_old;
mod tls_connection_failed;
mod upload_failed;
mod ztp;

use crate::event::Event;
use crate::inventory::InventoryRow;
use crate::model::{Mac, Severity, Slot, Status};
use crate::reference::{Readiness, ztp_readiness};
pub(crate) use crate::sentence::sentence;
pub use crate::sentence::{Part, Sentence};
use crate::timeline::{Occurrences, Timeline};

pub(crate) use common_name_mismatch::is_masked;
pub(crate) use events_missed::LostEvents;
pub use facts::{Facts, Family, Ztp};
pub use finding::{Finding, RuleFinding};
pub use no_certificate_evidence::INVENTORY_LEVEL;
pub(crate) use no_certificate_evidence::tls_level;

/// A kind of diagnosis: its texts, its facts, and its check, the function that searches for it. For one phone the
/// check returns [`Finding`]s; reports show each as a diagnosis.
#[derive(Debug)]
pub struct Rule {
    /// Stable code, `INS001`.
    pub code: &'static str,
    /// Stable name, `key-too-large`: the name of its file.
    pub name: &'static str,
    /// How severe it is.
    pub severity: Severity,
    /// Why that happens, in a sentence or two.
    pub cause: &'static str,
    /// What to do, in a sentence or two.
    pub remedy: &'static str,
    /// The document and section that it is based on.
    pub reference: &'static str,
    /// What other modules need to know about it.
    pub facts: Facts,
    source: &'static str,
    run: Run,
}

/// The input of a diagnosis.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// The phone's logs.
    Logs(fn(&Case<'_>) -> Vec<Finding>),
    /// The phone's configuration files, with the facts that its logs show.
    Configuration(fn(&configuration::ConfigurationCase<'_>) -> Vec<Finding>),
    /// A value in them.
    Value(fn(&configuration::ConfigurationCase<'_>) -> Vec<Finding>),
    /// A device's own certificate in them.
    Certificate(configuration::Judge),
}

/// The common fields of all diagnoses of logs; each diagnosis sets the others. Tests fail if one is forgotten, except `facts`.
const fn rule(source: &'static str, run: fn(&Case<'_>) -> Vec<Finding>) -> Rule {
    rule_of(Family::Log, source, Run::Logs(run))
}

const fn rule_of(family: Family, source: &'static str, run: Run) -> Rule {
    Rule {
        code: "",
        name: "",
        severity: Severity::Info,
        cause: "",
        remedy: "",
        reference: "",
        facts: Facts::of(family),
        source,
        run,
    }
}

/// What is known about one phone: the input of the checks.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What its logs show.
    pub timeline: &'a Timeline<'a>,
    /// Its row of the inventory, if the user gave one.
    pub listed: Option<&'a InventoryRow>,
    /// The certificates that other phones show too.
    pub shared: &'a [SharedCertificate],
    /// Whether its software is ready for zero-touch provisioning, if the logs name model and software.
    pub readiness: Option<Readiness>,
    /// Lines of several phones that can't be told apart, which were left out, can be of this phone.
    pub is_mixed: bool,
    /// A log of it was found, but none could be read.
    pub is_unread: bool,
}

impl<'a> Case<'a> {
    /// The input for this phone.
    pub fn new(timeline: &'a Timeline<'a>, listed: Option<&'a InventoryRow>) -> Self {
        let software = timeline.software().next_back().map(|(version, _)| version);
        let readiness = timeline.model.zip(software).map(|(model, version)| ztp_readiness(model, version));
        Self { timeline, listed, shared: &[], readiness, is_mixed: false, is_unread: false }
    }
}

/// A certificate of this phone that other phones show too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCertificate {
    /// Where this phone has it.
    pub slot: Slot,
    /// How many phones show it, this one included.
    pub phones: u64,
    /// The first few of the others.
    pub others: Vec<Mac>,
    /// The line that shows it.
    pub seen: Occurrences,
}

/// A phone's status from its active findings.
pub fn status<'f>(active: impl Iterator<Item = &'f RuleFinding>) -> Status {
    let statuses =
        active.map(|found| Status::from_severity(found.severity(), found.rule().facts.means_unknown));
    statuses.min().unwrap_or(Status::Ok)
}

/// A sentence that the phone did not apply its configuration in the boot of this record, if the log shows that.
fn configuration_not_applied(timeline: &Timeline<'_>, record: usize) -> Sentence {
    let boot = timeline.records[record].boot;
    let is_told = timeline
        .events()
        .any(|(_, event, record)| record.boot == boot && matches!(event, Event::ConfigurationNotApplied));
    if is_told {
        sentence![
            " In that boot the phone did not apply its configuration: nothing in the files was installed."
        ]
    } else {
        sentence![]
    }
}

/// All diagnoses, by code.
pub const CATALOGUE: &[&Rule] = &[
    &configuration::config_not_well_formed::RULE,
    &configuration::config_file_missing::RULE,
    &configuration::config_encrypted::RULE,
    &configuration::device_set_missing::RULE,
    &configuration::parameter_set_missing::RULE,
    &configuration::set_without_value::RULE,
    &configuration::value_overridden::RULE,
    &configuration::parameter_misspelt::RULE,
    &configuration::not_pkcs7::RULE,
    &configuration::certificate_not_decodable::RULE,
    &configuration::key_not_readable::RULE,
    &configuration::key_too_large::RULE,
    &configuration::certificate_too_large::RULE,
    &configuration::key_mismatch::RULE,
    &configuration::half_missing::RULE,
    &configuration::certificate_expired::RULE,
    &configuration::certificate_expires_soon::RULE,
    &configuration::name_of_another_phone::RULE,
    &configuration::key_shared::RULE,
    &configuration::profile_value_not_permitted::RULE,
    &configuration::profile_not_for_platform_use::RULE,
    &configuration::slot_empty::RULE,
    &configuration::certificate_not_used::RULE,
    &configuration::parameters_of_other_software::RULE,
    &configuration::ca_not_decodable::RULE,
    &configuration::ca_expired::RULE,
    &configuration::ca_too_large::RULE,
    &configuration::private_key_on_server::RULE,
    &configuration::certificate_lines_hidden::RULE,
    &configuration::log_not_uploaded::RULE,
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
    &ca_not_kept::RULE,
    &no_certificate_evidence::RULE,
    &events_missed::RULE,
    &clock_not_set::RULE,
    &upload_failed::RULE,
    &no_log::RULE,
    &log_of_another_phone::RULE,
    &evidence_dropped::RULE,
    &server_certificate_untrusted::RULE,
    &tls_connection_failed::RULE,
    &no_sign_in_certificate::RULE,
    &software_too_old::RULE,
    &software_release_unclear::RULE,
];

impl Rule {
    /// The rule with this code; case does not matter.
    pub fn find(code: &str) -> Option<&'static Self> {
        Self::named(code).into_iter().find(|rule| rule.code.eq_ignore_ascii_case(code.trim()))
    }

    /// The rules with this code or name, those of logs first; case does not matter. Two rules can have the same
    /// name: one about the log, and one about the same fact in the configuration.
    pub fn named(code_or_name: &str) -> Vec<&'static Self> {
        let wanted = code_or_name.trim();
        let is_it =
            |rule: &&Self| rule.code.eq_ignore_ascii_case(wanted) || rule.name.eq_ignore_ascii_case(wanted);
        let mut rules: Vec<_> = CATALOGUE.iter().copied().filter(is_it).collect();
        rules.sort_by_key(|rule| rule.facts.family == Family::Configuration);
        rules
    }

    /// Its index in the catalogue, which has each rule.
    pub fn index(&self) -> usize {
        CATALOGUE.iter().take_while(|known| known.code != self.code).count()
    }

    /// Whether it is made from a phone's logs.
    pub const fn is_of_logs(&self) -> bool {
        matches!(self.run, Run::Logs(_))
    }

    /// What the rule finds in one phone, by slot.
    pub fn run(&self, case: &Case<'_>) -> Vec<RuleFinding> {
        let found = match self.run {
            Run::Logs(run) => run(case),
            Run::Configuration(_) | Run::Value(_) | Run::Certificate(_) => Vec::new(),
        };
        found.into_iter().map(|finding| RuleFinding::new(self, finding)).collect()
    }

    /// What the rule finds in one phone's configuration, by slot.
    pub fn run_on_configuration(&self, case: &configuration::ConfigurationCase<'_>) -> Vec<RuleFinding> {
        let found = match self.run {
            Run::Logs(_) => Vec::new(),
            Run::Configuration(run) => {
                let found = run(case).into_iter();
                found.map(|finding| configuration::in_doubt(case, self.severity, finding)).collect()
            }
            Run::Value(run) => {
                let found = run(case).into_iter();
                found.map(|finding| configuration::of_value(case, self.severity, finding)).collect()
            }
            Run::Certificate(judge) => configuration::judged(case, self.severity, judge),
        };
        let found = found.into_iter().map(|finding| configuration::not_applied(case, self.severity, finding));
        found.map(|finding| RuleFinding::new(self, finding)).collect()
    }

    /// The manual of the rule: its first paragraph in one line, then sections in Markdown.
    pub fn manual(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let lines: Vec<_> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n")
    }

    /// The manual's first paragraph: what the diagnosis is, in one sentence.
    pub fn summary(&self) -> String {
        let manual = self.manual();
        manual.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
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
        for family in [true, false] {
            let of_family = || CATALOGUE.iter().filter(|rule| is_of_configuration(rule) == family);
            let names: BTreeSet<_> = of_family().map(|rule| rule.name).collect();
            assert_eq!(names.len(), of_family().count());
        }
    }

    fn is_of_configuration(rule: &Rule) -> bool {
        !rule.is_of_logs()
    }

    fn files(folder: &str) -> BTreeSet<String> {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.is_file());
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-")).collect()
    }

    #[test]
    fn each_rule_has_one_file_and_each_file_one_rule() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/check");
        let folders = [(folder.to_owned(), false), (format!("{folder}/configuration"), true)];
        let others = [
            "facts",
            "failures",
            "finding",
            "join",
            "configuration",
            "leaf",
            "possible",
            "shared",
            "tests",
            "ztp",
        ];
        for (folder, of_configuration) in folders {
            let mut files = files(&folder);
            files.retain(|file| !others.contains(&file.as_str()));
            let rules: Vec<_> =
                CATALOGUE.iter().filter(|rule| is_of_configuration(rule) == of_configuration).collect();
            let names: BTreeSet<_> = rules.iter().map(|rule| rule.name.to_owned()).collect();
            let missing: Vec<_> = files.symmetric_difference(&names).collect();
            assert!(missing.is_empty(), "without a rule in the catalogue, or without a file: {missing:?}");
            for rule in rules {
                let path = format!("{folder}/{}.rs", rule.name.replace('-', "_"));
                assert_eq!(std::fs::read_to_string(path).unwrap(), rule.source, "{}", rule.code);
            }
        }
    }

    #[test]
    fn each_rule_says_what_how_sure_and_what_to_do_in_that_order() {
        for rule in CATALOGUE {
            let manual = rule.manual();
            let headings: Vec<_> = manual.lines().filter(|line| line.starts_with('#')).collect();
            assert_eq!(
                headings,
                ["## What it means", "## How certain it is", "## What to do"],
                "{}",
                rule.code
            );
            for section in manual.split("## ") {
                assert!(section.len() > 40, "{}: {section:?}", rule.code);
            }
            for text in [rule.cause, rule.remedy, rule.reference] {
                assert!(text.len() > 10 && !text.contains("  "), "{}: {text:?}", rule.code);
            }
            assert!(rule.summary().ends_with('.') && !rule.summary().contains('\n'), "{}", rule.code);
            let letters = ["INS", "INV", "TLS", "ZTP", "LOG", "FLT", "CFG"][rule.facts.family as usize];
            assert!(rule.code.starts_with(letters), "{}", rule.code);
        }
    }

    #[test]
    fn a_rule_is_found_by_code_or_name() {
        assert_eq!(Rule::find("ins001").unwrap().name, "key-too-large");
        assert!(Rule::find("key-too-large").is_none());
        assert!(Rule::find("INS").is_none());
        for (wanted, codes) in [
            ("Key-Too-Large", &["INS001", "CFG013"][..]),
            ("cfg013", &["CFG013"]),
            (" chain-not-decodable ", &["INS003"]),
            ("INS", &[]),
        ] {
            let found: Vec<_> = Rule::named(wanted).into_iter().map(|rule| rule.code).collect();
            assert_eq!(found, codes, "{wanted}");
        }
    }
}
