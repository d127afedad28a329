//! What a report names, and the numbers that are given to it.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Namer;
use crate::model::Mac;

/// How many names of a kind get numbers of their own, phones not counted: those first in their order,
/// so that it does not matter in which order they are found. The rest have the number 0.
pub const KEPT: usize = 1 << 17;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Kind {
    Phone,
    Mac,
    Ipv4,
    Ipv6,
    Host,
    User,
    Serial,
    Name,
    Directory,
    File,
}

/// What a report names, found in a first pass over it. Sets of names join in any order; memory is
/// bounded by the phones and [`KEPT`] names of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    pub(super) phones: BTreeSet<Mac>,
    pub(super) macs: BTreeSet<Mac>,
    pub(super) ipv4: BTreeSet<u32>,
    pub(super) ipv6: BTreeSet<u128>,
    pub(super) words: BTreeMap<Kind, BTreeSet<Box<str>>>,
    /// Numbers of pseudonyms that stand in the logs themselves.
    pub(super) taken: BTreeSet<(Kind, u64)>,
}

impl Names {
    /// Names of a report with these phones.
    #[must_use]
    pub fn of_phones(phones: impl IntoIterator<Item = Mac>) -> Self {
        Self { phones: phones.into_iter().collect(), ..Self::default() }
    }

    /// Joins what another part of the report names.
    pub fn join(&mut self, other: Self) {
        self.phones.extend(other.phones);
        extend(&mut self.macs, other.macs);
        extend(&mut self.ipv4, other.ipv4);
        extend(&mut self.ipv6, other.ipv6);
        extend(&mut self.taken, other.taken);
        for (kind, words) in other.words {
            extend(self.words.entry(kind).or_default(), words);
        }
    }
}

pub(super) fn extend<T: Ord>(names: &mut BTreeSet<T>, more: impl IntoIterator<Item = T>) {
    for name in more {
        names.insert(name);
        if names.len() > KEPT {
            names.pop_last();
        }
    }
}

/// Names with their numbers.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    phones: Sorted<Mac>,
    macs: Sorted<Mac>,
    ipv4: Sorted<u32>,
    ipv6: Sorted<u128>,
    words: BTreeMap<Kind, Sorted<Box<str>>>,
}

impl Numbers {
    pub(super) fn of(names: Names) -> Self {
        let taken = &names.taken;
        let macs = names.macs.difference(&names.phones).copied();
        let sorted = |(kind, words)| (kind, Sorted::new(words, kind, taken));
        Self {
            macs: Sorted::new(macs, Kind::Mac, taken),
            phones: Sorted::new(names.phones.iter().copied(), Kind::Phone, taken),
            ipv4: Sorted::new(names.ipv4, Kind::Ipv4, taken),
            ipv6: Sorted::new(names.ipv6, Kind::Ipv6, taken),
            words: names.words.into_iter().map(sorted).collect(),
        }
    }
}

#[derive(Clone, Debug)]
struct Sorted<T>(Box<[(T, u64)]>);

impl<T: Ord> Sorted<T> {
    /// Numbers from 1, in order.
    fn new(names: impl IntoIterator<Item = T>, kind: Kind, taken: &BTreeSet<(Kind, u64)>) -> Self {
        let free = (1..).filter(|number| !taken.contains(&(kind, *number)));
        Self(names.into_iter().zip(free).collect())
    }

    fn number<Q: Ord + ?Sized>(&self, name: &Q) -> Option<u64>
    where
        T: Borrow<Q>,
    {
        let place = self.0.binary_search_by(|(other, _)| other.borrow().cmp(name)).ok()?;
        Some(self.0[place].1)
    }
}

impl Namer for &Numbers {
    fn mac(&mut self, mac: Mac) -> (Kind, u64) {
        match self.phones.number(&mac) {
            Some(number) => (Kind::Phone, number),
            None => (Kind::Mac, self.macs.number(&mac).unwrap_or(0)),
        }
    }

    fn is_phone(&self, mac: Mac) -> bool {
        self.phones.number(&mac).is_some()
    }

    fn ipv4(&mut self, address: u32) -> u64 {
        self.ipv4.number(&address).unwrap_or(0)
    }

    fn ipv6(&mut self, address: u128) -> u64 {
        self.ipv6.number(&address).unwrap_or(0)
    }

    fn word(&mut self, kind: Kind, name: &str) -> u64 {
        self.words.get(&kind).and_then(|words| words.number(name)).unwrap_or(0)
    }

    fn stays(&mut self, _: Kind, _: u64) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_finding_does_not_matter_even_past_the_limit() {
        let all = |numbers: &mut dyn Iterator<Item = u32>| {
            let mut names = Names::default();
            numbers.for_each(|number| names.join(Names { ipv4: [number].into(), ..Names::default() }));
            names
        };
        let many = KEPT as u32 + 100;
        let names = all(&mut (0..many));
        assert_eq!(names, all(&mut (0..many).rev()));
        assert_eq!(names.ipv4.len(), KEPT);
        let numbers = Numbers::of(names);
        assert_eq!((&numbers).ipv4(7), 8);
        assert_eq!((&numbers).ipv4(many - 1), 0);
    }

    #[test]
    fn numbers_that_stand_in_the_logs_are_not_given() {
        let mut names = Names::default();
        names.words.insert(Kind::User, ["alice".into(), "bob".into()].into());
        names.taken.extend([(Kind::User, 1), (Kind::Host, 2)]);
        let numbers = Numbers::of(names);
        assert_eq!((&numbers).word(Kind::User, "alice"), 2);
        assert_eq!((&numbers).word(Kind::User, "bob"), 3);
        assert_eq!((&numbers).word(Kind::User, "carol"), 0);
    }
}
