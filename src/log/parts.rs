//! Splits a file with lines of several phones: from a syslog server, or the output of `grep` over several
//! logs, or of `tail` with its `==> name <==`.
//!
//! The lines after each `==> name <==` are those of that file. Among them, a line belongs to the phone whose
//! address is before it, else to the sender in its syslog header. A line with none of these belongs to the same
//! part as the line before it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::RecordEvent;
use super::part_name::{
    FoundPart, MAX_LINES_CHECKED, PartName, ends_with_sender, part_of, part_of_parsed, sender_at_end,
};
use super::reader::{MAX_LINE_LENGTH, Reader};
use crate::digest::LogDigest;
use crate::line::{KnownHeaders, Line, line};
use crate::window::Window;

/// The most parts of a file. Lines of further phones go into the last part.
const MAX_PARTS: usize = 100_000;

/// One phone's lines of a file.
#[derive(Clone, Debug)]
pub struct LogPart {
    /// The name in `==> name <==`: the file that had these lines.
    pub file: Option<Arc<str>>,
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
        Self { file: None, name: None, number: 0, digest }
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

/// The phone or sender of the first line of a file: a line without a name before the others is the rest of a line
/// that was cut. It is theirs if the others name only one. None if more lines have none, as in a log of another
/// phone, or if the first lines are those of files with `==> name <==`.
fn name_of_all(begin: &[u8]) -> Option<PartName> {
    let mut only = None;
    for (number, bytes) in begin.split(|byte| *byte == b'\n').take(MAX_LINES_CHECKED).enumerate() {
        match part_of(bytes) {
            Some(FoundPart::Line(name)) if only.as_ref().is_none_or(|only| *only == name) => {
                only = Some(name)
            }
            Some(_) => return None,
            None if number > 0 && only.is_none() && matches!(line(bytes), Line::Message { .. }) => {
                return None;
            }
            None => {}
        }
    }
    only
}

/// Reads a file, in pieces of any size.
pub(super) struct PartsReader<'r> {
    window: Window,
    recorder: Option<&'r mut dyn RecordEvent>,
    /// The reader of the whole file, if it was not split.
    whole: Option<Box<Reader>>,
    begin: Vec<u8>,
    parts: Vec<(PartKey, Reader)>,
    by_key: HashMap<PartKey, usize>,
    current: usize,
    headers: KnownHeaders,
    lines: u64,
    partial: Vec<u8>,
    /// The name in the last `==> name <==`.
    file: Option<Arc<str>>,
    /// The last line after it. If another `==> name <==` follows, the line feed between them is not the file's own.
    held: Option<Vec<u8>>,
}

/// The file and the name of a part.
type PartKey = (Option<Arc<str>>, Option<PartName>);

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
            by_key: HashMap::new(),
            current: 0,
            headers: KnownHeaders::default(),
            lines: 0,
            partial: Vec::new(),
            file: None,
            held: None,
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
            self.current = self.part((None, name_of_all(begin)));
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
                self.line(rest);
            } else {
                self.keep(rest);
                let whole = std::mem::take(&mut self.partial);
                self.line(&whole);
            }
        }
        self.keep(&piece[start..]);
    }

    fn keep(&mut self, rest: &[u8]) {
        let room = (MAX_LINE_LENGTH + 1).saturating_sub(self.partial.len());
        self.partial.extend_from_slice(&rest[..rest.len().min(room)]);
    }

    fn line(&mut self, bytes: &[u8]) {
        let (found, parsed) = part_of_parsed(bytes, &mut self.headers);
        if !self.assign(bytes, found) {
            return;
        }
        if self.file.is_some() {
            self.held = Some(bytes.to_vec());
        } else {
            self.feed_line(self.lines, bytes, parsed);
        }
    }

    /// Counts a line, and makes the part that it belongs to the current one. False for `==> name <==`.
    fn assign(&mut self, bytes: &[u8], found: Option<FoundPart>) -> bool {
        let held = self.held.take();
        if let Some(FoundPart::Heading(file)) = found {
            // `tail` writes a line feed before each name but the first: behind a whole line, it is an empty line.
            if let Some(cut) = held.filter(|held| !held.trim_ascii().is_empty()) {
                self.parts[self.current].1.feed_cut(self.lines, &cut);
            }
            self.lines += 1;
            self.file = Some(file);
            self.current = self.part((self.file.clone(), None));
            return false;
        }
        if let Some(whole) = held {
            self.feed_line(self.lines, &whole, None);
        }
        self.lines += 1;
        match found {
            Some(FoundPart::Line(name)) => self.current = self.part((self.file.clone(), Some(name))),
            Some(FoundPart::LineOf(file)) => self.current = self.part((Some(file), None)),
            _ => self.current = self.part_before_wrap(bytes).unwrap_or(self.current),
        }
        true
    }

    /// The part of a line that is nothing but the header of a syslog server, with a sender that other lines of the file
    /// have: a mail program wrapped the line behind it.
    fn part_before_wrap(&self, bytes: &[u8]) -> Option<usize> {
        self.by_key.get(&(self.file.clone(), Some(sender_at_end(bytes)?))).copied()
    }

    fn feed_line(&mut self, number: u64, bytes: &[u8], parsed: Option<Line<'_>>) {
        let (_, reader) = &mut self.parts[self.current];
        reader.feed_line(number, bytes, parsed, &mut recorder(&mut self.recorder, self.current));
    }

    fn part(&mut self, key: PartKey) -> usize {
        if let Some(&part) = self.by_key.get(&key) {
            return part;
        }
        if self.parts.len() >= MAX_PARTS {
            return self.parts.len() - 1;
        }
        self.parts.push((key.clone(), Reader::new(self.window)));
        self.by_key.insert(key, self.parts.len() - 1);
        self.parts.len() - 1
    }

    /// The parts, in order of first appearance. A part without a name and without lines is left out if another
    /// part has the lines of its file.
    pub(super) fn finish(mut self) -> Vec<LogPart> {
        if self.whole.is_none() && self.parts.is_empty() {
            let begin = std::mem::take(&mut self.begin);
            self.decide(&begin);
        }
        if let Some(reader) = self.whole {
            return vec![LogPart::whole(reader.finish(&mut recorder(&mut self.recorder, 0)))];
        }
        let cut = std::mem::take(&mut self.partial);
        if cut.is_empty() {
            if let Some(whole) = self.held.take() {
                self.feed_line(self.lines, &whole, None);
            }
        } else if self.assign(&cut, part_of(&cut)) {
            let ((_, name), reader) = &mut self.parts[self.current];
            // What stands before the lines of a part is no text that goes on from the line before.
            if !ends_with_sender(&cut, name.as_ref()) {
                reader.feed_cut(self.lines, &cut);
            }
        }
        let mut parts = Vec::new();
        for (number, ((file, name), reader)) in self.parts.into_iter().enumerate() {
            let digest = reader.finish(&mut recorder(&mut self.recorder, number));
            parts.push(LogPart { file, name, number, digest });
        }
        let has_lines = |part: &LogPart| part.digest.counts.lines > 0;
        let read: HashSet<_> = parts
            .iter()
            .filter(|part| part.file.is_none() || has_lines(part))
            .map(|part| part.file.clone())
            .collect();
        if parts.len() > 1 {
            parts.retain(|part| has_lines(part) || !read.contains(&part.file));
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
