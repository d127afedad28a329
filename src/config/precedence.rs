//! Which of two files of a phone wins, as far as a source states it.

/// Why a phone reads a file. The order is that of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceRole {
    /// `<mac>-phone.cfg`.
    Phone,
    /// `<mac>-web.cfg`.
    Web,
    /// The master.
    Master,
    /// Named in `CONFIG_FILES`.
    Listed,
}

/// A question that no source answers: which of two lines of a parameter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// One is in the overrides of the phone, the other in those of its web server.
    Overrides,
    /// One is in the master, the other in a file that it lists.
    Master,
    /// Both are in one file.
    OneFile,
}

const QUESTIONS: [Question; 3] = [Question::Overrides, Question::Master, Question::OneFile];

impl Question {
    /// The question about two lines in files with these roles, in the order of the files.
    pub(super) const fn of(first: SourceRole, second: SourceRole) -> Option<Self> {
        use SourceRole::{Listed, Master, Phone, Web};
        match (first, second) {
            (Phone, Web) => Some(Self::Overrides),
            (Master, Listed) => Some(Self::Master),
            (Phone, Phone) | (Web, Web) | (Master, Master) => Some(Self::OneFile),
            _ => None,
        }
    }
}

impl SourceRole {
    /// Whether it is known which of two different values of such files counts.
    pub(super) fn order_is_known(self, other: Self) -> bool {
        Question::of(self, other).is_none()
    }
}

/// An assumed answer to each question: whether the later line counts. A phone answers a question always in the same way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order(pub(super) [bool; QUESTIONS.len()]);
