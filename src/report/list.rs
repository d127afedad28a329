//! `list`: what `scan` would read, one JSON object per line.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat};
use schemars::JsonSchema;
use serde::Serialize;

use super::safe_json;
use crate::problem::Problem;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ListLine {
    /// A log.
    Log {
        /// The phone, 12 upper-case hex digits; null if only the log's content can show it.
        mac: Option<String>,
        /// Its path, as `digest --files-from` accepts it; a name that is not UTF-8 is written as in reports.
        path: String,
        /// Size on the disk, in bytes; null for a pipe.
        size: Option<u64>,
        /// When it was last changed, UTC, `2016-07-01T12:00:00Z`; null if not known.
        modified: Option<String>,
    },
    /// A configuration file that a phone may read. A file that several phones read is listed for each of
    /// them.
    Configuration {
        /// The phone, 12 upper-case hex digits.
        mac: String,
        /// Its path.
        path: String,
        /// Size in bytes.
        size: Option<u64>,
        /// When it was last changed, UTC.
        modified: Option<String>,
    },
    /// An archive, which may contain logs of many phones.
    Archive {
        /// Its path.
        path: String,
        /// Size in bytes.
        size: Option<u64>,
        /// When it was last changed, UTC.
        modified: Option<String>,
    },
    /// A path that could not be searched or found.
    Problem {
        /// Its path.
        path: String,
        /// The kind of problem, as in `problems` of `scan`.
        problem: &'static str,
        /// One sentence, without the path.
        message: String,
    },
}

impl ListLine {
    /// The line for a problem.
    pub fn of_problem(problem: &Problem) -> Self {
        let Problem { path, kind, message } = problem.clone();
        Self::Problem { path, problem: kind.name(), message: message.to_string() }
    }

    /// Writes the line.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        safe_json::write_line(self, out)
    }
}

/// Formats seconds since 1970, UTC, as the list shows times.
pub fn list_time(seconds: i64) -> Option<String> {
    Some(DateTime::from_timestamp(seconds, 0)?.to_rfc3339_opts(SecondsFormat::Secs, true))
}
