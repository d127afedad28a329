//! Gives the logs of senders to phones, as `rotated_senders` finds them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::collect::{Packed, PendingLogs};
use super::phone_logs::ReadLog;
use super::rotated_senders::{KnownSenders, SenderLog, find, path_of_file};
use super::sender_names::SenderNames;
use crate::digest::LogEntry;
use crate::event::Event;
use crate::log::SenderSpan;
use crate::model::Mac;
use crate::stamp::Stamp;

/// A known message with its stamp: exports quote lines in different ways.
type Message<'a> = (Option<Stamp>, &'a Event);

fn message(entry: &LogEntry) -> Option<Message<'_>> {
    Some((entry.stamp, entry.event.as_ref()?))
}

fn messages(log: &ReadLog) -> impl Iterator<Item = Message<'_>> {
    log.digest.entries.iter().filter_map(message)
}

fn dated_messages(log: &ReadLog) -> impl Iterator<Item = Message<'_>> {
    log.digest.entries.iter().filter(|entry| entry.is_dated()).filter_map(message)
}

impl PendingLogs {
    /// Gives the logs of senders that their file does not name to the phones that other files name, and finds the phones
    /// that can have written other lines without a phone.
    pub(super) fn name_senders(&mut self) {
        let packed = std::mem::take(&mut self.without_address);
        let mut unnamed: Vec<ReadLog> = Vec::new();
        for packed in packed {
            match postcard::from_bytes::<ReadLog>(&packed) {
                Ok(log) if !log.spans.is_empty() => unnamed.push(log),
                _ => self.without_address.push(packed),
            }
        }
        let known = std::mem::take(&mut self.senders).into_iter();
        let senders: BTreeSet<SenderLog> =
            known.chain(unnamed.iter().flat_map(|log| SenderLog::all(None, log))).collect();
        let names = SenderNames::of(senders.iter().map(|log| (&*log.span.sender, log.mac)));
        let KnownSenders { named, mixed, .. } = find(&senders, &names);
        let at_sender = |span: &SenderSpan| names.phones_at(&span.sender).collect::<Vec<_>>();
        let mut rest = Vec::new();
        for log in unnamed {
            let mac = SenderLog::all(None, &log).find_map(|sender| named.get(&sender).copied());
            match mac {
                Some(mac) => self.add_named(mac, log),
                None => rest.push(log),
            }
        }
        let named = self.phones_with_lines_of(&rest, &names);
        for (log, mac) in rest.into_iter().zip(named) {
            if let Some(mac) = mac {
                self.add_named(mac, log);
                continue;
            }
            if log.digest.is_about_certificates() {
                self.may_lack_lines.extend(log.spans.iter().flat_map(at_sender));
            }
            self.add(None, &log);
        }
        let mixtures = senders.iter().filter(|log| log.is_mixed);
        self.may_lack_lines.extend(mixtures.flat_map(|log| at_sender(&log.span)));
        mixed.into_iter().for_each(|(sender, other)| self.mix(&sender, other));
    }

    fn add_named(&mut self, mac: Mac, mut log: ReadLog) {
        log.path = path_of_file(&log).as_ref().into();
        self.add(Some(mac), &log);
    }

    /// For each of these logs the only phone that has one of its dated messages, or all its messages, in another file, from
    /// the same sender. A log so found leads to those that have one of its messages.
    fn phones_with_lines_of(&self, logs: &[ReadLog], names: &SenderNames<'_>) -> Vec<Option<Mac>> {
        let mut with_message: HashMap<(&str, Message<'_>), Vec<usize>> = HashMap::new();
        // An excerpt can have lines of several boots. Those of an inventory have no dates.
        let mut excerpts: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut phones = BTreeSet::new();
        for (index, log) in logs.iter().enumerate() {
            if let [span] = &log.spans[..]
                && !log.is_mixed
                && messages(log).next().is_some()
            {
                let sender = names.common(&span.sender);
                excerpts.entry(sender).or_default().push(index);
                phones.extend(names.phones_at(&span.sender));
                for message in dated_messages(log).filter(|_| !span.has_boot) {
                    with_message.entry((sender, message)).or_default().push(index);
                }
            }
        }
        let mut found: Vec<BTreeSet<Mac>> = vec![BTreeSet::new(); logs.len()];
        let add_lines = |log: &ReadLog, mac: Mac, found: &mut Vec<BTreeSet<Mac>>| {
            for span in log.spans.iter().filter(|_| !log.is_mixed) {
                let sender = names.common(&span.sender);
                let Some(excerpts) = excerpts.get(sender) else { continue };
                let own: HashSet<Message<'_>> = messages(log).collect();
                let is_excerpt =
                    |index: &&usize| messages(&logs[**index]).all(|message| own.contains(&message));
                let shared =
                    dated_messages(log).filter_map(|message| with_message.get(&(sender, message))).flatten();
                for &index in shared.chain(excerpts.iter().filter(is_excerpt)) {
                    if path_of_file(log) != path_of_file(&logs[index]) {
                        found[index].insert(mac);
                    }
                }
            }
        };
        for &mac in &phones {
            self.of(mac).logs.iter().for_each(|log| add_lines(log, mac, &mut found));
        }
        let mut named: Vec<Option<Mac>> = vec![None; logs.len()];
        loop {
            let only = |macs: &BTreeSet<Mac>| macs.first().copied().filter(|_| macs.len() == 1);
            let is_new = |index: &usize| named[*index].is_none() && only(&found[*index]).is_some();
            let new: Vec<usize> = (0..logs.len()).filter(is_new).collect();
            if new.is_empty() {
                return named;
            }
            new.iter().for_each(|&index| named[index] = only(&found[index]));
            for index in new {
                named[index].into_iter().for_each(|mac| add_lines(&logs[index], mac, &mut found));
            }
        }
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
