//! Decodes UTF-16 into UTF-8. Windows editors and PowerShell write it. It is recognized by its byte order mark; a log
//! without one by the zeros at each second place of its beginning.

use std::io::Read;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// A text as UTF-8, without a byte order mark. UTF-16, recognized by its mark, is decoded, and invalid units
/// become U+FFFD; any other text is passed through.
pub fn decoded<R: Read>(text: R) -> DecodeReaderBytes<R, Vec<u8>> {
    DecodeReaderBytesBuilder::new().utf8_passthru(true).strip_bom(true).build(text)
}

/// How many bytes at the beginning of a log without a mark must be ASCII in UTF-16.
const MIN_ASCII_BYTES: usize = 32;

/// The byte order of a text in UTF-16 without a mark that begins with these bytes.
pub(super) fn without_mark(begin: &[u8]) -> Option<&'static Encoding> {
    let pairs = begin.get(..MIN_ASCII_BYTES)?.as_chunks::<2>().0;
    let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    if pairs.iter().all(|[low, high]| is_text(*low) && *high == 0) {
        return Some(UTF_16LE);
    }
    pairs.iter().all(|[high, low]| is_text(*low) && *high == 0).then_some(UTF_16BE)
}

/// A text in this encoding as UTF-8.
pub(super) fn decoded_from<R: Read>(text: R, encoding: &'static Encoding) -> DecodeReaderBytes<R, Vec<u8>> {
    DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(text)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// A reader that returns at most this many bytes at a time.
    struct Pieces<'t>(&'t [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(buffer.len());
            (&mut self.0).read(&mut buffer[..most])
        }
    }

    fn read(text: &[u8], piece: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        decoded(Pieces(text, piece)).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn both_byte_orders_in_pieces_of_any_size() {
        let log = "\u{feff}0531131822|so   |4|00|Café 😀\r\n".repeat(50);
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let utf_16: Vec<u8> = log.encode_utf16().flat_map(unit).collect();
            for piece in [1, 2, 3, 7, 1000] {
                assert_eq!(read(&utf_16, piece), &log.as_bytes()[3..], "pieces of {piece}");
            }
        }
    }

    #[test]
    fn both_byte_orders_without_a_mark() {
        let log = "0531131822|so   |4|00|Café 😀\r\n".repeat(5);
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let utf_16: Vec<u8> = log.encode_utf16().flat_map(unit).collect();
            let mut text = String::new();
            let encoding = without_mark(&utf_16).unwrap();
            decoded_from(&*utf_16, encoding).read_to_string(&mut text).unwrap();
            assert_eq!(text, log);
            assert_eq!(without_mark(&utf_16[..MIN_ASCII_BYTES - 1]), None);
            let odd = [&utf_16[..20], b"\0\0", &utf_16[20..]].concat();
            assert_eq!(without_mark(&odd), None);
        }
        assert_eq!(without_mark(log.as_bytes()), None);
        assert_eq!(without_mark(&[0; 64]), None);
    }

    #[test]
    fn other_texts_stay() {
        assert_eq!(read(b"\xEF\xBB\xBFcaf\xE9", 1), b"caf\xE9");
        for text in [&b""[..], b"\xFF", b"caf\xE9", b"\xEF\xBBa"] {
            assert_eq!(read(text, 1), text);
        }
    }
}
