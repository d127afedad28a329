//! What only the whole fleet tells: certificates that stand in more than one phone.

use std::collections::{BTreeMap, BTreeSet};

use rayon::slice::ParallelSliceMut;

use super::Entry;
use super::phone::Gist;
use crate::check::SharedCertificate;
use crate::model::{Fingerprint, Mac, Slot};

/// How many other phones are named.
const NAMED: usize = 5;

/// The certificates that several phones share, and which phone has which of them.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// How many phones share a certificate, and the first few of them.
    certificates: Vec<(u64, Vec<Mac>)>,
    /// For each phone with one: the slot, and which certificate.
    phones: BTreeMap<Mac, Vec<(Slot, usize)>>,
}

impl Shared {
    /// What these phones share. A log without an address may be of any of the others: it does not count.
    pub(super) fn among(phones: &[Entry], gists: &[Gist]) -> Self {
        let mut all: Vec<(&Fingerprint, bool, Mac, Slot)> = Vec::new();
        for (phone, gist) in phones.iter().zip(gists) {
            let Some(mac) = phone.mac else { continue };
            all.extend(
                gist.certificates.iter().map(|(slot, digest)| (digest, *slot == Slot::BuiltIn, mac, *slot)),
            );
        }
        all.par_sort_unstable();
        let mut shared = Self::default();
        for same in all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            if same.len() < 2 {
                continue;
            }
            let macs: BTreeSet<Mac> = same.iter().map(|(_, _, mac, _)| *mac).collect();
            if macs.len() < 2 {
                continue;
            }
            let number = shared.certificates.len();
            for (_, _, mac, slot) in same {
                shared.phones.entry(*mac).or_default().push((*slot, number));
            }
            shared.certificates.push((macs.len() as u64, macs.into_iter().take(NAMED + 1).collect()));
        }
        shared.phones.values_mut().for_each(|slots| slots.sort_unstable());
        shared
    }

    /// The slots of this phone with a shared certificate.
    pub(super) fn of(&self, mac: Mac) -> &[(Slot, usize)] {
        self.phones.get(&mac).map_or(&[], Vec::as_slice)
    }

    /// The shared certificates of this phone.
    pub(super) fn certificates(&self, mac: Mac) -> Vec<SharedCertificate> {
        let slots = self.of(mac).iter();
        let shared = slots.map(|&(slot, number)| {
            let (phones, first) = &self.certificates[number];
            let others = first.iter().filter(|other| **other != mac).take(NAMED);
            SharedCertificate { slot, phones: *phones, others: others.map(ToString::to_string).collect() }
        });
        shared.collect()
    }
}
