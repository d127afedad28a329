//! Which phones a log is of, where only the names in their built-in certificates show that they are several.

use std::collections::BTreeSet;

use super::{LogDigest, LogEntry, note};
use crate::event::Event;
use crate::model::{Mac, Slot};

impl LogDigest {
    /// Takes the addresses in the names of built-in certificates for those of phones if they differ, as in the result
    /// of a search in several phones' logs, or where another phone's inventory was added to a log.
    ///
    /// A boot is of the phone that its `Platform` line names, whatever name its certificate has. One name that is always
    /// the same can also be a wrong one (INV002).
    pub fn note_phones_of_inventories(&mut self) {
        let (mut names, mut explained) = (BTreeSet::new(), BTreeSet::new());
        for boot in self.entries.chunk_by(|_, next| !next.is_banner()) {
            let of_boot: BTreeSet<Mac> = boot.iter().filter_map(name_of_built_in).collect();
            let phone = boot.iter().find_map(|entry| match entry.event {
                Some(Event::Platform { mac, .. }) => mac,
                _ => None,
            });
            if let Some(phone) = phone {
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

/// The address in the name of the built-in certificate.
fn name_of_built_in(entry: &LogEntry) -> Option<Mac> {
    match &entry.event {
        Some(Event::CertificateCommonName { slot: Slot::BuiltIn, common_name: Some(name) }) => {
            name.parse().ok()
        }
        _ => None,
    }
}
