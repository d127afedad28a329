//! The files of a phone by their names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::path::directory;
use crate::input::ConfigKind;

/// A file that is a phone's own, by its name.
#[derive(Debug)]
pub(super) struct OwnFile {
    pub(super) kind: ConfigKind,
    pub(super) path: PathBuf,
    /// Permission bits of a private key.
    pub(super) mode: Option<u32>,
}

impl OwnFile {
    /// The directory of the file. Paths are [`normal`], so directories are compared as bytes: each phone does this five
    /// times, and a comparison by components takes longer than everything else.
    pub(super) fn directory(&self) -> &OsStr {
        directory(&self.path).as_os_str()
    }
}

/// The files of one phone by kind, and those of a kind by directory.
#[derive(Clone, Copy)]
pub(super) struct OwnFiles<'t>(pub(super) &'t [OwnFile]);

impl<'t> OwnFiles<'t> {
    /// The paths of the files of this kind, sorted by directory.
    pub(super) fn named(
        self,
        kind: ConfigKind,
    ) -> impl ExactSizeIterator<Item = &'t Path> + DoubleEndedIterator {
        self.of_kind(kind).iter().map(|file| &*file.path)
    }

    /// The first and the last file of this kind: they show whether several directories have one.
    pub(super) fn first_and_last(self, kind: ConfigKind) -> impl Iterator<Item = &'t Path> {
        let mut all = self.named(kind);
        all.next().into_iter().chain(all.next_back())
    }

    /// The file of this kind, if only one directory has such a file.
    pub(super) fn only(self, kind: ConfigKind) -> Option<&'t Path> {
        let mut all = self.named(kind);
        let first = all.next()?;
        all.next_back().is_none_or(|last| last.parent() == first.parent()).then_some(first)
    }

    /// The file of this kind in this directory. If there are several, whose names differ only in case, the first one in
    /// lower case, because phones write their address in lower case.
    pub(super) fn in_directory(self, kind: ConfigKind, directory: &Path) -> Option<&'t Path> {
        self.all_in_directory(kind, directory).next()
    }

    /// The files of this kind in this directory, by a binary search: a server can have 100,000 directories.
    pub(super) fn all_in_directory<'d>(
        self,
        kind: ConfigKind,
        directory: &'d Path,
    ) -> impl Iterator<Item = &'t Path> + use<'t, 'd> {
        let (files, directory) = (self.of_kind(kind), directory.as_os_str());
        let files = &files[files.partition_point(|file| file.directory() < directory)..];
        files.iter().take_while(move |file| file.directory() == directory).map(|file| &*file.path)
    }

    fn of_kind(self, kind: ConfigKind) -> &'t [OwnFile] {
        let start = self.0.partition_point(|file| file.kind < kind);
        let end = self.0.partition_point(|file| file.kind <= kind);
        &self.0[start..end]
    }
}
