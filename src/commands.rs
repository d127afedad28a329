//! One file per command: from arguments to an answer and an exit status.

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
mod setup;
pub(crate) mod watch;

use phonecert::problem::Problem;
use phonecert::scan::is_of_unread_log;

/// Exit status: an active diagnosis is at least as severe as `--fail-on`; for `diff`: a new diagnosis.
const FOUND_TROUBLE: u8 = 1;
/// Exit status: there was nothing to read, or nothing with that name.
const FOUND_NOTHING: u8 = 3;
/// Exit status: no such diagnosis was found, but not everything could be read.
const NOT_ALL_READ: u8 = 4;

/// The exit status of a run without trouble. `found_any`: a log was read.
fn status_of(found_any: bool, problems: &[Problem]) -> u8 {
    match (found_any || problems.iter().any(is_of_unread_log), problems.is_empty()) {
        (false, _) => FOUND_NOTHING,
        (_, false) => NOT_ALL_READ,
        _ => 0,
    }
}
