//! The files of a phone by their names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::path::directory;
use crate::input::ConfigKind;

/// A file of a phone by its name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) role: ConfigKind,
    pub(super) path: PathBuf,
    /// Permission bits of a private key.
    pub(super) mode: Option<u32>,
}

impl Named {
    /// Paths are [`normal`], so directories are compared as bytes: each phone does this five times, and a
    /// comparison by components takes longer than everything else.
    pub(super) fn directory(&self) -> &OsStr {
        directory(&self.path).as_os_str()
    }
}

/// The files of one phone by role, and those of a role by directory.
#[derive(Clone, Copy)]
pub(super) struct OwnFiles<'t>(pub(super) &'t [Named]);

impl<'t> OwnFiles<'t> {
    /// Those in this role, by directory.
    pub(super) fn named(
        self,
        role: ConfigKind,
    ) -> impl ExactSizeIterator<Item = &'t Path> + DoubleEndedIterator {
        self.in_role(role).iter().map(|file| &*file.path)
    }

    /// The one in this role, if there is just one directory with such a file.
    pub(super) fn only(self, role: ConfigKind) -> Option<&'t Path> {
        let mut all = self.named(role);
        let first = all.next()?;
        all.next_back().is_none_or(|last| last.parent() == first.parent()).then_some(first)
    }

    /// The one in this role in this directory. If there are several, which differ only in case, the first one in
    /// lower case: phones write their address so.
    pub(super) fn in_directory(self, role: ConfigKind, directory: &Path) -> Option<&'t Path> {
        self.all_in_directory(role, directory).next()
    }

    /// Those in this role in this directory. A server can have 100,000 directories.
    pub(super) fn all_in_directory<'d>(
        self,
        role: ConfigKind,
        directory: &'d Path,
    ) -> impl Iterator<Item = &'t Path> + use<'t, 'd> {
        let (files, directory) = (self.in_role(role), directory.as_os_str());
        let files = &files[files.partition_point(|file| file.directory() < directory)..];
        files.iter().take_while(move |file| file.directory() == directory).map(|file| &*file.path)
    }

    fn in_role(self, role: ConfigKind) -> &'t [Named] {
        let start = self.0.partition_point(|file| file.role < role);
        let end = self.0.partition_point(|file| file.role <= role);
        &self.0[start..end]
    }
}
