//! Finds where a line ends.

use wide::u8x64;

/// The text of a line up to its line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextBounds {
    /// Its length, in bytes.
    pub(crate) length: usize,
    /// A bar in it can follow a digit, as behind a stamp.
    pub(crate) may_be_glued: bool,
    /// It has an escape character, or a byte that is not of ASCII: a known message in it can be hidden by them.
    pub(crate) is_odd: bool,
}

/// The bounds of the text; None if it has no line feed.
///
/// All bytes are searched in one pass of blocks of 64 bytes, since most texts end in the first block. With calls of
/// `memchr`, which cost more than the search in lines this short, logs of 120 KB take 8 % more CPU time.
#[inline]
pub(crate) fn bounds_of_text(text: &[u8]) -> Option<TextBounds> {
    let (blocks, rest) = text.as_chunks::<64>();
    let (mut may_be_glued, mut odd) = (false, 0);
    let mut begin = 0;
    for block in blocks {
        let block = u8x64::new(*block);
        let bits_of = |byte: u8| block.simd_eq(u8x64::splat(byte)).to_bitmask();
        let line_feeds = bits_of(b'\n');
        let before_line_feed = line_feeds.wrapping_sub(1) & !line_feeds;
        // The mask of a block has the highest bit of each byte.
        odd |= (bits_of(ESCAPE) | block.to_bitmask()) & before_line_feed;
        let mut bars = bits_of(b'|') & before_line_feed;
        while bars != 0 {
            let bar = begin + bars.trailing_zeros() as usize;
            may_be_glued |= bar > 0 && text[bar - 1].is_ascii_digit();
            bars &= bars - 1;
        }
        if line_feeds != 0 {
            let length = begin + line_feeds.trailing_zeros() as usize;
            return Some(TextBounds { length, may_be_glued, is_odd: odd != 0 });
        }
        begin += 64;
    }
    let end = memchr::memchr(b'\n', rest)?;
    let is_odd = odd != 0 || rest[..end].iter().any(is_odd);
    Some(TextBounds { length: begin + end, may_be_glued: true, is_odd })
}

const ESCAPE: u8 = 0x1b;

/// Whether a byte can hide a known message: an escape character, or one that is not of ASCII.
pub(super) const fn is_odd(byte: &u8) -> bool {
    // Without a branch, 16 bytes are checked at once.
    (*byte == ESCAPE) | !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_end_of_a_text_is_its_line_feed_wherever_blocks_end(text in "([a-z]{1,70}|[|\u{1b}é]|[0-9]{1,12}[|]|\n){0,12}") {
            let found = bounds_of_text(text.as_bytes());
            proptest::prop_assert_eq!(found.map(|bounds| bounds.length), text.find('\n'));
            if let Some(TextBounds { length, may_be_glued, is_odd }) = found {
                let text = &text[..length];
                proptest::prop_assert_eq!(is_odd, text.contains('\u{1b}') || !text.is_ascii());
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
                let bounds = TextBounds { length: length + 1, may_be_glued, is_odd: false };
                assert_eq!(bounds_of_text(text.as_bytes()), Some(bounds), "{length}");
            }
        }
    }
}
