//! Sentences of this program, in parts whose kind is known: `--redact` replaces what names somebody, and does
//! not have to parse our own sentences for that.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Mac, SoftwareVersion};

/// A sentence whose parts are known by kind, so that what names somebody can be replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Message(pub Vec<Part>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Words of this program, which name nobody; numbers too.
    Text(Cow<'static, str>),
    /// A phone's address.
    Mac(Mac),
    /// A software version, which can look like an address.
    Version(Box<str>),
    /// A name that the log gives, such as a certificate's common name.
    Name(Box<str>),
    /// Words of the log, of a configuration file, or of a library: what they name is not known.
    LogText(Box<str>),
    /// The path of a file.
    Path(Box<str>),
}

impl From<&'static str> for Part {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Part {
    fn from(number: u64) -> Self {
        Self::Text(Cow::Owned(number.to_string()))
    }
}

impl From<Mac> for Part {
    fn from(mac: Mac) -> Self {
        Self::Mac(mac)
    }
}

impl From<&SoftwareVersion> for Part {
    fn from(version: &SoftwareVersion) -> Self {
        Self::Version(version.to_string().into())
    }
}

impl From<&'static str> for Message {
    fn from(text: &'static str) -> Self {
        Self(vec![text.into()])
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self(vec![text.into()])
    }
}

impl From<Part> for Message {
    fn from(part: Part) -> Self {
        Self(vec![part])
    }
}

impl From<&std::io::Error> for Message {
    fn from(error: &std::io::Error) -> Self {
        Self(vec![error.into()])
    }
}

impl From<&std::io::Error> for Part {
    fn from(error: &std::io::Error) -> Self {
        Self::LogText(error.to_string().into())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Mac(mac) => mac.fmt(f),
            Self::Version(text) | Self::Name(text) | Self::LogText(text) | Self::Path(text) => {
                f.write_str(text)
            }
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| part.fmt(f))
    }
}

impl Message {
    /// The sentence with these parts behind it.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }
}

/// A [`Message`] of parts of any kind.
macro_rules! said {
    [$($part:expr),* $(,)?] => {
        $crate::message::Message(vec![$($crate::message::Part::from($part)),*])
    };
}
pub(crate) use said;

/// A [`Message`] of messages and parts: its strings are words of this program.
macro_rules! sentence {
    [$($part:expr),* $(,)?] => {
        $crate::message::Message::default()$(.and($crate::message::Message::from($part)))*
    };
}
pub(crate) use sentence;
