//! What is in a phone's certificate slots, from boot to boot and from one installation to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{At, Boot, Moment, Place};
use crate::digest::{Context, Sightings};
use crate::event::Event;
use crate::model::{Fingerprint, Slot};
use crate::report::shape::CertificateState;

/// All that the logs tell of the slots.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    /// The latest known content of each slot that the logs mention.
    pub latest: BTreeMap<Slot, Content>,
    /// Certificates that were saved, and that the next inventory does not show.
    pub not_kept: Vec<NotKept>,
    good: BTreeMap<Slot, At>,
}

/// What is known of one slot at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Whether there is a certificate.
    pub state: CertificateState,
    /// The certificate's common name.
    pub common_name: Option<Box<str>>,
    /// Its fingerprint.
    pub fingerprint: Option<Fingerprint>,
    /// Its length in bytes.
    pub certificate_length: Option<u64>,
    /// Its private key's length in bytes.
    pub key_length: Option<u64>,
    /// The line that tells of it: the one with the fingerprint where there is one.
    pub place: Option<Place>,
    /// The turn whose inventory tells of it; none if an installation does.
    inventory_of: Option<usize>,
}

impl Content {
    const fn new(state: CertificateState, inventory_of: Option<usize>) -> Self {
        Self {
            state,
            common_name: None,
            fingerprint: None,
            certificate_length: None,
            key_length: None,
            place: None,
            inventory_of,
        }
    }
}

/// A certificate that was saved to a slot, and that the next inventory does not show there.
#[derive(Clone, Debug)]
pub struct NotKept {
    /// The slot.
    pub slot: Slot,
    /// What was saved, where the log tells.
    pub saved: Option<Fingerprint>,
    /// What the inventory shows; none if the slot is empty.
    pub shown: Option<Fingerprint>,
    /// The inventory's point in the story.
    pub at: At,
    /// How often this happened.
    pub count: u64,
    /// The line that tells of the saving, and the inventory's.
    pub lines: [Option<Place>; 2],
}

/// A save whose certificate the next inventory should show.
struct Saved {
    turn: usize,
    /// An inventory of a later turn has shown the slot.
    is_compared: bool,
    fingerprint: Option<Fingerprint>,
    place: Option<Place>,
}

/// The way through the boots, turn by turn. Several boots alike take two turns at most: what the
/// first of them leaves, the second meets, and so do all after it.
#[derive(Default)]
struct Walk {
    slots: Slots,
    saved: BTreeMap<Slot, Saved>,
    /// The slot that something is being saved to, until the log tells what.
    saving: Option<Slot>,
    turn: usize,
    /// How many boots the turn stands for.
    boots: u64,
    /// Whether boots alike follow, so that the last lines are theirs.
    is_first_of_several: bool,
}

impl Slots {
    /// The slots as they are, without what came before.
    #[must_use]
    pub fn holding(latest: BTreeMap<Slot, Content>) -> Self {
        Self { latest, ..Self::default() }
    }

    /// What these boots, in order, tell.
    pub(super) fn over(boots: &[Boot]) -> Self {
        let mut walk = Walk::default();
        for (boot, told) in boots.iter().enumerate() {
            walk.is_first_of_several = told.count > 1;
            walk.go_through(boot, told, 1);
            walk.is_first_of_several = false;
            if told.count > 1 && walk.saved.values().any(|saved| saved.turn == walk.turn) {
                walk.go_through(boot, told, told.count - 1);
            }
        }
        walk.slots
    }

    /// The last point at which this slot was filled, or was shown to be: evidence that a failure
    /// before it is mended.
    #[must_use]
    pub fn last_good(&self, slot: Slot) -> Option<At> {
        self.good.get(&slot).copied()
    }

    /// The last such point of any slot for custom certificates.
    #[must_use]
    pub fn last_good_of_any(&self) -> Option<At> {
        let custom = self.good.iter().filter(|(slot, _)| **slot != Slot::BuiltIn);
        custom.map(|(_, good)| *good).max()
    }
}

impl Walk {
    fn go_through(&mut self, boot: usize, told: &Boot, boots: u64) {
        self.turn += 1;
        self.boots = boots;
        self.saving = None;
        for (index, moment) in told.moments.iter().enumerate() {
            let at = At { boot, moment: index };
            let Some(event) = moment.event() else { continue };
            match event.slot().filter(|_| event.is_inventory()) {
                Some(slot) => {
                    self.compare(slot, event, at, moment);
                    self.inventory(slot, event, at, moment);
                }
                None => self.installation(event, at, moment),
            }
        }
        self.saved.retain(|_, saved| !saved.is_compared);
    }

    /// Holds a line of the inventory against what was saved before this boot.
    fn compare(&mut self, slot: Slot, event: &Event, at: At, moment: &Moment) {
        let earlier = self.saved.get_mut(&slot).filter(|saved| saved.turn != self.turn);
        let Some(before) = earlier else { return };
        before.is_compared = true;
        let shown = match (event, &before.fingerprint) {
            (Event::CertificateUnavailable { .. }, _) => None,
            (Event::CertificateFingerprint { fingerprint, .. }, Some(saved))
                if fingerprint.algorithm() == saved.algorithm() && fingerprint != saved =>
            {
                Some(fingerprint.clone())
            }
            _ => return,
        };
        let (place, saved) = (before.place.clone(), before.fingerprint.clone());
        let lines = [place, self.place(moment)];
        self.slots.not_kept.push(NotKept { slot, saved, shown, at, count: self.boots, lines });
    }

    fn inventory(&mut self, slot: Slot, event: &Event, at: At, moment: &Moment) {
        let inventory_of = Some(self.turn);
        if let Event::KeyLength { length, .. } = event {
            return self.key(slot, *length, inventory_of, moment);
        }
        let is_empty = matches!(event, Event::CertificateUnavailable { .. });
        let state = if is_empty { CertificateState::NotAvailable } else { CertificateState::Installed };
        let content = self.slots.latest.entry(slot).or_insert_with(|| Content::new(state, inventory_of));
        if content.inventory_of != inventory_of {
            *content = Content::new(state, inventory_of);
        } else if content.state != state {
            // A key of the same inventory stays known, whichever line came first.
            let key_length = content.key_length;
            *content = Content { key_length, ..Content::new(state, inventory_of) };
        }
        let mut is_best_line = content.place.is_none();
        match event {
            Event::CertificateLength { length, .. } => content.certificate_length = Some(*length),
            Event::CertificateFingerprint { fingerprint, .. } => {
                content.fingerprint = Some(fingerprint.clone());
                is_best_line = true;
            }
            Event::CertificateCommonName { common_name, .. } => {
                content.common_name = Some(common_name.clone());
            }
            _ => {}
        }
        if is_best_line {
            content.place = last_place(&moment.seen);
        }
        if !is_empty {
            self.slots.good.insert(slot, at);
        }
    }

    /// A key tells nothing of the certificate that should be with it. Where no certificate is shown,
    /// there is none; only the built-in one's lines come first, and can be cut off before its key.
    fn key(&mut self, slot: Slot, length: u64, inventory_of: Option<usize>, moment: &Moment) {
        let is_known =
            self.slots.latest.get(&slot).is_some_and(|content| content.inventory_of == inventory_of);
        if !is_known {
            let state = match slot {
                Slot::BuiltIn => CertificateState::Installed,
                _ => CertificateState::NotAvailable,
            };
            let mut content = Content::new(state, inventory_of);
            content.place = last_place(&moment.seen);
            self.slots.latest.insert(slot, content);
        }
        if let Some(content) = self.slots.latest.get_mut(&slot) {
            content.key_length = Some(length);
        }
    }

    fn installation(&mut self, event: &Event, at: At, moment: &Moment) {
        match (event, moment.context) {
            (Event::CertificateSaving { slot }, _) => self.saving = Some(*slot),
            (Event::NewCertificate { common_name, fingerprint }, Context::Saving(slot)) => {
                self.saving = None;
                self.save(slot, at, moment, Some((common_name, fingerprint)));
            }
            // The vendor's successful installation ends with one of these; `New Certificate` can be lost.
            (Event::PreviousCertificate { .. } | Event::NoPreviousCertificate, Context::Saving(slot))
                if self.saving.take().is_some() =>
            {
                self.save(slot, at, moment, None);
            }
            // A refusal that names no slot is of the one that was being saved to.
            (Event::CredentialInvalid { .. } | Event::ChainNotDecodable { .. }, _) => {
                if let Some(slot) = self.saving.take() {
                    self.reject(slot, moment);
                }
            }
            (
                Event::KeyTooLarge { slot: Some(slot), .. }
                | Event::CertificateTooLarge { slot: Some(slot), .. },
                _,
            ) => {
                self.saving = None;
                self.reject(*slot, moment);
            }
            _ => {}
        }
    }

    /// The line that tells of this moment in this turn.
    fn place(&self, moment: &Moment) -> Option<Place> {
        match moment.seen.places() {
            [first, ..] if self.is_first_of_several => Some(first.clone()),
            places => places.last().cloned(),
        }
    }

    fn reject(&mut self, slot: Slot, moment: &Moment) {
        let mut content = Content::new(CertificateState::Rejected, None);
        content.place = last_place(&moment.seen);
        self.slots.latest.insert(slot, content);
    }

    fn save(&mut self, slot: Slot, at: At, moment: &Moment, what: Option<(&str, &Fingerprint)>) {
        let place = self.place(moment);
        let fingerprint = what.map(|(_, fingerprint)| fingerprint.clone());
        let mut content = Content::new(CertificateState::Installed, None);
        content.common_name = what.map(|(common_name, _)| common_name.into());
        content.fingerprint.clone_from(&fingerprint);
        content.place.clone_from(&place);
        self.slots.latest.insert(slot, content);
        self.slots.good.insert(slot, at);
        self.saved.insert(slot, Saved { turn: self.turn, is_compared: false, fingerprint, place });
    }
}

fn last_place(seen: &Sightings<Place>) -> Option<Place> {
    seen.places().last().cloned()
}
