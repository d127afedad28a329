//! A reader of DER, and of BER with indefinite lengths, as far as certificates and keys need it.
//!
//! Every length is compared with the existing bytes: a wrong length gives None, never a panic. Nesting is followed
//! to [`MAX_DEPTH`] levels, so the time is linear in the input.

/// The deepest nesting of elements of indefinite length; real PKCS #7 has eight levels.
const MAX_DEPTH: u8 = 16;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The constructed context-specific tag `[number]`.
pub(super) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// One element: its tag byte, its content, and all its bytes with tag and length.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The elements inside.
    pub(super) const fn within(self) -> Reader<'a> {
        Reader { rest: self.content }
    }
}

/// The elements of a content, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next element of any tag.
    pub(super) fn next(&mut self) -> Option<Element<'a>> {
        let (element, rest) = element(self.rest, 0)?;
        self.rest = rest;
        Some(element)
    }

    /// Takes the next element if it has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<Element<'a>> {
        let (element, rest) = element(self.rest, 0)?;
        if element.tag != tag {
            return None;
        }
        self.rest = rest;
        Some(element)
    }
}

/// The length that a sequence at the beginning declares, in bytes. None if there is no sequence, or one of
/// indefinite length.
pub(super) fn announced_length(bytes: &[u8]) -> Option<usize> {
    let (head, length) = head(bytes).filter(|_| bytes[0] == SEQUENCE)?;
    head.checked_add(length?)
}

/// The number of bytes that `content` bytes take as an element with tag and length.
pub(super) const fn encoded_length(content: usize) -> usize {
    let length_bytes = match content {
        0..=0x7F => 1,
        0x80..=0xFF => 2,
        0x100..=0xFFFF => 3,
        0x1_0000..=0xFF_FFFF => 4,
        _ => 5,
    };
    1 + length_bytes + content
}

/// The bytes of tag and length, and the length; `None` for an indefinite one.
fn head(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    let (&tag, rest) = bytes.split_first()?;
    // Tags of several bytes do not occur in certificates and keys.
    if tag & 0x1F == 0x1F {
        return None;
    }
    match rest.first()? {
        0x80 => Some((2, None)),
        short @ 0..=0x7F => Some((2, Some(usize::from(*short)))),
        long => {
            let count = usize::from(long & 0x7F);
            if count > 4 {
                return None;
            }
            let length = rest.get(1..=count)?.iter().try_fold(0_usize, |length, byte| {
                length.checked_mul(256).map(|length| length + usize::from(*byte))
            })?;
            Some((2 + count, Some(length)))
        }
    }
}

fn element(bytes: &[u8], depth: u8) -> Option<(Element<'_>, &[u8])> {
    let (head, length) = head(bytes)?;
    let tag = bytes[0];
    if let Some(length) = length {
        let end = head.checked_add(length)?;
        let content = bytes.get(head..end)?;
        return Some((Element { tag, content, whole: &bytes[..end] }, &bytes[end..]));
    }
    // An indefinite length ends with two zero bytes, after elements that may be indefinite too.
    if tag & 0x20 == 0 || depth == MAX_DEPTH {
        return None;
    }
    let mut rest = &bytes[head..];
    loop {
        if let [0, 0, after @ ..] = rest {
            let end = bytes.len() - after.len();
            return Some((Element { tag, content: &bytes[head..end - 2], whole: &bytes[..end] }, after));
        }
        rest = element(rest, depth + 1)?.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_that_lie_are_no_elements() {
        for bytes in [
            &b""[..],
            b"\x30",
            b"\x30\x05\x02\x01\x00",
            b"\x30\x84\xff\xff\xff\xff\x00",
            b"\x30\x85\x00\x00\x00\x00\x01\x00",
            b"\x30\x82\x01",
            b"\x30\x80\x02\x01\x00",
            b"\x04\x80\x00\x00",
            b"\x1f\x81\x01\x00",
        ] {
            assert!(Reader::new(bytes).next().is_none(), "{bytes:x?}");
        }
    }

    #[test]
    fn indefinite_lengths_end_with_two_zeros() {
        let mut reader = Reader::new(b"\x30\x80\x30\x80\x02\x01\x05\x00\x00\x00\x00\x02\x01\x06");
        let outer = reader.take(SEQUENCE).unwrap();
        assert_eq!(outer.content, b"\x30\x80\x02\x01\x05\x00\x00");
        assert_eq!(outer.within().take(SEQUENCE).unwrap().content, b"\x02\x01\x05");
        assert_eq!(reader.take(INTEGER).unwrap().content, b"\x06");
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = b"\x30\x80".repeat(1 << 20);
        assert!(Reader::new(&deep).next().is_none());
    }

    #[test]
    fn encoded_lengths_on_both_sides() {
        for (content, whole) in [(0, 2), (127, 129), (128, 131), (255, 258), (256, 260), (65_535, 65_539)] {
            assert_eq!(encoded_length(content), whole);
        }
    }
}
