//! Quotation marks of all languages, and the entities by which web pages write them.

use super::blanks::{blank_length, trim_end};

/// Double quotation marks.
pub(crate) const DOUBLE_QUOTES: [&str; 8] = ["\"", "“", "”", "„", "‟", "«", "»", "＂"];

/// Single quotation marks.
pub(crate) const SINGLE_QUOTES: [&str; 8] = ["'", "‘", "’", "‚", "‛", "‹", "›", "`"];

/// Removes a closing quotation mark at the end whose opening one is before the line: it makes the number of marks odd.
/// None if there is none.
pub(super) fn without_closing(text: &[u8]) -> Option<&[u8]> {
    let count = |mark: &str| memchr::memmem::find_iter(text, mark).count();
    let apostrophes = || {
        let begins_letter = |behind: &u8| behind.is_ascii_alphabetic() || (0xc3..0xe0).contains(behind);
        let ends_letter = |before: &u8| before.is_ascii_alphabetic() || !before.is_ascii();
        let marks = memchr::memmem::find_iter(text, "’");
        let is_apostrophe = |at: &usize| {
            text.get(at + "’".len()).is_some_and(begins_letter) && text[..*at].last().is_some_and(ends_letter)
        };
        marks.filter(is_apostrophe).count()
    };
    let ends_with = |text: &[u8], mark: &&&str| text.ends_with(mark.as_bytes());
    let last = DOUBLE_QUOTES.iter().chain(&SINGLE_QUOTES).find(|mark| ends_with(text, mark))?;
    let rest = text.strip_suffix(last.as_bytes())?;
    let is_open = match *last {
        // It may be an apostrophe.
        "'" => DOUBLE_QUOTES.iter().any(|mark| ends_with(rest, &mark)),
        "`" => count(last) % 2 == 1,
        mark if DOUBLE_QUOTES.contains(&mark) => {
            DOUBLE_QUOTES.iter().copied().map(count).sum::<usize>() % 2 == 1
        }
        _ => {
            let others = &SINGLE_QUOTES[1..SINGLE_QUOTES.len() - 1];
            (others.iter().copied().map(count).sum::<usize>() - apostrophes()) % 2 == 1
        }
    };
    // In French, a blank is before the closing mark; in other languages, only before an opening one.
    let is_behind_text = trim_end(rest).len() == rest.len() || matches!(*last, "»" | "›");
    (is_open && is_behind_text).then_some(rest)
}

/// A text in plain characters: entities of HTML and blanks that are not of ASCII are replaced. None if there
/// are none.
pub(crate) fn in_plain_characters(text: &[u8]) -> Option<Vec<u8>> {
    let plain = without_entities(text);
    if plain.is_none() && text.is_ascii() {
        return None;
    }
    let is_odd = |character: char| {
        !character.is_ascii() && blank_length(character.encode_utf8(&mut [0; 4]).as_bytes()) > 0
    };
    match std::str::from_utf8(plain.as_deref().unwrap_or(text)) {
        Ok(text) if !text.is_ascii() && text.contains(is_odd) => Some(text.replace(is_odd, " ").into_bytes()),
        _ => plain,
    }
}

/// Replaces entities of HTML for quotation marks, blanks and angle brackets, and the escapes of JSON for them. None if
/// there are none.
fn without_entities(text: &[u8]) -> Option<Vec<u8>> {
    let (mut plain, mut rest, mut is_plain) = (Vec::new(), text, true);
    // Only an opening mark shows that a spreadsheet doubled the marks: after a closing one, the text of JSON can end.
    let opens = |at: usize| text.get(at + 3).is_some_and(u8::is_ascii_alphanumeric);
    let are_doubled = memchr::memmem::find_iter(text, b"\\\"\"").any(opens);
    while let Some(at) = memchr::memchr2(b'&', b'\\', rest) {
        let (before, behind) = rest.split_at(at);
        plain.extend_from_slice(before);
        let sign =
            if behind[0] == b'&' { entity(&behind[1..]) } else { json_escape(&behind[1..], are_doubled) };
        if let Some((character, behind)) = sign {
            plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            (rest, is_plain) = (behind, false);
        } else {
            plain.push(behind[0]);
            rest = &behind[1..];
        }
    }
    plain.extend_from_slice(rest);
    (!is_plain).then_some(plain)
}

/// The character of an entity without its `&`, and what follows it. A text that passed two systems is escaped twice:
/// `&amp;quot;`.
fn entity(text: &[u8]) -> Option<(char, &[u8])> {
    text.strip_prefix(b"amp;").and_then(entity_once).or_else(|| entity_once(text))
}

fn entity_once(text: &[u8]) -> Option<(char, &[u8])> {
    let end = text.iter().take(MAX_ENTITY).position(|byte| *byte == b';')?;
    Some((character(&text[..end])?, &text[end + 1..]))
}

/// The character of an escape of JSON without its backslash, and what follows it: `u0022`, as .NET writes quotation
/// marks, or `""` where a spreadsheet has doubled the mark of `\"`.
fn json_escape(text: &[u8], are_doubled: bool) -> Option<(char, &[u8])> {
    if are_doubled && let Some(behind) = text.strip_prefix(b"\"\"") {
        return Some(('"', behind));
    }
    let (digits, behind) = text.strip_prefix(b"u")?.split_at_checked(4)?;
    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((char::from_u32(code).filter(|character| !character.is_control())?, behind))
}

/// No entity is longer, in bytes.
const MAX_ENTITY: usize = 9;

/// The character for which an entity of this name stands: `quot`, `#34`, `#x22`.
fn character(name: &[u8]) -> Option<char> {
    const NAMES: [(&str, char); 17] = [
        ("quot", '"'),
        ("apos", '\''),
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("nbsp", '\u{a0}'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("bdquo", '„'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("sbquo", '‚'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("lsaquo", '‹'),
        ("rsaquo", '›'),
        ("hellip", '…'),
    ];
    let name = std::str::from_utf8(name).ok()?;
    let number = match name.strip_prefix('#') {
        None => return NAMES.iter().find(|(known, _)| *known == name).map(|(_, character)| *character),
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        },
    };
    // A text has no line feeds.
    char::from_u32(number.ok()?).filter(|character| !character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_and_odd_blanks_are_replaced() {
        for (text, plain) in [
            ("name &quot;a&quot;", Some("name \"a\"")),
            ("name &#34;a&#x22;", Some("name \"a\"")),
            ("&laquo;&nbsp;a&nbsp;&raquo;", Some("« a »")),
            ("&amp;quot;a&amp;#34; &amp;lt; &amp; b &amp;amp;quot;", Some("\"a\" < & b &quot;")),
            ("a\u{a0}à\u{2007}b", Some("a à b")),
            (r"name \u0022a\u0022 \u0027b\u0027", Some("name \"a\" 'b'")),
            (r#"name \""a\"""#, Some("name \"a\"")),
            (r#"name \"a\"","#, None),
            (r#"a \"b\" \u000a \u00g0 \u002 \ud800 \+u0022 \"#, None),
            ("a & b; &x; &#10; &#xD800; &", None),
            ("a &quo", None),
            ("a", None),
        ] {
            let replaced = in_plain_characters(text.as_bytes());
            assert_eq!(replaced.as_deref(), plain.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn a_closing_mark_is_open_if_the_marks_are_odd() {
        for (open, close) in [
            ("\"", "\""),
            ("“", "”"),
            ("„", "“"),
            ("”", "”"),
            ("«", "»"),
            ("»", "«"),
            ("‘", "’"),
            ("’", "’"),
            ("‹", "›"),
            ("‚", "‘"),
            ("`", "`"),
        ] {
            let [quoted, number] = ["a", "7F"].map(|name| format!("name {open}{name}{close}"));
            assert_eq!(without_closing(quoted.as_bytes()), None, "{quoted}");
            assert_eq!(without_closing(number.as_bytes()), None, "{number}");
            for rest in [quoted.as_str(), "length 802"] {
                // The name has the same marks as the line, or others.
                for close in [close, "”", "“", "»"] {
                    let text = format!("{rest}{close}");
                    assert_eq!(without_closing(text.as_bytes()), Some(rest.as_bytes()), "{text}");
                }
            }
            assert_eq!(without_closing(format!("common name {open}").as_bytes()).is_some(), open == "»");
        }
        assert_eq!(without_closing("length 802\u{a0}»".as_bytes()), Some("length 802\u{a0}".as_bytes()));
    }
}
