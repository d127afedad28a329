//! One file a command: from arguments to an answer and an exit status.

pub(crate) mod config;
pub(crate) mod device;
pub(crate) mod diff;
pub(crate) mod digest;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod list;
pub(crate) mod lookup;
mod notices;
pub(crate) mod scan;
pub(crate) mod schema;
mod setup;
pub(crate) mod watch;

/// An active diagnosis is as severe as `--fail-on`; of `diff`: something broke.
const FOUND_TROUBLE: u8 = 1;
/// There was nothing to read, or nothing of that name.
const FOUND_NOTHING: u8 = 3;
/// Nothing was found in what could be read, but not all could be.
const NOT_ALL_READ: u8 = 4;
