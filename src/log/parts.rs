//! Splits a file with lines of several phones: from a syslog server, or the output of `grep` over several
//! logs, or of `tail` with its `==> name <==`.
//!
//! A line belongs to the phone whose address is before it, else to the sender in its syslog header, else to
//! the last `==> name <==`. A line with none of these belongs to the same part as the line before it.

use memchr::{memchr, memchr_iter};

use super::part_name::{FoundPart, MAX_LINES_CHECKED, PartName, part_of};
use super::reader::{MAX_LINE_LENGTH, Reader, RecordEvent};
use crate::digest::LogDigest;
use crate::event::End;
use crate::window::Window;

/// The most parts of a file. Lines of further phones go into the last part.
const MAX_PARTS: usize = 100_000;

/// One phone's lines of a file.
#[derive(Clone, Debug)]
pub struct LogPart {
    /// None for a file that is one log, and for lines before the first one with a name.
    pub name: Option<PartName>,
    /// Its number in the file, in order of first appearance.
    pub number: usize,
    /// The digest of these lines.
    pub digest: LogDigest,
}

impl LogPart {
    /// The only part of a file.
    #[must_use]
    pub const fn whole(digest: LogDigest) -> Self {
        Self { name: None, number: 0, digest }
    }
}

/// Whether one of the first lines of a file, or of a chunk of it, names its phone or sender.
pub(super) fn may_have_parts(begin: &[u8]) -> bool {
    let mut rest = begin;
    for _ in 0..MAX_LINES_CHECKED {
        let (bytes, behind) = rest.split_at(memchr(b'\n', rest).unwrap_or(rest.len()));
        if part_of(bytes).is_some() {
            return true;
        }
        let [_, behind @ ..] = behind else { break };
        rest = behind;
    }
    false
}

/// Reads a file, in pieces of any size.
pub(super) struct PartsReader<'r> {
    window: Window,
    recorder: Option<&'r mut dyn RecordEvent>,
    /// The reader of the whole file, if it was not split.
    whole: Option<Box<Reader>>,
    begin: Vec<u8>,
    parts: Vec<(Option<PartName>, Reader)>,
    by_name: std::collections::HashMap<PartName, usize>,
    current: usize,
    lines: u64,
    partial: Vec<u8>,
}

/// How many bytes of a file are buffered before it is decided whether it is split.
const BEGIN: usize = 16 * 1024;

impl<'r> PartsReader<'r> {
    pub(super) fn new(window: Window, recorder: Option<&'r mut dyn RecordEvent>) -> Self {
        Self {
            window,
            recorder,
            whole: None,
            begin: Vec::new(),
            parts: Vec::new(),
            by_name: Default::default(),
            current: 0,
            lines: 0,
            partial: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) {
        if let Some(reader) = &mut self.whole {
            return reader.feed(piece, &mut recorder(&mut self.recorder, 0));
        }
        if !self.parts.is_empty() {
            return self.split(piece);
        }
        // Usually the first piece is large enough, and no buffering is needed.
        if self.begin.is_empty() && piece.len() >= BEGIN {
            return self.decide(piece);
        }
        self.begin.extend_from_slice(piece);
        if self.begin.len() >= BEGIN {
            let begin = std::mem::take(&mut self.begin);
            self.decide(&begin);
        }
    }

    fn decide(&mut self, begin: &[u8]) {
        if may_have_parts(begin) {
            self.parts.push((None, Reader::new(self.window)));
            self.split(begin);
        } else {
            let mut reader = Box::new(Reader::new(self.window));
            reader.feed(begin, &mut recorder(&mut self.recorder, 0));
            self.whole = Some(reader);
        }
    }

    fn split(&mut self, piece: &[u8]) {
        let mut start = 0;
        for end in memchr_iter(b'\n', piece) {
            let rest = &piece[start..end];
            start = end + 1;
            if self.partial.is_empty() {
                self.line(rest, End::Whole);
            } else {
                self.keep(rest);
                let whole = std::mem::take(&mut self.partial);
                self.line(&whole, End::Whole);
            }
        }
        self.keep(&piece[start..]);
    }

    fn keep(&mut self, rest: &[u8]) {
        let room = (MAX_LINE_LENGTH + 1).saturating_sub(self.partial.len());
        self.partial.extend_from_slice(&rest[..rest.len().min(room)]);
    }

    fn line(&mut self, bytes: &[u8], end: End) {
        self.lines += 1;
        match part_of(bytes) {
            Some(FoundPart::Line(name)) => self.current = self.part(name),
            Some(FoundPart::Heading(name)) => {
                self.current = self.part(name);
                return;
            }
            None => {}
        }
        let (_, reader) = &mut self.parts[self.current];
        reader.feed_line(self.lines, bytes, end, &mut recorder(&mut self.recorder, self.current));
    }

    fn part(&mut self, name: PartName) -> usize {
        if let Some(&part) = self.by_name.get(&name) {
            return part;
        }
        if self.parts.len() >= MAX_PARTS {
            return self.parts.len() - 1;
        }
        self.parts.push((Some(name.clone()), Reader::new(self.window)));
        self.by_name.insert(name, self.parts.len() - 1);
        self.parts.len() - 1
    }

    /// The parts, in order of first appearance. There is a part for lines before the first name only if there
    /// are such lines.
    pub(super) fn finish(mut self) -> Vec<LogPart> {
        if self.whole.is_none() && self.parts.is_empty() {
            let begin = std::mem::take(&mut self.begin);
            self.decide(&begin);
        }
        if let Some(reader) = self.whole {
            return vec![LogPart::whole(reader.finish(&mut recorder(&mut self.recorder, 0)))];
        }
        if !self.partial.is_empty() {
            let cut = std::mem::take(&mut self.partial);
            self.line(&cut, End::Cut);
        }
        let mut parts = Vec::new();
        for (number, (name, reader)) in self.parts.into_iter().enumerate() {
            let digest = reader.finish(&mut recorder(&mut self.recorder, number));
            parts.push(LogPart { name, number, digest });
        }
        if parts.len() > 1 && parts[0].digest.is_empty() && parts[0].digest.counts.lines == 0 {
            parts.remove(0);
        }
        parts
    }
}

fn recorder<'a>(
    recorder: &'a mut Option<&mut dyn RecordEvent>,
    part: usize,
) -> Option<(usize, &'a mut dyn RecordEvent)> {
    match recorder {
        Some(recorder) => Some((part, &mut **recorder)),
        None => None,
    }
}
