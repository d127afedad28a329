//! The payloads of records.

use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::origin::FileVersion;
use super::phone_logs::ReadLog;
use crate::records::Fault;

/// The payload of a record that is not a log's: a problem, counts of files that were not read, a configuration file.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Sourced<T> {
    pub(super) value: T,
    /// The file that a problem occurred in, or the archive with these members. None if it is about directories.
    pub(super) source: Option<FileVersion>,
}

impl<T: Serialize + DeserializeOwned> Sourced<T> {
    pub(super) fn pack(&self) -> io::Result<Vec<u8>> {
        postcard::to_stdvec(self).map_err(io::Error::other)
    }

    pub(super) fn unpack(payload: &[u8]) -> Result<Self, Fault> {
        postcard::from_bytes(payload).map_err(|_| Fault::Content)
    }
}

/// Decodes a log from a record, which is untrusted input: its bounds are checked.
pub(super) fn log_of(payload: &[u8]) -> Result<ReadLog, Fault> {
    let log: ReadLog = postcard::from_bytes(payload).map_err(|_| Fault::Content)?;
    if log.origin.is_some() && log.digest.is_sound() { Ok(log) } else { Err(Fault::Content) }
}
