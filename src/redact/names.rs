//! The names that were found, and the numbers of their pseudonyms.

use std::collections::{BTreeMap, BTreeSet};

/// How many names of each kind (except phones) get numbers of their own. These are the first ones in sort
/// order, so that the order in which they are found does not matter. All others have the number 0.
const MAX_NUMBERED: usize = 1 << 17;

/// The kind of thing that a pseudonym replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pseudonym {
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

/// The names that were found in the first pass.
#[derive(Debug, Default)]
pub(super) struct FoundNames {
    names: BTreeMap<Pseudonym, BTreeSet<Box<str>>>,
    /// Numbers that are not available because the logs already contain pseudonyms with them.
    taken: BTreeSet<(Pseudonym, u64)>,
}

impl FoundNames {
    pub(super) fn add(&mut self, of: Pseudonym, name: &str) {
        let names = self.names.entry(of).or_default();
        if !names.contains(name) {
            insert(names, name.into());
        }
    }

    pub(super) fn add_taken(&mut self, of: Pseudonym, number: u64) {
        insert(&mut self.taken, (of, number));
    }
}

fn insert<T: Ord>(names: &mut BTreeSet<T>, name: T) {
    names.insert(name);
    if names.len() > MAX_NUMBERED {
        names.pop_last();
    }
}

/// Names with their numbers, from 1, in sort order; those of a later report follow.
#[derive(Clone, Debug, Default)]
pub(super) struct NameNumbers {
    names: BTreeMap<Pseudonym, BTreeMap<Box<str>, u64>>,
    /// Numbers that the logs already contain.
    taken: BTreeSet<(Pseudonym, u64)>,
}

impl NameNumbers {
    /// Adds the names that are new, as long as there are not too many.
    pub(super) fn with(mut self, found: FoundNames) -> Self {
        found.taken.into_iter().for_each(|number| insert(&mut self.taken, number));
        for (of, names) in found.names {
            let known = self.names.entry(of).or_default();
            let last = known.values().copied().max().unwrap_or_default();
            let free = (last + 1..).filter(|number| !self.taken.contains(&(of, *number)));
            let room = MAX_NUMBERED.saturating_sub(known.len());
            let new: Vec<Box<str>> = names.into_iter().filter(|name| !known.contains_key(name)).collect();
            known.extend(new.into_iter().take(room).zip(free));
        }
        self
    }

    pub(super) fn of_name(&self, of: Pseudonym, name: &str) -> u64 {
        self.names.get(&of).and_then(|names| names.get(name)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_finding_does_not_matter_even_past_the_limit() {
        let many = MAX_NUMBERED + 100;
        let all = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut found = FoundNames::default();
            numbers.for_each(|number| found.add(Pseudonym::Host, &format!("{number:06}")));
            found
        };
        let found = all(&mut (0..many));
        assert_eq!(found.names, all(&mut (0..many).rev()).names);
        let numbers = NameNumbers::default().with(found);
        assert_eq!(numbers.of_name(Pseudonym::Host, "000007"), 8);
        assert_eq!(
            numbers.of_name(Pseudonym::Host, &format!("{:06}", MAX_NUMBERED - 1)),
            MAX_NUMBERED as u64
        );
        assert_eq!(numbers.of_name(Pseudonym::Host, &format!("{MAX_NUMBERED:06}")), 0);
    }

    #[test]
    fn names_keep_their_numbers_in_a_later_report() {
        let with = |numbers: NameNumbers, names: &[&str]| {
            let mut found = FoundNames::default();
            names.iter().for_each(|name| found.add(Pseudonym::User, name));
            found.add_taken(Pseudonym::User, 3);
            numbers.with(found)
        };
        let numbers = with(with(NameNumbers::default(), &["carol", "bob"]), &["alice", "carol", "dave"]);
        let all = ["bob", "carol", "alice", "dave"].map(|name| numbers.of_name(Pseudonym::User, name));
        assert_eq!(all, [1, 2, 4, 5]);
    }

    #[test]
    fn numbers_in_the_logs_are_not_given_again() {
        let mut found = FoundNames::default();
        found.add(Pseudonym::User, "alice");
        found.add(Pseudonym::User, "bob");
        found.add_taken(Pseudonym::User, 1);
        found.add_taken(Pseudonym::Host, 2);
        let numbers = NameNumbers::default().with(found);
        assert_eq!(numbers.of_name(Pseudonym::User, "alice"), 2);
        assert_eq!(numbers.of_name(Pseudonym::User, "bob"), 3);
        assert_eq!(numbers.of_name(Pseudonym::User, "carol"), 0);
    }
}
