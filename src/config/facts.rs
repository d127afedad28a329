//! The facts of a phone's log that the audit of its configuration needs.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::parameter::{Parameter, SINCE_TRIO_5_7, SINCE_VVX_5_9};
use crate::model::{Fingerprint, Slot, SoftwareVersion};

/// The state of a slot in the newest inventory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SlotState {
    /// No inventory shows it.
    #[default]
    Unknown,
    /// A certificate.
    Filled,
    /// Nothing.
    Empty,
}

/// The facts about one slot in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SlotFacts {
    /// What the newest inventory shows.
    pub state: SlotState,
    /// An inventory of the log, the newest or an earlier one, shows a certificate in it.
    pub was_filled: bool,
    /// What the newest inventory shows is from a log of another phone (LOG006).
    pub is_of_another_phone: bool,
    /// Fingerprints of its last certificates and of the present one, which comes last: of the inventory and of saves.
    /// Empty if that of the present one is not known.
    pub fingerprints: Vec<Fingerprint>,
    /// For INS004: the saved certificate that the next inventory does not show.
    pub not_kept: Option<Fingerprint>,
    /// Bytes of the certificate, from the inventory.
    pub certificate_length: Option<u64>,
    /// Bytes of the key, from the inventory; None if it shows no key.
    pub key_length: Option<u64>,
}

impl SlotFacts {
    /// The fingerprint of the certificate that is in the slot, as far as the log shows.
    pub fn installed(&self) -> Option<&Fingerprint> {
        self.fingerprints.last().filter(|_| self.state == SlotState::Filled)
    }
}

/// A refused key or certificate, still active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Refused {
    /// The slot, where the message names it.
    pub slot: Option<Slot>,
    /// The length, where the message names it.
    pub length: Option<u64>,
}

/// The facts in the log of a phone. The default is that of a phone without a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogFacts {
    /// There is a log.
    pub has_log: bool,
    /// The model, as the log names it.
    pub model: Option<Box<str>>,
    /// The phone's application.
    pub software: Option<SoftwareVersion>,
    /// The level of TLS logging that the log last shows.
    pub tls_level: Option<u8>,
    /// The lowest level of a line in the newest log.
    pub lowest_level: Option<u8>,
    /// The same of its `tls` lines.
    pub lowest_tls_level: Option<u8>,
    /// A refusal by `hw` is in the log.
    pub has_refusal_by_hw: bool,
    /// The slots that the log mentions.
    pub slots: BTreeMap<Slot, SlotFacts>,
    /// An inventory, or part of one, is in the log.
    pub has_inventory: bool,
    /// Active INS001.
    pub keys_refused: Vec<Refused>,
    /// Active INS002.
    pub certificates_refused: Vec<Refused>,
    /// INS003 is active.
    pub chain_not_decodable: bool,
    /// In the newest boot the phone did not apply its configuration, as its log says.
    pub not_applied: bool,
    /// TLS001 is active.
    pub server_untrusted: bool,
    /// The time of the run, UTC: dates of certificates are compared with it.
    pub now: NaiveDateTime,
}

impl LogFacts {
    /// The state of a slot in the newest inventory.
    pub fn state(&self, slot: Option<Slot>) -> SlotState {
        slot.and_then(|slot| self.slots.get(&slot)).map_or(SlotState::Unknown, |facts| facts.state)
    }

    /// The first version of the software with this parameter, for a phone of this model. None where that is not known, or
    /// does not matter.
    pub fn first_version_with(&self, parameter: &Parameter) -> Option<[u32; 3]> {
        let is_trio = self.model.as_ref().is_some_and(|model| model.contains("Trio"));
        parameter.since().map(|since| if is_trio && since == SINCE_VVX_5_9 { SINCE_TRIO_5_7 } else { since })
    }

    /// Whether the phone's software knows this parameter, as far as the log shows: it ignores others.
    pub fn knows(&self, parameter: &Parameter) -> bool {
        let pair = self.software.as_ref().zip(self.first_version_with(parameter));
        pair.is_none_or(|(software, since)| software.cmp_parts(&since).is_ge())
    }

    /// The fingerprints of a slot in the log.
    pub fn fingerprints(&self, slot: Slot) -> impl Iterator<Item = &Fingerprint> {
        self.slots.get(&slot).into_iter().flat_map(|facts| &facts.fingerprints)
    }
}
