//! What is compared between phones: certificates, private keys, and when diagnoses began.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::config::PublicKey;
use crate::model::{CertificateState, Mac, Slot};
use crate::phone::{Phone, SlotContent};

/// How many of the other phones a diagnosis names.
pub(super) const MAX_NAMED: usize = 5;

/// A day, in seconds.
pub(super) const SECONDS_PER_DAY: i64 = 86_400;

/// Identifies a certificate: whether it is a built-in one, and its fingerprint.
pub(super) type CertificateId = (bool, Box<[u8]>);

/// The certificates of a phone that are compared with those of others.
pub(super) fn compared(phone: &Phone) -> impl Iterator<Item = (CertificateId, &SlotContent)> {
    let installed = phone
        .certificates
        .iter()
        .filter(|content| content.state == CertificateState::Installed && content.is_compared);
    installed.filter_map(|content| {
        let fingerprint = content.details.fingerprint.as_ref()?;
        Some(((content.slot == Slot::BuiltIn, fingerprint.bytes().into()), content))
    })
}

/// Hashes of a phone's installed certificates, to find candidates for sharing, which are then compared. None for a
/// log without an address: it may be of any other phone.
pub(super) fn hashes(phone: &Phone) -> impl Iterator<Item = u32> + '_ {
    compared(phone).filter(|_| phone.mac.is_some()).map(|(key, _)| hash(&key))
}

/// The hash by which private keys are compared.
pub(super) fn hash_of_key(key: &PublicKey) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The private keys that a phone's configuration gives it, as they are compared.
pub(super) fn keys(phone: &Phone) -> impl Iterator<Item = (u64, Mac)> + '_ {
    phone.keys().filter_map(|key| Some((hash_of_key(&key.public), phone.mac?)))
}

fn hash((is_built_in, bytes): &CertificateId) -> u32 {
    xxhash_rust::xxh3::xxh3_64_with_seed(bytes, u64::from(*is_built_in)) as u32
}

/// The phones that a diagnosis of this phone names, of all that it is about.
pub(super) fn named_others<'m>(phones: impl IntoIterator<Item = &'m Mac>, mac: Mac) -> Vec<Mac> {
    phones.into_iter().copied().filter(|other| *other != mac).take(MAX_NAMED).collect()
}

/// The active diagnoses of a phone that can begin in many phones at once, with the time of the first occurrence that no
/// later line has shown to be gone (local time, seconds since 1970). Left out are those that occur within a day of the
/// log's first line, since they may have begun before it.
pub(super) fn diagnosis_starts(phone: &Phone) -> impl Iterator<Item = (&'static str, i64)> + '_ {
    let first_line = phone.times.map_or(i64::MAX, |(first, _)| first);
    let active = phone.active().filter(|found| found.rule().facts.suggests_server_fault);
    let firsts = active.filter_map(|found| {
        let first = found.finding.seen.times().map(|(first, _)| first);
        Some((found.rule().code, found.finding.since.or(first)?))
    });
    firsts.filter(move |(_, first)| first.saturating_sub(first_line) >= SECONDS_PER_DAY)
}
