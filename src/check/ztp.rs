//! The software of a phone, compared with what zero-touch provisioning requires.

use super::{Case, Finding, Part, sentence};
use crate::reference::Release;
use crate::timeline::Occurrences;

/// Which software the phone runs, and which zero-touch provisioning requires; `end` ends the sentence.
pub(super) fn software_for_ztp(case: &Case<'_>, required: &Release, end: &'static str) -> Option<Finding> {
    let (model, (version, record)) = (case.timeline.model?, case.timeline.software().next_back()?);
    let message = sentence![
        "The ",
        Part::LogText(model.into()),
        " runs ",
        version,
        "; zero-touch provisioning requires ",
        Part::Version(required.to_string().into()),
        end,
    ];
    Some(Finding::active(message, Occurrences::shown_by(record.entry.count(), [record])))
}
