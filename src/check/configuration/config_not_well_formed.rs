//! A file that the phone is told to read is not well-formed XML.
//!
//! ## What it means
//! The phone can't read the file, or not to its end. Parameters in it are lost, including certificates.
//!
//! ## How certain it is
//! It is certain that the file violates the rules of XML at the line and column in the message. The lost
//! parameters are those that a tolerant search finds in the rest of the file. A file that does not begin like
//! XML is reported only if a master file names it. A broken file beside the log whose name begins with the phone's address
//! is reported although no master names it if no master of the phone is here. A file in an archive that is cut off or
//! damaged there was not read, so it is not reported.
//!
//! ## What to do
//! 1. Open the file at the line and column. Often it is an ampersand or a '<' in a value, or a quotation mark
//!    that is not closed.
//! 2. Check it with an XML tool, such as `xmllint --noout FILE`.
//! 3. Restart the phone, so that it reads the file again.

use super::{
    ConfigurationCase, Facts, Family, Finding, Part, ReadOutcome, Rule, Severity, SourceRole, rule, sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG001",
    name: "config-not-well-formed",
    severity: Severity::Error,
    cause: "The file violates the rules of XML, so the phone stops reading it.",
    remedy: "Correct the file at the line and column in the message, and check it with an XML tool before phones read it.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    facts: Facts { leaves_file_unread: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("config_not_well_formed.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.config.sources.iter().filter_map(|source| {
        let (location, line, why, lost) = match &source.file.outcome {
            ReadOutcome::Malformed(fault) => {
                let location = format!("line {}, column {}", fault.line, fault.column);
                (location, fault.line, &*fault.why, &fault.lost[..])
            }
            ReadOutcome::NotXml if source.role == SourceRole::Listed => {
                ("line 1, column 1".to_owned(), 1, "it does not begin like XML", &[][..])
            }
            _ => return None,
        };
        let mut message = sentence![
            Part::Path(source.file.path.clone()),
            format!(" is not well-formed XML: {location}: {why}.")
        ];
        if let Some(((first, _), others)) = lost.split_first() {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            message = message.and(format!(" The phone may lose {first}{more}.").into());
        }
        let mut evidence = vec![source.file.says(Some(line), None, format!("{location}: {why}"))];
        let lost = lost.iter().map(|(name, line)| {
            source.file.says(Some(*line), Some(name), "is in this file, which the phone can't read")
        });
        evidence.extend(lost);
        Some(Finding::of_files(None, message, evidence))
    });
    found.collect()
}
