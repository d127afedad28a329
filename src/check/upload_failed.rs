//! The phone could not upload its log: the copy that was read has gaps.
//!
//! ## What it means
//! The phone tried to send its log to the provisioning server and failed, or gave up a file that it could
//! not send. What it logged meanwhile may be missing here.
//!
//! ## How sure it is
//! Certain that uploads failed. What is missing can't be told. It counts as resolved when the phone has
//! booted again later without such a failure.
//!
//! ## What to do
//! 1. Check that the phone may write to the log directory of the server (`LOG_FILE_DIRECTORY`, or its root),
//!    and that the server's disk has room.
//! 2. If it uploads over HTTPS, see whether TLS001 or TLS002 stands beside this, and mend that first.
//! 3. Restart the phone, let it upload its log, and scan again.

use super::failures::{by_slot, state_until_next_boot, times};
use super::{Case, Finding, Rule};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "LOG004",
    name: "upload-failed",
    severity: Severity::Info,
    cause: "The phone could not send its log to the server, so the server's copy has gaps.",
    remedy: "Check that the phone may write to the log directory of the provisioning server, and that there is room; then restart the phone.",
    reference: "UC Software log, messages of the component log",
    source: include_str!("upload_failed.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let failed = by_slot(case.timeline, |event| matches!(event, Event::UploadFailed));
    let findings = failed.into_values().map(|failed| {
        let message = format!("The phone failed to upload its log {}.", times(failed.seen.count));
        Finding::new(state_until_next_boot(case.timeline, failed.last), message, failed.seen)
    });
    findings.collect()
}
