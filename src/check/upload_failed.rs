//! The phone could not upload its log: the server's copy may lack lines.
//!
//! ## What it means
//! The phone tried to send its log to the provisioning server and failed, or gave up a file that it could not
//! send. Lines logged in that time may be missing in the server's copy.
//!
//! ## How certain it is
//! It is certain that uploads failed. It is not known whether lines are missing in the copy that was read. A
//! file that is skipped in the same second as an upload error belongs to that error. The diagnosis is resolved
//! when a later boot without such a failure lasts at least as long as it took until the first failure in
//! earlier boots (at least two minutes, at most a day). Where a failure has the first date of a boot, that time is
//! not known: it counts as the time since the boot before.
//!
//! ## What to do
//! 1. Check that the phone may write to the log directory of the server (`LOG_FILE_DIRECTORY`, or its root),
//!    and that the server's disk has room.
//! 2. If the message says that the server does not report the log's size, configure the server to answer HEAD
//!    requests with `Content-Length`.
//! 3. If it uploads over HTTPS, look for TLS001 or TLS002 on the same phone, and fix that first.
//! 4. Restart the phone, let it upload its log, and scan again.

use super::failures::state_after_later_boots;
use super::{Case, Event, Facts, Family, Finding, Occurrences, Rule, Severity, rule, sentence};
use crate::event::{Upload, UploadAttempts};
use crate::quantity::often;
use crate::stamp::Stamp;
use crate::timeline::Record;

pub(super) const RULE: Rule = Rule {
    code: "LOG004",
    name: "upload-failed",
    severity: Severity::Info,
    cause: "The phone could not send its log to the server, so the server's copy may lack lines.",
    remedy: "Check that the phone may write to the log directory of the provisioning server, and that the server has disk space; then restart the phone.",
    reference: "UC Software log, messages of the component log",
    facts: Facts { suggests_server_fault: true, ..Facts::of(Family::Log) },
    ..rule(include_str!("upload_failed.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Occurrences::default();
    let mut attempts = 0;
    let mut is_size_unknown = false;
    // A boot log has no messages about certificates.
    let mut is_boot_log_alone = true;
    let mut all = UploadAttempts::default();
    for (_, event, record) in case.timeline.events() {
        match event {
            Event::UploadFailed { upload, .. } => {
                is_boot_log_alone &= *upload == Upload::BootLog;
                let second = |stamp| (record.boot, second_of(stamp));
                if all.is_another_until(
                    second(record.entry.stamp),
                    second(record.entry.last_line().1),
                    *upload,
                ) {
                    seen.add(record);
                    attempts += record.entry.count();
                }
            }
            Event::UploadSizeUnknown => is_size_unknown = true,
            _ => {}
        }
    }
    if seen.count == 0 {
        return Vec::new();
    }
    let [log, end] = match is_boot_log_alone {
        true => ["boot log", "."],
        false => ["log", "; the server's copy may lack lines."],
    };
    let why = match is_size_unknown {
        true => {
            " The server did not report the size of its copy of the log (HEAD without a length), which is a likely cause."
        }
        false => "",
    };
    let message = sentence![format!("The phone failed to upload its {log} {}{end}{why}", often(attempts))];
    let is_failure = |event: &Event, _: &Record<'_>| matches!(event, Event::UploadFailed { .. });
    let (state, since) = state_after_later_boots(case.timeline, is_failure);
    vec![Finding::new(state, message, seen).since(since)]
}

/// The second in which a line was written.
fn second_of(stamp: Option<Stamp>) -> Option<Result<Stamp, u64>> {
    stamp.map(|stamp| stamp.uptime().map_or(Ok(stamp), |uptime| Err(uptime / 1_000)))
}
