//! A master names a configuration file that is not there.
//!
//! ## What it means
//! `CONFIG_FILES` has the name of a file that does not lie where it leads to, or that lies outside of the
//! directories that were searched. What it would give the phone is not known.
//!
//! ## How sure it is
//! Certain for what was searched. The server may have the file and the copy that was read may not;
//! addresses (`http://…`) are never fetched and not told.
//!
//! ## What to do
//! 1. Look on the server whether the file is there, in the same spelling: most servers tell upper from
//!    lower case.
//! 2. Add it, or take the name out of `CONFIG_FILES`.

use super::{Case, Finding, Part, Rule, Severity, counted, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG002",
    name: "config-file-missing",
    severity: Severity::Info,
    cause: "CONFIG_FILES names a file that does not lie where the name leads to.",
    remedy: "Add the file, or take its name out of CONFIG_FILES; mind upper and lower case.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    ..rule(include_str!("config_file_missing.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
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
    vec![Finding::of_files(None, message, lines.collect())]
}
