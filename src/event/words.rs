//! The small pieces that the grammars of messages share: words, numbers, quoted names, fingerprints, ends.

use nom::bytes::complete as whole;
use nom::bytes::streaming::{tag, take_while, take_while1};
use nom::character::streaming::{char, one_of, space0, space1};
use nom::combinator::{map_opt, opt, recognize};
use nom::error::{Error, ErrorKind};
use nom::multi::separated_list1;
use nom::{IResult, Parser};

use crate::line::{lossy, value};
use crate::model::{Fingerprint, Slot, hex_byte};
use crate::secrets::conceal;

/// A phrase to the letter, but with any blanks between its words: a wrapped line joins with one, a
/// web page or a mail can make several of one.
pub(super) fn phrase(words: &'static str) -> impl Fn(&[u8]) -> IResult<&[u8], ()> {
    move |mut input| {
        // Most lines have the phone's own blanks, or are something else from the first letter on.
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
                (input, _) = space1(input)?;
            }
            (input, _) = tag(word)(input)?;
        }
        Ok((input, ()))
    }
}

/// The end of the text, after an optional full stop.
pub(super) fn end(input: &[u8]) -> IResult<&[u8], ()> {
    (opt(char('.')), space0, char('\n')).map(|_| ()).parse(input)
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

/// From the number after the word `certificate` or `key`, if there is one, to the slot.
pub(super) type SlotOf = fn(Option<u8>) -> Option<Slot>;

/// Whose certificate or key a text is about, up to the word `device`; the number comes later.
pub(super) fn holder(input: &[u8]) -> IResult<&[u8], SlotOf> {
    let built_in = phrase("Polycom device").map(|()| built_in as SlotOf);
    let platform = phrase("Custom platform device").map(|()| platform as SlotOf);
    let application = phrase("Custom application device").map(|()| application as SlotOf);
    nom::branch::alt((built_in, platform, application)).parse(input)
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

/// The rest of the text, without the blanks and the line feed at its end.
pub(super) fn remainder(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (input, text) = take_while(|byte: u8| byte != b'\n')(input)?;
    let (input, _) = char('\n')(input)?;
    Ok((input, text.trim_ascii()))
}

/// Bytes of a log as text, without secrets. What is not UTF-8 becomes the replacement character.
pub(super) fn text(bytes: &[u8]) -> Box<str> {
    conceal(&lossy(bytes)).into()
}

/// Straight quotes, and the curly ones that a word processor makes of them.
const QUOTES: [&[u8]; 7] =
    [b"'", b"\"", b"`", "‘".as_bytes(), "’".as_bytes(), "“".as_bytes(), "”".as_bytes()];

/// A name in quotes that takes up all of `bytes`. It may hold quotes itself.
pub(super) fn quoted(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes.trim_ascii();
    let inside = QUOTES.iter().find_map(|quote| bytes.strip_prefix(*quote))?;
    QUOTES.iter().find_map(|quote| inside.strip_suffix(*quote))
}

/// A fingerprint that takes up all of `bytes`, with or without quotes. A wrap can have put a blank
/// beside a colon.
pub(super) fn whole_fingerprint(bytes: &[u8]) -> Option<Fingerprint> {
    let bytes = quoted(bytes).unwrap_or(bytes).trim_ascii();
    let bytes = bytes.strip_suffix(b".").unwrap_or(bytes);
    plain_fingerprint(bytes).or_else(|| spaced_fingerprint(bytes))
}

/// Of pairs with nothing but a colon between them, as the phone writes it.
fn plain_fingerprint(bytes: &[u8]) -> Option<Fingerprint> {
    let mut pairs = [0; 32];
    for (place, digits) in bytes.chunks(3).enumerate() {
        let (Some(pair), [high, low] | [high, low, b':']) = (pairs.get_mut(place), digits) else {
            return None;
        };
        *pair = hex_byte(*high, *low)?;
    }
    if bytes.len() % 3 == 2 { Fingerprint::new(&pairs[..bytes.len().div_ceil(3)]) } else { None }
}

fn spaced_fingerprint(bytes: &[u8]) -> Option<Fingerprint> {
    let colon = (whole::take_while(blank), whole::tag(&b":"[..]), whole::take_while(blank));
    let (rest, pairs) = separated_list1(colon, hex_pair).parse(bytes).ok()?;
    if rest.is_empty() { Fingerprint::new(&pairs) } else { None }
}

fn blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn hex_pair(input: &[u8]) -> IResult<&[u8], u8> {
    match input {
        [high, low, rest @ ..] => hex_byte(*high, *low).map(|byte| (rest, byte)),
        _ => None,
    }
    .ok_or(nom::Err::Error(Error::new(input, ErrorKind::HexDigit)))
}

/// One of these characters, then blanks.
pub(super) fn sign(signs: &'static str) -> impl Fn(&[u8]) -> IResult<&[u8], ()> {
    move |input| (one_of(signs), space0).map(|_| ()).parse(input)
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
    fn the_phones_own_form_is_plain() {
        for length in [16, 20, 32] {
            assert!(plain_fingerprint(vec!["CA"; length].join(":").as_bytes()).is_some());
        }
        for other in ["CA", "CA:", "", &vec!["CA"; 33].join(":"), &vec!["CA"; 16].join(": ")] {
            assert!(plain_fingerprint(other.as_bytes()).is_none(), "{other}");
        }
    }
}
