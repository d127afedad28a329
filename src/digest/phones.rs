//! Which phones a log is of, where only the names in their built-in certificates show that they are several.

use std::collections::BTreeSet;

use super::{LogDigest, LogEntry, note};
use crate::event::Event;
use crate::model::{Mac, Slot};

impl LogDigest {
    /// Takes the addresses in the names of built-in certificates for those of phones if they differ, as in the result
    /// of a search in several phones' logs, or where another phone's inventory was added to a log.
    ///
    /// A boot is of the phone that its `Platform` line names, whatever name its certificate has. So is the end of a boot
    /// with which a rotated log begins. One name that is always the same can also be a wrong one (INV002).
    pub fn note_phones_of_inventories(&mut self) {
        let (mut names, mut explained) = (BTreeSet::new(), BTreeSet::new());
        let mut boots = self.entries.chunk_by(|_, next| !next.is_banner()).peekable();
        let mut is_first = true;
        while let Some(boot) = boots.next() {
            let of_boot: BTreeSet<Mac> = boot.iter().filter_map(name_of_built_in).collect();
            // An inventory that was added has no lines behind it that the phone wrote later.
            let is_rest = std::mem::take(&mut is_first)
                && !boot.first().is_some_and(LogEntry::is_banner)
                && boot.iter().any(LogEntry::is_dated);
            let of_next = boots.peek().filter(|_| is_rest).and_then(|next| phone_of(next));
            if let Some(phone) = phone_of(boot).or(of_next) {
                // Beside the inventory with the phone's own name, another one is another phone's.
                let is_right = of_boot.contains(&phone);
                explained.extend(of_boot.iter().filter(|name| !is_right || **name == phone));
            }
            names.extend(of_boot);
        }
        if names.len() > 1 {
            names.difference(&explained).for_each(|name| note(&mut self.macs, *name));
        }
    }
}

/// The phone that a `Platform` line names.
fn phone_of(boot: &[LogEntry]) -> Option<Mac> {
    boot.iter().find_map(|entry| match entry.event {
        Some(Event::Platform { mac, .. }) => mac,
        _ => None,
    })
}

/// The address in the name of the built-in certificate.
fn name_of_built_in(entry: &LogEntry) -> Option<Mac> {
    match &entry.event {
        Some(Event::CertificateCommonName { slot: Slot::BuiltIn, common_name: Some(name) }) => {
            name.parse().ok()
        }
        _ => None,
    }
}
