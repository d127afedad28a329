//! Prepares a text for the full parser: replaces colons in names, which are not namespaces here, and counts
//! attributes, because the parser's time is quadratic in their number.

use std::borrow::Cow;

use super::{MAX_ATTRIBUTES, Refusal};
use crate::problem::ProblemKind;

/// The text with each colon in a name replaced with an underscore; an error if an element has too many attributes.
pub(super) fn prepared(text: &str) -> Result<Cow<'_, str>, Refusal> {
    let bytes = text.as_bytes();
    let (mut at, mut colons) = (0, Vec::new());
    while let Some(start) = memchr::memchr(b'<', &bytes[at..]).map(|offset| at + offset) {
        let rest = &text[start..];
        at = if rest.starts_with("<!--") {
            after(text, start + 4, "-->")
        } else if rest.starts_with("<![CDATA[") {
            after(text, start + 9, "]]>")
        } else if rest.starts_with("<?") {
            after(text, start + 2, "?>")
        } else if rest.starts_with("<!") {
            start + 2
        } else {
            tag(text, start + 1, &mut colons)?
        };
    }
    if colons.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let mut changed = bytes.to_vec();
    colons.into_iter().for_each(|colon| changed[colon] = b'_');
    // Only ASCII characters were replaced, with others of ASCII.
    Ok(String::from_utf8(changed).map_or(Cow::Borrowed(text), Cow::Owned))
}

/// The offset after the next occurrence of `end`; the end of the text if there is none.
fn after(text: &str, from: usize, end: &str) -> usize {
    text[from..].find(end).map_or(text.len(), |offset| from + offset + end.len())
}

/// Reads a tag from after its `<`; returns its end. A text that is not well-formed is left to the parser, which
/// stops there.
fn tag(text: &str, from: usize, colons: &mut Vec<usize>) -> Result<usize, Refusal> {
    let (mut at, mut values) = (from, 0);
    while let Some(found) = text[at..].find(['"', '\'', '>', ':', '<']).map(|offset| at + offset) {
        at = found + 1;
        match text.as_bytes()[found] {
            b'>' => return Ok(at),
            b'<' => return Ok(found),
            b':' => colons.push(found),
            quote => {
                at = after(text, at, if quote == b'"' { "\"" } else { "'" });
                values += 1;
                if values > MAX_ATTRIBUTES {
                    let why = "an element has more than 5,000 attributes; the file was not read";
                    return Err(Refusal::Unread(ProblemKind::LimitExceeded, why));
                }
            }
        }
    }
    Ok(text.len())
}
