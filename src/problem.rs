//! Problems: what could not be read, and why. What could be read of a file is used nevertheless.

use std::collections::HashSet;

use crate::sentence::Sentence;

use serde::{Deserialize, Serialize};

/// One file, archive member or inventory row that could not be read as it should.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Problem {
    /// The file as the user would name it; a member of an archive is `a.zip!/path/in/it`. Control characters
    /// are kept; report formats make them visible.
    pub path: String,
    /// The kind of problem.
    pub kind: ProblemKind,
    /// One sentence for a person, without the path.
    pub message: Sentence,
}

impl Problem {
    /// A problem of `kind` with the file at `path`.
    pub fn new(path: impl Into<String>, kind: ProblemKind, message: impl Into<Sentence>) -> Self {
        Self { path: path.into(), kind, message: message.into() }
    }
}

/// The message about a log without a byte.
pub(crate) const EMPTY: &str = "the file is empty";

/// Sorts problems and drops repeated ones. A log of which a fault left nothing is not called empty as well.
pub(crate) fn sort(problems: &mut Vec<Problem>) {
    problems.sort();
    problems.dedup();
    let is_empty = |problem: &Problem| problem.message == Sentence::from(EMPTY);
    let others = problems.iter().filter(|problem| !is_empty(problem));
    let faulty: HashSet<String> = others.map(|problem| problem.path.clone()).collect();
    problems.retain(|problem| !is_empty(problem) || !faulty.contains(&problem.path));
}

/// The kinds of problem; `schema_version` fixes their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// A path that does not exist, or a link that leads nowhere.
    NotFound,
    /// The system refused access.
    PermissionDenied,
    /// An unsupported compression or archive, such as 7-Zip.
    UnsupportedCompression,
    /// Lines of several phones that can't be assigned to them.
    MixedPhones,
    /// Logs of one phone that were not digested together.
    DigestedApart,
    /// Any other failure to read.
    Unreadable,
    /// Compressed data or an archive that violates its format.
    CorruptArchive,
    /// Compressed data or an archive that ends too early.
    TruncatedArchive,
    /// A limit against decompression bombs and other excessive input was exceeded: size, ratio, nesting,
    /// number of members, or number of distinct findings.
    LimitExceeded,
    /// A link that leads back to a directory above it.
    SymlinkLoop,
    /// A file named like a log without one line of a log.
    NotALog,
    /// The file shrank or was replaced while it was read.
    ChangedWhileRead,
}

impl ProblemKind {
    /// The name in reports: `not-found`, `permission-denied`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::PermissionDenied => "permission-denied",
            Self::UnsupportedCompression => "unsupported-compression",
            Self::MixedPhones => "mixed-phones",
            Self::DigestedApart => "digested-apart",
            Self::Unreadable => "unreadable",
            Self::CorruptArchive => "corrupt-archive",
            Self::TruncatedArchive => "truncated-archive",
            Self::LimitExceeded => "limit-exceeded",
            Self::SymlinkLoop => "symlink-loop",
            Self::NotALog => "not-a-log",
            Self::ChangedWhileRead => "changed-while-read",
        }
    }

    /// The kind of problem for an error of the operating system.
    #[must_use]
    pub fn from_error(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound,
            std::io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            _ => Self::Unreadable,
        }
    }
}
