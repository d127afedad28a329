//! Other files beside logs: configuration files, and files that are not read but counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::{FileKind, has_ending, is_archive_name, is_archive_piece, unsupported_name, up_to_ending};
use super::log_name::{DOCUMENT_ENDINGS, REPORT_ENDINGS, is_boot_log, is_log_with_ending, log_mac};
use crate::model::Mac;

/// The kinds of configuration file, by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigKind {
    /// `<mac>.cfg`, or `000000000000.cfg` for all phones.
    Master,
    /// `<mac>-phone.cfg`: overrides made on the phone.
    PhoneOverrides,
    /// `<mac>-web.cfg`: overrides made in the phone's web pages.
    WebOverrides,
    /// `<mac>-private.key`, `<mac>-private.pem`.
    PrivateKey,
    /// Another `.cfg` that the user named; its MAC is `000000000000`.
    Named,
}

impl ConfigKind {
    /// What follows the phone's address in the names of each kind.
    const ENDINGS: [(&[u8], Self); 5] = [
        (b".cfg", Self::Master),
        (b"-phone.cfg", Self::PhoneOverrides),
        (b"-web.cfg", Self::WebOverrides),
        (b"-private.key", Self::PrivateKey),
        (b"-private.pem", Self::PrivateKey),
    ];

    /// The kind of a file with this name, and its phone.
    pub fn of(name: &[u8]) -> Option<(Self, Mac)> {
        let (mac, rest) = Mac::prefix(name)?;
        let (_, kind) = Self::ENDINGS.iter().find(|(behind, _)| rest.eq_ignore_ascii_case(behind))?;
        Some((*kind, mac))
    }

    /// Whether a file of this name is one phone's and can only be known from the list of a master: `<mac>-….cfg`.
    pub fn is_listed(name: &[u8]) -> bool {
        has_ending(name, "cfg") && Mac::prefix(name).is_some() && Self::of(name).is_none()
    }
}

/// Why a file that looks like a log or an archive was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SkipReason {
    /// `.7z`.
    SevenZip,
    /// `.rar`.
    Rar,
    /// A log or a tar archive in a compression that can't be read, such as `.lzma` (see `input/kind.rs`).
    OtherCompression,
    /// An archive, which the user chose not to open.
    Archive,
    /// `<mac>-boot.log`, which has no messages about certificates.
    BootLog,
    /// A `.log` file that is not named like a phone's application log. It is read if the user names it.
    OtherLog,
    /// `<mac>-app.log.csv`, `.html`: an export or a print of a log, or a report. It is read if the user names it.
    LogAsReport,
    /// `<mac>-app.log.docx`: a log in a document.
    Document,
    /// `.eml`, `.msg`: a mail, which may have a log in it or with it. It is read if the user names it.
    Mail,
    /// `logs.zip.txt`, `logs.zip_`: an archive that passed a mail server under another name. It is read if the user
    /// names it.
    RenamedArchive,
    /// `logs.zip.001`, `logs.z01`: a piece of a split archive.
    ArchivePiece,
}

impl SkipReason {
    /// Why a file of this name is not read even if archives are; None if it may be read.
    pub(super) fn of(base: &[u8]) -> Option<Self> {
        let (kind, base) = up_to_ending(base).map_or((None, base), |(kind, name)| (Some(kind), name));
        if !matches!(kind, Some(FileKind::Unsupported(_))) {
            is_boot_log(base).then_some(Self::BootLog)
        } else if has_ending(base, "7z") {
            Some(Self::SevenZip)
        } else if has_ending(base, "rar") {
            Some(Self::Rar)
        } else {
            let inner = &base[..memchr::memrchr(b'.', base).unwrap_or(0)];
            let is_archive = ["tlz", "cab"].iter().any(|ending| has_ending(base, ending));
            (is_archive || log_mac(base).is_some() || is_archive_name(inner))
                .then_some(Self::OtherCompression)
        }
    }

    /// Why a file of this name, which is not named like a phone's log, is read only if the user names it. None if it does
    /// not look like a log.
    pub(super) fn of_unnamed(base: &[u8]) -> Option<Self> {
        if has_ending(base, "log") {
            Some(Self::OtherLog)
        } else if is_log_with_ending(base, REPORT_ENDINGS) {
            Some(Self::LogAsReport)
        } else if is_log_with_ending(base, DOCUMENT_ENDINGS) {
            Some(Self::Document)
        } else if has_ending(base, "eml") || has_ending(base, "msg") {
            Some(Self::Mail)
        } else if is_archive_piece(base) {
            Some(Self::ArchivePiece)
        } else {
            is_renamed_archive(base).then_some(Self::RenamedArchive)
        }
    }
}

/// Whether a name is that of an archive with something after it that hides this from a mail server. Other endings, such
/// as `.md5`, are those of files beside an archive.
fn is_renamed_archive(base: &[u8]) -> bool {
    const ENDINGS: [&str; 6] = ["txt", "bak", "rename", "renamed", "remove", "removed"];
    let ending = ENDINGS.iter().find(|ending| has_ending(base, ending));
    let inner = ending.map_or(base, |ending| &base[..base.len() - ending.len() - 1]);
    let inner = inner.strip_suffix(b"_").unwrap_or(inner);
    inner.len() < base.len() && (is_archive_name(inner) || unsupported_name(inner).is_some())
}

/// Counts of files that were not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFiles {
    /// By kind: how many, and the first one's path in sort order, as reports show it.
    pub kinds: BTreeMap<SkipReason, (u64, String)>,
    /// The number of files in all searched directories, logs included.
    pub files: u64,
}

impl SkippedFiles {
    /// Counts one file.
    pub fn add(&mut self, kind: SkipReason, path: impl FnOnce() -> String) {
        self.merge_kind(kind, 1, path());
    }

    /// Adds another count.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        for (kind, (count, first)) in other.kinds {
            self.merge_kind(kind, count, first);
        }
    }

    fn merge_kind(&mut self, kind: SkipReason, count: u64, first: String) {
        let (counted, before) = self.kinds.entry(kind).or_insert_with(|| (0, first.clone()));
        *counted += count;
        if first < *before {
            *before = first;
        }
    }
}
