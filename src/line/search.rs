//! Searches the bytes of a line: for its end, for parts of it, and for odd bytes, which are escape characters and those
//! that are not of ASCII.

use std::ops::Range;

use wide::u8x64;

/// The text of a line up to its line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextBounds {
    /// Its length, in bytes.
    pub(crate) length: usize,
    /// A bar in it can follow a digit, as after a stamp.
    pub(crate) may_be_glued: bool,
}

/// The bounds of the text; None if it has no line feed.
///
/// All bytes are searched in one pass of blocks of 64 bytes, since most texts end in the first block. With calls of
/// `memchr`, which cost more than the search in lines this short, logs of 120 KB take 8 % more CPU time.
#[inline]
pub(crate) fn bounds_of_text(text: &[u8]) -> Option<TextBounds> {
    let (blocks, rest) = text.as_chunks::<64>();
    let mut may_be_glued = false;
    let mut begin = 0;
    for block in blocks {
        let block = u8x64::new(*block);
        let bits_of = |byte: u8| block.simd_eq(u8x64::splat(byte)).to_bitmask();
        let line_feeds = bits_of(b'\n');
        let before_line_feed = line_feeds.wrapping_sub(1) & !line_feeds;
        let mut bars = bits_of(b'|') & before_line_feed;
        while bars != 0 {
            let bar = begin + bars.trailing_zeros() as usize;
            may_be_glued |= bar > 0 && text[bar - 1].is_ascii_digit();
            bars &= bars - 1;
        }
        if line_feeds != 0 {
            let length = begin + line_feeds.trailing_zeros() as usize;
            return Some(TextBounds { length, may_be_glued });
        }
        begin += 64;
    }
    let end = memchr::memchr(b'\n', rest)?;
    Some(TextBounds { length: begin + end, may_be_glued: true })
}

/// Whether there are odd bytes, which can hide a known message: escape characters, or bytes that are not of ASCII.
pub(crate) fn has_odd_bytes(bytes: &[u8]) -> bool {
    const ESCAPE: u8 = 0x1b;
    !bytes.is_ascii() || memchr::memchr(ESCAPE, bytes).is_some()
}

/// A text without the bytes of this kind at its end, and these bytes.
pub(crate) fn split_end(text: &[u8], is_of_kind: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().rposition(|byte| !is_of_kind(byte)).map_or(0, |last| last + 1))
}

/// The range of a part within a text; None if it is a part of another text.
pub(super) fn range_in(whole: &[u8], part: &[u8]) -> Option<Range<usize>> {
    let begin = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    Some(begin..begin + part.len()).filter(|range| range.end <= whole.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_end_of_a_text_is_its_line_feed_wherever_blocks_end(text in "([a-z]{1,70}|[|é]|[0-9]{1,12}[|]|\n){0,12}") {
            let found = bounds_of_text(text.as_bytes());
            proptest::prop_assert_eq!(found.map(|bounds| bounds.length), text.find('\n'));
            if let Some(TextBounds { length, may_be_glued }) = found {
                let text = &text[..length];
                let follows_digit = |two: &[u8]| two[0].is_ascii_digit() && two[1] == b'|';
                proptest::prop_assert!(may_be_glued || !text.as_bytes().windows(2).any(follows_digit));
            }
        }
    }

    #[test]
    fn a_digit_before_a_bar_is_noticed_across_blocks() {
        for length in [1, 62, 63, 64, 127, 128] {
            for (last, may_be_glued) in [("7", true), ("x", false)] {
                let text = format!("{}{last}|\n{}", "x".repeat(length - 1), "y".repeat(128));
                let bounds = TextBounds { length: length + 1, may_be_glued };
                assert_eq!(bounds_of_text(text.as_bytes()), Some(bounds), "{length}");
            }
        }
    }
}
