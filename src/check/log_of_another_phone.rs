//! A log contains the address of another phone than the one in its file name.
//!
//! ## What it means
//! When it starts, a phone logs its own address (`Platform: Interface eth0 MAC=…`, `Platform: MAC=…`). In this
//! log the address differs from that of the file's name, and the address of the name does not occur. The log
//! was renamed or copied, or the phone was exchanged and the new phone writes under the old name. What is
//! reported for this phone may be true of the other one.
//!
//! ## How certain it is
//! It is certain that the log names only the other address. Other interfaces (Wi-Fi, for example) are ignored.
//! INV002, FLT001 and FLT002 are not diagnosed from such a log, and its inventory does not decide how severe CFG004 and
//! CFG005 are.
//!
//! ## What to do
//! 1. Compare the MAC address on the phone's label with both.
//! 2. If the log is from the other phone, rename it and scan again.
//! 3. If the phone was exchanged, remove the old phone's configuration and logs from the server.

use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Severity, Ztp, rule, sentence};

pub(super) const RULE: Rule = Rule {
    code: "LOG006",
    name: "log-of-another-phone",
    severity: Severity::Warning,
    cause: "The log was renamed or copied, or another phone writes under this name.",
    remedy: "Compare the MAC address on the phone's label with the file's name and with the log, and give the log the name of the phone that wrote it.",
    reference: "UC Software log, Platform lines at boot",
    facts: Facts { ztp: Ztp::Uncertain, ..Facts::of(Family::Log) },
    ..rule(include_str!("log_of_another_phone.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let timeline = case.timeline;
    let Some(mac) = timeline.mac else { return Vec::new() };
    let mut seen = Occurrences::default();
    let mut named = None;
    for (_, event, record) in timeline.events() {
        let Event::Platform { mac: Some(other), .. } = event else { continue };
        if timeline.is_of_another_phone(record) && *other != mac {
            seen.add(record);
            named = Some(*other);
        }
    }
    let Some(named) = named else { return Vec::new() };
    let message = sentence![
        "A log with the name of ",
        mac,
        " contains the address of another phone, ",
        named,
        ", and not this one."
    ];
    vec![Finding::active(message, seen)]
}
