//! What frames of records hold.

use serde::{Deserialize, Serialize};

use super::gathered::ReadLog;
use super::origin::Source;
use crate::config::Stored;
use crate::input::PassedOver;
use crate::problem::Problem;
use crate::records::Fault;

/// A problem as a record has it.
#[derive(Serialize, Deserialize)]
pub(super) struct ProblemRecord {
    pub(super) problem: Problem,
    /// The file in which it was met; none where directories were searched.
    pub(super) source: Option<Source>,
}

/// What was passed over, as a record has it.
#[derive(Serialize, Deserialize)]
pub(super) struct PassedOverRecord {
    pub(super) passed_over: PassedOver,
    /// The archive in which it stands; none where directories were searched.
    pub(super) source: Option<Source>,
}

/// The log of a record, of which nothing is believed.
pub(super) fn log_of(payload: &[u8]) -> Result<ReadLog, Fault> {
    let log: ReadLog = postcard::from_bytes(payload).map_err(|_| Fault::Content)?;
    if log.origin.is_some() && log.is_sound() { Ok(log) } else { Err(Fault::Content) }
}

/// A configuration file as a record has it.
#[derive(Serialize, Deserialize)]
pub(super) struct ConfigRecord {
    pub(super) stored: Stored,
    /// The archive of which it is a member.
    pub(super) source: Option<Source>,
}

impl ConfigRecord {
    /// The file of a record, of which nothing is believed.
    pub(super) fn of(payload: &[u8]) -> Result<Self, Fault> {
        let record: Self = postcard::from_bytes(payload).map_err(|_| Fault::Content)?;
        if record.stored.is_sound() { Ok(record) } else { Err(Fault::Content) }
    }
}
