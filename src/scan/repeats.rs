//! Logs that repeat: the same bytes met twice count once, and a log that is the beginning of another
//! one of the same phone, an earlier upload, adds nothing.

use std::collections::{HashMap, HashSet};

use super::collect::{StoredLog, StoredLogs};
use crate::input::{Inputs, Origin};

/// Takes away what repeats. `logs` stand phone by phone, and stay so.
pub(super) fn remove(logs: &mut StoredLogs, inputs: &Inputs) {
    let mut redundant = vec![false; logs.len()];
    let mut suspects = Vec::new();
    let mut begin = 0;
    for phone in logs.chunk_by(|a, b| a.mac.is_some() && a.mac == b.mac) {
        if phone.len() > 1 {
            suspect(phone, begin, &mut redundant, &mut suspects);
        }
        begin += phone.len();
    }
    verify(logs, inputs, &suspects, &mut redundant);
    let mut redundant = redundant.into_iter();
    logs.retain(|_| !redundant.next().unwrap_or(false));
}

/// With so many longer logs, those nearest in length, a log is compared in full. A phone has a dozen
/// logs; with very many that begin alike, all pairs would be more than memory holds.
const MOST_SUSPECTS: usize = 32;

/// With so many others a log is compared that is shorter than what is kept of each.
const MOST_COMPARED: usize = 1_000;

/// A log that may be the beginning, or the whole, of another.
struct Suspect {
    shorter: usize,
    longer: usize,
}

fn suspect(phone: &[Box<StoredLog>], begin: usize, redundant: &mut [bool], suspects: &mut Vec<Suspect>) {
    // The longer first. Of equal ones the one whose name tells that it is old: a copy was made when the
    // log had no suffix yet. Then the one whose file is older, since copies are newer.
    let mut order: Vec<_> = (0..phone.len()).collect();
    order.sort_by(|&a, &b| {
        let rank = |log: &StoredLog| {
            (std::cmp::Reverse(log.counts.bytes), log.rotation.clone(), log.modified, log.path.clone())
        };
        rank(&phone[a]).cmp(&rank(&phone[b]))
    });
    let mut files = HashSet::new();
    let mut by_head: HashMap<_, Vec<usize>> = HashMap::new();
    for (place, &shorter) in order.iter().enumerate() {
        let log = &phone[shorter];
        let is_same_file = log.identity.is_some_and(|identity| !files.insert(identity));
        if is_same_file || (place > 0 && log.counts.bytes == 0) {
            redundant[begin + shorter] = true;
            continue;
        }
        let mut suspect = |&longer: &usize| {
            suspects.push(Suspect { shorter: begin + shorter, longer: begin + longer });
        };
        // The last ones that came are the nearest in length.
        if let Some(head) = log.head.whole() {
            let alike = by_head.entry(head).or_default();
            alike.iter().rev().take(MOST_SUSPECTS).for_each(&mut suspect);
            alike.push(shorter);
        } else {
            let longer = order[..place].iter().rev().take(MOST_COMPARED);
            let alike = longer.filter(|&&longer| log.head.may_begin(&phone[longer].head));
            alike.take(MOST_SUSPECTS).for_each(&mut suspect);
        }
    }
}

fn verify(logs: &[Box<StoredLog>], inputs: &Inputs, suspects: &[Suspect], redundant: &mut [bool]) {
    let pairs = || suspects.iter().filter(|pair| !redundant[pair.shorter] && !redundant[pair.longer]);
    let queries: Vec<(&Origin, u64)> = pairs()
        .flat_map(|pair| {
            let length = logs[pair.shorter].counts.bytes;
            [(&logs[pair.shorter].origin, length), (&logs[pair.longer].origin, length)]
        })
        .collect();
    if queries.is_empty() {
        return;
    }
    let hashes = inputs.prefix_hashes(&queries);
    let equal: Vec<_> = pairs()
        .zip(hashes.chunks_exact(2))
        .filter(|(_, hashes)| hashes[0].is_some() && hashes[0] == hashes[1])
        .map(|(pair, _)| pair.shorter)
        .collect();
    for shorter in equal {
        redundant[shorter] = true;
    }
}
