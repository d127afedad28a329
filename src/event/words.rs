//! Parsers that the grammars of messages share: words, numbers, quoted names, fingerprints, ends.

use nom::branch::alt;
use nom::bytes::streaming::{tag, take_while1};
use nom::character::streaming::{char, one_of};
use nom::combinator::{map_opt, opt, recognize};
use nom::error::{Error, ErrorKind};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::line::{
    DOUBLE_QUOTES, SINGLE_QUOTES, blank_length, lossy, trim, trim_start, value, without_separators,
    without_trailing_marks,
};
use crate::model::{Algorithm, Fingerprint, Slot, hex_byte};

/// The end of a complete text.
pub(super) const WHOLE: &[u8] = b"\n";

/// The end of a text that may be cut there. A text contains no line feed.
pub(super) const CUT: &[u8] = b"\n\n";

/// An exact phrase, but with any blanks between its words: a wrapped line is joined with one blank, and a web page
/// or a mail may make several of one.
pub(super) fn phrase(words: &'static str) -> impl Fn(&[u8]) -> IResult<&[u8], ()> {
    move |mut input| {
        // Most lines have single blanks, or differ from the first letter on.
        if let Some(rest) = input.strip_prefix(words.as_bytes()) {
            return Ok((rest, ()));
        }
        if let (Some(said), Some(expected)) = (input.first(), words.as_bytes().first())
            && said != expected
        {
            return Err(nom::Err::Error(Error::new(input, ErrorKind::Tag)));
        }
        for (index, word) in words.split(' ').enumerate() {
            if index > 0 {
                (input, ()) = blanks1(input)?;
            }
            (input, _) = tag(word)(input)?;
        }
        Ok((input, ()))
    }
}

/// Blanks of any kind, or none.
pub(super) fn blanks0(input: &[u8]) -> IResult<&[u8], ()> {
    match trim_start(input) {
        [] => Err(nom::Err::Incomplete(nom::Needed::Unknown)),
        rest => Ok((rest, ())),
    }
}

/// At least one blank of any kind.
pub(super) fn blanks1(input: &[u8]) -> IResult<&[u8], ()> {
    if !input.is_empty() && blank_length(input) == 0 {
        return Err(nom::Err::Error(Error::new(input, ErrorKind::Space)));
    }
    blanks0(input)
}

/// The end of the text, after an optional full stop.
pub(super) fn end(input: &[u8]) -> IResult<&[u8], ()> {
    (opt(char('.')), blanks0, char('\n')).map(|_| ()).parse(input)
}

/// The result of `parser`. None if the text is cut before it, within it or directly after it, since the value may
/// be longer than it seems. Use it only after the words that identify the message: before them, any cut text would be this
/// message without a value.
pub(super) fn or_cut<'a, T>(
    mut parser: impl Parser<&'a [u8], Output = T, Error = Error<&'a [u8]>>,
) -> impl FnMut(&'a [u8]) -> IResult<&'a [u8], Option<T>> {
    move |input| {
        let error = match parser.parse(input) {
            Ok((rest, _)) if rest == CUT => return Ok((rest, None)),
            Ok((rest, value)) => return Ok((rest, Some(value))),
            Err(error) => error,
        };
        let open = input.strip_suffix(CUT).ok_or(error)?;
        match parser.parse(open) {
            Err(nom::Err::Incomplete(_)) => Ok((&input[open.len()..], None)),
            Err(error) => Err(error),
            // Does not happen: with a line feed after it the parser would have succeeded too.
            Ok((rest, _)) => Ok((rest, None)),
        }
    }
}

/// A whole number without sign.
pub(super) fn number(input: &[u8]) -> IResult<&[u8], u64> {
    let digits = take_while1(|byte: u8| byte.is_ascii_digit());
    digits.map(value).parse(input)
}

/// A whole number, perhaps negative.
pub(super) fn signed(input: &[u8]) -> IResult<&[u8], i64> {
    let digits = recognize((opt(char('-')), take_while1(|byte: u8| byte.is_ascii_digit())));
    let value = |digits: &[u8]| {
        let beyond = if digits.starts_with(b"-") { i64::MIN } else { i64::MAX };
        String::from_utf8_lossy(digits).parse().unwrap_or(beyond)
    };
    digits.map(value).parse(input)
}

/// A slot's number, from 1.
pub(super) fn slot_number(input: &[u8]) -> IResult<&[u8], u8> {
    map_opt(number, |number| u8::try_from(number).ok().filter(|&number| number > 0)).parse(input)
}

/// Returns the slot for the number after the word `certificate` or `key`, if there is one.
pub(super) type SlotOf = fn(Option<u8>) -> Option<Slot>;

/// Whose certificate or key a text is about, up to the word `device`; the number comes later.
pub(super) fn holder(input: &[u8]) -> IResult<&[u8], SlotOf> {
    let built_in = phrase("Polycom device").map(|()| built_in as SlotOf);
    let platform = phrase("Custom platform device").map(|()| platform as SlotOf);
    let application = phrase("Custom application device").map(|()| application as SlotOf);
    alt((built_in, platform, application)).parse(input)
}

fn built_in(number: Option<u8>) -> Option<Slot> {
    number.is_none().then_some(Slot::BuiltIn)
}

fn platform(number: Option<u8>) -> Option<Slot> {
    number.map(Slot::Platform)
}

fn application(number: Option<u8>) -> Option<Slot> {
    number.map(Slot::Application)
}

/// The rest of a text.
#[derive(Clone, Copy)]
pub(super) struct Rest<'a> {
    /// The rest, without blanks at its ends.
    pub(super) bytes: &'a [u8],
    /// Whether the text can be cut at its end.
    pub(super) is_cut: bool,
}

/// The rest of the text.
pub(super) fn remainder(input: &[u8]) -> IResult<&[u8], Rest<'_>> {
    let end = memchr::memchr(b'\n', input).ok_or(nom::Err::Incomplete(nom::Needed::Unknown))?;
    let (text, rest) = input.split_at(end);
    Ok((rest, Rest { bytes: trim(text), is_cut: rest == CUT }))
}

/// The rest of the text, which begins with another word or is empty.
pub(super) fn other_words(input: &[u8]) -> IResult<&[u8], Rest<'_>> {
    match input {
        [byte, ..] if byte.is_ascii_alphanumeric() => {
            Err(nom::Err::Error(Error::new(input, ErrorKind::Space)))
        }
        _ => remainder(input),
    }
}

/// The reason of a failure, a free text after one of these punctuation characters; None if there is none. Separators at its end
/// are left out, and so is a quotation mark, which closes a quotation of the whole line, unless it was opened in the reason.
pub(super) fn reason(signs: &'static str) -> impl Fn(&[u8]) -> IResult<&[u8], Option<Box<str>>> {
    move |input| {
        let (input, said) = alt((preceded(punctuation(signs), remainder), nothing)).parse(input)?;
        let words = bare(said.bytes);
        Ok((input, (!words.is_empty()).then(|| text(words))))
    }
}

/// A text without the separators and quotation marks after it.
fn bare(bytes: &[u8]) -> &[u8] {
    // Two quotations, such as that of a string in a table.
    (0..2).fold(bytes, |bytes, _| {
        let bytes = without_trailing_marks(without_separators(bytes));
        let before = quotes().find_map(|quote| Some((bytes.strip_suffix(quote.as_bytes())?, quote)));
        trim(before.filter(|(before, quote)| !opens(before, quote)).map_or(bytes, |(before, _)| before))
    })
}

/// Whether a quotation is open at the end of a text that this mark can close.
fn opens(before: &[u8], closing: &str) -> bool {
    let marks: &[&str] = if DOUBLE_QUOTES.contains(&closing) { &DOUBLE_QUOTES } else { &SINGLE_QUOTES };
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    let count = |mark: &&str| {
        let offsets = memchr::memmem::find_iter(before, mark.as_bytes());
        let is_apostrophe =
            |at: &usize| is_letter(before[..*at].last()) && is_letter(before.get(at + mark.len()));
        offsets.filter(|at| !is_apostrophe(at)).count()
    };
    marks.iter().map(count).sum::<usize>() % 2 == 1
}

fn nothing(input: &[u8]) -> IResult<&[u8], Rest<'_>> {
    end(input)?;
    Ok((WHOLE, Rest { bytes: b"", is_cut: false }))
}

/// Bytes of a log as text. What is not UTF-8 becomes the replacement character; no-break spaces, which web pages and
/// mail programs make of blanks, become blanks.
pub(super) fn text(bytes: &[u8]) -> Box<str> {
    let text = lossy(bytes);
    if text.is_ascii() { text.into() } else { text.replace(['\u{a0}', '\u{2007}', '\u{202f}'], " ").into() }
}

fn quotes() -> impl Iterator<Item = &'static &'static str> {
    DOUBLE_QUOTES.iter().chain(&SINGLE_QUOTES)
}

/// Whether these bytes begin with a quotation mark.
pub(super) fn begins_quote(bytes: &[u8]) -> bool {
    quotes().any(|quote| bytes.starts_with(quote.as_bytes()))
}

/// A name in quotation marks that is all of `bytes`. It may contain quotation marks itself.
pub(super) fn quoted(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = trim(bytes);
    // In a string of JSON.
    if let Some(inside) = bytes.strip_prefix(b"\\\"").and_then(|rest| rest.strip_suffix(b"\\\"")) {
        return Some(inside);
    }
    let inside = between_quotes(bytes)?;
    // French has blanks beside these marks.
    let has_blanks = ["«", "‹"].iter().any(|mark| bytes.starts_with(mark.as_bytes()));
    let inside = if has_blanks { trim(inside) } else { inside };
    // A spreadsheet writes each double quote twice, others write two single ones for it.
    Some(between_quotes(inside).unwrap_or(inside))
}

fn between_quotes(bytes: &[u8]) -> Option<&[u8]> {
    [&DOUBLE_QUOTES[..], &SINGLE_QUOTES].into_iter().find_map(|quotes| {
        let inside = quotes.iter().find_map(|quote| bytes.strip_prefix(quote.as_bytes()))?;
        quotes.iter().find_map(|quote| inside.strip_suffix(quote.as_bytes()))
    })
}

/// A name between marks that were quotation marks before they passed a narrower character set, such as `?` or U+FFFD, or
/// were read in another one: `â€œ`. A mark may also stand for a letter of the name, so both ends must have the same marks.
pub(super) fn in_odd_marks(bytes: &[u8]) -> Option<&[u8]> {
    // UTF-8 read as Windows-1252, whose last character can be lost.
    const MISREAD: &[u8] = "â€".as_bytes();
    let (before, name, after) = around_name(bytes)?;
    let are_same = before == after || (before.starts_with(MISREAD) && after.starts_with(MISREAD));
    (are_same && !before.is_empty()).then_some(name)
}

/// An address that is the only word of these bytes, with any marks around it, or none.
pub(super) fn only_address(bytes: &[u8]) -> Option<&[u8]> {
    let (_, name, _) = around_name(bytes)?;
    (name.len() == 12 && name.iter().all(u8::is_ascii_hexdigit)).then_some(name)
}

/// The only name in these bytes, of characters of host names and fingerprints, and what is before and after it.
fn around_name(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_*:".contains(byte);
    let begin = bytes.iter().position(is_of_name)?;
    let end = bytes.iter().rposition(is_of_name)? + 1;
    let name = &bytes[begin..end];
    // A known mark at one end alone is that of a name whose rest is missing.
    let is_open = begins_quote(bytes) || quotes().any(|quote| bytes.ends_with(quote.as_bytes()));
    (!is_open && name.iter().all(is_of_name)).then(|| (&bytes[..begin], name, &bytes[end..]))
}

/// A name in double quotation marks, which names do not contain: if they are closed, the name is complete even if
/// the text is cut after them.
pub(super) fn closed(bytes: &[u8]) -> Option<&[u8]> {
    let ends = DOUBLE_QUOTES.iter().any(|quote| bytes.ends_with(quote.as_bytes()));
    quoted(bytes).filter(|_| ends)
}

/// A fingerprint that is all of `bytes`, with or without quotation marks. A wrapped line may have a blank next to a
/// colon. If the line names the hash algorithm, the fingerprint must have its length.
pub(super) fn whole_fingerprint(bytes: &[u8], named: Option<Algorithm>) -> Option<Fingerprint> {
    let bytes = quoted(bytes).or_else(|| in_odd_marks(trim(bytes))).unwrap_or(bytes);
    let bytes = trim(bytes.strip_suffix(b".").unwrap_or(bytes));
    let fingerprint = plain_fingerprint(bytes).or_else(|| spaced_fingerprint(bytes))?;
    named.is_none_or(|named| named == fingerprint.algorithm()).then_some(fingerprint)
}

/// A fingerprint with only colons between its pairs, as the phone writes it.
pub(super) fn plain_fingerprint(bytes: &[u8]) -> Option<Fingerprint> {
    let mut pairs = [0; 32];
    for (index, digits) in bytes.chunks(3).enumerate() {
        let (Some(pair), [high, low] | [high, low, b':']) = (pairs.get_mut(index), digits) else {
            return None;
        };
        *pair = hex_byte(*high, *low)?;
    }
    if bytes.len() % 3 == 2 { Fingerprint::new(&pairs[..bytes.len().div_ceil(3)]) } else { None }
}

fn spaced_fingerprint(bytes: &[u8]) -> Option<Fingerprint> {
    // At most 32 pairs are read, because the text can be long.
    let pairs = bytes.split(|byte| *byte == b':').take(33).map(|pair| match trim(pair) {
        [high, low] => hex_byte(*high, *low),
        _ => None,
    });
    Fingerprint::new(&pairs.collect::<Option<Vec<u8>>>()?)
}

/// Whether these bytes can begin a fingerprint. Only the last pair may be cut.
pub(super) fn begins_fingerprint(bytes: &[u8]) -> bool {
    let bytes = trim(bytes);
    let bytes = quotes().find_map(|quote| bytes.strip_prefix(quote.as_bytes())).unwrap_or(bytes);
    let mut pairs = bytes.rsplit(|byte| *byte == b':').map(trim);
    pairs.next().is_some_and(|last| last.len() <= 2 && last.iter().all(u8::is_ascii_hexdigit))
        && pairs.all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit))
}

/// One of these punctuation characters, then blanks.
pub(super) fn punctuation(signs: &'static str) -> impl Fn(&[u8]) -> IResult<&[u8], ()> {
    move |input| (one_of(signs), blanks0).map(|_| ()).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_plain_fingerprint_is_what_the_grammar_says(text in "([0-9a-fA-F]{2}:){14,34}[0-9a-fA-FG: ]{0,3}") {
            if let Some(plain) = plain_fingerprint(text.as_bytes()) {
                proptest::prop_assert_eq!(Some(plain), spaced_fingerprint(text.as_bytes()));
            }
        }
    }

    #[test]
    fn marks_that_were_quotation_marks() {
        let odd = |text: &'static str| in_odd_marks(text.as_bytes());
        for text in [
            "?phone-7?",
            "\u{fffd}phone-7\u{fffd}",
            "´phone-7´",
            "â€œphone-7â€\u{9d}",
            "â€œphone-7â€",
            "''phone-7?",
        ] {
            assert_eq!(odd(text), (!text.starts_with('\'')).then_some(&b"phone-7"[..]), "{text}");
        }
        // A letter of the name may have become a mark, or its rest is missing.
        for text in [
            "??phone?",
            "?phone",
            "?a phone?",
            "?caf?.example?",
            "\"phone?",
            "phone",
            "??",
            "",
            "?\"phone\"?",
        ] {
            assert_eq!(odd(text), None, "{text}");
        }
        let address = |text: &'static str| only_address(text.as_bytes());
        for text in ["0004F2707B1A", "?0004F2707B1A?", "“?0004F2707B1A?"] {
            let is_open = text.starts_with('“');
            assert_eq!(address(text), (!is_open).then_some(&b"0004F2707B1A"[..]), "{text}");
        }
        for text in
            ["\"0004F2707B1A", "0004F2707B1A.example.com", "0004F2707B1", "a 0004F2707B1A", "*.0004F2707B1A"]
        {
            assert_eq!(address(text), None, "{text}");
        }
        for text in ["''a''", "\"\"a\"\"", "\"a\"", "``a''"] {
            assert_eq!(quoted(text.as_bytes()), Some(&b"a"[..]), "{text}");
        }
    }

    #[test]
    fn only_the_last_pair_of_a_fingerprint_may_be_cut() {
        for text in ["", "C", "CA", "CA:", "CA:7", " 'CA:70", "CA: 70:79"] {
            assert!(begins_fingerprint(text.as_bytes()), "{text}");
        }
        for text in ["CA:7:79", "CA:7 0", "CA:70 CA:70", "CA:701", "CA:70 nothing", "x"] {
            assert!(!begins_fingerprint(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_phones_own_form_is_plain() {
        for length in [16, 20, 32] {
            assert!(plain_fingerprint(vec!["CA"; length].join(":").as_bytes()).is_some());
        }
        for other in ["CA", "CA:", "", &vec!["CA"; 33].join(":"), &vec!["CA"; 16].join(": ")] {
            assert!(plain_fingerprint(other.as_bytes()).is_none(), "{other}");
        }
    }
}
