//! A file that the phone is told to read is encrypted.
//!
//! ## What it means
//! The file is no text, as configuration files are that were encrypted for the phones. Nothing can be said
//! of what it gives them.
//!
//! ## How sure it is
//! Certain that the file is no text. Whether it is encrypted or damaged, only the phone can tell.
//!
//! ## What to do
//! 1. Check the file before it is encrypted: put it, unencrypted and under the same name, into a copy of
//!    the tree, and scan that.
//! 2. Take the copy away afterwards, for it may hold keys.

use super::{Case, Finding, Part, ReadOutcome, Rule, Severity, SourceRole, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG003",
    name: "config-encrypted",
    severity: Severity::Info,
    cause: "The file is no text: configuration files can be encrypted for the phones.",
    remedy: "Scan a copy of the files in which this one is not encrypted.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    ..rule(include_str!("config_encrypted.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let encrypted = case
        .config
        .sources
        .iter()
        .filter(|source| source.file.outcome == ReadOutcome::Binary && source.role != SourceRole::Master);
    let found = encrypted.map(|source| {
        let message = sentence![
            Part::Path(source.file.path.clone()),
            " is no text: it is encrypted, and nothing can be said of it."
        ];
        let line = source.file.says(None, None, "no text, so it is taken as encrypted");
        Finding::of_files(None, message, vec![line])
    });
    found.collect()
}
