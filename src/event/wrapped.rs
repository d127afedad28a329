//! A message that is wrapped over several lines.
//!
//! A mail program wraps at a blank and drops it, a terminal wraps within words. So the lines are joined with a blank
//! and without one, and every join that the grammar accepts is kept. A value in which they differ is unknown, unless
//! only one of them has the form of such a value: a break in `0004F2|06075D` is within the name. If other lines show
//! that the log is wrapped at blanks, the join with the most blanks counts. A line without a header can also be of
//! something else: then the message is what it was without this line.

use serde_json::Value;
use smallvec::{SmallVec, smallvec};

use super::{End, Event, ParsedText, kinds, read};
use crate::line::{lossy, without_separators, without_trailing_marks};
use crate::reference::Model;
use crate::secrets::left_by_conceal;

/// The most joins of one message: those of three breaks that the grammar does not decide.
const MAX_JOINS: usize = 8;

/// The most lines that continue a message.
const MAX_LINES: u8 = 8;

/// The longest text of a message, in bytes.
const MAX_LENGTH: usize = 4 * 1024;

/// The lines of a message so far.
#[derive(Clone, Debug)]
pub(crate) struct WrappedText {
    /// The joins of these lines that can be a message, the one with the most blanks first.
    joins: SmallVec<[Join; 1]>,
    /// The message without its last lines, if it was complete without them.
    shorter: Vec<Join>,
    /// How many lines came after the first one, and how many of these after the message was already complete.
    lines: u8,
    further_lines: u8,
    /// More lines follow, so the last one may end within a value.
    is_cut_off: bool,
}

#[derive(Clone, Debug)]
struct Join {
    text: Vec<u8>,
    reading: ParsedText,
    /// It is joined with blanks alone.
    has_blanks: bool,
}

impl Join {
    const fn event(&self) -> Option<&Event> {
        self.reading.event()
    }

    /// The texts that the next line may make of this one, and whether they are joined with a blank.
    fn with(&self, line: &[u8]) -> Vec<(Vec<u8>, bool)> {
        // Only a single word can be the rest of a number or a fingerprint.
        let goes_on = || may_go_on(&self.text) && (is_word(line) || ends_in_quote(&self.text));
        if matches!(self.reading, ParsedText::Known(_)) && !goes_on() {
            return Vec::new();
        }
        // Each line may end with the bar of a table or another mark.
        let text = without_trailing_marks(&self.text);
        let mut joins = vec![([text, b" ", line].concat(), true), ([text, line].concat(), false)];
        if is_within_fingerprint(text, line) {
            joins.reverse();
        }
        if text.ends_with(b" \"") || text.ends_with(b" '") {
            // A value does not begin with a blank.
            joins.remove(0);
        }
        if text.len() < self.text.len() {
            joins.push(([&self.text, line].concat(), false));
        }
        joins
    }
}

/// Whether what a join has after a shorter one, which is a message without a secret, is a secret by itself.
fn has_secret_behind(join: &Join, shorter: &Join) -> bool {
    let is_concealed = |text: &[u8]| left_by_conceal(&lossy(text)).is_some();
    let behind = join.text.strip_prefix(&*shorter.text);
    shorter.event().is_some() && !is_concealed(&shorter.text) && behind.is_some_and(is_concealed)
}

impl WrappedText {
    /// The first line.
    pub(crate) fn new(text: &[u8], reading: ParsedText) -> Self {
        let joins = smallvec![Join { text: text.to_vec(), reading, has_blanks: true }];
        Self { joins, shorter: Vec::new(), lines: 0, further_lines: 0, is_cut_off: false }
    }

    /// Joins a line, without blanks at its ends, if it can continue the message.
    pub(crate) fn join(&mut self, line: &[u8], end: End) -> bool {
        if line.is_empty() {
            // A mail may have an empty line after each line.
            let fits = self.is_begun() && self.lines < MAX_LINES;
            self.lines += u8::from(fits);
            return fits;
        }
        let open = self.joins.iter().find(|join| matches!(join.reading, ParsedText::Open(_)));
        let is_done = |event: &Event| event.further_lines() <= self.further_lines;
        let is_long = self.joins.iter().any(|join| join.text.len() + line.len() >= MAX_LENGTH);
        if open.and_then(Join::event).is_some_and(is_done) || is_long || self.lines >= MAX_LINES {
            self.is_cut_off = true;
            return false;
        }
        let is_open = open.is_some();
        // A cut last line can be the beginning of another line, with what comes before its stamp.
        if end == End::Cut && !self.is_begun() {
            return false;
        }
        let mut joined: SmallVec<[Join; 1]> = SmallVec::new();
        for before in &self.joins {
            // If the kind of the message is clear already, it must remain so.
            let is_begun = before.event().is_some() || cut_event(&before.text).is_some();
            joined.extend(before.with(line).into_iter().filter_map(|(text, has_blank)| {
                let reading = read(&text, end);
                let fits = match reading {
                    ParsedText::Known(_) | ParsedText::Open(_) => true,
                    ParsedText::Cut => !is_begun || cut_event(&text).is_some(),
                    ParsedText::Unknown => false,
                };
                fits.then_some(Join { text, reading, has_blanks: before.has_blanks && has_blank })
            }));
        }
        self.is_cut_off = joined.len() > MAX_JOINS;
        if joined.is_empty() || self.is_cut_off {
            return false;
        }
        let is_whole = joined.iter().any(|join| join.event().is_some());
        let before = std::mem::replace(&mut self.joins, joined);
        // A line that begins with one of these characters is the rest of a value.
        let is_rest = matches!(line, [b':' | b'.', _, ..]);
        self.shorter.extend(before.into_iter().filter(|join| match join.reading {
            ParsedText::Known(_) => ends_in_quote(&join.text) || (is_whole && !is_rest),
            ParsedText::Open(_) => !is_whole || (is_word(line) && !is_rest),
            ParsedText::Cut | ParsedText::Unknown => false,
        }));
        self.lines += 1;
        self.further_lines += u8::from(is_open);
        true
    }

    /// Whether it is only the beginning of a message.
    pub(crate) fn is_begun(&self) -> bool {
        self.shorter.is_empty() && self.joins.iter().all(|join| join.reading == ParsedText::Cut)
    }

    /// Whether it is the beginning of a message about certificates. Of the platform and the software, phones also
    /// write messages that only begin like the known ones.
    pub(crate) fn begins_certificate_message(&self) -> bool {
        let is_of_phone = |text: &[u8]| {
            ["Application, main:", "Platform:"].iter().any(|of| text.starts_with(of.as_bytes()))
        };
        self.is_begun() && !self.joins.iter().any(|join| join.text.is_empty() || is_of_phone(&join.text))
    }

    /// Whether it ends with the mark of a program that cut it off at the width of the screen: `less -S` writes `>`, older
    /// versions of nano `$`.
    pub(crate) fn is_marked_as_cut(&self) -> bool {
        let is_marked = |text: &[u8]| match text.last() {
            Some(b'$') => true,
            // Not the end of a tag.
            Some(b'>') => !text.contains(&b'<'),
            _ => false,
        };
        self.joins.iter().any(|join| is_marked(&join.text))
    }

    /// Whether it may continue although it is complete, because more fields can follow.
    pub(crate) fn is_open(&self) -> bool {
        self.joins.iter().any(|join| matches!(join.reading, ParsedText::Open(_)))
    }

    /// Whether it is complete, and only if its lines are joined within words, without a blank at a break.
    pub(crate) fn is_broken_within_words(&self) -> bool {
        let mut whole = self.joins.iter().filter(|join| join.event().is_some()).peekable();
        whole.peek().is_some() && whole.all(|join| !join.has_blanks)
    }

    /// Whether there is no text yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.joins.iter().all(|join| join.text.is_empty())
    }

    /// The event if no further line continues it, and its text. Of a message whose rest was lost, it is what the
    /// beginning shows.
    pub(crate) fn event(&self, is_wrapped_at_blanks: bool) -> Option<(Event, &[u8])> {
        let event_of =
            |join: &Join| if self.is_cut_off { cut_event(&join.text) } else { join.event().cloned() };
        if let Some(join) = self.with_secret() {
            // A secret in lines of its own is not of the message.
            if let Some(before) = self.shorter.iter().find(|shorter| has_secret_behind(join, shorter)) {
                return Some((before.event()?.clone(), &before.text));
            }
            return Some((event_of(join).or_else(|| cut_event(&join.text))?, &join.text));
        }
        let whole = self.joins.iter().filter(|join| join.event().is_some());
        let whole = whole.filter_map(|join| Some((event_of(join)?, &join.text[..])));
        let shorter = self.shorter.iter().filter_map(|join| Some((join.event()?.clone(), &join.text[..])));
        let whole = whole.take(if is_wrapped_at_blanks { 1 } else { usize::MAX });
        let mut found: Vec<(Event, &[u8])> = whole.chain(shorter).collect();
        if found.is_empty() {
            let begun = self.joins.iter().filter_map(|join| Some((cut_event(&join.text)?, &join.text[..])));
            found = begun.collect();
        }
        let event = agreed(found.iter().map(|(event, _)| event))?;
        let text =
            found.iter().find(|(known, _)| *known == event).or(found.first()).map(|(_, text)| *text)?;
        Some((event, text))
    }

    /// The join that conceals most of a secret. In the others, its word or its end may be broken, so they would show it.
    fn with_secret(&self) -> Option<&Join> {
        if self.joins.len() < 2 {
            return None;
        }
        let is_whole = self.joins.iter().any(|join| join.event().is_some());
        let joins = self.joins.iter().filter(|join| !is_whole || join.event().is_some());
        let left = joins.filter_map(|join| Some((left_by_conceal(&lossy(&join.text))?, join)));
        left.min_by_key(|(left, _)| *left).map(|(_, join)| join)
    }
}

/// Whether the value at the end of a complete message can go on in the next line: a number, a fingerprint, or a name
/// that contains quotation marks. Names contain no double ones.
pub(crate) fn may_go_on(text: &[u8]) -> bool {
    match text.last() {
        Some(digit) if digit.is_ascii_hexdigit() => true,
        // Nearly all other texts.
        Some(b'"' | b'-' | b'.' | b']' | b'a'..=b'z') | None => false,
        Some(_) => {
            ends_in_quote(text) || without_trailing_marks(text).last().is_some_and(u8::is_ascii_hexdigit)
        }
    }
}

fn ends_in_quote(text: &[u8]) -> bool {
    ["'", "`", "‘", "’"].iter().any(|quote| without_trailing_marks(text).ends_with(quote.as_bytes()))
}

/// Whether a break is next to a colon between two pairs of hex digits.
fn is_within_fingerprint(text: &[u8], line: &[u8]) -> bool {
    let are_digits = |pair: &[u8]| pair.iter().all(u8::is_ascii_hexdigit);
    match (text, line) {
        ([.., a, b, b':'], [c, d, ..]) | ([.., a, b], [b':', c, d, ..]) => are_digits(&[*a, *b, *c, *d]),
        _ => false,
    }
}

fn is_word(line: &[u8]) -> bool {
    !line.iter().any(u8::is_ascii_whitespace)
}

fn is_number(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// The event of a text whose rest is missing.
fn cut_event(text: &[u8]) -> Option<Event> {
    let event = |text| read(text, End::Cut).event().cloned();
    // A program that cut the line may have written a mark at its end.
    event(text).or_else(|| event(without_separators(without_trailing_marks(text))))
}

/// The event with the values in which these events agree.
fn agreed<'e>(events: impl Iterator<Item = &'e Event> + Clone) -> Option<Event> {
    let first = events.clone().next()?;
    if events.clone().all(|event| event == first) {
        return Some(first.clone());
    }
    let all: Vec<_> = events.map(kinds::parts).collect();
    let (kind, mut fields) = kinds::parts(first);
    for (name, value) in &mut fields {
        let mut values: Vec<&Value> = Vec::new();
        for other in all.iter().filter(|(other, _)| *other == kind).filter_map(|(_, fields)| fields.get(name))
        {
            if !other.is_null() && !values.contains(&other) {
                values.push(other);
            }
        }
        *value = one_of(name, &values).cloned().unwrap_or_default();
    }
    kinds::from_parts(kind, fields)
}

/// Of several values, by the ways in which the lines can be joined: of a reason the first, which has the most blanks, else
/// the only one that has the form of its field.
fn one_of<'v>(field: &str, values: &[&'v Value]) -> Option<&'v Value> {
    if values.len() < 2 || field == "reason" {
        return values.first().copied();
    }
    let mut formed = values.iter().filter(|value| value.as_str().is_some_and(|text| has_form(field, text)));
    formed.next().copied().filter(|_| formed.next().is_none())
}

/// Whether a text has the form in which phones write this field.
fn has_form(field: &str, text: &str) -> bool {
    match field {
        "common_name" => text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_hexdigit()),
        "model" => text.parse::<Model>().is_ok_and(|model| model.to_string() == text),
        "assembly" => {
            let groups: Vec<_> = text.split('-').collect();
            groups.iter().map(|group| group.len()).eq([4, 5, 3])
                && groups.iter().all(|group| is_number(group.as_bytes()))
        }
        "uri" | "label" => !text.contains(' '),
        _ => false,
    }
}
