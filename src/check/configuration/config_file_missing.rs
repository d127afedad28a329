//! A master file names a configuration file that does not exist.
//!
//! ## What it means
//! `CONFIG_FILES` names a file that does not exist at that path, or that is outside the searched directories.
//! The parameters in it are not known, so what depends on them is not diagnosed: diagnoses of the files after it
//! say that their values may not count, and are no errors. But a file with the phone's address in its name
//! (`[PHONE_MAC_ADDRESS]-user.cfg`) usually exists only for phones with settings of their own: if it is missing in
//! the master's directory or below it, it sets nothing.
//!
//! ## How sure it is
//! It is certain for the directories that were searched. The server may have the file even if the copy that was
//! read does not. URLs (`http://…`) are never fetched and not reported.
//!
//! ## What to do
//! 1. Check whether the server has the file, in the same spelling: most servers distinguish upper and lower
//!    case.
//! 2. Add it, or remove the name from `CONFIG_FILES`.

use super::{ConfigurationCase, Facts, Family, Finding, Part, Rule, Severity, counted, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG002",
    name: "config-file-missing",
    severity: Severity::Info,
    cause: "CONFIG_FILES names a file that does not exist at that path.",
    remedy: "Add the file, or remove its name from CONFIG_FILES; check upper and lower case.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    facts: Facts { names_missing_file: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("config_file_missing.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let missing = &case.config.missing;
    let Some(first) = missing.first() else { return Vec::new() };
    let path = |name: &str| Part::Path(name.into());
    let at_least = if case.config.list_is_cut { "at least " } else { "" };
    let message = match missing.len() {
        1 => {
            sentence![
                "CONFIG_FILES names ",
                path(&first.name),
                ", which is not among the files that were searched."
            ]
        }
        more => sentence![
            format!(
                "CONFIG_FILES names {at_least}{} that are not among the files that were searched, ",
                counted(more as u64, "file")
            ),
            path(&first.name),
            " among them.",
        ],
    };
    let lines = missing.iter().map(|one| {
        let says = sentence!["names ", path(&one.name), ", which leads to ", path(&one.leads_to)];
        one.master.says(Some(one.line), Some("CONFIG_FILES"), says)
    });
    vec![Finding::of_files(None, message, lines)]
}
