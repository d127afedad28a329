//! Phones in little room: each is packed into some 200 bytes, one behind the other, until it is rendered.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::compared;
use super::shared_keys::SharedKeys;
use super::totals::Totals;
use crate::model::{Mac, Status};
use crate::phone::{Common, Phone, Selection};

/// Packed phones stand in stretches of this size, which never move. In bytes.
const STRETCH: usize = 1 << 20;

/// All phones.
#[derive(Default)]
pub(super) struct Rows {
    stretches: Vec<Vec<u8>>,
    rows: Vec<Row>,
    /// What phones have in common with others, each once.
    common: Vec<Arc<Common>>,
    /// Phones with logs that were not judged: nobody asks for them.
    left_out: Vec<Mac>,
    /// What comes together over them, by their status.
    totals: [Totals; 4],
    /// A phone was replaced or removed: the totals have to be made anew.
    is_changed: bool,
    /// The installed certificates, as hashes, with the row.
    pub(super) certificates: Vec<(u64, u32)>,
    /// The private keys that configurations give, as hashes, with the row.
    keys: Vec<(u64, u32)>,
    /// What several phones have of these; it stands in no row.
    shared_keys: Option<SharedKeys>,
    /// When which active diagnosis began, of those that can begin in many phones at once, with the row.
    pub(super) begun: Vec<Begun>,
}

/// The begin of an active diagnosis in a phone.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    pub(super) code: &'static str,
    /// Local time, in seconds since 1970.
    pub(super) first: i64,
    pub(super) row: u32,
}

/// Where a phone stands, with what it is sorted by.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) mac: Option<Mac>,
    pub(super) status: Status,
    stretch: u32,
    at: u32,
    /// What it has in common with others, counted from one; 0 for none.
    common: u32,
}

impl Rows {
    pub(super) fn push(&mut self, phone: &Phone) {
        let needs_room = |stretch: &Vec<u8>| stretch.len() + 4096 > stretch.capacity();
        if self.stretches.last().is_none_or(needs_room) {
            // A phone with much evidence can make its stretch longer.
            let room = if self.stretches.is_empty() { STRETCH / 16 } else { STRETCH };
            self.stretches.push(Vec::with_capacity(room));
        }
        let stretch = self.stretches.len() - 1;
        let bytes = &mut self.stretches[stretch];
        let at = bytes.len() as u32;
        let common = phone.common.as_ref().map_or(0, |common| number_of(&mut self.common, common));
        let row = Row { mac: phone.mac, status: phone.status, stretch: stretch as u32, at, common };
        // Memory takes whatever a phone is packed into.
        if let Ok(packed) = postcard::to_extend(phone, std::mem::take(bytes)) {
            *bytes = packed;
            let number = self.rows.len() as u32;
            self.rows.push(row);
            self.totals[phone.status as usize].add(phone);
            self.certificates.extend(compared::hashes(phone).map(|hash| (hash, number)));
            self.keys.extend(phone.keys().map(|key| (compared::hash_of_key(&key.public), number)));
            self.begun.extend(compared::begun(phone).map(|(code, first)| Begun { code, first, row: number }));
        }
    }

    /// Adds the phones of another thread.
    pub(super) fn append(&mut self, other: Self) {
        let moved = self.stretches.len() as u32;
        self.stretches.extend(other.stretches);
        let before = self.rows.len() as u32;
        let numbers: Vec<u32> =
            other.common.iter().map(|common| number_of(&mut self.common, common)).collect();
        self.rows.extend(other.rows.into_iter().map(|row| {
            let common = row.common.checked_sub(1).map_or(0, |number| numbers[number as usize]);
            Row { stretch: row.stretch + moved, common, ..row }
        }));
        for (totals, more) in self.totals.iter_mut().zip(other.totals) {
            totals.append(more);
        }
        self.is_changed |= other.is_changed;
        self.left_out.extend(other.left_out);
        self.certificates.extend(other.certificates.into_iter().map(|(hash, row)| (hash, row + before)));
        self.keys.extend(other.keys.into_iter().map(|(hash, row)| (hash, row + before)));
        self.begun.extend(other.begun.into_iter().map(|begun| Begun { row: begun.row + before, ..begun }));
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Row> + '_ {
        self.rows.iter().copied()
    }

    /// Forgets these phones.
    pub(super) fn remove(&mut self, macs: &BTreeSet<Mac>) {
        if macs.is_empty() {
            return;
        }
        let mut kept = Self { is_changed: true, ..Self::default() };
        for row in self.rows.iter().filter(|row| row.mac.is_none_or(|mac| !macs.contains(&mac))) {
            kept.push(&self.phone(row));
        }
        kept.left_out = std::mem::take(&mut self.left_out);
        kept.left_out.retain(|mac| !macs.contains(mac));
        *self = kept;
    }

    /// Takes note of a phone that has logs and is not judged.
    pub(super) fn leave_out(&mut self, mac: Mac) {
        self.left_out.push(mac);
    }

    /// The addresses of all phones, also of those that were not judged; in no order.
    pub(super) fn macs(&self) -> impl Iterator<Item = Mac> + '_ {
        self.rows.iter().filter_map(|row| row.mac).chain(self.left_out.iter().copied())
    }

    /// Puts another row in the place of one, and says whether its status changed.
    pub(super) fn replace(&mut self, at: usize, phone: &Phone) {
        let (certificates, keys, begun) = (self.certificates.len(), self.keys.len(), self.begun.len());
        self.push(phone);
        self.certificates.truncate(certificates);
        self.keys.truncate(keys);
        self.begun.truncate(begun);
        self.is_changed = true;
        if let Some(row) = self.rows.pop() {
            self.rows[at] = row;
        }
    }

    /// Adds to the phones that are given a private key which others are given too that they share it. Such a
    /// finding changes no phone's status.
    pub(super) fn share_keys(&mut self, selection: &Selection) {
        let keys = std::mem::take(&mut self.keys);
        let Some((shared, rows)) = SharedKeys::new(keys, |row| self.rows[row as usize].mac, selection) else {
            return;
        };
        for row in rows {
            let status = self.rows[row as usize].status;
            shared.rules().iter().for_each(|rule| self.totals[status as usize].add_code(rule));
        }
        self.shared_keys = Some(shared);
    }

    /// What comes together over all phones.
    pub(super) fn totals(&self) -> Option<Totals> {
        let mut totals = Totals::default();
        self.totals.iter().for_each(|more| totals.append(more.clone()));
        (!self.is_changed).then_some(totals)
    }

    pub(super) fn has_logs(&self) -> bool {
        !self.rows.is_empty() || !self.left_out.is_empty()
    }

    /// The phone of this row.
    pub(super) fn phone(&self, row: &Row) -> Phone {
        let bytes = &self.stretches[row.stretch as usize][row.at as usize..];
        // What was packed in this process can be unpacked in it.
        let mut phone: Phone = postcard::from_bytes(bytes).unwrap_or_else(|_| Phone::unreadable(row.mac));
        phone.common = row.common.checked_sub(1).and_then(|number| self.common.get(number as usize)).cloned();
        if let Some(shared) = &self.shared_keys {
            shared.add_to(&mut phone);
            debug_assert_eq!(phone.status, row.status, "a shared key changes no status");
        }
        phone
    }

    /// The order of a report: worst status first, then by address; phones without one by their first log.
    pub(super) fn in_order(&self, one: &Row, other: &Row) -> Ordering {
        let key = |row: &Row| (row.status, row.mac.is_none(), row.mac);
        key(one).cmp(&key(other)).then_with(|| match one.mac {
            Some(_) => Ordering::Equal,
            None => self.phone(one).files.first().cmp(&self.phone(other).files.first()),
        })
    }
}

/// The number of something in common, counted from one. Phones that stand one behind the other mostly have the
/// same.
fn number_of(all: &mut Vec<Arc<Common>>, common: &Arc<Common>) -> u32 {
    let place = all.iter().rposition(|known| Arc::ptr_eq(known, common));
    let place = place.unwrap_or_else(|| {
        all.push(Arc::clone(common));
        all.len() - 1
    });
    place as u32 + 1
}
