//! What a log's content comes to: two logs have the same content just if they have the same sum.

/// The sum of a log, or of its beginning: BLAKE3 of its bytes, in which a long run of zeros stands as its
/// beginning and its length. So a hole of a file need not be gone through.
pub type PrefixHash = [u8; 32];

/// A run of zeros of this length and more is long.
const LONG: u64 = 64 * 1024;

/// So many zeros are looked for; the beginning of a run is no longer.
const ZEROS: [u8; 64] = [0; 64];

/// Makes the sum of content that comes in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sum {
    hasher: blake3::Hasher,
    /// How many zeros came last.
    zeros: u64,
}

impl Sum {
    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.zeros > 0 {
                let zeros = leading_zeros(bytes);
                self.feed_zeros(zeros as u64);
                bytes = &bytes[zeros..];
                if bytes.is_empty() {
                    return;
                }
                self.end_run();
            }
            let run = memchr::memmem::find(bytes, &ZEROS);
            let (before, from_run) = bytes.split_at(run.unwrap_or(bytes.len()));
            self.hasher.update(before);
            bytes = from_run;
            if from_run.is_empty() {
                // The last ones may begin a run.
                self.zeros = before.iter().rev().take_while(|&&byte| byte == 0).count() as u64;
                return;
            }
            let zeros = leading_zeros(bytes);
            self.feed_zeros(zeros as u64);
            bytes = &bytes[zeros..];
        }
    }

    /// Takes so many zeros.
    pub(crate) fn feed_zeros(&mut self, length: u64) {
        let mut room = LONG.saturating_sub(self.zeros).min(length);
        while room > 0 {
            let some = room.min(ZEROS.len() as u64);
            self.hasher.update(&ZEROS[..some as usize]);
            room -= some;
        }
        self.zeros += length;
    }

    /// The sum of what came so far.
    pub(crate) fn finish(&self) -> PrefixHash {
        let mut whole = self.clone();
        whole.end_run();
        *whole.hasher.finalize().as_bytes()
    }

    fn end_run(&mut self) {
        if self.zeros >= LONG {
            self.hasher.update(&self.zeros.to_le_bytes());
        }
        self.zeros = 0;
    }
}

fn leading_zeros(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte != 0).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(pieces: &mut dyn Iterator<Item = &[u8]>) -> PrefixHash {
        let mut sum = Sum::default();
        pieces.for_each(|piece| sum.feed(piece));
        sum.finish()
    }

    #[test]
    fn without_long_runs_it_is_blake3() {
        let text = b"0531131822|so   |4|00|x\0\0\n".repeat(5_000);
        assert_eq!(sum(&mut text.chunks(777)), *blake3::hash(&text).as_bytes());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// However content comes, and whether zeros come as bytes or as a number.
        #[test]
        fn pieces_of_any_size_give_the_same(
            parts in proptest::collection::vec(
                (prop_oneof![0..200_u64, LONG - 70..LONG + 70, 2 * LONG..3 * LONG], "[ab\0]{1,90}"),
                1..5,
            ),
            piece in prop_oneof![1..200_usize, 60_000..70_000_usize],
        ) {
            let mut bytes = Vec::new();
            let mut told = Sum::default();
            for (zeros, text) in &parts {
                told.feed_zeros(*zeros);
                told.feed(text.as_bytes());
                bytes.resize(bytes.len() + *zeros as usize, 0);
                bytes.extend_from_slice(text.as_bytes());
            }
            let whole = sum(&mut std::iter::once(&bytes[..]));
            prop_assert_eq!(told.finish(), whole);
            prop_assert_eq!(sum(&mut bytes.chunks(piece)), whole);
            let mut other = bytes.clone();
            other.insert(bytes.len() / 2, 0);
            prop_assert_ne!(sum(&mut std::iter::once(&other[..])), whole);
        }
    }
}
