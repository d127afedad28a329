//! A line of a configuration file that sets a parameter.

use super::file::File;
use super::line::ConfigurationLine;
use super::parameter::Parameter;
use super::value::Value;
use crate::sentence::{Part, Sentence, sentence};

/// A parameter in a file that sets it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The file.
    pub file: &'a File,
    /// Which parameter.
    pub parameter: &'static Parameter,
    /// `VVX500` of `LOG_FILE_DIRECTORY_VVX500`.
    pub(super) suffix: Option<&'a str>,
    /// Its value.
    pub value: &'a Value,
    /// See [`Setting::text`](super::Setting::text).
    pub(super) text: Option<u64>,
    /// The index of its file among the sources.
    pub(super) source: usize,
    /// 1-based line of its name.
    pub line: u64,
}

/// A parameter's line that counts, and those that it overrides.
#[derive(Clone, Debug)]
pub struct Effective<'a> {
    /// The line that counts.
    pub given: Given<'a>,
    /// Lines that may count instead of it; none if it is sure.
    pub rivals: Vec<Given<'a>>,
    /// Lines after these, in the order of the files, which don't count.
    pub overridden: Vec<Given<'a>>,
    /// False if the values differ and no source states which of them counts.
    pub is_sure: bool,
}

impl<'a> Effective<'a> {
    /// The lines that it overrides, or that may count instead, in the order of the files.
    pub fn others(&self) -> impl Iterator<Item = &Given<'a>> {
        self.rivals.iter().chain(&self.overridden)
    }
}

impl Given<'_> {
    /// Whether both values are the same for a phone, which reads line breaks in an attribute as blanks. None if that
    /// is not known, because they can't be read, and their texts are not compared.
    pub fn is_same_as(&self, other: &Self) -> Option<bool> {
        let is_same = self.value.is_same_as(other.value) && self.text == other.text;
        (!is_same || self.text.is_some() || self.value.is_identified()).then_some(is_same)
    }

    /// The parameter's name.
    pub fn name(&self) -> &'static str {
        &self.parameter.name
    }

    /// The name as in the file: an attribute of a master can be that of a model.
    pub fn whole_name(&self) -> String {
        match self.suffix {
            Some(suffix) => format!("{}_{suffix}", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// `site.cfg line 14`.
    pub fn place(&self) -> Sentence {
        sentence![Part::Path(self.file.path.clone()), format!(" line {}", self.line)]
    }

    /// This line, with its shortened value.
    pub fn in_short(&self) -> ConfigurationLine {
        self.says(self.value.in_short())
    }

    /// A sentence about this line that begins with its shortened value.
    pub fn says_of_value(&self, rest: impl Into<Sentence>) -> ConfigurationLine {
        self.says(self.value.in_short().and(rest.into()))
    }

    /// A sentence about this line.
    pub fn says(&self, says: impl Into<Sentence>) -> ConfigurationLine {
        self.file.says(Some(self.line), Some(&self.whole_name()), says)
    }
}

/// `sec.TLS.customDeviceCert.1 (site.cfg line 14)`.
impl From<&Given<'_>> for Sentence {
    fn from(given: &Given<'_>) -> Self {
        sentence![given.whole_name(), " (", given.place(), ")"]
    }
}
