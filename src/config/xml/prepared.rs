//! What the full parser can't do itself, done to the text before: colons in names made no namespaces,
//! attributes counted, and the faults of comments found at their place.

use std::borrow::Cow;
use std::ops::Range;

use super::{ATTRIBUTES_MAX, Refusal, TWICE};
use crate::problem::ProblemKind;

/// A text as the full parser takes it, of the same length.
pub(super) struct Prepared<'t> {
    pub(super) text: Cow<'t, str>,
    /// An element has too many attributes: those beyond the limit are blanks.
    pub(super) too_many: Option<Refusal>,
    /// The first comment that is not well-formed: where it begins, its fault, and why.
    pub(super) comment: Option<(usize, usize, &'static str)>,
}

/// The text with each colon in a name made an underscore.
pub(super) fn prepared(text: &str) -> Prepared<'_> {
    let bytes = text.as_bytes();
    let (mut found, mut comment) = (Tags::default(), None);
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', &bytes[at..]).map(|offset| at + offset) {
        let rest = &bytes[start..];
        at = if rest.starts_with(b"<!--") {
            let end = memchr::memmem::find(&rest[4..], b"--").map(|offset| start + 4 + offset);
            let fault = match end {
                None => Some((start, start, "a comment has no end")),
                Some(end) if bytes.get(end + 2) != Some(&b'>') => {
                    Some((start, end, "a comment has '--' in it, which only its end may have"))
                }
                Some(_) => None,
            };
            comment = comment.or(fault);
            end.filter(|_| fault.is_none()).map_or(bytes.len(), |end| end + 3)
        } else if rest.starts_with(b"<![CDATA[") {
            after(bytes, start + 9, b"]]>")
        } else if rest.starts_with(b"<?") {
            after(bytes, start + 2, b"?>")
        } else if rest.starts_with(b"<!") {
            start + 2
        } else {
            found.tag(bytes, start + 1)
        };
    }
    if found.colons.is_empty() && found.surplus.is_empty() {
        return Prepared { text: Cow::Borrowed(text), too_many: found.refusal, comment };
    }
    let mut changed = bytes.to_vec();
    found.colons.into_iter().for_each(|colon| changed[colon] = b'_');
    for range in found.surplus {
        changed[range].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    // ASCII was replaced, and whole values.
    let text = String::from_utf8(changed).map_or(Cow::Borrowed(text), Cow::Owned);
    Prepared { text, too_many: found.refusal, comment }
}

fn after(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memmem::find(rest, end).map_or(bytes.len(), |offset| from + offset + end.len())
}

/// What stands in the tags of a text.
#[derive(Default)]
struct Tags {
    colons: Vec<usize>,
    /// The attributes beyond the limit.
    surplus: Vec<Range<usize>>,
    refusal: Option<Refusal>,
}

impl Tags {
    /// Goes through a tag from behind its `<`; returns where it ends. Where it is not well-formed, that is
    /// left to the parser, which gets no further than there.
    fn tag(&mut self, bytes: &[u8], from: usize) -> usize {
        let (mut at, mut value_end) = (from, from);
        let mut names: Vec<(&[u8], usize)> = Vec::new();
        while let Some(found) =
            bytes[at..].iter().position(|byte| b"\"'>:<".contains(byte)).map(|offset| at + offset)
        {
            match bytes[found] {
                b'>' => {
                    self.count(names);
                    return found + 1;
                }
                b'<' => return found,
                b':' => {
                    self.colons.push(found);
                    at = found + 1;
                }
                quote => {
                    let Some(name) = bytes[value_end..found].trim_ascii_end().strip_suffix(b"=") else {
                        return bytes.len();
                    };
                    let Some(length) = memchr::memchr(quote, &bytes[found + 1..]) else { return bytes.len() };
                    let end = found + 1 + length + 1;
                    if bytes.get(end).is_some_and(|next| !b" \t\r\n/>?".contains(next)) {
                        return bytes.len();
                    }
                    names.push((name.trim_ascii(), found));
                    if names.len() > ATTRIBUTES_MAX && !bytes[found..end].contains(&b'<') {
                        self.surplus.push(value_end..end);
                    }
                    (at, value_end) = (end, end);
                }
            }
        }
        bytes.len()
    }

    /// Whether these are too many attributes of one element, and are well-formed nevertheless.
    fn count(&mut self, mut names: Vec<(&[u8], usize)>) {
        if names.len() <= ATTRIBUTES_MAX || matches!(self.refusal, Some(Refusal::Malformed(..))) {
            return;
        }
        names.sort_unstable();
        let twice = names.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1).min();
        self.refusal = Some(match twice {
            Some(byte) => Refusal::Malformed(byte, TWICE),
            None => Refusal::Unread(
                ProblemKind::LimitExceeded,
                "an element has more than 5,000 attributes; the file was not read",
            ),
        });
    }
}
