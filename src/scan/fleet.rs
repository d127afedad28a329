//! Diagnoses that need the whole fleet: certificates that several phones share, and days on which many phones
//! began to show the same diagnosis.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate};
use rayon::prelude::*;

use super::compared::{CertificateId, SECONDS_PER_DAY, compared, named_others};
use super::rows::{Row, Rows};
use crate::check::SharedCertificate;
use crate::model::Mac;
use crate::phone::Selection;
use crate::report::shape::FleetDay;

/// A day is reported if a third of the phones, and at least this many, began to show a diagnosis on it.
const MIN_PHONES: usize = 5;

/// Adds FLT001 and FLT002 to the phones that share a certificate. Logs without an address are ignored, since
/// they may be of one of the other phones.
pub(super) fn add_shared(rows: &mut Rows, selection: &Selection) {
    let mut hashes = std::mem::take(&mut rows.certificates);
    hashes.par_sort_unstable();
    // Only phones with equal hashes are unpacked and compared.
    let mut candidates = BTreeSet::new();
    for same in hashes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        candidates.extend(same.iter().map(|(_, at)| *at));
    }
    drop(hashes);
    let mut holders: BTreeMap<CertificateId, BTreeSet<Mac>> = BTreeMap::new();
    for &at in &candidates {
        let phone = rows.phone(rows.row(at));
        for (key, _) in compared(&phone) {
            holders.entry(key).or_default().extend(phone.mac);
        }
    }
    holders.retain(|_, macs| macs.len() > 1);
    for at in candidates {
        let mut phone = rows.phone(rows.row(at));
        let Some(mac) = phone.mac else { continue };
        let shared: Vec<SharedCertificate> = compared(&phone)
            .filter_map(|(key, content)| {
                let macs = holders.get(&key)?;
                Some(SharedCertificate {
                    slot: content.slot,
                    phones: macs.len() as u64,
                    others: named_others(macs, mac),
                    seen: phone.seen(content),
                })
            })
            .collect();
        if !shared.is_empty() {
            phone.add_shared(&shared, selection);
            rows.replace(at, phone);
        }
    }
}

/// The fingerprints of these phones that are compared with others.
pub(super) fn fingerprints(rows: &Rows) -> HashSet<Box<[u8]>> {
    let phones = rows.all().map(|row| rows.phone(&row));
    phones.flat_map(|phone| compared(&phone).map(|((_, bytes), _)| bytes).collect::<Vec<_>>()).collect()
}

/// For each code, the day on which a third or more of the phones with this active diagnosis began to show it,
/// if there is one.
pub(super) fn days(rows: &Rows, wanted: impl Fn(&Row) -> bool) -> Vec<FleetDay> {
    let mut by_code: BTreeMap<&'static str, BTreeMap<u32, i64>> = BTreeMap::new();
    for start in rows.starts.iter().filter(|start| wanted(rows.row(start.row))) {
        let first = by_code.entry(start.code).or_default().entry(start.row).or_insert(start.first);
        *first = start.first.min(*first);
    }
    by_code.into_iter().filter_map(|(code, firsts)| day(code, firsts.into_values().collect())).collect()
}

/// The 24 hours in which most phones began, if these are enough. `firsts`: when each phone began.
fn day(code: &str, mut firsts: Vec<i64>) -> Option<FleetDay> {
    firsts.sort_unstable();
    let mut end = 0;
    let spans = firsts.iter().enumerate().map(|(begin, first)| {
        end = end.max(begin);
        while end < firsts.len() && firsts[end] - first <= SECONDS_PER_DAY {
            end += 1;
        }
        (end - begin, std::cmp::Reverse(begin))
    });
    let (phones, std::cmp::Reverse(begin)) = spans.max()?;
    if phones < MIN_PHONES || phones * 3 < firsts.len() {
        return None;
    }
    let middle = firsts[begin + (phones - 1) / 2];
    let day: NaiveDate = DateTime::from_timestamp(middle, 0)?.date_naive();
    Some(FleetDay {
        code: code.to_owned(),
        day: day.to_string(),
        phones: phones as u64,
        of: firsts.len() as u64,
    })
}
