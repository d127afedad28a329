//! Compares the files of two phones: nearly all phones of a site read the same ones.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::file::{File, ReadOutcome};
use super::line::ConfigurationLine;
use super::phone::{ConfigSource, PhoneConfig};
use super::precedence::SourceRole;
use crate::sentence::{Part, Sentence};

impl ConfigSource {
    /// Whether the file has no known parameter and no misspelt name of one.
    fn has_no_settings(&self) -> bool {
        let File { outcome, settings, misspelt, .. } = &*self.file;
        *outcome == ReadOutcome::Read && settings.is_empty() && misspelt.is_empty()
    }
}

impl PhoneConfig {
    /// Whether both have the same files with the same content.
    pub(crate) fn has_equal_files(&self, other: &Self) -> bool {
        let is_same =
            |(one, other): (&ConfigSource, &ConfigSource)| one.role == other.role && one.file == other.file;
        let missing = |config: &Self| config.missing.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let other_case =
            |config: &Self| config.other_case.iter().map(|other| Arc::clone(&other.file)).collect::<Vec<_>>();
        self.sources.len() == other.sources.len()
            && self.sources.iter().zip(&other.sources).all(is_same)
            && missing(self) == missing(other)
            && other_case(self) == other_case(other)
            && self.key_files == other.key_files
    }

    /// Whether the files of both set the same, wherever they are.
    pub fn has_equal_settings(&self, other: &Self) -> bool {
        let is_same = |(one, other): (&ConfigSource, &ConfigSource)| {
            let (one_file, other_file) = (&*one.file, &*other.file);
            one.role == other.role
                && one_file.outcome == other_file.outcome
                && one_file.settings == other_file.settings
                && one_file.misspelt == other_file.misspelt
        };
        self.sources.len() == other.sources.len() && self.sources.iter().zip(&other.sources).all(is_same)
    }

    /// Whether all settings come from files that other phones can read too.
    pub fn is_of_shared_files(&self) -> bool {
        self.missing.is_empty()
            && self.other_case.is_empty()
            && self.other_list.is_none()
            && self.key_files.is_empty()
            && self.sources.iter().all(|source| !source.is_own || source.has_no_settings())
    }

    /// The role of each file, and its identity if other phones can read it too.
    fn shared_files(&self) -> impl Iterator<Item = (SourceRole, Option<*const File>)> {
        self.sources.iter().map(|source| (source.role, (!source.is_own).then_some(Arc::as_ptr(&source.file))))
    }

    /// A hash that is equal if [`reads_equal_files`](Self::reads_equal_files) is true.
    pub fn hash_of_shared(&self, hasher: &mut impl Hasher) {
        (self.is_complete, &self.unread, &self.unknown, self.list_is_sure, self.sources.len()).hash(hasher);
        self.shared_files().for_each(|file| file.hash(hasher));
    }

    /// Whether two phones, both [of shared files](Self::is_of_shared_files), read the same ones in the same roles.
    pub fn reads_equal_files(&self, other: &Self) -> bool {
        self.is_complete == other.is_complete
            && self.unread == other.unread
            && self.unknown == other.unknown
            && self.list_is_sure == other.list_is_sure
            && self.shared_files().eq(other.shared_files())
    }

    /// Whether a sentence names the phone, or a file that only this phone reads.
    pub fn is_named_in(&self, message: &Sentence) -> bool {
        message.0.iter().any(|part| match part {
            Part::Path(path) => self.is_own_file(path),
            Part::Mac(mac) => *mac == self.mac,
            Part::Text(_) | Part::Version(_) | Part::Name(_) | Part::LogText(_) | Part::Reason(_) => false,
        })
    }

    /// Whether a line is in a file that only this phone reads, or its sentence names such a file or the phone.
    pub fn is_named_by(&self, line: &ConfigurationLine) -> bool {
        self.is_own_file(&line.file) || self.is_named_in(&line.says)
    }

    fn is_own_file(&self, path: &str) -> bool {
        self.sources.iter().any(|source| source.is_own && *source.file.path == *path)
    }
}
