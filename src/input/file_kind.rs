//! What else stands beside logs: configuration files, and what is passed over and counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::{is_archive_name, unsupported_name};
use super::log_name::{has_ending, is_boot_log, log_mac};
use crate::model::Mac;

/// The kinds of configuration file, by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigKind {
    /// `<mac>.cfg`, or `000000000000.cfg`.
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
    /// What a file of this name is, and whose.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<(Self, Mac)> {
        let (mac, rest) = Mac::prefix(name)?;
        let kind = match rest.to_ascii_lowercase().as_slice() {
            b".cfg" => Self::Master,
            b"-phone.cfg" => Self::PhoneOverrides,
            b"-web.cfg" => Self::WebOverrides,
            b"-private.key" | b"-private.pem" => Self::PrivateKey,
            _ => return None,
        };
        Some((kind, mac))
    }
}

/// What was passed over, although it looks like a log or an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PassedOverKind {
    /// `.7z`.
    SevenZip,
    /// `.rar`.
    Rar,
    /// A log or a tar archive in a compression that can't be read: `.lzma`, `.br`, `.lz4`, `.lz`, `.Z`.
    OtherCompression,
    /// An archive that the user left out.
    Archive,
    /// `<mac>-boot.log`, which holds nothing of certificates.
    BootLog,
    /// A file named like some log, but not like a phone's application log: it is read if it is named.
    OtherLog,
}

impl PassedOverKind {
    /// What a file of this name is passed over as, even if all archives are read.
    pub(super) fn of(base: &[u8]) -> Option<Self> {
        if has_ending(base, "7z") {
            Some(Self::SevenZip)
        } else if has_ending(base, "rar") {
            Some(Self::Rar)
        } else if unsupported_name(base).is_some() {
            let inner = &base[..memchr::memrchr(b'.', base).unwrap_or(0)];
            (log_mac(base).is_some() || is_archive_name(inner)).then_some(Self::OtherCompression)
        } else {
            is_boot_log(base).then_some(Self::BootLog)
        }
    }
}

/// What was passed over, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// How many of each kind, and the first of them by path, as reports show it.
    pub kinds: BTreeMap<PassedOverKind, (u64, String)>,
    /// How many files there were in all searched directories, logs among them.
    pub files: u64,
}

impl PassedOver {
    /// Counts one more.
    pub fn add(&mut self, kind: PassedOverKind, path: impl FnOnce() -> String) {
        self.merge_kind(kind, 1, path());
    }

    /// Counts what another count has too.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        for (kind, (count, first)) in other.kinds {
            self.merge_kind(kind, count, first);
        }
    }

    fn merge_kind(&mut self, kind: PassedOverKind, count: u64, first: String) {
        match self.kinds.get_mut(&kind) {
            Some((counted, before)) => {
                *counted += count;
                if first < *before {
                    *before = first;
                }
            }
            None => _ = self.kinds.insert(kind, (count, first)),
        }
    }
}
