//! A log names another phone's address than the one it is filed under.
//!
//! ## What it means
//! When it starts, a phone logs its own address (`Platform: Interface eth0 MAC=…`, `Platform: MAC=…`). In this log that
//! is another one than the file's name says, and the address of the name does not occur. The log was renamed or copied,
//! or the phone was exchanged and the new one writes under the old name. What is told of this phone may be the other's.
//!
//! ## How sure it is
//! Certain that the log names only the other address. Other interfaces (Wi-Fi, for example) do not count. INV002, FLT001
//! and FLT002 are not judged from such a log.
//!
//! ## What to do
//! 1. Compare the MAC address on the phone's label with both.
//! 2. If the log is the other phone's, file it under that name and scan again.
//! 3. If the phone was exchanged, remove the old phone's configuration and logs from the server.

use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Run, Severity, sentence};

pub(super) const RULE: Rule = Rule {
    code: "LOG006",
    name: "log-of-another-phone",
    severity: Severity::Warning,
    cause: "The log was renamed or copied, or another phone writes under this name.",
    remedy: "Compare the MAC address on the phone's label with the file's name and with the log, and file the log under the phone that wrote it.",
    reference: "UC Software log, Platform lines at boot",
    facts: Facts::of(Family::Log),
    source: include_str!("log_of_another_phone.rs"),
    run: Run::Logs(run),
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let timeline = case.timeline;
    let Some(mac) = timeline.mac else { return Vec::new() };
    let mut seen = Occurrences::default();
    let mut named = None;
    for (_, event, record) in timeline.events() {
        let Event::Platform { mac: Some(other), .. } = event else { continue };
        if timeline.logs[record.file].is_of_another_phone && *other != mac {
            seen.add(record);
            named = Some(*other);
        }
    }
    let Some(named) = named else { return Vec::new() };
    let message =
        sentence!["A log that is filed under ", mac, " names another phone, ", named, ", and not this one."];
    vec![Finding::active(message, seen)]
}
