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
pub(super) struct Found {
    names: BTreeMap<Pseudonym, BTreeSet<Box<str>>>,
    /// Numbers that are not available because the logs already contain pseudonyms with them.
    taken: BTreeSet<(Pseudonym, u64)>,
}

impl Found {
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

/// Names with their numbers, from 1, in sort order.
#[derive(Debug)]
pub(super) struct Numbers(BTreeMap<Pseudonym, BTreeMap<Box<str>, u64>>);

impl Numbers {
    pub(super) fn of(found: Found) -> Self {
        let numbered = |(of, names): (Pseudonym, BTreeSet<Box<str>>)| {
            let free = (1..).filter(|number| !found.taken.contains(&(of, *number)));
            (of, names.into_iter().zip(free).collect())
        };
        Self(found.names.into_iter().map(numbered).collect())
    }

    pub(super) fn of_name(&self, of: Pseudonym, name: &str) -> u64 {
        self.0.get(&of).and_then(|names| names.get(name)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_finding_does_not_matter_even_past_the_limit() {
        let many = MAX_NUMBERED + 100;
        let all = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut found = Found::default();
            numbers.for_each(|number| found.add(Pseudonym::Host, &format!("{number:06}")));
            found
        };
        let found = all(&mut (0..many));
        assert_eq!(found.names, all(&mut (0..many).rev()).names);
        let numbers = Numbers::of(found);
        assert_eq!(numbers.of_name(Pseudonym::Host, "000007"), 8);
        assert_eq!(
            numbers.of_name(Pseudonym::Host, &format!("{:06}", MAX_NUMBERED - 1)),
            MAX_NUMBERED as u64
        );
        assert_eq!(numbers.of_name(Pseudonym::Host, &format!("{MAX_NUMBERED:06}")), 0);
    }

    #[test]
    fn numbers_in_the_logs_are_not_given_again() {
        let mut found = Found::default();
        found.add(Pseudonym::User, "alice");
        found.add(Pseudonym::User, "bob");
        found.add_taken(Pseudonym::User, 1);
        found.add_taken(Pseudonym::Host, 2);
        let numbers = Numbers::of(found);
        assert_eq!(numbers.of_name(Pseudonym::User, "alice"), 2);
        assert_eq!(numbers.of_name(Pseudonym::User, "bob"), 3);
        assert_eq!(numbers.of_name(Pseudonym::User, "carol"), 0);
    }
}
