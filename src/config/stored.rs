//! Configuration files on their way into records and out of them: read, and without secrets.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::File;
use super::path::{kind_and_phone, normal};
use crate::input::{ConfigContent, ConfigKind, ConfigMember, NOT_PLAIN, shown_path};
use crate::problem::ProblemKind;

/// A private key among the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFile {
    /// Its path as reports show it.
    pub path: Box<str>,
    /// The permission bits, where the system has them: 0o644.
    pub mode: Option<u32>,
}

pub(super) const TOO_LARGE: &str = "is larger than 4 MiB, and was not read as a configuration";

/// What is known of the file at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stored {
    /// What a file gives.
    File(File),
    /// A private key among the files. It was not opened.
    PrivateKey(KeyFile),
    /// Nothing, since the file at this path is outside of the searched places.
    NotSearched(Box<str>),
}

impl Stored {
    /// A member of an archive, of which only what [`File::parse`] returns is kept. A private key is not read.
    pub fn of_member(member: &ConfigMember<'_>) -> Self {
        let path = normal(Path::new(member.path));
        let is_key = matches!(kind_and_phone(&path), Some((ConfigKind::PrivateKey, _)));
        let shown = shown_path(&path);
        if let Some((kind, why)) = member.damage.filter(|_| !is_key) {
            // The problem was reported when the archive was read.
            return Self::File(File { unread: None, ..File::unread(&shown, kind, why) });
        }
        match member.content {
            ConfigContent::Bytes(bytes) if !is_key => Self::File(File::parse(&shown, bytes)),
            ConfigContent::TooLarge => {
                Self::File(File::unread(&shown, ProblemKind::LimitExceeded, TOO_LARGE))
            }
            ConfigContent::NotPlain if !is_key => {
                Self::File(File::unread(&shown, ProblemKind::Unreadable, NOT_PLAIN))
            }
            ConfigContent::Bytes(_) | ConfigContent::PrivateKey | ConfigContent::NotPlain => {
                Self::PrivateKey(KeyFile { path: shown.into(), mode: member.mode })
            }
        }
    }

    /// The file's path as reports show it.
    pub fn path(&self) -> &str {
        match self {
            Self::File(File { path, .. })
            | Self::PrivateKey(KeyFile { path, .. })
            | Self::NotSearched(path) => path,
        }
    }

    /// The permission bits of a private key.
    pub const fn mode(&self) -> Option<u32> {
        match self {
            Self::PrivateKey(KeyFile { mode, .. }) => *mode,
            Self::File(_) | Self::NotSearched(_) => None,
        }
    }
}
