//! How often a thing was seen, and where: all places while they are few, then the first and the last.

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use crate::stamp::Stamp;

/// How many first and how many last places are kept.
const KEPT: usize = 3;

/// How often something was seen, with its first three and last three places in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sightings<P = Sighting> {
    /// How often.
    pub count: u64,
    /// Most things are seen once in a boot.
    places: SmallVec<[P; 1]>,
}

impl<P> Default for Sightings<P> {
    fn default() -> Self {
        Self { count: 0, places: SmallVec::new() }
    }
}

impl<P> Sightings<P> {
    /// Seen once, here.
    #[must_use]
    pub fn once(place: P) -> Self {
        Self { count: 1, places: smallvec![place] }
    }

    /// Seen this often; these lines show it.
    #[must_use]
    pub fn at(count: u64, places: Vec<P>) -> Self
    where
        P: Ord,
    {
        let mut seen = Self::default();
        seen.join(Self { count, places: places.into() });
        seen.places.dedup();
        seen
    }

    /// The places in order: all of them up to six, else the first three and the last three.
    #[must_use]
    pub fn places(&self) -> &[P] {
        &self.places
    }

    /// Adds what was seen later.
    pub fn append(&mut self, later: Self) {
        self.count += later.count;
        for place in later.places {
            self.keep(place);
        }
    }

    /// Joins what was seen at places that may lie between these.
    pub fn join(&mut self, other: Self)
    where
        P: Ord,
    {
        self.count += other.count;
        self.places.extend(other.places);
        self.places.sort();
        while self.places.len() > 2 * KEPT {
            self.places.remove(KEPT);
        }
    }

    /// Takes away the first, which turned out to be none.
    pub fn drop_first(&mut self) {
        if self.count > 0 && !self.places.is_empty() {
            self.count -= 1;
            self.places.remove(0);
        }
    }

    /// The same, each place seen with other eyes.
    pub fn map<Q>(self, mut other: impl FnMut(P) -> Q) -> Sightings<Q> {
        let places = match self.places.into_inner() {
            Ok([place]) => smallvec![other(place)],
            Err(places) => places.into_iter().map(other).collect(),
        };
        Sightings { count: self.count, places }
    }

    fn keep(&mut self, place: P) {
        if self.places.len() == 2 * KEPT {
            self.places.remove(KEPT);
        }
        self.places.push(place);
    }
}

/// One line that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// 1-based number of the message's header line.
    pub line: u64,
    /// The line's stamp.
    pub stamp: Option<Stamp>,
    /// The message, without its header; a wrapped one joined with a blank.
    pub text: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(range: std::ops::Range<u64>) -> Sightings<u64> {
        let mut all = Sightings::default();
        range.for_each(|place| all.append(Sightings::once(place)));
        all
    }

    #[test]
    fn the_first_and_the_last_are_kept() {
        assert_eq!(seen(0..6).places(), [0, 1, 2, 3, 4, 5]);
        assert_eq!((seen(0..100).count, seen(0..100).places()), (100, &[0, 1, 2, 97, 98, 99][..]));
    }

    #[test]
    fn places_in_between_find_their_order() {
        let every_third = |from: u64| {
            let mut all = Sightings::default();
            (from..100).step_by(3).for_each(|place| all.append(Sightings::once(place)));
            all
        };
        let mut joined = every_third(1);
        joined.join(every_third(0));
        joined.join(every_third(2));
        assert_eq!(joined, seen(0..100));
    }

    #[test]
    fn parts_append_to_the_whole() {
        for split in 0..20 {
            let mut parts = seen(0..split);
            parts.append(seen(split..20));
            assert_eq!(parts, seen(0..20), "split at {split}");
        }
    }
}
