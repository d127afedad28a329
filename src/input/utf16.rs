//! Decodes UTF-16, recognized by its byte order mark, into UTF-8. Windows editors and PowerShell write it.

use std::io::Read;

use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// A text as UTF-8, without a byte order mark. UTF-16, recognized by its mark, is decoded, and invalid units
/// become U+FFFD; any other text is passed through.
pub fn decoded<R: Read>(text: R) -> DecodeReaderBytes<R, Vec<u8>> {
    DecodeReaderBytesBuilder::new().utf8_passthru(true).strip_bom(true).build(text)
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
    fn other_texts_stay() {
        assert_eq!(read(b"\xEF\xBB\xBFcaf\xE9", 1), b"caf\xE9");
        for text in [&b""[..], b"\xFF", b"caf\xE9", b"\xEF\xBBa"] {
            assert_eq!(read(text, 1), text);
        }
    }
}
