//! The logs do not show enough to judge the phone's certificates.
//!
//! ## What it means
//! A phone lists its certificates when it starts, if TLS logging is at level 3 or below. These logs contain no
//! such list, and no installation, or only the line with which one begins (`Saving new …`). So nothing is known
//! about this phone's certificates, and its status is `unknown`.
//!
//! The same holds if `--since` or `--until` leave out the lines with the inventory. It also holds if the logs, or some
//! of their lines, could not be read, or if lines can be this phone's or another one's: then the inventory or a failure
//! may be in these lines. And it holds if the list shows a custom certificate and the logs have no line about any key, as
//! in the result of a search for `cert`: then it is not known whether that certificate has its key. The diagnosis of the
//! phone says so, and what to do.
//!
//! ## How certain it is
//! It is certain for the lines that were read. The inventory may be in an older log that was not read, or it
//! was never written.
//!
//! ## What to do
//! 1. Set the logging level of TLS to 3 (`log.level.change.tls`), restart the phone, and read its log again.
//! 2. If that level is 3 already, look at `log.render.level`: it is a second limit, for all components, and
//!    above 3 it hides the inventory too.
//! 3. Wait for the upload: by default a log is sent once in a day or two (`log.render.file.upload.period`, 86400 or
//!    172800 seconds).
//! 4. On a server that replaces the file at each upload, read the file within minutes after the restart: the
//!    next upload no longer contains the inventory.

use super::certificate_without_key;
use super::join::Question;
use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Severity, rule, sentence};
use crate::timeline::{Record, Timeline};

pub(super) const RULE: Rule = Rule {
    code: "LOG001",
    name: "no-certificate-evidence",
    severity: Severity::Info,
    cause: "The phone writes its certificate inventory only when TLS logging is at level 3 or below, and only at boot; these logs contain neither an inventory nor an installation that is known to be from this phone.",
    remedy: "Set the logging level of TLS to 3 (log.level.change.tls; log.render.level must not be above 3 either), restart the phone, and read its log after the next upload, which can take up to two days.",
    reference: "Feature Profile 37148, \"Troubleshooting\", note on certificate information in the log",
    facts: Facts { means_unknown: true, asks: Some(Question::NoEvidence), ..Facts::of(Family::Log) },
    ..rule(include_str!("no_certificate_evidence.rs"), run)
};

/// The level of TLS logging up to which the phone writes the inventory.
pub const INVENTORY_LEVEL: u8 = 3;

fn run(case: &Case<'_>) -> Vec<Finding> {
    let timeline = case.timeline;
    let is_evidence = timeline.events().any(|(_, event, _)| event.shows_certificate());
    let has_unread_lines = timeline.logs.iter().any(|log| log.digest.counts.has_unread_lines());
    let is_lost = case.is_mixed || case.is_unread || has_unread_lines;
    let lacks_keys = certificate_without_key::is_undecided(timeline);
    if !is_lost && !lacks_keys && (is_evidence || timeline.logs.is_empty()) {
        return Vec::new();
    }
    let level = tls_level(timeline);
    let seen =
        level.map_or_else(Occurrences::without_lines, |(_, record)| Occurrences::shown_by(1, [record]));
    let unreadable = unreadable(case, has_unread_lines, lacks_keys);
    let finding = match (unreadable, level) {
        (Some([message, cause, remedy]), _) => Finding {
            cause: Some(sentence![cause]),
            remedy: Some(sentence![remedy]),
            ..Finding::active(sentence![message], seen)
        },
        (None, level) => not_written(timeline, level.map(|(level, _)| level), seen),
    };
    vec![finding]
}

/// The last level of TLS logging that the logs name, and the line.
pub(crate) fn tls_level<'t, 'a>(timeline: &'t Timeline<'a>) -> Option<(u8, &'t Record<'a>)> {
    timeline.events().rev().find_map(|(_, event, record)| match event {
        Event::LogStart { log_level: Some(level), .. } if record.entry.is_tls => Some((*level, record)),
        _ => None,
    })
}

/// If lines that may be evidence are not known: the message, the cause and the remedy.
fn unreadable(case: &Case<'_>, has_unread_lines: bool, lacks_keys: bool) -> Option<[&'static str; 3]> {
    let timeline = case.timeline;
    if case.is_mixed {
        Some([
            "Some lines are from this phone or from another one, and nothing shows from which, so failures may be missing.",
            "Lines of several phones are in one log, or a log has lines of this phone's sender but not the phone's name, and nothing shows which of them are this phone's.",
            "Read each phone's log from its own file.",
        ])
    } else if case.is_unread {
        Some([
            "The phone's log could not be read, so nothing is known.",
            "There is a log of the phone, but it can't be read; the problems of this scan give the reason.",
            "See the problems of this scan, make the phone's log readable, and scan again.",
        ])
    } else if timeline.logs.iter().all(|log| log.digest.counts.bytes == 0) {
        Some([
            "The log is empty or could not be read, so nothing is known.",
            "The log has no content: the phone uploaded nothing, or nothing of it could be read.",
            "See the problems of this scan; if there are none, restart the phone, wait for its next upload, and read its log again.",
        ])
    } else if timeline.messages() == 0 {
        Some([
            "No line of a log could be read, so nothing is known.",
            "No line has the header of a phone's log: it is another file, or its lines were changed on the way.",
            "Check that the file is this phone's application log, and read it again.",
        ])
    } else if timeline.records.is_empty() {
        Some([
            "No line of the logs is within the requested time.",
            "All lines of the logs are of another time than the requested one.",
            "Look at a longer time (--since, --until).",
        ])
    } else if has_unread_lines {
        Some([
            "Some lines of the logs could not be read, so failures may be missing.",
            "Some lines could not be read completely, or it is not known which phone wrote them: they are cut off, joined, in another encoding, preceded by other text, or lack the host that other lines have. The certificate inventory or a failure may be among them.",
            "See the problems of this scan, and read the log's own file again.",
        ])
    } else if lacks_keys {
        Some([
            "The logs show a custom certificate and no line about any key, so it is not known whether the certificate has its key.",
            "A phone lists each certificate with the length of its key, the built-in one's too. These logs have no such line: they are probably the result of a search, such as for \"cert\".",
            "Read the phone's whole log, not the result of a search in it.",
        ])
    } else {
        None
    }
}

/// The logs were read, and the phone wrote nothing about its certificates, or only that an installation began; its `level`
/// of TLS logging may say why.
fn not_written(timeline: &Timeline<'_>, level: Option<u8>, seen: Occurrences) -> Finding {
    let is_begun = timeline.events().any(|(_, event, _)| event.begins_installation());
    if timeline.has_evidence_outside {
        let message = match is_begun {
            true => "The requested time has no inventory, and only the beginning of an installation.",
            false => "Neither an inventory nor an installation is within the requested time.",
        };
        return Finding {
            cause: Some("The lines with the certificate inventory, or with an installation, are outside the requested time.".into()),
            remedy: Some("Look at a longer time (--since, --until).".into()),
            ..Finding::active(message.into(), seen)
        };
    }
    let begin = if timeline.logs.iter().any(|log| log.digest.dropped > 0) {
        "The newest part of the logs, which alone was kept, contains neither an inventory nor an installation"
    } else if is_begun {
        "The logs contain no inventory, and only the beginning of an installation"
    } else {
        "The logs contain neither an inventory nor an installation"
    };
    let Some(level) = level else { return Finding::active(format!("{begin}.").into(), seen) };
    if level > INVENTORY_LEVEL {
        let message = format!(
            "{begin}: TLS logging is at level {level}, at which the phone does not write the inventory."
        );
        return Finding::active(message.into(), seen);
    }
    let remedy = "Restart the phone and read its log soon after the next upload; if the inventory is still not there, see that log.render.level is 3 or below.";
    let message = format!("{begin}, although TLS logging is at level {level}.");
    Finding { remedy: Some(remedy.into()), ..Finding::active(message.into(), seen) }
}
