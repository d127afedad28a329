//! A file that the phone is told to read is encrypted.
//!
//! ## What it means
//! The file is not text; configuration files can be encrypted for the phones. Its parameters are not known.
//! It may set what a file after it in `CONFIG_FILES` sets too, and its value would win; and it may set what no other file
//! sets. Diagnoses of the files after it, and of a missing `.set`, `device.set`, certificate or key say so, and are no
//! errors.
//!
//! ## How certain it is
//! It is certain that the file is not text. Only the phone can tell whether it is encrypted or damaged.
//!
//! ## What to do
//! 1. Check the file before it is encrypted: put it, unencrypted and under the same name, into a copy of
//!    the tree, and scan that.
//! 2. Delete the copy afterwards, because it may contain keys.

use super::{
    ConfigurationCase, ConfigurationLine, Facts, Family, Finding, Part, ReadOutcome, Rule, Severity,
    SourceRole, rule, sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG003",
    name: "config-encrypted",
    severity: Severity::Info,
    cause: "The file is not text: configuration files can be encrypted for the phones.",
    remedy: "Scan a copy of the files in which this one is not encrypted.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    facts: Facts { leaves_file_unread: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("config_encrypted.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let encrypted = case
        .config
        .sources
        .iter()
        .filter(|source| source.file.outcome == ReadOutcome::Binary && source.role != SourceRole::Master);
    let found = encrypted.map(|source| {
        let message = sentence![
            Part::Path(source.file.path.clone()),
            " is not text, so it is taken as encrypted; its parameters are not known."
        ];
        let line = ConfigurationLine::of_file(&source.file.path, "not text, so it is taken as encrypted");
        Finding::of_files(None, message, [line])
    });
    found.collect()
}
