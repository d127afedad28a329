//! Writes records of configuration files: each file once, without secrets.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use super::configuration::{config_tree, log_directories};
use super::origin::FileVersion;
use super::payload::Sourced;
use super::phone_logs::ReadLog;
use crate::config::{ConfigTree, Stored, kind_and_phone, reachable};
use crate::input::FoundFiles;
use crate::model::Mac;
use crate::records::{FrameKind, Writer, append_frame};

/// Writes the configuration files of one run of `digest`.
pub(super) struct ConfigurationWriter {
    pub(super) tree: ConfigTree,
    /// Files that several phones may read. Each is written once, at the end.
    shared: Mutex<BTreeSet<PathBuf>>,
    /// Files of one phone without its address in their names. If the user names such a file, it was read as a
    /// log too.
    listed: Mutex<HashSet<Box<str>>>,
    members: Vec<(Stored, FileVersion)>,
}

impl ConfigurationWriter {
    pub(super) fn new(found: &FoundFiles, members: Vec<(Stored, FileVersion)>, roots: &[PathBuf]) -> Self {
        let all: Vec<Stored> = members.iter().map(|(stored, _)| stored.clone()).collect();
        let tree = config_tree(found, &all, roots);
        Self { tree, shared: Mutex::default(), listed: Mutex::default(), members }
    }

    /// Appends the records of the files that only this phone reads; returns their number.
    pub(super) fn append_own(&self, mac: Mac, logs: &[ReadLog], frames: &mut Vec<u8>) -> io::Result<u64> {
        let files: Vec<Box<str>> = logs.iter().map(|log| log.path.clone()).collect();
        let found = reachable(&self.tree, mac, &log_directories(&files));
        self.shared.lock().extend(found.shared);
        let count = found.own.len() as u64;
        for stored in found.own {
            if kind_and_phone(Path::new(stored.path())).is_none() {
                self.listed.lock().insert(stored.path().into());
            }
            let payload = packed(stored, None, &self.tree)?;
            append_frame(FrameKind::Configuration, Some(mac), &payload, frames)?;
        }
        Ok(count)
    }

    /// Writes the remaining files: those of phones without a log, those that several phones read, and members
    /// of archives.
    pub(super) fn finish(&self, has_log: impl Fn(Mac) -> bool, writer: &mut Writer<'_>) -> io::Result<()> {
        for mac in self.tree.phones().into_iter().filter(|mac| !has_log(*mac)) {
            let mut frames = Vec::new();
            let count = self.append_own(mac, &[], &mut frames)?;
            writer.frames(&frames, count)?;
        }
        let paths = self.shared.lock();
        let files = paths.iter().filter_map(|path| Some((self.tree.find_stored(path)?, None)));
        let members = self.members.iter().map(|(stored, source)| (stored.clone(), Some(source.clone())));
        for (stored, source) in files.chain(members) {
            writer.frame(FrameKind::Configuration, None, &packed(stored, source, &self.tree)?)?;
        }
        Ok(())
    }

    /// Whether any phone reads the file at this path as configuration.
    pub(super) fn has(&self, path: &str) -> bool {
        self.shared.lock().contains(Path::new(path)) || self.listed.lock().contains(path)
    }
}

fn packed(stored: Stored, source: Option<FileVersion>, tree: &ConfigTree) -> io::Result<Vec<u8>> {
    Sourced { value: tree.without_secrets(stored), source }.pack()
}
