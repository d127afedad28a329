//! The content of a phone's certificate slots, from boot to boot and from one installation to the next.

mod begun;
mod inventory_lines;
mod unnamed;

use std::collections::BTreeMap;

use super::{Record, Timeline};
use crate::event::{self, Event};
use crate::model::{CertificateDetails, CertificateState, Slot};
use begun::BegunInstallation;
use inventory_lines::InventoryLines;
use unnamed::UnnamedSave;

/// All that the logs show of the slots.
#[derive(Clone, Debug, Default)]
pub struct SlotHistory {
    views: BTreeMap<Slot, Vec<SlotView>>,
    /// A line names a key, of any slot.
    has_key_line: bool,
    /// The installations of which only the first line was read: it is not known what was saved.
    begun: Vec<BegunInstallation>,
}

/// The state of one slot that the log shows at one time.
#[derive(Clone, Debug)]
pub struct SlotView {
    /// The slot.
    pub slot: Slot,
    /// The indexes of its first and last line among the records.
    pub at: (usize, usize),
    /// The boot.
    pub boot: usize,
    /// Which lines of the log show it.
    pub source: SlotViewSource,
    /// The content of the slot at that time.
    pub content: Content,
    lines: InventoryLines,
}

/// Which lines of the log show a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotViewSource {
    /// The inventory that a phone writes when it starts.
    Inventory {
        /// Another line follows, and no line was lost in between: what the inventory does not show does not exist.
        is_complete: bool,
    },
    /// A certificate was saved.
    Save,
    /// An installation was refused.
    Refusal,
}

/// What is known of one slot at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Whether there is a certificate.
    pub state: CertificateState,
    /// What is known of the certificate and its key.
    pub details: CertificateDetails,
    /// A line names its private key.
    pub has_key: bool,
    /// The record that shows it: the one with the fingerprint, if there is one.
    pub record: usize,
}

impl Content {
    fn new(state: CertificateState, record: usize) -> Self {
        Self { state, details: CertificateDetails::default(), has_key: false, record }
    }

    /// A certificate is there.
    pub fn has_certificate(&self) -> bool {
        self.state == CertificateState::Installed
    }

    /// Neither certificate nor key is there.
    pub fn is_empty(&self) -> bool {
        self.state == CertificateState::NotAvailable && !self.has_key
    }

    /// Whether both fingerprints are known, of the same hash algorithm, and differ.
    pub fn differs_from(&self, other: &Self) -> bool {
        match (&self.details.fingerprint, &other.details.fingerprint) {
            (Some(this), Some(other)) => this.algorithm() == other.algorithm() && this != other,
            _ => false,
        }
    }
}

/// A certificate that was saved to a slot, and that the next boot's inventory does not show there.
#[derive(Clone, Copy, Debug)]
pub struct NotKept<'h> {
    /// The save.
    pub saved: &'h SlotView,
    /// The inventory.
    pub shown: &'h SlotView,
}

impl SlotView {
    /// What the one record shows that `content` names.
    fn new(slot: Slot, record: &Record<'_>, source: SlotViewSource, content: Content) -> Self {
        let (at, boot, lines) = (content.record, record.boot, InventoryLines::default());
        Self { slot, at: (at, at), boot, source, content, lines }
    }

    /// An inventory with nothing missing in it.
    pub fn is_complete_inventory(&self) -> bool {
        self.source == SlotViewSource::Inventory { is_complete: true }
    }

    /// Whether a certificate was saved. Find saves only by this: any line of an installation can be lost, and an
    /// installation that began can be refused.
    pub fn is_save(&self) -> bool {
        self.source == SlotViewSource::Save
    }

    /// Any inventory.
    pub const fn is_inventory(&self) -> bool {
        matches!(self.source, SlotViewSource::Inventory { .. })
    }
}

impl SlotHistory {
    pub(super) fn of(timeline: &Timeline<'_>) -> Self {
        let mut history = Self::default();
        // The slot of an installation that began, and its record.
        let mut saving: Option<(Slot, usize)> = None;
        let mut unnamed: Vec<UnnamedSave<'_>> = Vec::new();
        let mut boot = 0;
        for (at, event, record) in timeline.own_events() {
            if record.boot != boot {
                history.add_begun(timeline, saving.take());
                boot = record.boot;
            }
            history.has_key_line |= matches!(event, Event::KeyLength { .. });
            match (event, record.slot) {
                (event, Some(slot)) if event.is_inventory() => history.inventory(slot, at, event, record),
                (Event::CertificateSaving { slot }, _) => {
                    history.add_begun(timeline, saving.take());
                    saving = slot.map(|slot| (slot, at));
                }
                (Event::NewCertificate { common_name, fingerprint }, slot) => {
                    saving = None;
                    let mut content = Content::new(CertificateState::Installed, at);
                    content.details.common_name.clone_from(common_name);
                    content.details.fingerprint.clone_from(fingerprint);
                    match slot {
                        Some(slot) => history.add(slot, record, SlotViewSource::Save, content),
                        None => unnamed.push(UnnamedSave::new(content, record)),
                    }
                }
                (Event::PreviousCertificate { .. } | Event::NoPreviousCertificate, None) => {
                    UnnamedSave::end(&mut unnamed, at, event, record);
                }
                // The vendor's successful installation ends with one of these; `New Certificate` can be lost.
                (Event::PreviousCertificate { .. } | Event::NoPreviousCertificate, Some(slot))
                    if saving.take().is_some() =>
                {
                    let content = Content::new(CertificateState::Installed, at);
                    history.add(slot, record, SlotViewSource::Save, content);
                }
                (Event::KeyTooLarge { .. } | Event::CertificateTooLarge { .. }, Some(slot)) => {
                    history.add_begun(timeline, saving.take().filter(|(other, _)| *other != slot));
                    history.refuse(slot, at, record);
                }
                // A refusal that names no slot is about the slot of the save that was in progress, if no line between them
                // was lost.
                (Event::CredentialInvalid { .. } | Event::ChainNotDecodable { .. }, _) => {
                    if let Some((slot, begin)) = saving.take() {
                        let missed = timeline.records[begin].entry.missed;
                        match missed.zip(record.entry.missed) {
                            Some((before, missed)) if missed > before => {
                                history.add_begun(timeline, Some((slot, begin)));
                            }
                            _ => history.refuse(slot, at, record),
                        }
                    }
                }
                _ => {}
            }
        }
        history.add_begun(timeline, saving);
        for views in history.views.values_mut() {
            views.iter_mut().for_each(|view| view.check_completeness(timeline));
            views.dedup_by(|later, earlier| earlier.take_over(later));
            // A key alone, if the lines of its certificate were not read, does not show the content of the slot.
            views.retain(|view| {
                !view.is_inventory() || view.is_complete_inventory() || !view.lines.are_only_of_key()
            });
        }
        unnamed.into_iter().for_each(|save| history.add_unnamed(save));
        history
    }

    fn add(&mut self, slot: Slot, record: &Record<'_>, source: SlotViewSource, content: Content) {
        self.views.entry(slot).or_default().push(SlotView::new(slot, record, source, content));
    }

    fn add_begun(&mut self, timeline: &Timeline<'_>, begun: Option<(Slot, usize)>) {
        self.begun.extend(begun.map(|begun| BegunInstallation::new(timeline, begun)));
    }

    fn refuse(&mut self, slot: Slot, at: usize, record: &Record<'_>) {
        self.add(slot, record, SlotViewSource::Refusal, Content::new(CertificateState::Rejected, at));
    }

    /// Takes a line of an inventory. If the inventory shows only a key, there is no certificate. But the lines of
    /// the built-in certificate come first, and can be cut off before its key.
    fn inventory(&mut self, slot: Slot, at: usize, event: &Event, record: &Record<'_>) {
        let state = match event {
            Event::CertificateUnavailable { .. } => CertificateState::NotAvailable,
            Event::KeyLength { .. } if slot != Slot::BuiltIn => CertificateState::NotAvailable,
            _ => CertificateState::Installed,
        };
        let views = self.views.entry(slot).or_default();
        let continues_previous = views.last().is_some_and(|view| {
            view.is_inventory()
                && view.boot == record.boot
                && !view.lines.begins_another_inventory(event, record)
        });
        if !continues_previous {
            let source = SlotViewSource::Inventory { is_complete: false };
            views.push(SlotView::new(slot, record, source, Content::new(state, at)));
        }
        let Some(view) = views.last_mut() else { return };
        view.at.1 = at;
        view.lines.note(event, record.entry.hash);
        let content = &mut view.content;
        let details = &mut content.details;
        match event {
            Event::CertificateLength { length, .. } => details.certificate_length = *length,
            // Of a certificate's fingerprints by several algorithms, the first one is kept.
            Event::CertificateFingerprint { fingerprint, .. } => {
                if details.fingerprint.is_none() {
                    details.fingerprint.clone_from(fingerprint);
                    content.record = at;
                }
            }
            Event::CertificateCommonName { common_name, .. } => details.common_name.clone_from(common_name),
            Event::KeyLength { length, .. } => {
                content.has_key = true;
                details.key_length = *length;
                return;
            }
            _ => {
                // In the same inventory, only the key can be shown before this line.
                (content.state, content.record) = (state, at);
                return;
            }
        }
        content.state = CertificateState::Installed;
    }

    /// The slots that the logs mention, with their latest known content, `built-in` first.
    pub fn latest(&self) -> impl Iterator<Item = (Slot, &Content)> {
        self.views.iter().filter_map(|(slot, views)| Some((*slot, &views.last()?.content)))
    }

    /// The latest known content of one slot.
    pub fn latest_of(&self, slot: Slot) -> Option<&Content> {
        self.of_slot(slot).last().map(|view| &view.content)
    }

    /// All states of one slot, in order.
    pub fn of_slot(&self, slot: Slot) -> &[SlotView] {
        self.views.get(&slot).map_or(&[], Vec::as_slice)
    }

    /// The slots for custom certificates that the logs mention, in their order.
    pub fn custom_slots(&self) -> impl Iterator<Item = Slot> {
        self.views.range(Slot::Platform(0)..).map(|(slot, _)| *slot)
    }

    /// All states of all slots for custom certificates, slot by slot.
    pub fn of_custom_slots(&self) -> impl Iterator<Item = &SlotView> {
        self.views.range(Slot::Platform(0)..).flat_map(|(_, views)| views)
    }

    /// Whether the logs show the built-in certificate and no key at all, not even its own, which a phone always lists: the
    /// lines about keys were left out, as by a search for `cert`.
    pub fn lacks_key_lines(&self) -> bool {
        !self.has_key_line && self.of_slot(Slot::BuiltIn).iter().any(|view| view.content.has_certificate())
    }

    /// All states of all slots, slot by slot.
    pub fn all(&self) -> impl Iterator<Item = &SlotView> {
        self.views.values().flatten()
    }

    /// The records after one and before another at which an installation into this slot began of which no other line was
    /// read.
    pub(super) fn begun_between(
        &self,
        slot: Slot,
        after: usize,
        before: usize,
    ) -> impl Iterator<Item = &BegunInstallation> {
        let is_between = move |begun: &&BegunInstallation| after < begun.record && begun.record < before;
        self.begun.iter().filter(move |begun| begun.slot == slot).filter(is_between)
    }

    /// The saves to this slot that the next boot's inventory does not show.
    pub fn not_kept(&self, slot: Slot) -> Vec<NotKept<'_>> {
        let views = self.of_slot(slot);
        let saves = views.iter().enumerate().filter(|(_, view)| view.is_save());
        let not_kept = saves.filter_map(|(number, saved)| {
            let shown = next_inventory(views, number)?;
            // What was saved last is not known if another installation began after the save, unless the phone's start
            // interrupted it, and the slot has again what it had before both.
            let begun = || self.begun_between(slot, saved.at.1, shown.at.0);
            let is_last = || begun().next().is_none();
            let is_back = || {
                begun().all(|begun| begun.is_interrupted)
                    && known_before(views, saved.at.0).next().is_some_and(|before| {
                        before.content.details.fingerprint == shown.content.details.fingerprint
                    })
            };
            let is_lost = shown.content.state == CertificateState::NotAvailable
                || shown.content.differs_from(&saved.content) && (is_last() || is_back());
            is_lost.then_some(NotKept { saved, shown })
        });
        not_kept.collect()
    }

    /// Whether a save to this slot after the given record was kept: the next boot's inventory shows it.
    pub fn is_kept_later(&self, slot: Slot, after: usize) -> bool {
        let views = self.of_slot(slot);
        let mut saves = views.iter().enumerate().filter(|(_, view)| view.is_save() && view.at.0 > after);
        saves.any(|(number, saved)| {
            next_inventory(views, number).is_some_and(|shown| {
                let is_same = saved.content.details.fingerprint.is_none()
                    || saved.content.details.fingerprint == shown.content.details.fingerprint;
                shown.content.has_certificate() && is_same
            })
        })
    }
}

/// What a slot had before a record, the last first. A refusal does not show it.
pub(super) fn known_before(views: &[SlotView], record: usize) -> impl Iterator<Item = &SlotView> {
    let (before, _) = split_at_record(views, record);
    before.iter().rev().filter(|view| view.source != SlotViewSource::Refusal)
}

/// What the logs show of a slot before a record, and from it on.
fn split_at_record(views: &[SlotView], record: usize) -> (&[SlotView], &[SlotView]) {
    views.split_at(views.partition_point(|view| view.at.0 < record))
}

/// The inventory of the next boot after a save, if nothing was saved to the slot in between.
fn next_inventory(views: &[SlotView], save: usize) -> Option<&SlotView> {
    let later = &views[save + 1..];
    let end = later.iter().position(SlotView::is_save).unwrap_or(later.len());
    later[..end].iter().find(|view| view.is_inventory() && view.boot > views[save].boot)
}

impl Content {
    /// Whether the values that both have are equal.
    fn agrees_with(&self, other: &Self) -> bool {
        self.details.agree_with(&other.details)
            && (self.has_certificate() == other.has_certificate()
                || (self.state == CertificateState::NotAvailable && self.has_key))
    }
}

impl SlotView {
    /// Merges a later inventory of the same boot, if that shows the same or less: the newest complete inventory
    /// decides. Returns whether it was merged.
    fn take_over(&mut self, later: &Self) -> bool {
        if !self.is_inventory() || !later.is_inventory() || self.boot != later.boot {
            return false;
        }
        let (known, new) = (&mut self.content, &later.content);
        let is_less = !later.is_complete_inventory() || !later.lines.are_whole(&self.lines);
        let is_same = known.has_key == new.has_key && known.state == new.state;
        if !(is_less || is_same) || !new.agrees_with(known) {
            return false;
        }
        self.at.1 = later.at.1;
        if later.is_complete_inventory() && is_same {
            self.source = later.source;
        }
        if known.details.fingerprint.is_none() {
            known.record = new.record;
        }
        known.details.fill_from(&new.details);
        known.has_key |= new.has_key;
        true
    }

    /// Decides whether the inventory is complete: another line follows it, and no line was lost that would show a key
    /// or a certificate.
    fn check_completeness(&mut self, timeline: &Timeline<'_>) {
        if self.is_inventory() {
            let is_complete = self.is_followed(timeline)
                && !self.begins_with_key_of_log(timeline)
                && !self.has_lost_lines(&timeline.records);
            self.source = SlotViewSource::Inventory { is_complete };
        }
    }

    /// Whether another line follows. A cut line does not count, unless it is about something else. Nor do the lines of a
    /// log that does not continue this one or begins with another boot, because the key can be lost between the logs.
    fn is_followed(&self, timeline: &Timeline<'_>) -> bool {
        let last = &timeline.records[self.at.1];
        let is_cut_line = |file: usize, line: u64| timeline.logs[file].cut_line == Some(line);
        // The part of a cut line that was read can show that it is about something else.
        let is_other = |record: &Record<'_>| {
            let text = record.text();
            let slot = match record.event() {
                Some(event) if event.is_inventory() => event.slot(),
                Some(_) => None,
                None => event::slot_of_inventory(text),
            };
            let is_whole = record.event().is_some() || !text.is_empty() && !event::may_begin(text);
            record.entry.stamp.is_some() && slot.map_or(is_whole, |slot| slot != self.slot)
        };
        let mut next = timeline.records[self.at.1 + 1..].iter();
        let next = next.find(|next| !is_cut_line(next.file, next.line) || is_other(next));
        let before = timeline.records[..self.at.1].last();
        // Where the newest lines of a file come first, the first line can be the head of a table.
        let has_lines_behind = match before.is_some_and(|one| one.file == last.file && one.line > last.line) {
            true => last.line > 2,
            // Also outside of the time window. Lines that are not messages, as a blank line after an excerpt, do not count; in
            // a log without stamps, it is not known which lines are messages.
            false => {
                let digest = &timeline.logs[last.file].digest;
                let last_message = match last.entry.stamp {
                    Some(_) => digest.entries.last().map_or(0, |message| message.line),
                    None => digest.counts.lines,
                };
                last.line < last_message && !is_cut_line(last.file, last.line + 1)
            }
        };
        has_lines_behind
            || next.is_some_and(|next| {
                next.file == last.file
                    || (next.boot == last.boot && timeline.logs[next.file].continues_previous)
            })
    }

    /// Whether a log that does not continue another one begins with the key: the certificate's lines can be lost before
    /// it.
    fn begins_with_key_of_log(&self, timeline: &Timeline<'_>) -> bool {
        let first = &timeline.records[self.at.0];
        // Without a stamp, a cut first line belongs to the lines that follow.
        let is_before = |record: &&Record<'_>| record.entry.stamp.is_some() || first.entry.stamp.is_none();
        let before = timeline.records[..self.at.0].iter().rev();
        let mut of_log = before.take_while(|record| record.file == first.file);
        self.lines.are_only_of_key()
            && !timeline.logs[first.file].continues_previous
            && of_log.find(is_before).is_none()
    }

    /// Whether the phone's counts of lost lines show that one of this slot can be lost. The key is the last line about a
    /// slot. What is lost before it is of the certificate, which is known if one of its lines was read; what is lost after
    /// that line can be the key.
    fn has_lost_lines(&self, records: &[Record<'_>]) -> bool {
        let (begin, end) = self.at;
        let last = &records[end];
        let of_boot = |record: &&Record<'_>| record.boot == last.boot;
        let before = begin.checked_sub(1).map(|before| &records[before]).filter(of_boot);
        let (from, before) = if self.lines.are_only_of_key() { (begin, before) } else { (end, None) };
        // After the key, or after another line, no line about the slot can have been lost.
        let may_be_lost = |record: &&Record<'_>| {
            let (known, seen) = (last.entry.hash_after, record.entry.hash);
            let is_next = record.line <= last.line + 2 && (known == 0 || known == seen);
            self.lines.key == 0 && (record.file != last.file || is_next)
        };
        let after = records.get(end + 1).filter(of_boot).filter(may_be_lost);
        let counts = before.into_iter().chain(&records[from..=end]).chain(after);
        let mut counts = counts.filter_map(|record| record.entry.missed);
        counts.next().is_some_and(|begin| counts.any(|missed| missed > begin))
    }
}
