//! The payloads of records.

use serde::{Deserialize, Serialize};

use super::origin::FileVersion;
use super::phone_logs::ReadLog;
use crate::config::Stored;
use crate::input::SkippedFiles;
use crate::problem::Problem;
use crate::records::Fault;

/// The payload of a problem's record.
#[derive(Serialize, Deserialize)]
pub(super) struct ProblemRecord {
    pub(super) problem: Problem,
    /// The file it occurred in; None if it occurred in searching directories.
    pub(super) source: Option<FileVersion>,
}

/// The payload of a record of files that were not read.
#[derive(Serialize, Deserialize)]
pub(super) struct SkippedFilesRecord {
    pub(super) skipped: SkippedFiles,
    /// The archive that has these members; None for files in directories.
    pub(super) source: Option<FileVersion>,
}

/// Decodes a log from a record, which is untrusted input: its bounds are checked.
pub(super) fn log_of(payload: &[u8]) -> Result<ReadLog, Fault> {
    let log: ReadLog = postcard::from_bytes(payload).map_err(|_| Fault::Content)?;
    if log.origin.is_some() && log.is_sound() { Ok(log) } else { Err(Fault::Content) }
}

/// The payload of a configuration file's record.
#[derive(Serialize, Deserialize)]
pub(super) struct ConfigRecord {
    pub(super) stored: Stored,
    /// The archive that contains it, if one does.
    pub(super) source: Option<FileVersion>,
}

impl ConfigRecord {
    /// Decodes a configuration file from a record.
    pub(super) fn of(payload: &[u8]) -> Result<Self, Fault> {
        postcard::from_bytes(payload).map_err(|_| Fault::Content)
    }
}
