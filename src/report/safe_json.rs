//! JSON that is safe to print on a terminal: hidden characters in texts are written as `\u` escapes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use super::text::visible::is_hidden;

/// Writes `value` as compact JSON. A JSON parser gets the original texts from it.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    append(value, &mut bytes);
    out.write_all(&bytes)
}

/// Appends `value` as compact JSON. Writing to memory does not fail, nor does serializing the report's types.
pub(super) fn append<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) {
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(bytes, Escaping));
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all texts are printable ASCII, which has no hidden characters.
        if is_printable_ascii(fragment.as_bytes()) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hidden) {
            let (clean, from) = rest.split_at(at);
            out.write_all(clean.as_bytes())?;
            let mut characters = from.chars();
            if let Some(hidden) = characters.next() {
                for unit in hidden.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

/// Checks eight bytes at a time; most texts are names of fields, and short.
fn is_printable_ascii(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let (words, rest) = bytes.as_chunks();
    let is_printable = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        // Sets the highest bit of bytes that are 0x80 or more, below 0x20, or 0x7F.
        (word | word.wrapping_sub(0x20 * ONES) | word.wrapping_add(ONES)) & (0x80 * ONES) == 0
    };
    words.iter().all(is_printable) && rest.iter().all(|byte| (0x20..0x7F).contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_ascii_is_recognized_at_any_offset() {
        for byte in 0..=u8::MAX {
            for place in 0..11 {
                let mut text = *b"hello world";
                text[place] = byte;
                assert_eq!(is_printable_ascii(&text), (0x20..0x7F).contains(&byte), "{byte} at {place}");
            }
        }
    }

    #[test]
    fn hidden_characters_survive_as_escapes() {
        let raw = "a\u{1b}[2J\u{9b}\u{202e}\u{2028}\u{7f}\u{e0041}\"\\\né電";
        let mut bytes = Vec::new();
        append(raw, &mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, "\"a\\u001b[2J\\u009b\\u202e\\u2028\\u007f\\udb40\\udc41\\\"\\\\\\né電\"");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), raw);
    }
}
