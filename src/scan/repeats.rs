//! Logs that repeat: the same bytes met twice count once, and a log that is the beginning of another
//! one of the same phone, an earlier upload, adds nothing.
//!
//! What begins alike is read again, each log once or twice, however many there are. A log that came
//! through a pipe cannot be read again; of it only the sum of the whole is known. So it counts once, and
//! not at all if it begins a file; but whether something begins it, nobody can tell.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::collect::{StoredLog, StoredLogs};
use crate::input::{Inputs, Origin, PrefixHash};

/// Takes away what repeats. `logs` stand phone by phone, and stay so.
pub(super) fn remove(logs: &mut StoredLogs, inputs: &Inputs) {
    let mut redundant = vec![false; logs.len()];
    let mut alike = Vec::new();
    let mut begin = 0;
    for phone in logs.chunk_by(|a, b| a.is_of_same_phone(b)) {
        if phone.len() > 1 {
            suspect(phone, begin, &mut redundant, &mut alike);
        }
        begin += phone.len();
    }
    if !alike.is_empty() {
        verify(logs, inputs, &alike, &mut redundant);
    }
    let mut redundant = redundant.into_iter();
    logs.retain(|_| !redundant.next().unwrap_or(false));
}

/// Logs of one phone that begin alike, by their places: the longest first, and of equal ones the one that
/// is to stay.
type Alike = Vec<usize>;

fn suspect(phone: &[Box<StoredLog>], begin: usize, redundant: &mut [bool], suspects: &mut Vec<Alike>) {
    // The longer first. Of equal ones the one whose name tells that it is old: a copy was made when the
    // log had no suffix yet. Then the one whose file is older, since copies are newer.
    let mut order: Vec<_> = (0..phone.len()).collect();
    order.sort_by(|&a, &b| {
        let rank = |log: &StoredLog| {
            (std::cmp::Reverse(log.counts.bytes), log.rotation.clone(), log.modified, log.path().to_owned())
        };
        rank(&phone[a]).cmp(&rank(&phone[b]))
    });
    let mut files = HashSet::new();
    let mut heads = BTreeSet::new();
    let mut by_head: HashMap<_, Alike> = HashMap::new();
    for (place, &number) in order.iter().enumerate() {
        let log = &phone[number];
        let is_same_file = log.identity.is_some_and(|identity| !files.insert(identity));
        // A log that is shorter than what is kept of each needs no second look.
        let begins_another = log.head.all_of(log.counts.bytes).is_some_and(|all| {
            place > 0 && heads.range(all..).next().is_some_and(|next: &&[u8]| next.starts_with(all))
        });
        if is_same_file || begins_another {
            redundant[begin + number] = true;
            continue;
        }
        heads.insert(log.head.kept());
        if let Some(head) = log.head.whole() {
            by_head.entry(head).or_default().push(begin + number);
        }
    }
    let mut groups: Vec<_> = by_head.into_values().filter(|alike| alike.len() > 1).collect();
    groups.sort_unstable();
    suspects.append(&mut groups);
}

/// So many logs that begin alike are gone through once: each is asked for all its beginnings that may be
/// a log. Of more, the sums of the logs are found out first.
const FEW: usize = 64;

/// So many sums are held in memory at a time.
const MOST_SUMS: usize = 1 << 17;

/// The beginning of a log: its place, and the length.
type Beginning = (usize, u64);

fn verify(logs: &[Box<StoredLog>], inputs: &Inputs, suspects: &[Alike], redundant: &mut [bool]) {
    let wholes = || suspects.iter().flat_map(|alike| wholes(logs, alike));
    let few = suspects.iter().filter(|alike| alike.len() <= FEW);
    let queries: Vec<_> = wholes().chain(few.flat_map(|alike| beginnings(logs, alike))).collect();
    let mut sums = sums(logs, inputs, &queries).into_iter();
    // Of equal logs the first one stays.
    let mut by_whole = HashMap::new();
    for ((log, length), sum) in wholes().zip(&mut sums) {
        let Some(sum) = sum else { continue };
        if *by_whole.entry((logs[log].mac, length, sum)).or_insert(log) != log {
            redundant[log] = true;
        }
    }
    let mut tell = |(longer, length): Beginning, sum: Option<PrefixHash>| {
        let shorter = sum.and_then(|sum| by_whole.get(&(logs[longer].mac, length, sum)));
        if let Some(&shorter) = shorter {
            redundant[shorter] = true;
        }
    };
    queries.iter().skip(wholes().count()).zip(sums).for_each(|(query, sum)| tell(*query, sum));
    for many in suspects.iter().filter(|alike| alike.len() > FEW) {
        let mut beginnings = beginnings(logs, many).peekable();
        while beginnings.peek().is_some() {
            let queries: Vec<_> = beginnings.by_ref().take(MOST_SUMS).collect();
            let sums = self::sums(logs, inputs, &queries);
            queries.into_iter().zip(sums).for_each(|(query, sum)| tell(query, sum));
        }
    }
}

/// All of each log, but of the longest only where another is as long.
fn wholes<'l>(logs: &'l [Box<StoredLog>], alike: &'l Alike) -> impl Iterator<Item = Beginning> + 'l {
    let length = |place: usize| alike.get(place).map(|&log| logs[log].counts.bytes);
    let from = usize::from(length(0) != length(1));
    alike[from..].iter().map(|&log| (log, logs[log].counts.bytes))
}

/// What of each log may be one of the others.
fn beginnings<'l>(logs: &'l [Box<StoredLog>], alike: &'l Alike) -> impl Iterator<Item = Beginning> + 'l {
    let length = |log: usize| logs[log].counts.bytes;
    let longer = alike.iter().enumerate().filter(|(_, log)| !logs[**log].origin.is_passing());
    longer.flat_map(move |(place, &longer)| {
        let shorter = &alike[place + 1..];
        let lengths = shorter.iter().map(move |&log| length(log)).filter(move |&some| some < length(longer));
        let mut last = None;
        lengths.filter(move |length| last.replace(*length) != Some(*length)).map(move |some| (longer, some))
    })
}

/// The sums of these beginnings; none where a log can't be read again.
fn sums(logs: &[Box<StoredLog>], inputs: &Inputs, queries: &[Beginning]) -> Vec<Option<PrefixHash>> {
    let places: Vec<(&Origin, u64)> =
        queries.iter().map(|(log, length)| (&logs[*log].origin, *length)).collect();
    let mut sums = inputs.prefix_hashes(&places);
    for ((log, length), sum) in queries.iter().zip(&mut sums) {
        let log = &logs[*log];
        if let (Some(whole), true) = (&log.sum, log.counts.bytes == *length) {
            *sum = Some(**whole);
        }
    }
    sums
}
