//! From a log's bytes to the few lines that matter.
//!
//! Nearly all lines of a log are of no interest here, so each is first looked at where the phone
//! always puts things: a line whose header stands in the usual columns, whose component and level
//! were seen before, whose day and count of missed events have not changed, and whose text does not
//! begin like a known message, is done with in a few comparisons. All others go through the grammar.
//!
//! A reader takes a log in pieces of any size. It holds the beginning of one line and of one wrapped
//! message, each of bounded length.

mod counts;
mod usual;

pub use counts::{Counts, Digits};

use memchr::memchr;
use usual::Usual;

use crate::event::{self, Event, Reading};
use crate::line::{Header, Level, Line, line};
use crate::stamp::Stamp;

/// A line longer than this is cut there: 64 KiB.
pub const LONGEST_LINE: usize = 64 * 1024;

/// How many headerless lines a wrapped message may go on in.
const MOST_WRAPS: u8 = 8;

/// A text longer than this is no wrapped message.
const LONGEST_MESSAGE: usize = 4 * 1024;

/// A line that matters: it holds a known message, or its header tells something new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// 1-based number of the line in what the reader was fed.
    pub line: u64,
    /// Its header; none for a known message that stands in a line without one.
    pub header: Option<Header<'a>>,
    /// Its text; a wrapped message joined.
    pub text: &'a [u8],
    /// The known message.
    pub event: Option<Event>,
}

/// Where notes go.
pub trait Notes {
    /// Takes the next note; notes come in the order of their lines.
    fn note(&mut self, note: Note<'_>);

    /// Tells the last line with a header before the next note, or before the end. The lines between
    /// two notes have nothing to tell but that they are there.
    fn seen(&mut self, line: u64, stamp: Stamp);
}

/// Reads one log, or a part of one that begins with a line.
pub struct Reader<N> {
    notes: N,
    counts: Counts,
    /// The beginning of a line whose end has not come yet.
    unfinished: Vec<u8>,
    /// How many bytes of that line there were in all.
    unfinished_length: usize,
    has_unfinished: bool,
    usual: Usual,
    pending: Option<Wrapped>,
    /// The last line with a header, until a note tells of it or of a later one.
    unnoted: Option<(u64, Stamp)>,
    /// The stamp of the last line that went through the grammar.
    stamp: Option<Stamp>,
    every_stamp: bool,
}

/// A known message that may go on in the next line.
struct Wrapped {
    line: u64,
    header: Option<OwnedHeader>,
    text: Vec<u8>,
    /// What the text amounts to so far.
    reading: Reading,
    wraps: u8,
    /// How many of these lines came when the message was whole already.
    further_lines: u8,
}

impl Wrapped {
    const fn further_lines_after(&self, event: &Event) -> u8 {
        event.further_lines().saturating_sub(self.further_lines)
    }
}

#[derive(Clone, Copy)]
struct OwnedHeader {
    stamp: Stamp,
    component: [u8; 5],
    component_length: u8,
    level: Level,
    missed: u64,
}

impl OwnedHeader {
    fn of(header: &Header<'_>) -> Self {
        let mut component = [0; 5];
        component[..header.component.len()].copy_from_slice(header.component);
        Self {
            stamp: header.stamp,
            component,
            component_length: header.component.len() as u8,
            level: header.level,
            missed: header.missed,
        }
    }

    fn lend(&self) -> Header<'_> {
        Header {
            stamp: self.stamp,
            component: &self.component[..usize::from(self.component_length)],
            level: self.level,
            missed: self.missed,
        }
    }
}

impl<N: Notes> Reader<N> {
    /// A reader that tells `notes` what matters. With `every_stamp`, each line whose stamp differs
    /// from the line's before matters.
    pub fn new(notes: N, every_stamp: bool) -> Self {
        Self {
            notes,
            counts: Counts::default(),
            unfinished: Vec::new(),
            unfinished_length: 0,
            has_unfinished: false,
            usual: Usual::default(),
            pending: None,
            unnoted: None,
            stamp: None,
            every_stamp,
        }
    }

    /// Takes the next piece of the log.
    pub fn feed(&mut self, piece: &[u8]) {
        self.counts.bytes += piece.len() as u64;
        let mut rest = piece;
        if self.has_unfinished {
            let Some(end) = memchr(b'\n', rest) else {
                self.keep(rest);
                return;
            };
            self.keep(&rest[..end]);
            rest = &rest[end + 1..];
            let (whole, length) = (std::mem::take(&mut self.unfinished), self.unfinished_length);
            self.unfinished_length = 0;
            self.has_unfinished = false;
            self.line(&whole, length);
            self.unfinished = whole;
            self.unfinished.clear();
        }
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', rest) {
            let whole = &rest[start..end];
            start = end + 1;
            let may_pass = self.pending.is_none() && !self.every_stamp;
            if may_pass && self.usual.passes(whole, &mut self.counts.digits) {
                self.counts.lines += 1;
                self.counts.messages += 1;
                self.usual.passed(whole, self.counts.lines);
            } else {
                let whole = without_hole(whole);
                self.line(whole, whole.len());
            }
        }
        self.keep(&rest[start..]);
    }

    /// Ends the log: gives out what was kept, and what was counted.
    pub fn finish(mut self) -> (N, Counts) {
        if self.has_unfinished {
            let (whole, length) = (std::mem::take(&mut self.unfinished), self.unfinished_length);
            self.line(&whole, length);
        }
        self.flush();
        self.tell_unnoted();
        (self.notes, self.counts)
    }

    fn keep(&mut self, piece: &[u8]) {
        self.has_unfinished |= !piece.is_empty();
        let piece = if self.unfinished.is_empty() { without_hole(piece) } else { piece };
        self.unfinished_length += piece.len();
        let room = LONGEST_LINE.saturating_sub(self.unfinished.len());
        self.unfinished.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn line(&mut self, whole: &[u8], length: usize) {
        self.counts.lines += 1;
        if length > LONGEST_LINE {
            self.counts.cut += 1;
        }
        match line(&whole[..whole.len().min(LONGEST_LINE)]) {
            Line::Message { header, text } => {
                self.usual.learn_columns(whole, &header);
                self.message(&header, text);
            }
            Line::Headerless(text) => self.headerless(text),
        }
    }

    fn message(&mut self, header: &Header<'_>, text: &[u8]) {
        self.flush();
        self.counts.messages += 1;
        let line = self.counts.lines;
        if let Some(digits) = header.stamp.digits() {
            self.counts.digits.see(digits);
        }
        let is_other_stamp = self.stamp.replace(header.stamp) != Some(header.stamp);
        let is_new = self.usual.learn(header) || (self.every_stamp && is_other_stamp);
        match event::read(text) {
            Reading::Known(event) => self.tell(line, Some(header), text, Some(event)),
            reading @ (Reading::Open(_) | Reading::Cut) => {
                let header = Some(OwnedHeader::of(header));
                let text = text.to_vec();
                self.pending = Some(Wrapped { line, header, text, reading, wraps: 0, further_lines: 0 });
            }
            Reading::Unknown if is_new => self.tell(line, Some(header), text, None),
            Reading::Unknown => self.unnoted = Some((line, header.stamp)),
        }
    }

    fn headerless(&mut self, text: &[u8]) {
        if event::begins_message(text) {
            // A function's name can be all that stood before the wrap: then this is the message's text.
            if self.completes_pending(text) {
                return;
            }
            self.flush();
            self.counts.messages += 1;
            let line = self.counts.lines;
            match event::read(text) {
                Reading::Known(event) => self.tell(line, None, text, Some(event)),
                reading => {
                    let text = text.to_vec();
                    self.pending =
                        Some(Wrapped { line, header: None, text, reading, wraps: 0, further_lines: 0 });
                }
            }
            return;
        }
        if self.counts.messages == 0 {
            self.counts.unrecognized += 1;
        }
        self.counts.foreign += u64::from(is_foreign(text));
        self.wrap(text);
    }

    /// Joins a line that could be a message of its own to a cut one, if the two make one message.
    fn completes_pending(&mut self, text: &[u8]) -> bool {
        let Some(wrapped) = &self.pending else { return false };
        if wrapped.reading != Reading::Cut {
            return false;
        }
        let joined = [&wrapped.text, text].join(&b' ');
        let event = match event::read(&joined) {
            Reading::Known(event) => Some(event),
            Reading::Cut if event::read(text) == Reading::Cut => None,
            _ => return false,
        };
        let Some(mut wrapped) = self.pending.take() else { return false };
        if let Some(event) = event {
            let header = wrapped.header.as_ref().map(OwnedHeader::lend);
            self.tell(wrapped.line, header.as_ref(), &joined, Some(event));
        } else {
            wrapped.text = joined;
            wrapped.wraps += 1;
            self.pending = Some(wrapped);
        }
        true
    }

    /// Joins a headerless line to the message before it, if that can go on.
    fn wrap(&mut self, text: &[u8]) {
        let Some(mut wrapped) = self.pending.take() else { return };
        let before = &wrapped.reading;
        let fits = wrapped.wraps < MOST_WRAPS && wrapped.text.len() + text.len() < LONGEST_MESSAGE;
        let is_complete = matches!(before, Reading::Open(event) if wrapped.further_lines_after(event) == 0);
        if text.is_empty() || !fits || is_complete {
            self.pending = Some(wrapped);
            self.flush();
            return;
        }
        let length = wrapped.text.len();
        // Most wraps are at a blank, which is gone; a terminal wraps within a word.
        for separator in [&b" "[..], b""] {
            wrapped.text.extend_from_slice(separator);
            wrapped.text.extend_from_slice(text);
            match event::read(&wrapped.text) {
                Reading::Known(event) => {
                    let header = wrapped.header.as_ref().map(OwnedHeader::lend);
                    self.tell(wrapped.line, header.as_ref(), &wrapped.text, Some(event));
                    return;
                }
                reading @ (Reading::Open(_) | Reading::Cut) => {
                    wrapped.wraps += 1;
                    wrapped.further_lines += u8::from(matches!(wrapped.reading, Reading::Open(_)));
                    wrapped.reading = reading;
                    self.pending = Some(wrapped);
                    return;
                }
                Reading::Unknown => wrapped.text.truncate(length),
            }
        }
        self.pending = Some(wrapped);
        self.flush();
    }

    /// Gives out the message that was waiting for more lines.
    fn flush(&mut self) {
        let Some(wrapped) = self.pending.take() else { return };
        let event = match wrapped.reading {
            Reading::Known(event) | Reading::Open(event) => Some(event),
            Reading::Cut | Reading::Unknown => None,
        };
        let header = wrapped.header.as_ref().map(OwnedHeader::lend);
        if event.is_some() || header.is_some() {
            self.tell(wrapped.line, header.as_ref(), &wrapped.text, event);
        }
    }

    fn tell(&mut self, line: u64, header: Option<&Header<'_>>, text: &[u8], event: Option<Event>) {
        self.tell_unnoted();
        self.counts.events += u64::from(event.is_some());
        self.notes.note(Note { line, header: header.copied(), text, event });
    }

    /// Tells of the last line with a header since the last note.
    fn tell_unnoted(&mut self) {
        let passed = self.usual.take_passed();
        let unnoted = self.unnoted.take();
        if let Some((line, stamp)) = passed.into_iter().chain(unnoted).max_by_key(|(line, _)| *line) {
            self.notes.seen(line, stamp);
        }
    }
}

/// Whether this looks like UTF-16 where UTF-8 is read: every other byte is NUL.
fn is_foreign(text: &[u8]) -> bool {
    let nuls = memchr::memchr_iter(0, text).count();
    nuls > 1 && (text.len() / 3..=text.len() * 2 / 3).contains(&nuls)
}

/// A hole in a file, where a write was lost or a log was truncated while the phone wrote on, is no part
/// of the line behind it, however long it is.
fn without_hole(piece: &[u8]) -> &[u8] {
    let begin = piece.iter().position(|&byte| byte != 0).unwrap_or(piece.len());
    &piece[begin..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Told(Vec<(u64, Option<String>, String, Option<Event>)>, Option<(u64, Stamp)>);

    impl Notes for Told {
        fn note(&mut self, note: Note<'_>) {
            let stamp = note.header.map(|header| header.stamp.to_string());
            self.0.push((note.line, stamp, String::from_utf8_lossy(note.text).into_owned(), note.event));
        }

        fn seen(&mut self, line: u64, stamp: Stamp) {
            self.1 = Some((line, stamp));
        }
    }

    fn read(log: &[u8]) -> (Told, Counts) {
        let mut reader = Reader::new(Told::default(), false);
        reader.feed(log);
        reader.finish()
    }

    fn events(told: &Told) -> Vec<(u64, &'static str)> {
        told.0.iter().filter_map(|(line, _, _, event)| Some((*line, event.as_ref()?.kind()))).collect()
    }

    const LOG: &[u8] = b"y |4|00|tail of a cut line\n\
        0531130928|sip  |4|03|nothing of interest here\n\
        0531130928|sip  |4|03|nothing of interest here either\r\n\
        0531130928|tls  |*|03|Saving new Custom platform device certificate 1\n\
        0531130928|tls  |*|03|New Certificate Common Name '0004F206075D'\n\
        Fingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'\n\
        hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length 4677 is bigger than maximum 4096\n\
        0531131030|sip  |4|03|goes on\nin the next line\n\
        0531131130|sip  |4|04|one more was missed\n\
        0529103935|tls |4|04|Device credential invalid: Cert is not proper in the\n\
        certificate\n\
        000005.932|tls |3|04|Polycom device certificate MD5 finger\n\
        print: 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17\n\
        000005.933|cfg |3|04|Polycom device certificate is not available here\n\
        000005.934|tls |3|04|Polycom device certificate is not available";

    #[test]
    fn what_matters_is_told() {
        let (told, counts) = read(LOG);
        let expected = [
            (4, "certificate_saving"),
            (5, "new_certificate"),
            (7, "key_too_large"),
            (11, "credential_invalid"),
            (13, "certificate_fingerprint"),
            (16, "certificate_unavailable"),
        ];
        assert_eq!(events(&told), expected);
        assert_eq!((counts.lines, counts.unrecognized, counts.messages, counts.events), (16, 1, 11, 6));
        assert_eq!(counts.bytes, LOG.len() as u64);
        assert!(told.0.iter().any(|(line, _, text, event)| (*line, text.as_str(), event.is_none())
            == (10, "one more was missed", true)));
        let reason = told.0.iter().find_map(|(_, _, _, event)| match event {
            Some(Event::CredentialInvalid { reason }) => Some(reason.to_string()),
            _ => None,
        });
        assert_eq!(reason.as_deref(), Some("Cert is not proper in the certificate"));
    }

    #[test]
    fn pieces_of_any_size_tell_the_same() {
        let (whole, counts) = read(LOG);
        for split in 0..=LOG.len() {
            let mut reader = Reader::new(Told::default(), false);
            reader.feed(&LOG[..split]);
            reader.feed(&LOG[split..]);
            let (told, split_counts) = reader.finish();
            assert_eq!((told.0, split_counts), (whole.0.clone(), counts), "split at {split}");
        }
    }

    #[test]
    fn a_long_line_is_cut_and_counted() {
        let mut log = b"0531130928|sip  |4|03|".to_vec();
        log.resize(LONGEST_LINE * 3, b'x');
        log.extend_from_slice(b"\n0531130928|tls  |*|03|Saving new Custom platform device certificate 1\n");
        for step in [log.len(), 1000, 7] {
            let mut reader = Reader::new(Told::default(), false);
            log.chunks(step).for_each(|piece| reader.feed(piece));
            let (told, counts) = reader.finish();
            assert_eq!((counts.lines, counts.cut, counts.events), (2, 1, 1));
            assert_eq!(events(&told), [(2, "certificate_saving")]);
        }
    }

    #[test]
    fn a_message_wrapped_at_any_blank_is_found_among_usual_lines() {
        let usual = "0531130928|tls  |3|03|nothing of interest here, as nearly always\n";
        for whole in [
            "Custom platform device certificate 1 is not available",
            "Server certificate verification failed, Untrusted Certificate",
            "Skipped uploading of failed log file x",
            "UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 0",
            "Application, main: Label=SIP, Version=5.5.2.11338",
        ] {
            for (blank, _) in whole.match_indices(' ').filter(|(blank, _)| *blank > 3) {
                for end in ["\n", "\r\n", "  \n"] {
                    let (first, rest) = (&whole[..blank], &whole[blank + 1..]);
                    let log = format!("{usual}{usual}0531130928|tls  |3|03|{first}{end}{rest}{end}");
                    assert_eq!(read(log.as_bytes()).1.events, 1, "{log:?}");
                }
            }
        }
    }

    #[test]
    fn usual_lines_are_checked_all_the_same() {
        let header = "0531130928|sip  |4|03|first line of text\n";
        for (line, is_valid) in [
            ("0531130929|sip  |4|03|first line of text", true),
            ("05311309x9|sip  |4|03|first line of text", false),
            ("0531130999|sip  |4|03|first line of text", true),
            ("0531131x28|sip  |4|03|first line of text", false),
            ("0531130928|sip  |9|03|first line of text", false),
            ("0531130928|si|  |4|03|first line of text", false),
            ("0531130928|sip  |4|0x|first line of text", false),
        ] {
            let (_, counts) = read(format!("{header}{line}\n").as_bytes());
            assert_eq!(counts.messages, 1 + u64::from(is_valid), "{line}");
        }
    }
}
