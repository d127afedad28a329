//! Finds the slot of a save whose first line, `Saving new …`, was lost: only that line names the slot.

use super::{Content, SlotHistory, SlotView, SlotViewSource};
use crate::event::Event;
use crate::model::{CertificateState, Fingerprint, Slot};
use crate::timeline::Record;
use crate::timeline::disorder::SAVE;

/// A certificate that was saved to a slot that no line names.
pub(super) struct UnnamedSave<'e> {
    /// The index of its first line among the records.
    at: usize,
    boot: usize,
    elapsed: u64,
    missed: Option<u64>,
    content: Content,
    /// The certificate that the slot had before.
    previous: Option<&'e Fingerprint>,
    /// A line says what the slot had before.
    has_ended: bool,
}

impl<'e> UnnamedSave<'e> {
    pub(super) fn new(content: Content, record: &Record<'_>) -> Self {
        let (boot, elapsed, missed) = (record.boot, record.elapsed, record.entry.missed);
        Self { at: content.record, boot, elapsed, missed, content, previous: None, has_ended: false }
    }

    /// Whether a line about the certificate before can be of this save: it follows soon, and no line between was lost.
    fn may_end_with(&self, record: &Record<'_>) -> bool {
        !self.has_ended
            && self.boot == record.boot
            && self.missed == record.entry.missed
            && record.elapsed.saturating_sub(self.elapsed) <= SAVE
    }

    /// Takes the line about the certificate before: of the last save, or of one whose line about the new certificate was
    /// lost too.
    pub(super) fn end(saves: &mut Vec<Self>, at: usize, event: &'e Event, record: &Record<'_>) {
        if saves.last().is_none_or(|save| !save.may_end_with(record)) {
            saves.push(Self::new(Content::new(CertificateState::Installed, at), record));
        }
        if let Some(save) = saves.last_mut() {
            (save.previous, save.has_ended) = (event.fingerprint(), true);
        }
    }
}

impl SlotHistory {
    /// Adds a save to the only slot that it can be of: the one that had the previous certificate, or the one that shows
    /// the new certificate later and did not have it before.
    pub(super) fn add_unnamed(&mut self, save: UnnamedSave<'_>) {
        let had =
            |view: &SlotView| save.previous.is_some() && view.content.fingerprint.as_ref() == save.previous;
        let is_new = |view: &SlotView| {
            view.content.fingerprint.is_some() && view.content.fingerprint == save.content.fingerprint
        };
        let of_previous = self.only_custom_slot(|views| known_before(views, save.at).is_some_and(had));
        let of_new = || {
            self.only_custom_slot(|views| {
                let mut later = views.iter().filter(|view| view.at.0 > save.at && view.is_inventory());
                !known_before(views, save.at).is_some_and(is_new) && later.any(is_new)
            })
        };
        let slot = match (of_previous, of_new()) {
            // The lines are of two saves, between which others were lost.
            (Some(one), Some(other)) if one != other => return,
            (of_previous, of_new) => of_previous.or(of_new),
        };
        let Some(slot) = slot else { return };
        let views = self.views.entry(slot).or_default();
        let index = views.partition_point(|view| view.at.0 < save.at);
        let (at, source) = ((save.at, save.at), SlotViewSource::Save);
        let view =
            SlotView { slot, at, boot: save.boot, source, content: save.content, lines: Default::default() };
        views.insert(index, view);
    }

    /// The slot whose states fulfil a condition, if there is just one.
    fn only_custom_slot(&self, is_it: impl Fn(&[SlotView]) -> bool) -> Option<Slot> {
        let mut slots = self.custom_slots().filter(|slot| is_it(self.of_slot(*slot)));
        slots.next().filter(|_| slots.next().is_none())
    }
}

/// What a slot had before a record. A refusal does not show it.
fn known_before(views: &[SlotView], at: usize) -> Option<&SlotView> {
    views.iter().rev().find(|view| view.at.0 < at && view.content.state != CertificateState::Rejected)
}
