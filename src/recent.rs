//! What was made of the texts that a thread met before: a fleet's phones say the same things.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

/// So many texts are remembered at most.
const PLACES: usize = 2048;

/// A longer text is not remembered, in bytes.
const LONGEST: usize = 128;

/// Texts, and what was made of them.
pub(crate) struct Recent<V> {
    hasher: RandomState,
    places: Box<[Place<V>]>,
}

/// A place for one of the texts that meet there. Most texts that name a phone come but once: so it is
/// given to another text only if that comes twice in a row.
struct Place<V> {
    known: Option<(Box<[u8]>, V)>,
    /// The hash of the last text that was another one.
    other: u64,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        let places = std::iter::repeat_with(|| Place { known: None, other: 0 });
        Self { hasher: RandomState::default(), places: places.take(PLACES).collect() }
    }
}

impl<V: Clone> Recent<V> {
    /// What `make` makes of a text: the same for the same text.
    pub(crate) fn of(&mut self, text: &[u8], make: impl FnOnce(&[u8]) -> V) -> V {
        if text.len() > LONGEST {
            return make(text);
        }
        let hash = self.hasher.hash_one(text);
        let place = &mut self.places[hash as usize % PLACES];
        if let Some((known, made)) = &place.known
            && **known == *text
        {
            return made.clone();
        }
        let made = make(text);
        if std::mem::replace(&mut place.other, hash) == hash {
            place.known = Some((text.into(), made.clone()));
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_keeps_its_own() {
        let mut recent = Recent::default();
        for _ in 0..4 {
            for number in 0..4 * PLACES {
                let text = number.to_string();
                assert_eq!(recent.of(text.as_bytes(), |_| number), number);
            }
        }
    }

    #[test]
    fn from_the_third_time_on_a_text_is_known() {
        let mut recent = Recent::default();
        let mut made = 0;
        for _ in 0..5 {
            recent.of(b"text", |_| made += 1);
        }
        assert_eq!(made, 2);
        for _ in 0..5 {
            recent.of(&[b'x'; LONGEST + 1], |_| made += 1);
        }
        assert_eq!(made, 7);
    }
}
