//! What a record tells of the file that its log was read from: whether the file is still the same, whether
//! a grown log goes on from what was read, and which logs were digested together.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::input::{Content, read_at};

/// The file that was read, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    /// As reports show it; of an archive the archive's.
    pub(super) path: Box<str>,
    /// In bytes.
    pub(super) size: u64,
    /// Seconds since 1970, UTC.
    pub(super) modified: Option<i64>,
}

/// The bytes of a log, decompressed: how many, and the beginning of their BLAKE3 hash.
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

/// What a record tells beside the log itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) source: Source,
    pub(super) content: ContentHash,
    /// Equal for all logs of a phone that went through one digest: a hash of their paths.
    pub(super) group: u64,
    /// The log is gone since it was read.
    pub(super) is_gone: bool,
}

impl Origin {
    pub(super) const fn new(source: Source, content: ContentHash) -> Self {
        Self { source, content, group: 0, is_gone: false }
    }
}

/// Takes the logs that go through one digest: their contents, and those that earlier records want to know of.
#[derive(Default)]
pub(super) struct Measure {
    /// Lengths of earlier contents: a log that is longer may begin with one of them.
    lengths: BTreeSet<u64>,
    contents: Mutex<HashSet<ContentHash>>,
}

impl Measure {
    /// Earlier contents have these lengths.
    pub(super) fn new(lengths: BTreeSet<u64>) -> Self {
        Self { lengths, contents: Mutex::default() }
    }

    pub(super) fn begin(&self) -> Measured<'_> {
        Measured { measure: self, hasher: blake3::Hasher::new(), begins: Vec::new() }
    }

    /// Whether a log that was read begins with this content, or is it.
    pub(super) fn goes_on_from(&self, content: &ContentHash) -> bool {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner).contains(content)
    }

    /// Takes note of a content that was taken over.
    pub(super) fn add(&self, contents: impl IntoIterator<Item = ContentHash>) {
        if !self.lengths.is_empty() {
            self.contents.lock().unwrap_or_else(PoisonError::into_inner).extend(contents);
        }
    }
}

/// The content of one log, while it is read.
pub(super) struct Measured<'m> {
    measure: &'m Measure,
    hasher: blake3::Hasher,
    begins: Vec<ContentHash>,
}

impl<'m> Measured<'m> {
    /// Takes all of a content that is no stream.
    pub(super) fn take(&mut self, content: &Content<'_>) {
        match content {
            Content::Whole(bytes) => self.update(bytes),
            Content::File(file, size) => {
                let mut buffer = vec![0; 256 * 1024];
                let mut at = 0;
                while at < *size {
                    let most = buffer.len().min(usize::try_from(size - at).unwrap_or(usize::MAX));
                    // A fault is met again, and told, when the log is read.
                    let Ok(length @ 1..) = read_at(file, &mut buffer[..most], at) else { break };
                    self.update(&buffer[..length]);
                    at += length as u64;
                }
            }
            Content::Stream(_) => {}
        }
    }

    /// The same stream, taken while it is read.
    pub(super) fn of_stream<'s>(&'s mut self, stream: &'s mut dyn Read) -> MeasuredStream<'s, 'm> {
        MeasuredStream { measured: self, stream }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        let begin = self.hasher.count();
        let end = begin + bytes.len() as u64;
        for &length in self.measure.lengths.range(begin..end) {
            let (before, rest) = bytes.split_at((length - self.hasher.count()) as usize);
            self.hasher.update(before);
            self.begins.push(ContentHash::of(&self.hasher));
            bytes = rest;
        }
        self.hasher.update(bytes);
    }

    pub(super) fn finish(self) -> ContentHash {
        let content = ContentHash::of(&self.hasher);
        self.measure.add(self.begins.into_iter().chain([content]));
        content
    }
}

/// A stream whose content is taken while it is read.
pub(super) struct MeasuredStream<'s, 'm> {
    measured: &'s mut Measured<'m>,
    stream: &'s mut dyn Read,
}

impl Read for MeasuredStream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(buffer)?;
        self.measured.update(&buffer[..length]);
        Ok(length)
    }
}
