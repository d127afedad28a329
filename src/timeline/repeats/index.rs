//! Which logs of a phone can have all lines of another one. A server that keeps each upload has thousands of logs of a
//! phone: to compare each of 20,000 with each other one takes 15 seconds.

use std::collections::HashMap;

use super::super::{Calendar, Log};
use super::is_rest;
use crate::digest::LogEntry;
use crate::stamp::Stamp;

/// Up to this many logs, each is compared with each other one: an index would save nothing.
pub(super) const MAX_WITHOUT_INDEX: usize = 32;

/// The logs that have a line.
pub(super) struct MessageIndex<'a> {
    logs: &'a [(Log, Calendar)],
    messages: &'a [Vec<&'a LogEntry>],
    chains: &'a [String],
    /// By the hash of a known message.
    by_hash: HashMap<u64, Vec<usize>>,
    /// By the stamp of a known message: another log can have it in other words.
    by_stamp: HashMap<Stamp, Vec<usize>>,
    /// By the hash of the first line.
    by_first_line: HashMap<u64, Vec<usize>>,
    /// By the rotation chain.
    by_chain: HashMap<&'a str, Vec<usize>>,
}

impl<'a> MessageIndex<'a> {
    pub(super) fn of(
        logs: &'a [(Log, Calendar)],
        messages: &'a [Vec<&'a LogEntry>],
        chains: &'a [String],
    ) -> Self {
        let (by_hash, by_stamp, by_first_line, by_chain) = Default::default();
        let mut index = Self { logs, messages, chains, by_hash, by_stamp, by_first_line, by_chain };
        for (log, chain) in chains.iter().enumerate() {
            index.by_chain.entry(chain).or_default().push(log);
            if let Some(first) = logs[log].0.digest.entries.first() {
                index.by_first_line.entry(first.hash).or_default().push(log);
            }
            for message in &messages[log] {
                add(index.by_hash.entry(message.hash).or_default(), log);
                if let Some(stamp) = message.stamp {
                    add(index.by_stamp.entry(stamp).or_default(), log);
                }
            }
        }
        index
    }

    /// The logs that can have all lines of this one, in order. None if any log can.
    pub(super) fn wholes(&self, part: usize) -> Option<Vec<usize>> {
        let digest = &self.logs[part].0.digest;
        let whole_message = self.messages[part].iter().find(|message| !is_rest(message));
        let mut wholes: Vec<usize> = match (whole_message, digest.entries.first()) {
            (Some(message), _) => {
                let of_hash = self.by_hash.get(&message.hash);
                if of_hash.is_some_and(|logs| logs.len() * 2 > self.logs.len()) {
                    return None;
                }
                let of_stamp = message.stamp.and_then(|stamp| self.by_stamp.get(&stamp));
                of_hash.into_iter().chain(of_stamp).flatten().copied().collect()
            }
            // A log of its chain begins with its first line, if that is whole.
            (None, Some(first)) if self.messages[part].is_empty() && digest.counts.lines > 1 => {
                let of_others = self.by_chain.iter().filter(|(chain, _)| **chain != self.chains[part]);
                let begin_same = self.by_first_line.get(&first.hash);
                of_others.map(|(_, logs)| logs).chain(begin_same).flatten().copied().collect()
            }
            _ => return None,
        };
        wholes.sort_unstable();
        wholes.dedup();
        Some(wholes)
    }
}

/// Adds a log that can be the last one already.
fn add(logs: &mut Vec<usize>, log: usize) {
    if logs.last() != Some(&log) {
        logs.push(log);
    }
}
