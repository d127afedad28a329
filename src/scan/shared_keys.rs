//! Findings about private keys that configuration files give to several phones.
//!
//! A site's file gives its key to all phones of the site, so adding the finding to the packed phones would
//! mean to pack nearly every row again. Instead it is added whenever a phone is unpacked.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::RwLock;

use super::compared::{MAX_NAMED, hash_of_key, named_others};
use crate::check::configuration::{ConfigurationCase, SharedKey};
use crate::check::{CATALOGUE, Family, Rule, RuleFinding};
use crate::config::{ConfiguredKey, LogFacts, PhoneConfig};
use crate::model::Mac;
use crate::phone::{Common, Phone, Selection};

/// The keys that several phones are given, by the hash of the key.
pub(super) struct SharedKeys {
    holders: HashMap<u64, Holders>,
    rules: Vec<&'static Rule>,
    /// Cache: by the memory address of a [`Common`], the same with the finding about its keys added. Not for
    /// the first phones of a key, since these are named in the finding, which therefore differs.
    common: RwLock<HashMap<usize, Arc<Common>>>,
}

/// The phones that are given one key.
struct Holders {
    phones: u64,
    /// The first of them by address: one more than a finding names.
    first: Vec<Mac>,
}

impl SharedKeys {
    /// Finds keys of several phones; `keys` has the hash of each key with the phone and the index of its row, if
    /// it has one. Also returns the rows that share a key. None if no rule about shared keys is selected.
    pub(super) fn new(
        mut keys: Vec<(u64, Mac, Option<u32>)>,
        selection: &Selection,
    ) -> Option<(Self, BTreeSet<u32>)> {
        let rules = CATALOGUE.iter().copied().filter(|rule| {
            rule.facts.family == Family::Configuration && rule.facts.from_fleet && selection.has(rule.code)
        });
        let rules: Vec<_> = rules.collect();
        if rules.is_empty() {
            return None;
        }
        keys.sort_unstable();
        // A phone's configuration may give it the same key twice.
        keys.dedup();
        let (mut holders, mut sharing) = (HashMap::new(), BTreeSet::new());
        for same in keys.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            let first = same.iter().take(MAX_NAMED + 1).map(|(_, mac, _)| *mac).collect();
            sharing.extend(same.iter().filter_map(|(.., row)| *row));
            holders.insert(same[0].0, Holders { phones: same.len() as u64, first });
        }
        Some((Self { holders, rules, common: RwLock::default() }, sharing))
    }

    /// The rules about shared keys that are selected.
    pub(super) fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    /// Adds the findings about shared keys to a phone.
    pub(super) fn add_to(&self, phone: &mut Phone) {
        let Some(mac) = phone.mac else { return };
        let is_named =
            |key: &ConfiguredKey| self.holders_of(key).is_some_and(|holders| holders.first.contains(&mac));
        match phone.common_keys().cloned() {
            Some(common) if !phone.keys().any(is_named) => {
                let address = Arc::as_ptr(&common).addr();
                let known = self.common.read().get(&address).cloned();
                phone.common = Some(known.unwrap_or_else(|| {
                    let made = Arc::new(common.and(self.found(phone, mac)));
                    let mut all = self.common.write();
                    Arc::clone(all.entry(address).or_insert(made))
                }));
            }
            _ => phone.add(self.found(phone, mac)),
        }
    }

    fn holders_of(&self, key: &ConfiguredKey) -> Option<&Holders> {
        self.holders.get(&hash_of_key(&key.public))
    }

    /// The findings about the shared keys of a phone.
    fn found(&self, phone: &Phone, mac: Mac) -> Vec<RuleFinding> {
        let shared = phone.keys().filter_map(|key| {
            let Holders { phones, first } = self.holders_of(key)?;
            Some(SharedKey { key: key.clone(), phones: *phones, others: named_others(first, mac) })
        });
        let shared: Vec<SharedKey> = shared.collect();
        if shared.is_empty() {
            return Vec::new();
        }
        let (config, facts) = (PhoneConfig::new(mac, Vec::new()), LogFacts::default());
        let case = ConfigurationCase::new(&config, &facts, &shared);
        self.rules.iter().flat_map(|rule| rule.run_on_configuration(&case)).collect()
    }
}
