//! Finds the slot of a save whose first line, `Saving new …`, was lost: only that line names the slot.

use super::{Content, SlotHistory, SlotView, SlotViewSource, known_before, split_at_record};
use crate::event::Event;
use crate::model::{CertificateState, Fingerprint, Slot};
use crate::timeline::Record;
use crate::timeline::disorder::SAVE;

/// A certificate that was saved to a slot that no line names.
pub(super) struct UnnamedSave<'t> {
    /// Its first line.
    first: &'t Record<'t>,
    content: Content,
    /// The certificate that the slot had before.
    previous: Option<&'t Fingerprint>,
    /// A line says what the slot had before.
    has_ended: bool,
    /// It says that there was no certificate.
    was_empty: bool,
}

impl<'t> UnnamedSave<'t> {
    pub(super) const fn new(content: Content, first: &'t Record<'t>) -> Self {
        Self { first, content, previous: None, has_ended: false, was_empty: false }
    }

    /// Whether a line about the certificate before can be of this save: it follows soon, and no line between was lost.
    fn may_end_with(&self, record: &Record<'_>) -> bool {
        !self.has_ended
            && self.first.boot == record.boot
            && self.first.entry.missed == record.entry.missed
            && record.elapsed.saturating_sub(self.first.elapsed) <= SAVE
    }

    /// Takes the line about the certificate before: of the last save, or of one whose line about the new certificate was
    /// lost too.
    pub(super) fn end(saves: &mut Vec<Self>, at: usize, event: &'t Event, record: &'t Record<'t>) {
        if saves.last().is_none_or(|save| !save.may_end_with(record)) {
            saves.push(Self::new(Content::new(CertificateState::Installed, at), record));
        }
        if let Some(save) = saves.last_mut() {
            (save.previous, save.has_ended) = (event.fingerprint(), true);
            save.was_empty = matches!(event, Event::NoPreviousCertificate);
        }
    }
}

impl SlotHistory {
    /// Adds a save to the only slot that it can be of: the one that had the previous certificate, or the one that shows
    /// the new certificate later and did not have it before; of a save of which only the line is left that there was none
    /// before, the one that was empty and has one in the next inventory.
    pub(super) fn add_unnamed(&mut self, save: UnnamedSave<'_>) {
        let at = save.content.record;
        let had = |view: &SlotView| {
            save.previous.is_some() && view.content.details.fingerprint.as_ref() == save.previous
        };
        let is_new = |view: &SlotView| {
            view.content.details.fingerprint.is_some()
                && view.content.details.fingerprint == save.content.details.fingerprint
        };
        let of_previous = self.only_custom_slot(|views| known_before(views, at).next().is_some_and(had));
        let of_new = self.only_custom_slot(|views| {
            let mut later = split_at_record(views, at).1.iter().filter(|view| view.is_inventory());
            !known_before(views, at).next().is_some_and(is_new) && later.any(is_new)
        });
        let of_empty = || {
            self.only_custom_slot(|views| {
                let (_, later) = split_at_record(views, at);
                let was_empty =
                    known_before(views, at).next().is_some_and(|before| before.content.is_empty());
                // The next one, without a refusal before it.
                later.first().filter(|view| view.is_inventory()).is_some_and(|shown| {
                    let is_only = self.begun_between(shown.slot, at, shown.at.0).next().is_none();
                    was_empty && is_only && shown.content.has_certificate()
                })
            })
        };
        // Application slots are empty at each start, and filled again.
        let mut of_application = self.views.range(Slot::Application(0)..).flat_map(|(_, views)| views);
        let is_only_end = save.was_empty
            && save.content.details.fingerprint.is_none()
            && !of_application.any(SlotView::is_save);
        let slot = match (of_previous, of_new) {
            // The lines are of two saves, between which others were lost.
            (Some(one), Some(other)) if one != other => return,
            (of_previous, of_new) => of_previous.or(of_new).or_else(|| of_empty().filter(|_| is_only_end)),
        };
        let Some(slot) = slot else { return };
        let views = self.views.entry(slot).or_default();
        let index = split_at_record(views, at).0.len();
        views.insert(index, SlotView::new(slot, save.first, SlotViewSource::Save, save.content));
    }

    /// The slot whose states fulfil a condition, if there is just one.
    fn only_custom_slot(&self, is_wanted: impl Fn(&[SlotView]) -> bool) -> Option<Slot> {
        let mut slots = self.custom_slots().filter(|slot| is_wanted(self.of_slot(*slot)));
        slots.next().filter(|_| slots.next().is_none())
    }
}
