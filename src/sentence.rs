//! Sentences of this program, built of typed parts, so that `--redact` can replace names without parsing the
//! sentences.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Mac, SoftwareVersion};

/// A sentence built of typed parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sentence(pub Vec<Part>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Words of this program, and numbers; they contain no names.
    Text(Cow<'static, str>),
    /// A phone's address.
    Mac(Mac),
    /// A software version, which can look like an address.
    Version(Box<str>),
    /// A name from a log, such as a certificate's common name.
    Name(Box<str>),
    /// Text from a log, a configuration file or a library, which may contain names of any kind.
    LogText(Box<str>),
    /// The path of a file.
    Path(Box<str>),
    /// The reason that a message of the log gives, in words of the phone.
    Reason(Box<str>),
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

impl<P: Into<Part>> From<P> for Sentence {
    fn from(part: P) -> Self {
        Self(vec![part.into()])
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
            Self::Version(text)
            | Self::Name(text)
            | Self::LogText(text)
            | Self::Path(text)
            | Self::Reason(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| part.fmt(f))
    }
}

impl Sentence {
    /// Appends parts to the sentence.
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }
}

/// A [`Sentence`] of sentences and parts. Strings are words of this program.
macro_rules! sentence {
    [$($part:expr),* $(,)?] => {
        $crate::sentence::Sentence::default()$(.and($crate::sentence::Sentence::from($part)))*
    };
}
pub(crate) use sentence;
