//! A master file names a configuration file that does not exist.
//!
//! ## What it means
//! `CONFIG_FILES` names a file that does not exist at that path, or that is outside the searched directories.
//! What no other file has may be in it (a `.set`, `device.set`, a certificate or key of a slot): these diagnoses name
//! the file, and are warnings at most. Diagnoses of values in the files after it say that they may not count, and are
//! no errors. A file with the phone's address in its name (`[PHONE_MAC_ADDRESS]-user.cfg`) usually exists only for
//! phones with settings of their own: if it is missing in the master's directory or below it, it sets nothing.
//!
//! ## How certain it is
//! It is certain for the directories that were searched. The server may have the file even if the copy that was
//! read does not. URLs (`http://…`) are never fetched and not reported. A name with a placeholder whose value is not
//! known (`[PHONE_PART_NUMBER]` without its line in the log, or another than model, part number and address) can't be
//! resolved, so it is not known whether that file exists; the message says so.
//!
//! ## What to do
//! 1. Check whether the server has the file, in the same spelling: most servers distinguish upper and lower
//!    case.
//! 2. Add it, or remove the name from `CONFIG_FILES`.

use super::{
    ConfigurationCase, Facts, Family, Finding, NotFound, Part, Rule, Severity, counted, rule, sentence,
};

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
    missing(case).into_iter().chain(not_resolved(case)).collect()
}

/// The finding about names of which it is not known what they lead to.
fn not_resolved(case: &ConfigurationCase<'_>) -> Option<Finding> {
    let names = case.config.missing.iter().filter_map(|one| match &one.why {
        NotFound::Placeholder(placeholder) => Some((one, placeholder)),
        NotFound::NoFile { .. } => None,
    });
    let names: Vec<_> = names.collect();
    let (first, placeholder) = names.first()?;
    let more = match names.len() - 1 {
        0 => String::new(),
        more => format!(", and {} like it", counted(more as u64, "name")),
    };
    let message = sentence![
        "CONFIG_FILES names ",
        Part::Path((*first.name).into()),
        format!(
            "{more}. This name can't be resolved, because {placeholder} is not known here; so the file was not read."
        )
    ];
    let lines = names.iter().map(|(one, placeholder)| {
        let says =
            sentence!["names ", Part::Path((*one.name).into()), format!("; {placeholder} is not known")];
        one.master.says(Some(one.line), Some("CONFIG_FILES"), says)
    });
    let finding = Finding::of_files(None, message, lines);
    Some(Finding {
        cause: Some("CONFIG_FILES names a file by a placeholder whose value is not known.".into()),
        remedy: Some("Look on the server which file the phone reads by this name.".into()),
        ..finding
    })
}

/// The finding about files that do not exist.
fn missing(case: &ConfigurationCase<'_>) -> Option<Finding> {
    let missing = case.config.missing.iter().filter_map(|one| match &one.why {
        NotFound::NoFile { leads_to } => Some((one, leads_to)),
        NotFound::Placeholder(_) => None,
    });
    let missing: Vec<_> = missing.collect();
    let (first, _) = missing.first()?;
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
    let lines = missing.iter().map(|(one, leads_to)| {
        let says = sentence!["names ", path(&one.name), ", which leads to ", path(leads_to)];
        one.master.says(Some(one.line), Some("CONFIG_FILES"), says)
    });
    Some(Finding::of_files(None, message, lines))
}
