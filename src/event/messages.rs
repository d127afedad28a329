//! The table of known messages, and how texts are compared with it.
//!
//! A message is recognized by its text alone, in any component and at any level. The grammars are nom's streaming
//! parsers over a text that ends with a line feed, which distinguish a cut text from another message. A text that
//! may be cut at its end, such as a last line without a line feed, gets two line feeds: a value that ends there is
//! not known.

use nom::IResult;

use super::{End, Event, ParsedText, certificate, identity, log, tls, verbatim, words};
use crate::line;

/// One known message: the exact beginning of its text, and its grammar.
pub struct MessageGrammar {
    /// The beginning of every text of this message.
    pub begins: &'static str,
    /// The grammar, over a text that ends with a line feed, or with two if the text can be cut.
    parse: fn(&[u8]) -> IResult<&[u8], Event>,
}

const fn message(begins: &'static str, parse: fn(&[u8]) -> IResult<&[u8], Event>) -> MessageGrammar {
    MessageGrammar { begins, parse }
}

/// All known messages.
pub const MESSAGES: &[MessageGrammar] = &[
    message("hwDesc", certificate::refused_by_function),
    message("Could not store ", certificate::too_large),
    message("Could not decode cert chain", certificate::chain_not_decodable),
    message("Device credential invalid", certificate::credential_invalid),
    message("Saving new ", certificate::saving),
    message("New Certificate ", certificate::new_certificate),
    message("Previous Certificate ", certificate::previous_certificate),
    message("No previous certificate ", certificate::no_previous_certificate),
    message("Polycom device ", certificate::inventory),
    message("Custom platform device ", certificate::inventory),
    message("Custom application device ", certificate::inventory),
    message("Server certificate verification failed", tls::server_certificate_untrusted),
    message("MakeTlsConnection", tls::connection_failed),
    message("Platform: ", identity::platform),
    message("Application, main: ", identity::software),
    message(BANNER, log::banner),
    message("Initial log entry", log::component_start),
    message("Could not load time from ", log::clock_failed),
    message("UtilLogServerC::uploadFifoLog: upload error", log::upload_failed),
    message("Skipped uploading of failed log file", log::upload_skipped),
    message("Failed to upload boot log", log::boot_log_upload_failed),
    message("Could not set the custom header Content-Range", log::upload_size_unknown),
    message("m_bCert", tls::sign_in_certificate),
    message("m_validUntil", tls::sign_in_certificate),
    message("m_eErrorCode", tls::sign_in_certificate),
    message("Prov|Invalid STS-URI", tls::provisioning_uri_invalid),
    message("Prov|Trying to boot from existing configuration", log::configuration_not_applied),
    message("Prov|Not setting device parameters since", log::configuration_not_applied),
    message("New fingerprint", certificate::new_ca),
    message("Custom certificate ", certificate::custom_ca),
];

/// Reads the text of a message, without its header and without blanks at its ends.
pub fn read(text: &[u8], ends: End) -> ParsedText {
    verbatim::read(text, ends).unwrap_or_else(|| read_by_grammar(text, ends))
}

fn read_by_grammar(text: &[u8], ends: End) -> ParsedText {
    match candidates(text) {
        0 => ParsedText::Unknown,
        candidates => parse(text, ends, candidates, MAX_REMARKS),
    }
}

/// The most remarks and separators that are removed after a text.
const MAX_REMARKS: u8 = 16;

/// Reads a text by the grammars of these messages, also without this number of remarks after it.
fn parse(text: &[u8], ends: End, candidates: u64, remarks: u8) -> ParsedText {
    let plain = line::in_plain_characters(text);
    let trimmed = line::trim(plain.as_deref().unwrap_or(text));
    let marked = line::without_trailing_marks(trimmed);
    // A program that shortens lines may have cut a value.
    let text = ["...", "…"].iter().find_map(|dots| marked.strip_suffix(dots.as_bytes())).unwrap_or(marked);
    // A mark after the text shows that the text is complete.
    let is_cut = (ends == End::Cut && text.len() == trimmed.len()) || text.len() < marked.len();
    let end = if is_cut { words::CUT } else { words::WHOLE };
    let ended = [text, end].concat();
    let mut begins = false;
    for message in set_bits(candidates).map(|index| &MESSAGES[index]) {
        match (message.parse)(&ended) {
            Ok((_, event)) => return ParsedText::of(event),
            Err(_) => begins |= matches!((message.parse)(text), Err(nom::Err::Incomplete(_))),
        }
    }
    let without = if remarks > 0 { line::without_remark(text) } else { None };
    match without.map(|text| parse(text, End::Whole, candidates, remarks - 1)) {
        Some(reading @ (ParsedText::Known(_) | ParsedText::Open(_))) => reading,
        _ if begins => ParsedText::Cut,
        // A text with words after it does not go on in the next line.
        Some(ParsedText::Cut) if !has_words(&text[without.map_or(0, <[u8]>::len)..]) => ParsedText::Cut,
        _ => ParsedText::Unknown,
    }
}

fn has_words(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_alphanumeric)
}

/// How the banner of a boot begins, and the last line of a log.
const BANNER: &str = "-----";

/// Whether the text can be the banner of a boot, or the last line of a log, or begin it.
pub(crate) fn may_be_banner(text: &[u8]) -> bool {
    text.starts_with(BANNER.as_bytes()) || BANNER.as_bytes().starts_with(text)
}

/// Whether the text begins with a known message, or can be the beginning of one whose rest is in the next line.
pub fn may_begin(text: &[u8]) -> bool {
    candidates(text) != 0
}

/// The [`MESSAGES`] that this text can be the beginning of, or begins with: one bit each.
fn candidates(text: &[u8]) -> u64 {
    set_bits(possible(text))
        .filter(|&index| begins_like(text, MESSAGES[index].begins))
        .fold(0, |all, index| all | 1 << index)
}

/// The messages that are not ruled out by the first bytes of this text.
fn possible(text: &[u8]) -> u64 {
    match text {
        // Blanks are of many kinds.
        [a, b, c, d, ..] if [a, b, c, d].into_iter().all(u8::is_ascii_graphic) => {
            BY_START.of([*a, *b, *c, *d])
        }
        [first, ..] => BY_FIRST_BYTE[usize::from(*first)],
        [] => 0,
    }
}

/// The number of bytes at the beginning of a text that select the possible messages.
pub(crate) const START: usize = 4;

/// Whether a text whose first bytes are these may be a known message.
#[inline]
pub(crate) fn may_start(start: [u8; START]) -> bool {
    BY_START.of(start) != 0
}

/// The messages that begin with these bytes, one bit each, in a hash table without collisions.
struct ByStart {
    multiplier: u32,
    starts: [u32; 128],
    messages: [u64; 128],
}

impl ByStart {
    #[inline]
    const fn of(&self, start: [u8; START]) -> u64 {
        let start = u32::from_le_bytes(start);
        let slot = slot_of(start, self.multiplier);
        if self.starts[slot] == start { self.messages[slot] } else { 0 }
    }
}

#[inline]
const fn slot_of(start: u32, multiplier: u32) -> usize {
    (start.wrapping_mul(multiplier) >> 25) as usize
}

/// Tries multipliers until no two beginnings have the same slot.
static BY_START: ByStart = {
    let mut multiplier = 0x9E37_79B1_u32;
    'multipliers: loop {
        let mut table = ByStart { multiplier, starts: [0; 128], messages: [0; 128] };
        let mut index = 0;
        while index < MESSAGES.len() {
            let Some(&[a, b, c, d]) = MESSAGES[index].begins.as_bytes().first_chunk() else {
                panic!("a message begins with four bytes or more")
            };
            let start = u32::from_le_bytes([a, b, c, d]);
            let slot = slot_of(start, multiplier);
            if table.starts[slot] != 0 && table.starts[slot] != start {
                multiplier = multiplier.wrapping_add(2);
                continue 'multipliers;
            }
            table.starts[slot] = start;
            table.messages[slot] |= 1 << index;
            index += 1;
        }
        break table;
    }
};

/// Whether a text begins with these words, with any blanks between them, or is itself the beginning of these
/// words.
fn begins_like(text: &[u8], words: &str) -> bool {
    // Texts as phones write them are compared eight bytes at a time. Byte by byte, logs of 120 KB take 3 % longer.
    let mut equal = 0;
    while let (Some(known), Some(said)) =
        (words.as_bytes()[equal..].first_chunk(), text[equal..].first_chunk())
    {
        let difference = u64::from_le_bytes(*known) ^ u64::from_le_bytes(*said);
        equal += difference.trailing_zeros() as usize / 8;
        if difference != 0 {
            break;
        }
    }
    let (known, words) = words.as_bytes().split_at(equal);
    let mut text = &text[equal..];
    if known.last() == Some(&b' ') {
        text = line::trim_start(text);
    }
    // Most texts differ in the first byte.
    if text.first() == words.first() && text.starts_with(words) {
        return true;
    }
    for &byte in words {
        text = match text {
            // The line may have been wrapped at the blank at the end of the words.
            [] => return true,
            [first, rest @ ..] if *first == byte && byte != b' ' => rest,
            _ if byte == b' ' && line::blank_length(text) > 0 => line::trim_start(text),
            _ => return false,
        };
    }
    true
}

/// The messages that begin with a byte, one bit each.
static BY_FIRST_BYTE: [u64; 256] = {
    assert!(MESSAGES.len() <= u64::BITS as usize);
    let mut table = [0; 256];
    let mut index = 0;
    while index < MESSAGES.len() {
        table[MESSAGES[index].begins.as_bytes()[0] as usize] |= 1 << index;
        index += 1;
    }
    table
};

/// The indexes of the bits that are set, lowest first.
fn set_bits(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let index = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (index < u64::BITS).then_some(index as usize)
    })
}

/// The known message in a line without a header, without the text before it: quotation marks, a prefix by `grep`, a
/// prompt, the end of a cut header. None if it is not a message, but perhaps the rest of the one before.
pub fn find(line: &[u8]) -> Option<&[u8]> {
    let begins = |at: &usize| {
        let text = &line[*at..];
        set_bits(possible(text)).any(|index| begins_with(text, MESSAGES[index].begins.trim_end()))
            && match read(text, End::Whole) {
                ParsedText::Unknown => false,
                said => !has_note(text, &said),
            }
    };
    // Only a short text can be before a message, so only the beginning of the line is searched.
    let at = (0..line.len().min(MAX_BEFORE)).find(begins)?;
    line::origin(line::without_end_of_header(&line[..at])).map(|_| &line[at..])
}

/// Whether a line without a header has words after a whole message: somebody's note about it.
fn has_note(text: &[u8], said: &ParsedText) -> bool {
    const SIGNS: [&str; 5] = [" -- ", "\t", " [", " {", " ×"];
    let mut notes = SIGNS.iter().filter_map(|sign| memchr::memmem::find(text, sign.as_bytes()));
    notes.any(|note| match read(&text[..note], End::Whole) {
        ParsedText::Cut | ParsedText::Unknown => false,
        whole => text[note..].iter().any(u8::is_ascii_alphabetic) && whole == *said,
    })
}

/// A known message is searched for in this many bytes from the beginning of a line.
const MAX_BEFORE: usize = 512;

fn begins_with(text: &[u8], words: &str) -> bool {
    text.len() >= words.len() && begins_like(text, words)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::sample::select;

    use super::*;

    /// What [`begins_like`] says, byte by byte.
    fn begins_like_slowly(mut text: &[u8], words: &str) -> bool {
        for &byte in words.as_bytes() {
            text = match text {
                [] => return true,
                [first, rest @ ..] if *first == byte && byte != b' ' => rest,
                _ if byte == b' ' && line::blank_length(text) > 0 => line::trim_start(text),
                _ => return false,
            };
        }
        true
    }

    #[test]
    fn every_known_message_is_looked_at() {
        for message in MESSAGES {
            assert!(may_start(*message.begins.as_bytes().first_chunk().unwrap()), "{}", message.begins);
        }
        assert!(!may_start(*b"Regi"));
    }

    proptest::proptest! {
        #[test]
        fn texts_read_without_the_grammar_are_read_as_by_it(
            begins in select(&[
                "Platform: ", "Application, main: ", "Polycom device ", "Custom platform device ",
                "Custom application device ", "Initial log entry. Current logging level ", "---------- Initial log entry ",
            ][..]),
            pieces in vec(select(&[
                "certificate ", "key ", "1 ", "12 ", "0 ", "256 ", "length ", "802", "36893488147419103232", "is not available",
                "MD5 fingerprint: ", "SHA1 fingerprint: ", "SHA256 fingerprint: ", "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
                ":70:8b:85:9C", "common name \"", "0004F206075D", "\"", "Model=", "VVX 500", "Assembly=", "3111-44500-001",
                " Rev=", "A", " Region=0", "Interface eth0 ", "Interface eth1 ", "MAC=", "Label=", "SIP", "Boot", ", ", "Version=", "Codename ",
                "5.5.2.11338", " 18-Sep-17 23:27", "P/N=", "3", "----------", ".", " ", "(", " # ", "\u{a0}", "x",
            ][..]), 0..7)
        ) {
            let text = format!("{begins}{}", pieces.concat());
            let text = line::trim(text.as_bytes());
            for ends in [End::Whole, End::Cut] {
                if let Some(reading) = verbatim::read(text, ends) {
                    proptest::prop_assert_eq!(reading, read_by_grammar(text, ends));
                }
            }
        }

        #[test]
        fn eight_bytes_at_a_time_are_compared_as_one_by_one(
            index in 0..MESSAGES.len(), cut in 0..60_usize, blank in "[ \t\u{a0}]{1,3}", which in 0..6_usize, rest in "[ -~]{0,9}"
        ) {
            let words = MESSAGES[index].begins;
            let spaced: Vec<&str> = words.split(' ').collect();
            let at = which.min(spaced.len());
            let text = [&spaced[..at].join(" "), blank.as_str(), &spaced[at..].join(" "), rest.as_str()].concat();
            let text = &text.as_bytes()[..cut.min(text.len())];
            let slowly = begins_like_slowly(text, words);
            proptest::prop_assert_eq!(begins_like(text, words), slowly);
            proptest::prop_assert!(!slowly || text.is_empty() || possible(text) & 1 << index != 0);
        }
    }
}
