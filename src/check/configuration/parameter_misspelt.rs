//! A parameter's name differs in one or two letters from that of a parameter about certificates.
//!
//! ## What it means
//! The phone ignores names that it does not know. A certificate under a misspelt name is not installed, and
//! nothing in the log says so.
//!
//! ## How certain it is
//! The name is unknown, and differs in one or two letters, or in upper and lower case, from a known name; from
//! `device.set` and `SCEP.enable`, which are short, in one letter. Another number in a name outside `device.*` is not
//! reported, because newer software has more slots; a number too many is.
//!
//! ## What to do
//! 1. Correct the name as the message says.
//! 2. Restart the phone.

use super::{ConfigurationCase, Finding, Part, Rule, Severity, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG008",
    name: "parameter-misspelt",
    severity: Severity::Warning,
    cause: "The phone ignores parameters with unknown names, and distinguishes upper and lower case.",
    remedy: "Correct the name.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("parameter_misspelt.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let misspelt = case
        .config
        .sources
        .iter()
        .flat_map(|source| source.file.misspelt.iter().map(|misspelt| (&*source.file, misspelt)));
    let found = misspelt.map(|(file, misspelt)| {
        let message = sentence![
            format!("{} (", misspelt.name),
            Part::Path(file.path.clone()),
            format!(" line {}) is not a known parameter; {} is.", misspelt.line, misspelt.known),
        ];
        let line = file.says(
            Some(misspelt.line),
            Some(&misspelt.name),
            format!("perhaps meant: {}", misspelt.known),
        );
        Finding::of_files(None, message, [line])
    });
    found.collect()
}
