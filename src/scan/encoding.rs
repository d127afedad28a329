//! Logs that went through an editor of Windows: UTF-16, with a mark before the text that says so.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};

/// Text is transcoded in pieces of this size.
const PIECE: usize = 16 * 1024;

/// Whether a log that begins like this is UTF-16.
pub(super) fn is_utf_16(begin: &[u8]) -> bool {
    utf_16(begin).is_some()
}

fn utf_16(begin: &[u8]) -> Option<&'static Encoding> {
    let (encoding, _) = Encoding::for_bom(begin)?;
    (encoding != UTF_8).then_some(encoding)
}

/// Makes UTF-8 of a log that comes in pieces, if it is UTF-16; any other passes as it is. What is no
/// character becomes U+FFFD.
#[derive(Default)]
pub(super) struct Utf8 {
    /// The first byte, while it alone has come.
    first: Vec<u8>,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Unknown,
    AsItIs,
    Utf16(Decoder),
}

impl Utf8 {
    /// Takes the next piece, and gives out what it is in UTF-8.
    pub(super) fn feed(&mut self, piece: &[u8], give: &mut dyn FnMut(&[u8])) {
        match &mut self.state {
            State::AsItIs => give(piece),
            State::Utf16(decoder) => decode(decoder, piece, give),
            State::Unknown => {
                self.first.extend_from_slice(piece);
                if self.first.len() < 2 {
                    return;
                }
                let begin = std::mem::take(&mut self.first);
                self.state = match utf_16(&begin) {
                    Some(encoding) => State::Utf16(encoding.new_decoder_with_bom_removal()),
                    None => State::AsItIs,
                };
                self.feed(&begin, give);
            }
        }
    }

    /// Gives out what is left. Half a character, where a log was cut, is none: it must not spoil the
    /// message before it.
    pub(super) fn finish(self, give: &mut dyn FnMut(&[u8])) {
        if let State::Unknown = self.state {
            give(&self.first);
        }
    }
}

fn decode(decoder: &mut Decoder, mut piece: &[u8], give: &mut dyn FnMut(&[u8])) {
    let mut text = [0; PIECE];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(piece, &mut text, false);
        give(&text[..written]);
        piece = &piece[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_8(pieces: &mut dyn Iterator<Item = &[u8]>) -> String {
        let mut all = Vec::new();
        let mut text = Utf8::default();
        pieces.for_each(|piece| text.feed(piece, &mut |piece| all.extend_from_slice(piece)));
        text.finish(&mut |piece| all.extend_from_slice(piece));
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn both_byte_orders_in_pieces_of_any_size() {
        let log = "\u{feff}0531131822|so   |4|00|Café 😀\r\n".repeat(2_000);
        let little: Vec<u8> = log.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = log.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for piece in [1, 2, 3, 7, 1000, usize::MAX] {
            for utf_16 in [&little, &big] {
                assert_eq!(utf_8(&mut utf_16.chunks(piece)), &log[3..], "pieces of {piece}");
            }
            assert_eq!(utf_8(&mut log.as_bytes().chunks(piece)), log);
        }
    }

    #[test]
    fn a_cut_within_a_character_spoils_nothing() {
        let log: Vec<u8> = "\u{feff}4096\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(utf_8(&mut std::iter::once(&log[..log.len() - 1])), "4096\r");
    }

    #[test]
    fn too_little_to_tell() {
        for short in [&b""[..], b"0"] {
            assert_eq!(utf_8(&mut std::iter::once(short)).as_bytes(), short);
        }
        assert_eq!(utf_8(&mut std::iter::once(&b"\xFF\xFE0"[..])), "", "half a character");
    }
}
