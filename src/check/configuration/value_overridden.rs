//! One parameter has different values in two files of the phone.
//!
//! ## What it means
//! The phone reads its files in a fixed order, and uses the first value that it finds: first the overrides of
//! the phone and of its web server, then the files that the master file names, from left to right. The value in
//! a later file has no effect on this phone. A phone writes its address in lower case: if a file of the same name
//! in upper case lies beside it, the phone does not read that file.
//!
//! ## How certain it is
//! It is certain if the message says which value is used. It is not documented whether the phone's or the web
//! server's override wins, whether a master file's own values win over those of its files, or which of two
//! values in one file is used. In these cases the message says so. Another diagnosis of the value is certain
//! only if it holds whichever value is used; else it says that it may not hold, and is a warning at most. If a
//! master file has `CONFIG_FILES` twice, it is not known which list is used, and nothing is concluded from the
//! files of either. Two short texts that can't be read may be equal; then the message does not call them
//! different. Faults of a value without effect are not reported, except the dates and the name of a certificate that
//! the log shows in a slot.
//!
//! ## What to do
//! 1. Decide which value is right.
//! 2. Remove the other value, or the file in upper case. An override is removed on the phone, or by deleting its
//!    file on the server.

use super::{
    ConfigurationCase, Effective, Facts, Family, Finding, Given, OtherCase, OtherList, Part, Rule, Severity,
    rule, sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG007",
    name: "value-overridden",
    severity: Severity::Info,
    cause: "The first file that has a parameter wins; its values in other files have no effect.",
    remedy: "Remove the value that should not be used.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    facts: Facts { names_rivals: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("value_overridden.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let all = case.config.effective().filter_map(finding);
    let of_list = case.config.other_list.iter().map(of_other_list);
    all.chain(case.config.other_case.iter().map(of_other_case)).chain(of_list).collect()
}

fn of_other_list(OtherList { master, name, lines }: &OtherList) -> Finding {
    let [first, second] = lines.map(|line| format!(" line {line}"));
    let message = sentence![
        name.clone(),
        " has different values in ",
        Part::Path(master.path.clone()),
        format!("{first} and{second}; which of them counts is not known.")
    ];
    Finding::of_files(None, message, lines.map(|line| master.says(Some(line), Some(name), "may count")))
}

fn of_other_case(OtherCase { file, read }: &OtherCase) -> Finding {
    let message = sentence![
        "The files ",
        Part::Path(read.path.clone()),
        " and ",
        Part::Path(file.path.clone()),
        " differ: the first counts, the second does not, because phones ask for names in lower case."
    ];
    let evidence = [read.says(None, None, "counts"), file.says(None, None, "does not count")];
    Finding::of_files(None, message, evidence)
}

fn finding(one: Effective<'_>) -> Option<Finding> {
    let value = &one.given.value;
    let find = |lines: &[Given<'_>]| {
        let find =
            |is_same| lines.iter().find(|other| other.is_same_as(&one.given) == is_same).map(Given::place);
        let different = find(Some(false)).map(|location| (location, "different values"));
        different.or_else(|| find(None).map(|location| (location, "two values that can't be read")))
    };
    let rival = find(&one.rivals);
    let is_known = rival.is_none();
    let (second, values) = rival.or_else(|| find(&one.overridden))?;
    let (name, first) = (one.given.name(), one.given.place());
    let message = if is_known {
        sentence![name, format!(" has {values}: "), first, " counts, ", second, " does not."]
    } else {
        let not_known = "; which of them counts is not known.";
        sentence![name, format!(" has {values} in "), first, " and ", second, not_known]
    };
    let role = if is_known { "counts" } else { "may count" };
    let mut evidence = vec![one.given.says(sentence![role, ": ", value.in_short()])];
    for (others, role) in [(&one.rivals, "may count"), (&one.overridden, "does not count")] {
        evidence.extend(others.iter().map(|other| other.says(sentence![role, ": ", other.value.in_short()])));
    }
    Some(Finding::of_files(None, message, evidence))
}
