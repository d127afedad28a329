//! Gives the logs of senders to phones, as `rotated_senders` finds them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::collect::{Packed, PendingLogs};
use super::phone_logs::ReadLog;
use super::rotated_senders::{Found, SenderLog, find, path_of_file};
use crate::log::SenderSpan;
use crate::model::Mac;

impl PendingLogs {
    /// Gives the logs of senders that their file does not name to the phones that other files name, and finds the phones
    /// that can have written other lines without a phone.
    pub(super) fn name_senders(&mut self) {
        let unpacked = self.without_address.iter().enumerate();
        let unpacked = unpacked.filter_map(|(at, packed)| Some((at, postcard::from_bytes(packed).ok()?)));
        let mut unnamed: Vec<(usize, ReadLog)> = unpacked.collect();
        unnamed.retain(|(_, log)| !log.spans.is_empty());
        let known = std::mem::take(&mut self.senders).into_iter();
        let senders: BTreeSet<SenderLog> =
            known.chain(unnamed.iter().flat_map(|(_, log)| SenderLog::all(None, log))).collect();
        let Found { named, mixed } = find(&senders);
        let mut phones_of: HashMap<&str, BTreeSet<Mac>> = HashMap::new();
        for log in &senders {
            phones_of.entry(&log.span.sender).or_default().extend(log.mac);
        }
        let at_sender = |span: &SenderSpan| phones_of.get(&*span.sender).into_iter().flatten().copied();
        for (at, mut log) in unnamed.into_iter().rev() {
            let phones: BTreeSet<Mac> = log.spans.iter().flat_map(at_sender).collect();
            let mac = SenderLog::all(None, &log).find_map(|sender| named.get(&sender).copied());
            if let Some(mac) = mac.or_else(|| self.phone_with_line_of(&log, &phones)) {
                self.without_address.remove(at);
                log.path = path_of_file(&log).into();
                self.add(Some(mac), &log);
            } else if log.digest.is_about_certificates() {
                self.may_lack_lines.extend(phones);
            }
        }
        let mixtures = senders.iter().filter(|log| log.is_mixed);
        self.may_lack_lines.extend(mixtures.flat_map(|log| at_sender(&log.span)));
        mixed.into_iter().for_each(|(sender, other)| self.mix(&sender, other));
    }

    /// The one of these phones that has a line of a log without a start, in another file, from the same sender.
    fn phone_with_line_of(&self, log: &ReadLog, phones: &BTreeSet<Mac>) -> Option<Mac> {
        let [span] = &log.spans[..] else { return None };
        let lines: HashSet<u64> = log.digest.dated_events().collect();
        if log.is_mixed || span.has_boot() || lines.is_empty() {
            return None;
        }
        let has_line = |other: &ReadLog| {
            !other.is_mixed
                && path_of_file(other) != path_of_file(log)
                && other.spans.iter().any(|of| of.sender == span.sender)
                && other.digest.dated_events().any(|line| lines.contains(&line))
        };
        let mut found = phones.iter().copied().filter(|mac| self.of(*mac).logs.iter().any(has_line));
        found.next().filter(|_| found.next().is_none())
    }

    /// Marks the lines of a sender as those of its phone and of another one.
    fn mix(&mut self, sender: &SenderLog, other: Mac) {
        let Some(mut logs) = sender.mac.and_then(|mac| self.by_mac.remove(&mac)) else { return };
        for packed in &mut logs {
            let Some(mut log) = self.unpack(packed) else { continue };
            if SenderLog::all(sender.mac, &log).any(|one| one == *sender) {
                log.mix();
                log.path = format!("{}#{}", sender.file, sender.span.sender).into();
                if let Ok(mixed) = postcard::to_stdvec(&log) {
                    *packed = Packed::InMemory(mixed);
                }
            }
        }
        self.by_mac.extend(sender.mac.map(|mac| (mac, logs)));
        self.may_lack_lines.insert(other);
    }
}
