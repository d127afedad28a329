//! Finds the names of one sender: a server writes `phone-14` or `phone-14.example.com`, as it is configured.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::line::is_address;
use crate::model::Mac;

/// The senders of a run with the phones that are named at them, by their names without the domain.
pub(super) struct SenderNames<'s>(HashMap<&'s str, BTreeMap<&'s str, BTreeSet<Mac>>>);

impl<'s> SenderNames<'s> {
    /// `senders`: each with a phone that its lines name, if they do.
    pub(super) fn of(senders: impl Iterator<Item = (&'s str, Option<Mac>)>) -> Self {
        let mut hosts: HashMap<&str, BTreeMap<&str, BTreeSet<Mac>>> = HashMap::new();
        for (sender, mac) in senders {
            hosts.entry(without_domain(sender)).or_default().entry(sender).or_default().extend(mac);
        }
        Self(hosts)
    }

    /// The name that all names of a sender have in common: the one without the domain, if only one domain occurs.
    pub(super) fn common<'n>(&self, sender: &'n str) -> &'n str {
        let host = without_domain(sender);
        let is_one = self
            .0
            .get(host)
            .is_some_and(|names| names.len() == 2 && names.keys().all(|name| may_be_one(names, host, name)));
        if is_one { host } else { sender }
    }

    /// The phones that wrote from this sender, or from one that can be the same.
    pub(super) fn phones_at(&self, sender: &str) -> impl Iterator<Item = Mac> {
        let host = without_domain(sender);
        let names = self.0.get(host).into_iter();
        let same = names.flat_map(move |names| {
            let is_same = move |name: &str| name == sender || may_be_one(names, sender, name);
            names.iter().filter(move |(name, _)| is_same(name))
        });
        same.flat_map(|(_, macs)| macs.iter().copied())
    }
}

/// Whether two names can be those of one sender: one of them has no domain, and they do not name different phones.
fn may_be_one(names: &BTreeMap<&str, BTreeSet<Mac>>, one: &str, other: &str) -> bool {
    let (Some(macs), Some(others)) = (names.get(one), names.get(other)) else { return false };
    (one == without_domain(one) || other == without_domain(other))
        && (macs.is_empty() || others.is_empty() || !macs.is_disjoint(others))
}

fn without_domain(sender: &str) -> &str {
    match sender.split_once('.') {
        Some((host, _)) if !is_address(sender.as_bytes()) => host,
        _ => sender,
    }
}
