//! Decodes UTF-16, recognized by its byte order mark, into UTF-8. Windows editors save logs so.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

/// The text in UTF-8 of a UTF-16 stream that begins with a byte order mark, without the mark. Invalid units
/// become U+FFFD. A cut character at the end is dropped, so that nothing follows a cut number.
pub(super) struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    encoded: Box<[u8]>,
    /// The part of `encoded` that is not decoded yet.
    left: std::ops::Range<usize>,
    /// Decoded bytes that did not fit into the caller's buffer, which was too small for a character.
    decoded: Cursor<Vec<u8>>,
}

impl<R: Read> Utf16<R> {
    /// `begin` is the beginning of the stream, at least the mark; `inner` yields the whole stream, mark
    /// included.
    pub(super) fn new(begin: &[u8], inner: R) -> Self {
        let encoding = if begin.starts_with(b"\xFE\xFF") { UTF_16BE } else { UTF_16LE };
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, encoded: vec![0; 32 * 1024].into(), left: 0..0, decoded: Cursor::default() }
    }

    /// Decodes into a buffer of at least `LONGEST` bytes.
    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.left.is_empty() {
                let length = self.inner.read(&mut self.encoded)?;
                self.left = 0..length;
                if length == 0 {
                    return Ok(0);
                }
            }
            let encoded = &self.encoded[self.left.clone()];
            let (_, taken, given, _) = self.decoder.decode_to_utf8(encoded, buffer, false);
            self.left.start += taken;
            if given > 0 {
                return Ok(given);
            }
        }
    }
}

/// The smallest output buffer that the decoder accepts, in bytes: room for one character and some more.
const LONGEST: usize = 16;

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.decoded.read(buffer)?;
        if length > 0 || buffer.is_empty() {
            return Ok(length);
        }
        if buffer.len() >= LONGEST {
            return self.decode(buffer);
        }
        let mut decoded = vec![0; LONGEST];
        let length = self.decode(&mut decoded)?;
        decoded.truncate(length);
        self.decoded = Cursor::new(decoded);
        self.decoded.read(buffer)
    }
}

const BUFFER_BYTES: usize = 1 << 16;

/// A text as UTF-8, without a byte order mark. UTF-16, recognized by its mark, is decoded; any other text is
/// passed through.
///
/// # Errors
/// An error of `text` in reading its first bytes.
pub fn decoded<'t>(mut text: impl Read + 't) -> io::Result<Box<dyn BufRead + 't>> {
    let mut begin = Vec::new();
    (&mut text).take(3).read_to_end(&mut begin)?;
    let is_utf_16 = begin.starts_with(b"\xFF\xFE") || begin.starts_with(b"\xFE\xFF");
    let mark = begin.clone();
    if begin == b"\xEF\xBB\xBF" {
        begin.clear();
    }
    let whole = io::Cursor::new(begin).chain(text);
    Ok(match is_utf_16 {
        true => Box::new(BufReader::with_capacity(BUFFER_BYTES, Utf16::new(&mark, whole))),
        false => Box::new(BufReader::with_capacity(BUFFER_BYTES, whole)),
    })
}

/// The same for a whole text in memory.
pub(super) fn decode(text: Vec<u8>) -> Vec<u8> {
    if text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF") {
        let encoding = if text[0] == 0xFE { UTF_16BE } else { UTF_16LE };
        return encoding.decode_with_bom_removal(&text).0.into_owned().into_bytes();
    }
    if text.starts_with(b"\xEF\xBB\xBF") { text[3..].to_vec() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that returns at most this many bytes at a time.
    struct Pieces<'t>(&'t [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(buffer.len());
            (&mut self.0).read(&mut buffer[..most])
        }
    }

    fn utf_8(bytes: &[u8], piece: usize) -> String {
        let mut text = Vec::new();
        let mut stream = Utf16::new(&bytes[..2], Pieces(bytes, piece));
        let mut buffer = [0; 17];
        let buffer = &mut buffer[..if piece.is_multiple_of(2) { 1 } else { 17 }];
        loop {
            match stream.read(buffer).unwrap() {
                0 => return String::from_utf8(text).unwrap(),
                length => text.extend_from_slice(&buffer[..length]),
            }
        }
    }

    #[test]
    fn both_byte_orders_in_pieces_of_any_size() {
        let log = "\u{feff}0531131822|so   |4|00|Café 😀\r\n".repeat(50);
        let little: Vec<u8> = log.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = log.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for piece in [1, 2, 3, 7, 1000] {
            for utf_16 in [&little, &big] {
                assert_eq!(utf_8(utf_16, piece), &log[3..], "pieces of {piece}");
                assert_eq!(decode(utf_16.clone()), &log.as_bytes()[3..]);
                let mut text = String::new();
                decoded(Pieces(utf_16, piece)).unwrap().read_to_string(&mut text).unwrap();
                assert_eq!(text, &log[3..], "pieces of {piece}");
            }
        }
    }

    #[test]
    fn half_a_character_at_the_end_is_left_out() {
        let log: Vec<u8> = "\u{feff}4096".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(utf_8(&log[..log.len() - 1], 100), "409");
    }

    #[test]
    fn other_texts_stay() {
        assert_eq!(decode(b"\xEF\xBB\xBFa".to_vec()), b"a");
        let mut unmarked = Vec::new();
        decoded(&b"\xEF\xBB\xBFa"[..]).unwrap().read_to_end(&mut unmarked).unwrap();
        assert_eq!(unmarked, b"a");
        assert_eq!(decode(b"caf\xE9".to_vec()), b"caf\xE9");
        for text in [&b""[..], b"\xFF", b"caf\xE9", b"\xEF\xBBa"] {
            let mut same = Vec::new();
            decoded(text).unwrap().read_to_end(&mut same).unwrap();
            assert_eq!(same, text);
        }
    }
}
