//! One configuration file, read once: its certificate parameters, and the attributes of a master.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;
use zeroize::Zeroizing;

use super::line::ConfigurationLine;
use super::parameter::{LOG_DIRECTORY, Parameter, ParameterKind};
use super::phone_kind::{Applicable, PhoneKind};
use super::text::{DecodedContent, decode};
use super::value::{Certificates, Value, read_key};
use super::xml::{self, Malformed, Refusal};
use crate::input::compression_of;
use crate::problem::ProblemKind;
use crate::sentence::Sentence;

/// The most misspelt names that are kept of one file, and the most unknown names that are compared with known ones.
const MAX_MISSPELT: usize = 16;
const MAX_COMPARED: usize = 1_000;

/// The result of reading a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadOutcome {
    /// Well-formed XML.
    #[default]
    Read,
    /// A text that begins like XML, but is not well-formed.
    Malformed(Malformed),
    /// A text that does not begin like XML, or an empty file.
    NotXml,
    /// Not text: encrypted, or not a configuration file.
    Binary,
    /// Not read, with the reason, which is also among the problems of the tree.
    Unread(Box<str>),
}

/// A parameter that one file sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Which parameter.
    #[serde(serialize_with = "name_of", deserialize_with = "of_name")]
    pub parameter: Known,
    /// `VVX500` of `LOG_FILE_DIRECTORY_VVX500`.
    pub suffix: Option<Box<str>>,
    /// Its value.
    pub value: Value,
    /// A hash of its text, if the value does not [identify](Value::is_identified) it. Only of texts that are too long
    /// to be guessed from a hash, since records contain it.
    pub text: Option<u64>,
    /// 1-based line of its name.
    pub line: u64,
}

/// The least bytes of a text of which a hash is kept.
const MIN_HASHED_LENGTH: usize = 200;

/// A hash of a text without its blanks.
fn hash_of(text: &str) -> u64 {
    let words = Zeroizing::new(text.split_whitespace().collect::<String>());
    xxh3_64(words.as_bytes())
}

/// A `CONFIG_FILES` attribute.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileList {
    /// `VVX500` of `CONFIG_FILES_VVX500`.
    pub(super) suffix: Option<Box<str>>,
    /// The entries between its commas, without blanks; at most one more than are followed.
    pub(super) names: Vec<ListedName>,
    pub(super) line: u64,
}

impl FileList {
    /// The name of the attribute.
    pub(super) fn attribute(&self) -> String {
        let suffix = self.suffix.as_ref().map(|suffix| format!("_{suffix}"));
        format!("{CONFIG_FILES}{}", suffix.unwrap_or_default())
    }

    /// The names that count: of more than [`MAX_NAMES`], the first ones.
    pub(super) fn counted_names(&self) -> impl Iterator<Item = &ListedName> {
        self.names.iter().take(MAX_NAMES)
    }
}

/// Whether the file or directory of this name is searched: it is no URL, and the name is not too long.
pub(super) fn is_followed(name: &str) -> bool {
    (1..=MAX_NAME_LENGTH).contains(&name.len()) && !name.contains("://")
}

/// The name of a file, or another text in its place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ListedName {
    /// Empty if it is longer than names that are followed.
    pub(super) name: Box<str>,
    /// It came from a record, where a text that may contain a secret is replaced.
    pub(super) is_concealed: bool,
}

/// The most names of one `CONFIG_FILES` that are followed, and the longest name, in bytes.
pub(super) const MAX_NAMES: usize = 256;
pub(super) const MAX_NAME_LENGTH: usize = 1024;

impl ListedName {
    fn new(name: &str) -> Self {
        let is_too_long = name.len() > MAX_NAME_LENGTH && !name.contains("://");
        Self { name: if is_too_long { "" } else { name }.into(), is_concealed: false }
    }
}

/// An `OVERRIDES_DIRECTORY` attribute.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OverridesDirectory {
    /// `VVX500` of `OVERRIDES_DIRECTORY_VVX500`.
    pub(super) suffix: Option<Box<str>>,
    pub(super) name: Box<str>,
}

/// Names can be URLs with passwords.
impl fmt::Debug for OverridesDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverridesDirectory").field("suffix", &self.suffix).finish_non_exhaustive()
    }
}

/// Names can be URLs with passwords.
impl fmt::Debug for FileList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileList")
            .field("suffix", &self.suffix)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// A name that is nearly a parameter's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misspelt {
    /// The name as in the file.
    pub name: Box<str>,
    /// The parameter that is probably meant.
    #[serde(deserialize_with = "known_name")]
    pub known: KnownName,
    /// 1-based line.
    pub line: u64,
}

/// A parameter of the table, and its name. An alias, because serde would regard a reference as borrowed from its
/// input.
type Known = &'static Parameter;
type KnownName = &'static str;

fn name_of<S: Serializer>(parameter: &Known, output: S) -> Result<S::Ok, S::Error> {
    output.serialize_str(&parameter.name)
}

fn of_name<'de, D: Deserializer<'de>>(input: D) -> Result<Known, D::Error> {
    let found = Parameter::find(&String::deserialize(input)?);
    found.ok_or_else(|| D::Error::custom("a parameter that is not known"))
}

fn known_name<'de, D: Deserializer<'de>>(input: D) -> Result<KnownName, D::Error> {
    of_name(input).map(|known| &*known.name)
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its path as reports show it; a member of an archive is `a.zip!/path/in/it`.
    pub path: Box<str>,
    /// The result of reading it.
    pub outcome: ReadOutcome,
    /// Its known parameters, in order.
    pub settings: Vec<Setting>,
    /// Names that are nearly known ones.
    pub misspelt: Vec<Misspelt>,
    pub(super) lists: Vec<FileList>,
    pub(super) overrides_directories: Vec<OverridesDirectory>,
    /// If the file was not read, and that was not reported yet: the kind of the problem.
    pub(super) unread: Option<ProblemKind>,
    /// It is a file for these phones, or was intended as one: files of other vendors have none of their names.
    pub(super) is_ours: bool,
    /// A hash of its bytes, or of the reason why it was not read. Not stored in records, because short passwords
    /// could be guessed from it.
    #[serde(skip)]
    pub(super) content: u64,
}

impl File {
    /// A file that could not be read.
    pub(super) fn unread(path: &str, kind: ProblemKind, why: &str) -> Self {
        Self {
            path: path.into(),
            outcome: ReadOutcome::Unread(why.into()),
            unread: Some(kind),
            is_ours: true,
            content: xxh3_64(why.as_bytes()),
            ..Self::default()
        }
    }

    /// Reads a file's bytes. The result contains no byte of a key.
    pub fn parse(path: &str, bytes: &[u8]) -> Self {
        if let Some(ending) = compression_of(bytes) {
            let why = format!("is compressed (.{ending}), and was not read as a configuration");
            return Self::unread(path, ProblemKind::UnsupportedCompression, &why);
        }
        let mut file = Self { path: path.into(), content: xxh3_64(bytes), ..Self::default() };
        let mut compared = 0;
        file.outcome = match decode(bytes) {
            DecodedContent::Binary => ReadOutcome::Binary,
            DecodedContent::Broken(text, byte, why) => file.malformed(byte, why, &text),
            DecodedContent::Text(text) if !text.trim_start().starts_with('<') => ReadOutcome::NotXml,
            DecodedContent::Text(text) => match xml::attributes(&text, is_relevant, &mut |one| {
                file.add_attribute(&one, &mut compared);
            }) {
                Ok(()) => ReadOutcome::Read,
                Err(Refusal::Unread(kind, why)) => {
                    (file.is_ours, file.unread) = (true, Some(kind));
                    ReadOutcome::Unread(why.into())
                }
                Err(Refusal::Malformed(byte, why)) => file.malformed(byte, why, &text),
            },
        };
        file
    }

    fn malformed(&mut self, byte: usize, why: &'static str, text: &str) -> ReadOutcome {
        let mut lost: Vec<(Box<str>, u64)> = Vec::new();
        // In any place: a comment that is not closed hides the element with the list.
        self.is_ours |= text.contains(CONFIG_FILES) || text.contains(APP_FILE_PATH);
        for (name, line) in xml::names(text) {
            if let Some(known) = Parameter::find(name) {
                self.is_ours = true;
                if known.is_of_certificates() && !lost.iter().any(|(lost, _)| **lost == *name) {
                    lost.push((name.into(), line));
                }
            }
        }
        let (line, column) = xml::line_and_column(text.as_bytes(), byte);
        ReadOutcome::Malformed(Malformed { line, column, why: why.into(), lost })
    }

    fn add_attribute(&mut self, attribute: &xml::Attribute<'_>, compared: &mut usize) {
        let (name, text) = (attribute.name, attribute.value.trim());
        self.is_ours |= name.starts_with(APP_FILE_PATH);
        if let Some(suffix) = suffix_of(name, CONFIG_FILES) {
            self.is_ours = true;
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty()).take(MAX_NAMES + 1);
            let names = names.map(ListedName::new).collect();
            self.lists.push(FileList { suffix, names, line: attribute.line });
        } else if let Some(suffix) = suffix_of(name, OVERRIDES_DIRECTORY) {
            self.overrides_directories.push(OverridesDirectory { suffix, name: text.into() });
        } else if let Some((parameter, suffix)) = parameter_of(name) {
            self.is_ours = true;
            let value = match parameter.kind {
                ParameterKind::Certificate(_) | ParameterKind::Ca(_) if !text.is_empty() => {
                    Value::Certificates(Certificates::read(text, attribute.has_line_breaks))
                }
                ParameterKind::Key(_) if !text.is_empty() => Value::Key(read_key(text)),
                _ if parameter.is_switch() => Value::switch(text),
                _ if parameter.is_word() => Value::word(text),
                _ => Value::text(text),
            };
            let is_hashed = !value.is_identified() && text.len() >= MIN_HASHED_LENGTH;
            let hash = is_hashed.then(|| hash_of(text));
            self.settings.push(Setting { parameter, suffix, value, text: hash, line: attribute.line });
        } else if Parameter::may_be_misspelt(name)
            && *compared < MAX_COMPARED
            && self.misspelt.len() < MAX_MISSPELT
        {
            *compared += 1;
            if let Some(known) = Parameter::misspelt(name) {
                self.misspelt.push(Misspelt { name: name.into(), known, line: attribute.line });
            }
        }
    }

    /// The file as it may leave this machine: without texts that may contain a secret. Names in lists and
    /// directories are replaced, unless something of that name `is_there`. Entries that are not followed, URLs or
    /// long texts, are removed.
    pub(super) fn without_secrets(&self, is_there: &dyn Fn(&str) -> bool) -> Self {
        let concealed = |name: &str| match Value::text(name) {
            _ if name.contains("://") || name.len() > MAX_NAME_LENGTH => Some("://".into()),
            Value::Text(shown) if *shown != *name && !is_there(name) => Some(shown),
            _ => None,
        };
        let mut file = self.clone();
        for name in file.lists.iter_mut().flat_map(|list| &mut list.names) {
            if let Some(shown) = concealed(&name.name) {
                *name = ListedName { name: shown, is_concealed: true };
            }
        }
        for directory in &mut file.overrides_directories {
            if let Some(shown) = concealed(&directory.name) {
                directory.name = shown;
            }
        }
        file
    }

    /// Whether both files, as far as they could be read, are the same for a phone.
    pub(super) fn sets_the_same(&self, other: &Self) -> bool {
        let (path, content) = (other.path.clone(), other.content);
        Self { path, content, ..self.clone() } == *other
    }

    /// Those of its attributes that name a directory for logs that count for a phone of this kind, if this is a master.
    pub(super) fn log_directories(&self, kind: &PhoneKind) -> Applicable<&Setting> {
        let all = self.settings.iter().filter(|one| *one.parameter.name == *LOG_DIRECTORY);
        kind.applicable(all, |one| one.suffix.as_deref())
    }

    /// A sentence about a line of this file, or about the whole file.
    pub(crate) fn says(
        &self,
        line: Option<u64>,
        parameter: Option<&str>,
        says: impl Into<Sentence>,
    ) -> ConfigurationLine {
        ConfigurationLine {
            file: self.path.to_string(),
            line,
            parameter: parameter.map(str::to_owned),
            says: says.into(),
        }
    }
}

/// Whether an attribute of this name can concern certificates or the files that are read. Most of a phone's own
/// files have none; then only names are compared, and no value or line is read.
fn is_relevant(name: &str) -> bool {
    [CONFIG_FILES, APP_FILE_PATH, OVERRIDES_DIRECTORY].iter().any(|start| name.starts_with(start))
        || Parameter::may_be_known(name)
        || Parameter::may_be_misspelt(name)
}

/// The model or part number in the name of an attribute of masters: `VVX500` of `CONFIG_FILES_VVX500`. None if this is
/// another attribute.
fn suffix_of(name: &str, attribute: &str) -> Option<Option<Box<str>>> {
    match name.strip_prefix(attribute)? {
        "" => Some(None),
        suffix => suffix.strip_prefix('_').map(|suffix| Some(suffix.into())),
    }
}

/// The known parameter of this name, and the suffix if it is an attribute of masters.
fn parameter_of(name: &str) -> Option<(Known, Option<Box<str>>)> {
    match suffix_of(name, LOG_DIRECTORY) {
        Some(suffix) => Some((Parameter::find(LOG_DIRECTORY)?, suffix)),
        None => Some((Parameter::find(name)?, None)),
    }
}

/// Attributes of masters.
const OVERRIDES_DIRECTORY: &str = "OVERRIDES_DIRECTORY";
const CONFIG_FILES: &str = "CONFIG_FILES";
const APP_FILE_PATH: &str = "APP_FILE_PATH";
