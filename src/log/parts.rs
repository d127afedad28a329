//! Splits a file with lines of several phones: from a syslog server, or the output of `grep` over several
//! logs, or of `tail` with its `==> name <==`.
//!
//! The lines after each `==> name <==` are those of that file. Among them, a line belongs to the phone whose
//! address is before it, else to the sender in its syslog header. A line with none of these belongs to the same
//! part as the line before it; but a row or an object of an export without the sender that others have is nobody's.
//!
//! A sender's address can be passed on to another phone, and a phone can get another address. A phone names itself when
//! it starts, so the lines from a banner on are those of the phone that is named after it, unless `source` finds that
//! several phones write from one address.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use memchr::memchr_iter;

use super::EventRecorder;
use super::export::may_be_relay;
use super::part_name::{
    FoundPart, MAX_LINES_CHECKED, PartKey, PartName, PhoneKey, ends_with_sender, is_banner, may_have_parts,
    name_of_all, named_phone, part_of_parsed, sender_at_end,
};
use super::reader::{MAX_LINE_LENGTH, Reader};
use super::source::{LineSource, SenderSpan};
use crate::digest::{Counts, LogDigest};
use crate::line::{KnownHeaders, Line, separator_behind, with_joined_tag, with_quoted_message};
use crate::model::Mac;
use crate::window::Window;

/// The most parts of a file. Lines of further phones are not read.
pub(crate) const MAX_PARTS: usize = 100_000;

/// A phone names itself within this many lines after the banner.
const MAX_LINES_TO_NAME: usize = 64;

/// One phone's lines of a file.
#[derive(Clone, Debug)]
pub struct LogPart {
    /// The name in `==> name <==`: the file that had these lines.
    pub file: Option<Arc<str>>,
    /// None for a file that is one log, and for lines before the first one with a name.
    pub name: Option<PartName>,
    /// Its number in the file, in order of first appearance.
    pub number: usize,
    /// Its lines are of several phones that write from one address, or nothing shows of which phone they are.
    pub is_mixed: bool,
    /// The senders from which its phone writes.
    pub spans: Vec<SenderSpan>,
    /// The digest of these lines.
    pub digest: LogDigest,
}

impl LogPart {
    /// The only part of a file.
    pub const fn whole(digest: LogDigest) -> Self {
        Self { file: None, name: None, number: 0, is_mixed: false, spans: Vec::new(), digest }
    }
}

/// Reads a file, in pieces of any size.
#[derive(Default)]
pub(super) struct PartsReader<'r> {
    window: Window,
    record: Option<EventRecorder<'r>>,
    /// The reader of the whole file, if it was not split.
    whole: Option<Box<Reader>>,
    begin: Vec<u8>,
    parts: Vec<ReadPart>,
    sources: Vec<LineSource>,
    by_key: HashMap<PartKey, usize>,
    /// The part of a phone, and the source at which it was named last.
    by_phone: HashMap<PhoneKey, (usize, usize)>,
    /// The source at which a phone may still write although another one was named at it later.
    may_write_at: HashMap<PhoneKey, usize>,
    /// The source of the current line. None for lines that are not read.
    current: Option<usize>,
    /// The current line is of a device that is not a phone.
    is_of_other: bool,
    /// The counts of such lines.
    of_others: Counts,
    headers: KnownHeaders,
    /// The separator of a row that begins with a message in quotation marks. Other rows can be without these marks.
    separator: Option<u8>,
    lines: u64,
    partial: Vec<u8>,
    /// The name in the last `==> name <==`.
    file: Option<Arc<str>>,
    /// The last line after it. If another `==> name <==` follows, the line feed between them is not the file's own.
    held: Option<Vec<u8>>,
    /// How many lines were not read.
    not_read: u64,
}

/// A part, as far as it was read.
struct ReadPart {
    key: PartKey,
    reader: Reader,
    /// The number of its last line that was read.
    last: u64,
    /// The source of that line.
    source: Option<usize>,
    /// The phone that its lines name.
    phone: Option<Mac>,
    /// The lines of a boot, with their numbers, until the phone is named that they are of.
    boot: Vec<(u64, Vec<u8>)>,
}

/// How many bytes of a file are buffered before it is decided whether it is split.
const BEGIN: usize = 16 * 1024;

impl<'r> PartsReader<'r> {
    pub(super) fn new(window: Window, record: Option<EventRecorder<'r>>) -> Self {
        Self { window, record, ..Self::default() }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) {
        if let Some(reader) = &mut self.whole {
            reader.feed(piece);
            return record_events(&mut self.record, 0, reader);
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
            // Empty lines before the first line, as PowerShell writes them, are of no log.
            let all = || begin.split_inclusive(|byte| *byte == b'\n');
            let empty = all().take_while(|line| line.trim_ascii().is_empty());
            let (lines, length) =
                empty.fold((0, 0), |(lines, length), line| (lines + 1, length + line.len()));
            self.lines = lines;
            self.separator = all().take(MAX_LINES_CHECKED).find_map(separator_behind);
            self.current = self.source((None, name_of_all(&begin[length..])));
            self.split(&begin[length..]);
        } else {
            self.whole = Some(Box::new(Reader::new(self.window, self.record.is_some())));
            self.feed(begin);
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
        let plain = self.with_sender(bytes);
        let bytes = plain.as_deref().unwrap_or(bytes);
        let (found, parsed) = part_of_parsed(bytes, &mut self.headers);
        if !self.assign(bytes, found, parsed) {
            return;
        }
        if self.file.is_some() {
            self.held = Some(bytes.to_vec());
        } else {
            self.feed_line(self.lines, bytes, parsed);
        }
    }

    /// The line in a form in which its sender can be found. None if it is in such a form.
    fn with_sender(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        with_joined_tag(bytes).or_else(|| with_quoted_message(bytes, self.separator?))
    }

    /// Counts a line, and makes the part that it belongs to the current one. False for `==> name <==`.
    fn assign(&mut self, bytes: &[u8], found: Option<FoundPart>, parsed: Option<Line<'_>>) -> bool {
        let held = self.held.take();
        if let Some(FoundPart::Heading(file)) = found {
            // `tail` writes a line feed before each name but the first: after a whole line, it is an empty line.
            if let Some(cut) = held.filter(|held| !held.trim_ascii().is_empty())
                && let Some(source) = self.current
            {
                self.parts[self.sources[source].part].reader.feed_cut(self.lines, &cut);
            }
            self.lines += 1;
            self.file = Some(file);
            self.current = self.source((self.file.clone(), None));
            return false;
        }
        if let Some(whole) = held {
            self.feed_line(self.lines, &whole, None);
        }
        self.lines += 1;
        self.is_of_other = match &found {
            Some(FoundPart::Senders(names)) => self.known_sender(names).is_none() && self.has_senders(),
            // A line without header goes on from the line before.
            found => self.is_of_other && found.is_none() && matches!(parsed, Some(Line::Headerless(_))),
        };
        match found {
            _ if self.is_of_other => {}
            Some(FoundPart::Senders(names)) => self.current = self.known_sender(&names).or(self.current),
            Some(FoundPart::Line(name)) => {
                let may_be_relay = may_be_relay(bytes, &name);
                self.current = self.source((self.file.clone(), Some(name)));
                if may_be_relay && let Some(source) = self.current {
                    self.sources[source].rows.get_or_insert_default().row_of_relay(bytes);
                }
            }
            Some(FoundPart::LineOf(file)) => self.current = self.source((Some(file), None)),
            Some(FoundPart::RowWithoutSender) => {
                self.current = self.source((self.file.clone(), None));
                if let Some(source) = self.current {
                    self.sources[source].rows.get_or_insert_default().row(bytes);
                }
            }
            _ => {
                self.current = self.source_before_wrap(bytes).or(self.current);
                if let Some(rows) = self.current.and_then(|source| self.sources[source].rows.as_mut()) {
                    rows.between(bytes);
                }
            }
        }
        true
    }

    /// The source of a line without header that has one of these names before it. A relay's is before the sender's.
    fn known_sender(&self, names: &[PartName]) -> Option<usize> {
        let source = |name: &PartName| self.by_key.get(&(self.file.clone(), Some(name.clone()))).copied();
        names.iter().rev().find_map(source)
    }

    /// Whether the lines around the current one have the names of their senders before them.
    fn has_senders(&self) -> bool {
        self.current.is_none_or(|source| {
            let LineSource { key: (file, name), rows, .. } = &self.sources[source];
            name.is_some() || file.is_none() && rows.is_none()
        })
    }

    /// The source of a line that is nothing but the header of a syslog server, with a sender that other lines of the file
    /// have: a mail program wrapped the line after it.
    fn source_before_wrap(&self, bytes: &[u8]) -> Option<usize> {
        self.by_key.get(&(self.file.clone(), Some(sender_at_end(bytes)?))).copied()
    }

    fn feed_line(&mut self, number: u64, bytes: &[u8], parsed: Option<Line<'_>>) {
        let Some(source) = self.current else {
            self.not_read += 1;
            return;
        };
        if self.is_of_other {
            self.of_others.lines += 1;
            self.of_others.bytes += bytes.len() as u64 + 1;
            return;
        }
        let part = self.sources[source].part;
        if matches!(self.sources[source].key.1, Some(PartName::Sender(_))) {
            let (stamp, text) = match parsed {
                Some(Line::Message { header, text, .. }) => (header.stamp, text),
                _ => (None, &b""[..]),
            };
            let is_banner = is_banner(text);
            if is_banner && self.parts[part].boot.is_empty() {
                self.sources[source].boot();
            }
            if let Some(stamp) = stamp {
                self.sources[source].note(stamp);
            }
            self.parts[part].source = Some(source);
            if is_banner {
                self.end_boot(part);
                self.parts[part].boot.push((number, bytes.to_vec()));
                return;
            }
            if let Some(phone) = stamp.and_then(|stamp| self.sources[source].date(stamp)) {
                let of_phone = (self.sources[source].key.0.clone(), phone);
                if self.by_phone.get(&of_phone).is_none_or(|(_, last)| *last == source) {
                    self.may_write_at.insert(of_phone, source);
                }
            }
            if let Some(mac) = named_phone(text) {
                self.name_phone(source, mac);
            } else if (1..MAX_LINES_TO_NAME).contains(&self.parts[part].boot.len()) {
                self.parts[part].boot.push((number, bytes.to_vec()));
                return;
            } else {
                self.end_boot(part);
            }
        }
        // Naming the phone can change the part.
        if let Some(source) = self.current {
            self.read_line(self.sources[source].part, number, bytes, parsed);
        }
    }

    fn read_line(&mut self, part: usize, number: u64, bytes: &[u8], parsed: Option<Line<'_>>) {
        let ReadPart { reader, last, .. } = &mut self.parts[part];
        *last = number;
        reader.feed_line(number, bytes, parsed);
        record_events(&mut self.record, part, reader);
    }

    /// Reads the lines of a boot as lines of this part.
    fn end_boot(&mut self, part: usize) {
        for (number, line) in std::mem::take(&mut self.parts[part].boot) {
            self.read_line(part, number, &line, None);
        }
    }

    /// Takes the lines of a boot for those of this phone, which can have another address than before.
    fn name_phone(&mut self, source: usize, mac: Mac) {
        let LineSource { key, part, .. } = &self.sources[source];
        let (key, part) = (key.clone(), *part);
        let ReadPart { phone, boot, .. } = &mut self.parts[part];
        let (phone, boot) = (*phone, std::mem::take(boot));
        let of_phone = (key.0.clone(), mac);
        let known = self.by_phone.get(&of_phone).map(|(part, _)| *part);
        known.into_iter().for_each(|known| self.end_boot(known));
        // Lines that come by two ways at once are two logs.
        let is_before =
            |part: &usize| boot.first().is_some_and(|(number, _)| self.parts[*part].last < *number);
        let known = known.filter(is_before);
        let other = phone.filter(|phone| *phone != mac);
        let own = match known {
            // Without the banner, it is not known where the lines of another phone begin.
            _ if boot.is_empty() => Some(part),
            None if other.is_some() => self.add_part(key),
            known => known.or(Some(part)),
        };
        let Some(own) = own else {
            self.not_read += boot.len() as u64 + 1;
            self.current = None;
            return;
        };
        // A phone that is named at another address does not write from the one before.
        if self.may_write_at.remove(&of_phone) == Some(source) {
            self.sources[source].is_shared = true;
        }
        (self.parts[own].phone, self.parts[own].boot) = (Some(mac), boot);
        self.by_phone.insert(of_phone, (own, source));
        if own != part {
            self.sources[source].hand_over(own, other);
            self.parts[own].source = Some(source);
        }
        self.end_boot(own);
    }

    fn source(&mut self, key: PartKey) -> Option<usize> {
        if let Some(&source) = self.by_key.get(&key) {
            return Some(source);
        }
        let part = self.add_part(key.clone())?;
        self.by_key.insert(key.clone(), self.sources.len());
        self.sources.push(LineSource::new(key, part));
        Some(self.sources.len() - 1)
    }

    fn add_part(&mut self, key: PartKey) -> Option<usize> {
        if self.parts.len() >= MAX_PARTS {
            return None;
        }
        let reader = Reader::new(self.window, self.record.is_some());
        let boot = Vec::new();
        self.parts.push(ReadPart { key, reader, last: 0, source: None, phone: None, boot });
        Some(self.parts.len() - 1)
    }

    /// The parts with lines of an address that several phones write from, each with the first part of that mixture.
    fn mixed_parts(&mut self) -> BTreeMap<usize, usize> {
        for source in self.may_write_at.values() {
            self.sources[*source].is_shared = true;
        }
        let mut first_of = BTreeMap::new();
        for LineSource { parts, .. } in self.sources.iter().filter(|source| source.is_shared) {
            let firsts = parts.iter().map(|part| first_of.get(part).copied().unwrap_or(*part));
            let firsts: BTreeSet<usize> = firsts.collect();
            let Some(first) = firsts.first().copied() else { continue };
            first_of.values_mut().filter(|of| firsts.contains(of)).for_each(|of| *of = first);
            first_of.extend(parts.iter().map(|part| (*part, first)));
        }
        first_of.retain(|part, first| part != first);
        first_of
    }

    /// The parts, in order of first appearance, and the number of lines that were not read. A part without a name and
    /// without lines is left out if another part has the lines of its file.
    pub(super) fn finish(mut self) -> (Vec<LogPart>, u64) {
        if self.whole.is_none() && self.parts.is_empty() {
            let begin = std::mem::take(&mut self.begin);
            self.decide(&begin);
        }
        if let Some(reader) = &mut self.whole {
            let part = LogPart::whole(reader.finish());
            record_events(&mut self.record, 0, reader);
            return (vec![part], 0);
        }
        self.feed_end();
        (0..self.parts.len()).for_each(|part| self.end_boot(part));
        let mixed = self.mark_mixed_rows();
        let mixed_with = self.mixed_parts();
        let mut spans = vec![Vec::new(); self.parts.len()];
        for (number, source) in self.sources.iter().enumerate() {
            for part in &source.parts {
                let is_last = source.part == *part && self.parts[*part].source == Some(number);
                spans[*part].extend(source.span(*part, is_last));
            }
        }
        let mut parts: Vec<LogPart> = Vec::new();
        for (number, part) in self.parts.into_iter().enumerate() {
            let ReadPart { key: (file, name), mut reader, .. } = part;
            let is_mixed = mixed.contains(&number);
            let digest = reader.finish();
            record_events(&mut self.record, number, &mut reader);
            let spans = std::mem::take(&mut spans[number]);
            parts.push(LogPart { file, name, number, is_mixed, spans, digest });
        }
        for (number, first) in mixed_with {
            // Of a mixture, only the counts and addresses are used.
            let digest = std::mem::take(&mut parts[number].digest);
            parts[first].digest.append(digest, &self.window);
            let spans = std::mem::take(&mut parts[number].spans);
            parts[first].spans.extend(spans);
            parts[first].is_mixed = true;
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
        parts[0].digest.counts.lines += self.of_others.lines;
        parts[0].digest.counts.bytes += self.of_others.bytes;
        (parts, self.not_read)
    }

    /// Feeds the last line, which is cut if it has no line feed.
    fn feed_end(&mut self) {
        let cut = self.with_sender(&self.partial).unwrap_or_else(|| self.partial.clone());
        if cut.is_empty() {
            if let Some(whole) = self.held.take() {
                self.feed_line(self.lines, &whole, None);
            }
        } else if let (found, parsed) = part_of_parsed(&cut, &mut self.headers)
            && self.assign(&cut, found, parsed)
            && let Some(source) = self.current.filter(|_| !self.is_of_other)
        {
            let LineSource { key, part, .. } = &self.sources[source];
            let is_sender = ends_with_sender(&cut, key.1.as_ref());
            let part = *part;
            self.end_boot(part);
            // What comes before the lines of a part is not text that goes on from the line before.
            if !is_sender {
                self.parts[part].reader.feed_cut(self.lines, &cut);
            }
        }
    }

    /// Marks the sources whose rows can be of any phone: they are of several senders, or lack the sender that others
    /// have. Returns their parts.
    fn mark_mixed_rows(&mut self) -> HashSet<usize> {
        let is_named = |part: &&ReadPart| part.key.1.is_some();
        let named: HashSet<_> = self.parts.iter().filter(is_named).map(|part| part.key.0.clone()).collect();
        let mut mixed = HashSet::new();
        for LineSource { key: (file, name), parts, is_shared, rows, .. } in &mut self.sources {
            let Some(rows) = rows else { continue };
            if rows.differ() || name.is_none() && named.contains(file) {
                *is_shared = true;
                mixed.extend(parts.iter().copied());
            }
        }
        mixed
    }
}

/// Passes on the known messages that the reader of a part has read.
fn record_events(record: &mut Option<EventRecorder<'_>>, part: usize, reader: &mut Reader) {
    if let Some(record) = record {
        reader.take_recorded().for_each(|recorded| record(part, recorded));
    }
}
