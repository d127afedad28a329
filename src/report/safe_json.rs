//! JSON that is safe to print on a terminal: hidden characters in texts are written as `\u` escapes.

use std::io::{self, Write};

use memchr::memchr;
use serde::Serialize;

use super::text::visible::is_hidden;

/// Writes `value` as compact JSON. A JSON parser gets the original texts from it.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    append(value, &mut bytes);
    out.write_all(&bytes)
}

/// Writes `value` as a line of compact JSON.
pub(super) fn write_line<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    write(value, out)?;
    out.write_all(b"\n")
}

/// Writes `value` as JSON of several lines. Its texts are this program's own.
pub(super) fn write_pretty<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Appends `value` as compact JSON. Writing to memory does not fail, nor does serializing the report's types.
pub(super) fn append<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) {
    let begin = bytes.len();
    let _ = serde_json::to_writer(&mut *bytes, value);
    // serde_json escapes the control characters below 0x20. Other hidden characters have a byte from 0x7F on, which few
    // values contain.
    if !bytes[begin..].is_ascii() || memchr(0x7F, &bytes[begin..]).is_some() {
        let written = bytes.split_off(begin);
        escape_hidden(&String::from_utf8_lossy(&written), bytes);
    }
}

/// What comes before an element of a list in a document that has one element a line.
pub(super) fn separator(index: usize) -> &'static [u8] {
    if index == 0 { b"\n    " } else { b",\n    " }
}

/// Writes a further member of such a document.
pub(super) fn member<T: Serialize + ?Sized>(out: &mut dyn Write, name: &str, value: &T) -> io::Result<()> {
    write!(out, ",\n  \"{name}\": ")?;
    write(value, out)
}

/// Writes a further member whose value is a list, with one element a line.
pub(super) fn list<T: Serialize>(out: &mut dyn Write, name: &str, elements: &[T]) -> io::Result<()> {
    write!(out, ",\n  \"{name}\": [")?;
    for (index, element) in elements.iter().enumerate() {
        out.write_all(separator(index))?;
        write(element, out)?;
    }
    out.write_all(if elements.is_empty() { b"]" } else { b"\n  ]" })
}

/// Appends JSON with an escape sequence for each hidden character: in valid JSON, only strings contain them.
fn escape_hidden(json: &str, bytes: &mut Vec<u8>) {
    let mut utf_8 = [0; 4];
    for character in json.chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                bytes.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        } else {
            bytes.extend_from_slice(character.encode_utf8(&mut utf_8).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
