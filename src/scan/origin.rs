//! What a record stores about the file of its log, to tell later whether the file is unchanged, whether a
//! grown log begins with the content that was read, and which logs were digested together.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Read};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::input::{Bytes, read_at};

/// The metadata of the file when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileVersion {
    /// The path as reports show it; for a member of an archive, the archive's.
    pub(super) path: Box<str>,
    /// Size on the disk, in bytes.
    pub(super) size: u64,
    /// Seconds since 1970, UTC.
    pub(super) modified: Option<i64>,
}

/// Identifies the decompressed content of a log: its length in bytes, and the first 16 bytes of its BLAKE3
/// hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct ContentHash {
    pub(super) length: u64,
    hash: [u8; 16],
}

impl ContentHash {
    fn of(hasher: &blake3::Hasher) -> Self {
        let mut hash = [0; 16];
        hasher.finalize_xof().fill(&mut hash);
        Self { length: hasher.count(), hash }
    }
}

/// What a record stores beside the log's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LogOrigin {
    pub(super) source: FileVersion,
    pub(super) content: ContentHash,
    /// A hash of the paths of all logs of the phone in this run of `digest`; equal for logs that were
    /// digested together.
    pub(super) group: u64,
    /// The log's file is gone since it was read.
    pub(super) is_gone: bool,
}

/// How the path of a log goes on that is gone, or was begun anew: `0004f2a1b2c3-app.log (gone, 2026-11-24T03:10:00Z)`.
const GONE: &str = " (gone, ";

/// The path of a log that is gone, whose file was last changed at `time`.
pub(super) fn path_of_gone(path: &str, time: &str) -> Box<str> {
    format!("{path}{GONE}{time})").into()
}

/// Splits such a path into that of the file and the rest.
pub(super) fn split_gone(path: &str) -> (&str, &str) {
    path.split_at(path.rfind(GONE).unwrap_or(path.len()))
}

/// The contents of all logs in one run of `digest`, and those of their prefixes that have the length of an
/// earlier content.
#[derive(Default)]
pub(super) struct ContentHashes {
    /// Lengths of earlier contents. A longer log may begin with one of them.
    lengths: BTreeSet<u64>,
    contents: Mutex<HashSet<ContentHash>>,
}

impl ContentHashes {
    /// `lengths`: those of all contents in the cache.
    pub(super) fn new(lengths: BTreeSet<u64>) -> Self {
        Self { lengths, contents: Mutex::default() }
    }

    pub(super) fn hasher(&self) -> ContentHasher<'_> {
        ContentHasher { hashes: self, hasher: blake3::Hasher::new(), prefixes: Vec::new() }
    }

    /// Whether a log that was read has this content or begins with it.
    pub(super) fn has_log_beginning_with(&self, content: &ContentHash) -> bool {
        self.contents.lock().contains(content)
    }

    /// Adds contents of logs that were copied from the cache.
    pub(super) fn add(&self, contents: impl IntoIterator<Item = ContentHash>) {
        if !self.lengths.is_empty() {
            self.contents.lock().extend(contents);
        }
    }
}

/// Hashes the content of one log and the prefixes of wanted lengths.
pub(super) struct ContentHasher<'m> {
    hashes: &'m ContentHashes,
    hasher: blake3::Hasher,
    prefixes: Vec<ContentHash>,
}

impl<'m> ContentHasher<'m> {
    /// Hashes a whole content, unless it is a stream.
    pub(super) fn hash(&mut self, content: &Bytes<'_>) {
        match content {
            Bytes::Whole(bytes) => self.update(bytes),
            Bytes::File(file, size) => {
                let mut buffer = vec![0; 256 * 1024];
                let mut at = 0;
                while at < *size {
                    let most = buffer.len().min(usize::try_from(size - at).unwrap_or(usize::MAX));
                    // The same error is met again and reported when the log is read.
                    let Ok(length @ 1..) = read_at(file, &mut buffer[..most], at) else { break };
                    self.update(&buffer[..length]);
                    at += length as u64;
                }
            }
            Bytes::Stream(_) => {}
        }
    }

    /// Wraps a stream: hashes it while it is read.
    pub(super) fn hash_stream<'s>(&'s mut self, stream: &'s mut dyn Read) -> HashedStream<'s, 'm> {
        HashedStream { hasher: self, stream }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        let begin = self.hasher.count();
        let end = begin + bytes.len() as u64;
        for &length in self.hashes.lengths.range(begin..end) {
            let (before, rest) = bytes.split_at((length - self.hasher.count()) as usize);
            self.hasher.update(before);
            self.prefixes.push(ContentHash::of(&self.hasher));
            bytes = rest;
        }
        self.hasher.update(bytes);
    }

    pub(super) fn finish(self) -> ContentHash {
        let content = ContentHash::of(&self.hasher);
        self.hashes.add(self.prefixes.into_iter().chain([content]));
        content
    }
}

/// A stream that is hashed while it is read.
pub(super) struct HashedStream<'s, 'm> {
    hasher: &'s mut ContentHasher<'m>,
    stream: &'s mut dyn Read,
}

impl Read for HashedStream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(buffer)?;
        self.hasher.update(&buffer[..length]);
        Ok(length)
    }
}
