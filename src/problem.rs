//! What could not be read, and why. A problem never hides the rest: what could be read of a file counts.

use crate::message::Message;

use serde::{Deserialize, Serialize};

/// One file, archive member or inventory row that could not be read as it should.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Problem {
    /// The file as the user would name it; a member of an archive is `a.zip!/path/in/it`.
    /// Raw: writers of reports make control characters visible.
    pub path: String,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// One sentence for a person, without the path.
    pub message: Message,
}

impl Problem {
    /// A problem of `kind` with the file at `path`.
    pub fn new(path: impl Into<String>, kind: ProblemKind, message: impl Into<Message>) -> Self {
        Self { path: path.into(), kind, message: message.into() }
    }
}

/// The kinds of problem; the contract fixes their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// A path that does not exist, or a link that leads nowhere.
    NotFound,
    /// The system refused access.
    PermissionDenied,
    /// A compression or an archive that can't be read here, such as 7-Zip.
    UnsupportedCompression,
    /// Lines of several phones that nothing tells apart.
    MixedPhones,
    /// Logs of one phone that were not digested together.
    DigestedApart,
    /// Any other failure to read.
    Unreadable,
    /// Compressed data or an archive that breaks its format.
    CorruptArchive,
    /// Compressed data or an archive that ends too early.
    TruncatedArchive,
    /// A limit against bombs was met: size, ratio, nesting, count, or distinct findings.
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

    /// The kind that an error of the operating system amounts to.
    #[must_use]
    pub fn of(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound,
            std::io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            _ => Self::Unreadable,
        }
    }
}
