//! What is in a phone's certificate slots, from boot to boot and from one installation to the next.

use std::collections::BTreeMap;

use super::{Record, Timeline};
use crate::event::Event;
use crate::model::{CertificateState, Fingerprint, Slot};

/// Two steps of one pass over the configuration are at most this far apart, in milliseconds.
const ONE_PASS: u64 = 60_000;

/// All that the logs show of the slots.
#[derive(Clone, Debug, Default)]
pub struct SlotHistory {
    views: BTreeMap<Slot, Vec<SlotView>>,
}

/// What the log shows of one slot at one time.
#[derive(Clone, Debug)]
pub struct SlotView {
    /// The slot.
    pub slot: Slot,
    /// Where its lines stand among the records: the first and the last.
    pub at: (usize, usize),
    /// The boot.
    pub boot: usize,
    /// How it came to be shown.
    pub source: Source,
    /// What is there then.
    pub content: Content,
}

/// How the log comes to show a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The inventory that a phone writes when it starts.
    Inventory {
        /// A line of something else follows, and none was lost meanwhile: what it does not show is not there.
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
    /// The certificate's common name.
    pub common_name: Option<Box<str>>,
    /// Its fingerprint.
    pub fingerprint: Option<Fingerprint>,
    /// Its length in bytes.
    pub certificate_length: Option<u64>,
    /// A line names its private key.
    pub has_key: bool,
    /// The private key's length in bytes.
    pub key_length: Option<u64>,
    /// The record that tells of it: the one with the fingerprint where there is one.
    pub record: usize,
}

impl Content {
    const fn new(state: CertificateState, record: usize) -> Self {
        Self {
            state,
            common_name: None,
            fingerprint: None,
            certificate_length: None,
            has_key: false,
            key_length: None,
            record,
        }
    }

    /// A certificate is there.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.state == CertificateState::Installed
    }

    /// Neither certificate nor key is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state == CertificateState::NotAvailable && !self.has_key
    }

    /// Whether both fingerprints are known, of one digest, and differ.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> bool {
        match (&self.fingerprint, &other.fingerprint) {
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
    /// An inventory with nothing missing in it.
    #[must_use]
    pub fn is_complete_inventory(&self) -> bool {
        self.source == Source::Inventory { is_complete: true }
    }

    /// Any inventory.
    #[must_use]
    pub const fn is_inventory(&self) -> bool {
        matches!(self.source, Source::Inventory { .. })
    }
}

impl SlotHistory {
    pub(super) const fn new() -> Self {
        Self { views: BTreeMap::new() }
    }

    pub(super) fn of(timeline: &Timeline<'_>) -> Self {
        let mut history = Self::default();
        let mut saving = None;
        let mut boot = 0;
        for (at, event, record) in timeline.events() {
            if record.boot != boot {
                (saving, boot) = (None, record.boot);
            }
            match (event, record.slot) {
                (event, Some(slot)) if event.is_inventory() => history.inventory(slot, at, event, record),
                (Event::CertificateSaving { slot }, _) => saving = *slot,
                (Event::NewCertificate { common_name, fingerprint }, Some(slot)) => {
                    saving = None;
                    let mut content = Content::new(CertificateState::Installed, at);
                    content.common_name.clone_from(common_name);
                    content.fingerprint.clone_from(fingerprint);
                    history.add(slot, at, record, Source::Save, content);
                }
                // The vendor's successful installation ends with one of these; `New Certificate` can be lost.
                (Event::PreviousCertificate { .. } | Event::NoPreviousCertificate, Some(slot))
                    if saving.take().is_some() =>
                {
                    let content = Content::new(CertificateState::Installed, at);
                    history.add(slot, at, record, Source::Save, content);
                }
                (Event::KeyTooLarge { .. } | Event::CertificateTooLarge { .. }, Some(slot)) => {
                    saving = None;
                    history.refuse(slot, at, record);
                }
                // A refusal that names no slot is of the one that was being saved to.
                (Event::CredentialInvalid { .. } | Event::ChainNotDecodable { .. }, _) => {
                    if let Some(slot) = saving.take() {
                        history.refuse(slot, at, record);
                    }
                }
                _ => {}
            }
        }
        for view in history.views.values_mut().flatten() {
            view.judge(timeline);
        }
        history
    }

    fn add(&mut self, slot: Slot, at: usize, record: &Record<'_>, source: Source, content: Content) {
        let view = SlotView { slot, at: (at, at), boot: record.boot, source, content };
        self.views.entry(slot).or_default().push(view);
    }

    fn refuse(&mut self, slot: Slot, at: usize, record: &Record<'_>) {
        self.add(slot, at, record, Source::Refusal, Content::new(CertificateState::Rejected, at));
    }

    /// Takes a line of an inventory. A key tells nothing of the certificate that should be with it: where
    /// none is shown, there is none; only the built-in one's lines come first, and can be cut off before its key.
    fn inventory(&mut self, slot: Slot, at: usize, event: &Event, record: &Record<'_>) {
        let state = match event {
            Event::CertificateUnavailable { .. } => CertificateState::NotAvailable,
            Event::KeyLength { .. } if slot != Slot::BuiltIn => CertificateState::NotAvailable,
            _ => CertificateState::Installed,
        };
        let views = self.views.entry(slot).or_default();
        let goes_on = views.last().is_some_and(|view| {
            view.is_inventory() && view.boot == record.boot && !view.content.is_told_again(event)
        });
        if !goes_on {
            let source = Source::Inventory { is_complete: false };
            let content = Content::new(state, at);
            views.push(SlotView { slot, at: (at, at), boot: record.boot, source, content });
        }
        let Some(view) = views.last_mut() else { return };
        view.at.1 = at;
        let content = &mut view.content;
        match event {
            Event::CertificateLength { length, .. } => content.certificate_length = *length,
            Event::CertificateFingerprint { fingerprint, .. } => {
                content.fingerprint.clone_from(fingerprint);
                content.record = at;
            }
            Event::CertificateCommonName { common_name, .. } => content.common_name.clone_from(common_name),
            Event::KeyLength { length, .. } => {
                content.has_key = true;
                content.key_length = *length;
                return;
            }
            _ => {
                // A key of the same inventory stays known, whichever line came first.
                let (has_key, key_length) = (content.has_key, content.key_length);
                *content = Content { has_key, key_length, ..Content::new(state, at) };
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
    #[must_use]
    pub fn latest_of(&self, slot: Slot) -> Option<&Content> {
        self.of_slot(slot).last().map(|view| &view.content)
    }

    /// What is shown of one slot, in order.
    #[must_use]
    pub fn of_slot(&self, slot: Slot) -> &[SlotView] {
        self.views.get(&slot).map_or(&[], Vec::as_slice)
    }

    /// What is shown of all slots for custom certificates, slot by slot.
    pub fn of_custom_slots(&self) -> impl Iterator<Item = &SlotView> {
        self.views.range(Slot::Platform(0)..).flat_map(|(_, views)| views)
    }

    /// What is shown of all slots, slot by slot.
    pub fn all(&self) -> impl Iterator<Item = &SlotView> {
        self.views.values().flatten()
    }

    /// The saves to this slot that the next boot's inventory does not show.
    #[must_use]
    pub fn not_kept(&self, slot: Slot) -> Vec<NotKept<'_>> {
        let views = self.of_slot(slot);
        let saves = views.iter().enumerate().filter(|(_, view)| view.source == Source::Save);
        let not_kept = saves.filter_map(|(number, saved)| {
            let shown = next_inventory(views, number)?;
            is_lost(saved, shown).then_some(NotKept { saved, shown })
        });
        not_kept.collect()
    }

    /// Whether a save to this slot after the given record was kept: the next boot's inventory shows it.
    #[must_use]
    pub fn is_kept_later(&self, slot: Slot, after: usize) -> bool {
        let views = self.of_slot(slot);
        let mut saves =
            views.iter().enumerate().filter(|(_, view)| view.source == Source::Save && view.at.0 > after);
        saves.any(|(number, saved)| {
            next_inventory(views, number).is_some_and(|shown| {
                let is_same = saved.content.fingerprint.is_none()
                    || saved.content.fingerprint == shown.content.fingerprint;
                shown.content.has_certificate() && is_same
            })
        })
    }
}

/// The inventory of the next boot after a save, if nothing was saved to the slot in between.
fn next_inventory(views: &[SlotView], save: usize) -> Option<&SlotView> {
    let later = &views[save + 1..];
    let end = later.iter().position(|view| view.source == Source::Save).unwrap_or(later.len());
    later[..end].iter().find(|view| view.is_inventory() && view.boot > views[save].boot)
}

fn is_lost(saved: &SlotView, shown: &SlotView) -> bool {
    let is_shown_empty = shown.content.state == CertificateState::NotAvailable
        && (!shown.content.has_key || shown.is_complete_inventory());
    is_shown_empty || shown.content.differs_from(&saved.content)
}

impl Content {
    /// Whether this line begins another inventory of the slot: it tells otherwise what is known already.
    fn is_told_again(&self, event: &Event) -> bool {
        match event {
            Event::CertificateLength { length, .. } => {
                self.certificate_length.is_some() && self.certificate_length != *length
            }
            Event::CertificateFingerprint { fingerprint, .. } => {
                self.fingerprint.is_some() && self.fingerprint != *fingerprint
            }
            Event::CertificateCommonName { common_name, .. } => {
                self.common_name.is_some() && self.common_name != *common_name
            }
            Event::KeyLength { length, .. } => self.has_key && self.key_length != *length,
            Event::CertificateUnavailable { .. } => self.has_certificate(),
            _ => false,
        }
    }
}

impl SlotView {
    /// An inventory is complete when something follows it, and no line was lost in it or right beside it.
    fn judge(&mut self, timeline: &Timeline<'_>) {
        let Source::Inventory { is_complete } = &mut self.source else { return };
        let records = &timeline.records;
        let (first, last) = (&records[self.at.0], &records[self.at.1]);
        let is_followed = self.at.1 + 1 < records.len()
            || last.line < timeline.logs[last.file].digest.counts.lines
            || last.file + 1 < timeline.logs.len();
        let beside = |at: Option<usize>, is_near: &dyn Fn(&Record<'_>) -> bool| {
            at.and_then(|at| records.get(at)).filter(|record| record.boot == first.boot && is_near(record))
        };
        let before = beside(self.at.0.checked_sub(1), &|_| true);
        let after =
            beside(Some(self.at.1 + 1), &|record| record.file != last.file || record.line <= last.line + 2);
        let counts = before.into_iter().chain(&records[self.at.0..=self.at.1]).chain(after);
        let mut counts = counts.filter_map(|record| record.entry.missed);
        let begin = counts.next();
        let is_holed = begin.is_some_and(|begin| counts.any(|missed| missed > begin));
        *is_complete = is_followed && !is_holed;
    }
}

/// Whether the stamps tell how long after one record another one was written, and by so much at most.
fn is_within(timeline: &Timeline<'_>, earlier: usize, later: usize, milliseconds: u64) -> Option<bool> {
    let (earlier, later) = (&timeline.records[earlier], &timeline.records[later]);
    if earlier.boot == later.boot {
        earlier.entry.stamp.and(later.entry.stamp)?;
        return Some(later.elapsed().saturating_sub(earlier.elapsed_at_last()) <= milliseconds);
    }
    let apart = later.time? - earlier.last_time.or(earlier.time)?;
    Some(apart.num_milliseconds().unsigned_abs() <= milliseconds)
}

impl Timeline<'_> {
    /// Whether a refused installation into this slot is mended: the last refusal is the record `refusal`.
    /// With `needs_key`, an inventory that then shows a certificate without key undoes that.
    #[must_use]
    pub fn is_refusal_mended(&self, slot: Slot, refusal: usize, needs_key: bool) -> bool {
        let views = self.slots.of_slot(slot);
        let known_before =
            views.iter().rev().find(|view| view.at.0 < refusal && view.source != Source::Refusal);
        let mut is_mended = false;
        for view in views.iter().filter(|view| view.at.0 > refusal) {
            let content = &view.content;
            match view.source {
                Source::Refusal => {}
                Source::Save => is_mended |= is_within(self, refusal, view.at.0, ONE_PASS) != Some(true),
                Source::Inventory { is_complete } => {
                    let has_both = content.has_certificate() && content.has_key;
                    let is_new = known_before.is_some_and(|before| {
                        content.differs_from(&before.content)
                            || before.is_inventory() && before.content.is_empty()
                    });
                    is_mended |= has_both && is_new;
                    if needs_key && is_complete && content.has_certificate() && !content.has_key {
                        is_mended = false;
                    }
                }
            }
        }
        is_mended
    }

    /// Whether a failure that names no slot is mended: the last one is the record `failure`.
    #[must_use]
    pub fn is_failure_without_slot_mended(&self, failure: usize) -> bool {
        let is_later_pass = |view: &&SlotView| match is_within(self, failure, view.at.0, ONE_PASS) {
            Some(is_near) => !is_near,
            None => self.records[failure].boot != view.boot,
        };
        let saves = || self.slots.of_custom_slots().filter(|view| view.source == Source::Save);
        if saves().any(|view| view.at.0 > failure && is_later_pass(&view)) {
            return true;
        }
        let has_inventory_before = self.slots.all().any(|view| view.is_inventory() && view.at.0 < failure);
        let known: Vec<&SlotView> = self.slots.of_custom_slots().filter(|view| view.at.0 < failure).collect();
        let is_new = |shown: &SlotView| {
            let is_known = |view: &&SlotView| view.content.fingerprint == shown.content.fingerprint;
            let before = known.iter().rev().find(|view| view.slot == shown.slot);
            let is_other = before.is_none_or(|before| {
                before.content.is_empty() || shown.content.differs_from(&before.content)
            });
            shown.content.fingerprint.is_some() && is_other && !known.iter().any(is_known)
        };
        has_inventory_before
            && self.slots.of_custom_slots().any(|view| {
                view.at.0 > failure && view.is_inventory() && view.content.has_certificate() && is_new(view)
            })
    }
}
