//! Decides whether a failed installation was mended later: by a save, or by an inventory that shows a new certificate.

use super::slots::known_before;
use super::{Content, Record, SlotView, SlotViewSource, Timeline};
use crate::event::Event;
use crate::model::{Fingerprint, Slot};
use crate::stamp::MILLISECONDS_PER_MINUTE;

/// Two steps of one pass over the configuration are at most this far apart, in milliseconds.
const ONE_PASS: u64 = MILLISECONDS_PER_MINUTE;

/// Whether the second record was written at most this long after the first one. None if their stamps do not show whether it was.
fn are_within(timeline: &Timeline<'_>, earlier: usize, later: usize, milliseconds: u64) -> Option<bool> {
    let (earlier, later) = (&timeline.records[earlier], &timeline.records[later]);
    if earlier.boot == later.boot {
        earlier.entry.stamp.and(later.entry.stamp)?;
        // Time that seems to pass because the clock is set does not count: a save of the same pass mends no refusal.
        return Some(later.elapsed.saturating_sub(earlier.elapsed_at_last) <= milliseconds);
    }
    let apart = later.time? - earlier.last_time.or(earlier.time)?;
    Some(apart.num_milliseconds().unsigned_abs() <= milliseconds)
}

impl Timeline<'_> {
    /// Whether a refused installation into this slot is mended: the last refusal is the record `refusal`.
    /// With `needs_key`, it is not mended any more where a later inventory shows a certificate without a key.
    pub fn is_refusal_mended(&self, slot: Slot, refusal: usize, needs_key: bool) -> bool {
        let views = self.slots.of_slot(slot);
        let before = || known_before(views, refusal);
        let was_empty = before().next().is_some_and(|known| known.content.is_empty());
        // A key alone leaves the certificate before it the last one known.
        let certificate_before = before().find(|view| view.content.has_certificate());
        // A certificate that was in the slot earlier is not new: a save after it may not have been kept.
        let was_there = |shown: &Content| {
            let is_it = |view: &SlotView| view.content.details.fingerprint == shown.details.fingerprint;
            before().any(is_it) || self.was_replaced_before(slot, refusal, shown)
        };
        let mut is_mended = false;
        for view in views.iter().filter(|view| view.at.0 > refusal) {
            let content = &view.content;
            match view.source {
                SlotViewSource::Refusal => {}
                SlotViewSource::Save => {
                    is_mended |= are_within(self, refusal, view.at.0, ONE_PASS) != Some(true)
                }
                SlotViewSource::Inventory { is_complete } => {
                    let has_both = content.has_certificate() && content.has_key;
                    let is_other =
                        certificate_before.is_some_and(|known| content.differs_from(&known.content));
                    let is_new = was_empty || is_other && !was_there(content);
                    is_mended |= has_both && is_new && !self.was_saved_before(refusal, content);
                    let lacks_key = content.has_certificate() && !content.has_key && is_complete;
                    is_mended &= !(needs_key && lacks_key) || self.slots.lacks_key_lines();
                }
            }
        }
        is_mended
    }

    /// Whether a save before a record, whose line with the slot was lost, saved this certificate.
    fn was_saved_before(&self, refusal: usize, content: &Content) -> bool {
        let mut saves = self.saves_without_slot().take_while(|(at, _)| *at < refusal);
        saves.any(|(_, saved)| saved.is_some() && saved == content.details.fingerprint.as_ref())
    }

    /// The certificates that were saved where no line names the slot: the index of the record, and the fingerprint.
    fn saves_without_slot(&self) -> impl Iterator<Item = (usize, Option<&Fingerprint>)> {
        self.own_events().filter_map(|(at, event, record)| match event {
            Event::NewCertificate { fingerprint, .. } if record.slot.is_none() => {
                Some((at, fingerprint.as_ref()))
            }
            _ => None,
        })
    }

    /// Whether a save before a record replaced this certificate, as its line about the previous one says.
    fn was_replaced_before(&self, slot: Slot, refusal: usize, content: &Content) -> bool {
        self.events().take_while(|(at, ..)| *at < refusal).any(|(_, event, record)| match event {
            Event::PreviousCertificate { fingerprint: Some(replaced), .. } => {
                record.slot.is_none_or(|of| of == slot)
                    && content.details.fingerprint.as_ref() == Some(replaced)
            }
            _ => false,
        })
    }

    /// Whether all lines of an inventory were read of which this is the first part, the built-in certificate. `end`: a later
    /// record.
    fn is_inventory_whole(&self, built_in: &SlotView, end: usize) -> bool {
        let is_of_it =
            |view: &&SlotView| view.is_inventory() && view.boot == built_in.boot && view.at.1 < end;
        let Some(last_view) = self.slots.all().filter(is_of_it).max_by_key(|view| view.at.1) else {
            return false;
        };
        let last = &self.records[last_view.at.1];
        // What was lost between the last line and the one after it can be of the inventory.
        let is_behind = |next: &&Record<'_>| {
            next.boot == last.boot && (next.file != last.file || next.line <= last.line + 2)
        };
        let behind = self.records.get(last_view.at.1 + 1).filter(is_behind);
        let counts = self.records[built_in.at.0..=last_view.at.1].iter().chain(behind);
        let mut counts = counts.filter_map(|record| record.entry.missed);
        let first = counts.next();
        last_view.is_complete_inventory() && counts.all(|missed| Some(missed) <= first)
    }

    /// Whether a failure that names no slot is mended: the last one is the record `failure`.
    pub fn is_failure_without_slot_mended(&self, failure: usize) -> bool {
        let is_later_pass = |at: usize| match are_within(self, failure, at, ONE_PASS) {
            Some(is_near) => !is_near,
            None => self.records[failure].boot != self.records[at].boot,
        };
        let saves = self.slots.of_custom_slots().filter(|view| view.is_save()).map(|view| view.at.0);
        let mut saves = saves.chain(self.saves_without_slot().map(|(at, _)| at));
        if saves.any(|at| at > failure && is_later_pass(at)) {
            return true;
        }
        let inventories_before =
            || self.slots.all().filter(|view| view.is_inventory() && view.at.0 < failure);
        // Only in a whole inventory, a slot without a line was empty.
        let has_whole_inventory = inventories_before()
            .any(|view| view.slot == Slot::BuiltIn && self.is_inventory_whole(view, failure));
        let is_of_pass = |at: usize| at < failure || !is_later_pass(at);
        // A refusal shows no certificate. One that was saved in the same pass, to another slot, says nothing of the failure,
        // also when the next inventory shows it.
        let is_known = |view: &&SlotView| match view.source {
            SlotViewSource::Refusal => false,
            SlotViewSource::Save => is_of_pass(view.at.0),
            SlotViewSource::Inventory { .. } => view.at.0 < failure,
        };
        let mut known: Vec<&SlotView> = self.slots.of_custom_slots().filter(is_known).collect();
        let later = || self.slots.of_custom_slots().filter(|view| view.at.0 > failure && view.is_inventory());
        // What was saved before, or in the same pass, by an installation of which lines were lost is not known until the next
        // inventory.
        known.extend(later().filter(|shown| {
            let before = known_before(self.slots.of_slot(shown.slot), shown.at.0).next();
            let mut begun =
                self.slots.begun_between(shown.slot, before.map_or(0, |view| view.at.1), shown.at.0);
            let is_unknown = |view: &SlotView| view.is_save() && view.content.details.fingerprint.is_none();
            begun.any(|begun| is_of_pass(begun.record))
                || before.is_some_and(|view| is_unknown(view) && is_of_pass(view.at.0))
        }));
        let is_new = |shown: &SlotView| {
            let is_known =
                |view: &&SlotView| view.content.details.fingerprint == shown.content.details.fingerprint;
            let mut before = known.iter().rev().filter(|view| view.at.0 < shown.at.0);
            let before = before.find(|view| view.slot == shown.slot);
            // Where it is not known what the slot had, an inventory after the failure shows it, and a later one what is new.
            let before = before.copied().or_else(|| {
                let mut between = later().filter(|view| view.slot == shown.slot && view.at.0 < shown.at.0);
                between.next().filter(|_| !has_whole_inventory)
            });
            // Where there was a key alone, there was no certificate.
            let is_other = before.map_or(has_whole_inventory, |before| {
                !before.content.has_certificate() || shown.content.differs_from(&before.content)
            });
            shown.content.details.fingerprint.is_some() && is_other && !known.iter().any(is_known)
        };
        inventories_before().next().is_some() && later().any(is_new)
    }
}
