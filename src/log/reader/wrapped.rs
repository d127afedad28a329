//! Lines without a header, and messages that are wrapped over several lines. Such a message is pending until
//! the next line shows whether it continues it.

use xxhash_rust::xxh3::xxh3_64;

use super::{Reader, Recorder};
use crate::event::{self, End, Event, ParsedText};
use crate::line::{Header, Level, without_trailing_marks};
use crate::stamp::Stamp;

/// The most lines without a header that continue a wrapped message.
const MAX_WRAPS: u8 = 8;

/// The longest text of a wrapped message, in bytes.
const MAX_MESSAGE_LENGTH: usize = 4 * 1024;

/// A known message that the next line may continue.
pub(super) struct Pending {
    pub(super) line: u64,
    pub(super) skipped: u64,
    pub(super) header: Option<OwnedHeader>,
    pub(super) hash: u64,
    pub(super) hash_before: u64,
    pub(super) text: Vec<u8>,
    /// Its lines, byte for byte.
    pub(super) raw: Vec<u8>,
    pub(super) reading: ParsedText,
    pub(super) wraps: u8,
    /// How many of these lines came after the message was already complete.
    pub(super) further_lines: u8,
    /// Its header has something new, so its line is kept whatever the text is.
    pub(super) is_news: bool,
    pub(super) is_cut: bool,
}

#[derive(Clone, Copy)]
pub(super) struct OwnedHeader {
    stamp: Option<Stamp>,
    component: [u8; 5],
    component_length: u8,
    level: Level,
    missed: u64,
}

impl OwnedHeader {
    pub(super) fn of(header: &Header<'_>) -> Self {
        let mut component = [0; 5];
        let length = header.component.len().min(5);
        component[..length].copy_from_slice(&header.component[..length]);
        Self {
            stamp: header.stamp,
            component,
            component_length: length as u8,
            level: header.level,
            missed: header.missed,
        }
    }

    fn as_header(&self) -> Header<'_> {
        Header {
            stamp: self.stamp,
            component: &self.component[..usize::from(self.component_length)],
            level: self.level,
            missed: self.missed,
        }
    }
}

impl Reader {
    /// Takes a line without a header: a message of its own, or the continuation of the one before.
    pub(super) fn headerless(&mut self, text: &[u8], raw: &[u8], end: End, recorder: &mut Recorder<'_>) {
        // Lines that continue a cut first line belong to the head too.
        self.keep_head(raw, end);
        if let Some(text) = event::find(text) {
            // If only a function's name came before the wrap, this line is the text of that message.
            if self.completes_pending(text, raw, end, recorder) {
                return;
            }
            self.flush(recorder);
            // Entries must be in the order of their lines.
            self.keep_last();
            self.digest.counts.messages += 1;
            let number = self.digest.counts.lines;
            let hash = xxh3_64(text);
            let hash_before = if self.last.line + 1 == number { self.last.hash } else { 0 };
            match event::read(text, end) {
                ParsedText::Known(event) => {
                    let place = (number, self.skipped);
                    self.add_event(place, None, (hash, hash_before), text, event, end, recorder);
                }
                reading => {
                    self.pending = Some(Pending {
                        line: number,
                        skipped: self.skipped,
                        header: None,
                        hash,
                        hash_before,
                        text: text.to_vec(),
                        raw: with_feed(raw),
                        reading,
                        wraps: 0,
                        further_lines: 0,
                        is_news: false,
                        is_cut: end == End::Cut,
                    });
                }
            }
            return;
        }
        if self.digest.counts.messages == 0 {
            self.digest.counts.unrecognized += 1;
        }
        self.digest.counts.foreign += u64::from(is_utf_16(text));
        self.wrap(text, raw, end, recorder);
    }

    /// Joins a line that could be a message of its own to a cut one, if both together are one message.
    pub(super) fn completes_pending(
        &mut self,
        text: &[u8],
        raw: &[u8],
        end: End,
        recorder: &mut Recorder<'_>,
    ) -> bool {
        let Some(pending) = &self.pending else { return false };
        if pending.reading != ParsedText::Cut {
            return false;
        }
        let joined = [&pending.text, text].join(&b' ');
        let event = match event::read(&joined, end) {
            ParsedText::Known(event) => Some(event),
            ParsedText::Cut if event::read(text, end) == ParsedText::Cut => None,
            _ => return false,
        };
        let Some(mut pending) = self.pending.take() else { return false };
        pending.text = joined;
        pending.is_cut = end == End::Cut;
        if let Some(event) = event {
            self.add_pending(pending, event, recorder);
        } else {
            pending.wraps += 1;
            pending.take_raw(raw);
            self.pending = Some(pending);
        }
        true
    }

    /// Joins a line without a header to the pending message, if it can continue it.
    pub(super) fn wrap(&mut self, text: &[u8], raw: &[u8], end: End, recorder: &mut Recorder<'_>) {
        let Some(mut pending) = self.pending.take() else { return };
        let fits = pending.wraps < MAX_WRAPS && pending.text.len() + text.len() < MAX_MESSAGE_LENGTH;
        let is_complete = matches!(&pending.reading, ParsedText::Open(event)
            if event.further_lines() <= pending.further_lines);
        // A mail may have an empty line after each line.
        if text.is_empty() && fits && pending.reading == ParsedText::Cut {
            pending.wraps += 1;
            pending.take_raw(raw);
            self.pending = Some(pending);
            return;
        }
        if text.is_empty() || !fits || is_complete {
            self.pending = Some(pending);
            return self.flush(recorder);
        }
        // Each line may end with the bar of a table or another mark.
        let length = without_trailing_marks(&pending.text).len();
        let unmarked = pending.text.split_off(length);
        // Most wraps replace a blank, but a terminal wraps within words.
        for separator in [&b" "[..], b""] {
            pending.text.extend_from_slice(separator);
            pending.text.extend_from_slice(text);
            match event::read(&pending.text, end) {
                ParsedText::Known(event) => {
                    pending.is_cut = end == End::Cut;
                    return self.add_pending(pending, event, recorder);
                }
                reading @ (ParsedText::Open(_) | ParsedText::Cut) => {
                    pending.wraps += 1;
                    pending.further_lines += u8::from(matches!(pending.reading, ParsedText::Open(_)));
                    pending.reading = reading;
                    pending.is_cut = end == End::Cut;
                    pending.take_raw(raw);
                    self.pending = Some(pending);
                    return;
                }
                ParsedText::Unknown => pending.text.truncate(length),
            }
        }
        pending.text.extend_from_slice(&unmarked);
        self.pending = Some(pending);
        self.flush(recorder);
    }

    /// Ends the pending message.
    pub(super) fn flush(&mut self, recorder: &mut Recorder<'_>) {
        let Some(mut pending) = self.pending.take() else { return };
        let reading = match std::mem::replace(&mut pending.reading, ParsedText::Unknown) {
            // The rest of the message was lost. The event counts if its kind is clear from the beginning.
            ParsedText::Cut => event::read(&pending.text, End::Cut),
            reading => reading,
        };
        match reading {
            ParsedText::Known(event) | ParsedText::Open(event) => self.add_pending(pending, event, recorder),
            ParsedText::Cut | ParsedText::Unknown if pending.is_news => self.keep_last(),
            ParsedText::Cut | ParsedText::Unknown => {}
        }
    }

    fn add_pending(&mut self, pending: Pending, event: Event, recorder: &mut Recorder<'_>) {
        let header = pending.header.as_ref().map(OwnedHeader::as_header);
        let hashes = (pending.hash, pending.hash_before);
        let end = if pending.is_cut { End::Cut } else { End::Whole };
        let place = (pending.line, pending.skipped);
        self.add_event(place, header.as_ref(), hashes, &pending.text, event, end, recorder);
    }
}

/// A line with its line feed.
pub(super) fn with_feed(raw: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(raw.len() + 1);
    line.extend_from_slice(raw);
    line.push(b'\n');
    line
}

impl Pending {
    fn take_raw(&mut self, raw: &[u8]) {
        self.raw.extend_from_slice(raw);
        self.raw.push(b'\n');
    }
}

/// Whether NUL bytes alternate with other bytes, as in UTF-16 text.
fn is_utf_16(text: &[u8]) -> bool {
    let zeros = |from: usize| text.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    text.len() >= 8 && (zeros(0) > text.len() / 4) != (zeros(1) > text.len() / 4)
}
