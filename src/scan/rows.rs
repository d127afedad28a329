//! The phones of a scan, packed into about 200 bytes each (without their rows) until they are rendered.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::slice::ParallelSliceMut;

use super::compared;
use super::shared_keys::SharedKeys;
use super::totals::Totals;
use crate::model::{Mac, Status};
use crate::phone::{Common, Phone, Selection};

/// Packed phones are stored in chunks of this size in bytes, which are not reallocated as the number of
/// phones grows.
const CHUNK: usize = 1 << 20;

/// All phones.
#[derive(Default)]
pub(super) struct Rows {
    chunks: Vec<Vec<u8>>,
    rows: Vec<Row>,
    /// What phones have in common with others, each stored once.
    common: Vec<Arc<Common>>,
    /// The directories of logs, with the separator. One is stored once for phones that are added one after another.
    directories: Vec<Box<str>>,
    /// Phones with logs that were not diagnosed because they were not asked for.
    undiagnosed: Vec<Mac>,
    /// Totals over the phones.
    totals: Totals,
    /// A phone was replaced or removed, so `totals` is no longer valid.
    is_changed: bool,
    // The rest is compared between phones.
    /// Hashes of the installed certificates, with the index of the phone's row.
    pub(super) certificates: Vec<(u32, u32)>,
    /// Hashes of the private keys in configurations, with the index of the phone's row.
    keys: Vec<(u64, u32)>,
    /// The same of phones without a row, with their addresses: they have only configuration, without errors.
    other_keys: Vec<(u64, Mac)>,
    /// The findings about keys that several phones share. They are not packed with the phones.
    shared_keys: Option<SharedKeys>,
    /// When active diagnoses began that can begin in many phones at once.
    pub(super) starts: Vec<DiagnosisStart>,
}

/// When an active diagnosis of a phone began.
#[derive(Clone, Copy)]
pub(super) struct DiagnosisStart {
    pub(super) code: &'static str,
    /// Local time, in seconds since 1970.
    pub(super) first: i64,
    pub(super) row: u32,
}

/// The position of a packed phone, with its address and status.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) mac: Option<Mac>,
    pub(super) status: Status,
    chunk: u32,
    at: u32,
    /// The 1-based index in `common` of what it has in common with others; 0 for none.
    common: u32,
    /// The 1-based index in `directories` of what all paths of its logs begin with; 0 if that is nothing. With whole
    /// paths, 200,000 phones take 100 instead of 89 MiB.
    directory: u32,
}

impl Row {
    /// Rows are in the order of these: worst status first, then by address, those without one last.
    fn sort_key(&self) -> (Status, bool, Option<Mac>) {
        (self.status, self.mac.is_none(), self.mac)
    }
}

impl Rows {
    pub(super) fn push(&mut self, mut phone: Phone) {
        let directory = self.take_directory(&mut phone.files);
        let needs_room = |chunk: &Vec<u8>| chunk.len() + 4096 > chunk.capacity();
        if self.chunks.last().is_none_or(needs_room) {
            // A phone with much evidence may exceed the capacity of the chunk, which then grows.
            let room = if self.chunks.is_empty() { CHUNK / 16 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(room));
        }
        let chunk = self.chunks.len() - 1;
        let bytes = &mut self.chunks[chunk];
        let at = bytes.len() as u32;
        let common = phone.common.as_ref().map_or(0, |common| number_of(&mut self.common, common));
        let row = Row { mac: phone.mac, status: phone.status, chunk: chunk as u32, at, common, directory };
        // Writing to memory does not fail.
        if let Ok(packed) = postcard::to_extend(&phone, std::mem::take(bytes)) {
            *bytes = packed;
            let number = self.rows.len() as u32;
            self.rows.push(row);
            self.totals.add(&phone);
            self.certificates.extend(compared::hashes(&phone).map(|hash| (hash, number)));
            self.keys.extend(phone.keys().map(|key| (compared::hash_of_key(&key.public), number)));
            self.starts.extend(compared::diagnosis_starts(&phone).map(|(code, first)| DiagnosisStart {
                code,
                first,
                row: number,
            }));
        }
    }

    /// Cuts the directory off paths that all begin with it.
    fn take_directory(&mut self, files: &mut [Box<str>]) -> u32 {
        let slash = files.first().and_then(|file| file.rfind('/'));
        let Some((begin, _)) = slash.map(|slash| files[0].split_at(slash + 1)) else { return 0 };
        if !files.iter().all(|file| file.starts_with(begin)) {
            return 0;
        }
        if self.directories.last().is_none_or(|last| **last != *begin) {
            self.directories.push(begin.into());
        }
        let length = begin.len();
        files.iter_mut().for_each(|file| *file = file[length..].into());
        self.directories.len() as u32
    }

    /// Adds the phones of another thread.
    pub(super) fn append(&mut self, other: Self) {
        // The first phones stay where they are: a million takes 40 MiB less.
        if self.rows.is_empty() && self.undiagnosed.is_empty() && self.other_keys.is_empty() {
            *self = Self { is_changed: self.is_changed || other.is_changed, ..other };
            return;
        }
        let moved = self.chunks.len() as u32;
        self.chunks.extend(other.chunks);
        let before = self.rows.len() as u32;
        let directories = self.directories.len() as u32;
        let numbers: Vec<u32> =
            other.common.iter().map(|common| number_of(&mut self.common, common)).collect();
        self.rows.extend(other.rows.into_iter().map(|row| {
            let common = row.common.checked_sub(1).map_or(0, |number| numbers[number as usize]);
            let directory = if row.directory == 0 { 0 } else { row.directory + directories };
            Row { chunk: row.chunk + moved, common, directory, ..row }
        }));
        self.directories.extend(other.directories);
        self.totals.append(other.totals);
        self.is_changed |= other.is_changed;
        self.undiagnosed.extend(other.undiagnosed);
        self.certificates.extend(other.certificates.into_iter().map(|(hash, row)| (hash, row + before)));
        self.other_keys.extend(other.other_keys);
        self.keys.extend(other.keys.into_iter().map(|(hash, row)| (hash, row + before)));
        self.starts.extend(
            other.starts.into_iter().map(|start| DiagnosisStart { row: start.row + before, ..start }),
        );
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Row> + '_ {
        self.rows.iter().copied()
    }

    /// The row with this index.
    pub(super) fn row(&self, at: u32) -> &Row {
        &self.rows[at as usize]
    }

    /// Removes these phones.
    pub(super) fn remove(&mut self, macs: &BTreeSet<Mac>) {
        if macs.is_empty() {
            return;
        }
        let mut kept = Self { is_changed: true, ..Self::default() };
        for row in self.rows.iter().filter(|row| row.mac.is_none_or(|mac| !macs.contains(&mac))) {
            kept.push(self.phone(row));
        }
        kept.other_keys = std::mem::take(&mut self.other_keys);
        kept.undiagnosed = std::mem::take(&mut self.undiagnosed);
        kept.undiagnosed.retain(|mac| !macs.contains(mac));
        *self = kept;
    }

    /// Notes the private keys of phones without a row, because other phones may be given them too.
    pub(super) fn add_keys(&mut self, keys: Vec<(u64, Mac)>) {
        self.other_keys.extend(keys);
    }

    /// Notes a phone that has logs and is not diagnosed.
    pub(super) fn add_undiagnosed(&mut self, mac: Mac) {
        self.undiagnosed.push(mac);
    }

    /// The addresses of all phones with logs, which have the first `with_logs` rows or were not diagnosed; and those
    /// of the other rows. Both unsorted.
    pub(super) fn macs_by_logs(&self, with_logs: usize) -> (Vec<Mac>, Vec<Mac>) {
        let (rows, others) = self.rows.split_at(with_logs);
        let macs = |rows: &[Row]| rows.iter().filter_map(|row| row.mac).collect::<Vec<_>>();
        ([macs(rows), self.undiagnosed.clone()].concat(), macs(others))
    }

    /// Replaces the phone of the row with this index.
    pub(super) fn replace(&mut self, at: u32, phone: Phone) {
        let (certificates, keys, starts) = (self.certificates.len(), self.keys.len(), self.starts.len());
        self.push(phone);
        self.certificates.truncate(certificates);
        self.keys.truncate(keys);
        self.starts.truncate(starts);
        self.is_changed = true;
        if let Some(row) = self.rows.pop() {
            self.rows[at as usize] = row;
        }
    }

    /// Finds the phones whose configuration gives them the same private key as others, and counts these
    /// findings in the totals. They change no phone's status.
    pub(super) fn share_keys(&mut self, selection: &Selection) {
        let of_rows = std::mem::take(&mut self.keys).into_iter().filter_map(|(key, row)| {
            let mac = self.rows[row as usize].mac?;
            Some((key, mac, Some(row)))
        });
        let others = self.other_keys.iter().map(|(key, mac)| (*key, *mac, None));
        let Some((shared, rows)) = SharedKeys::new(of_rows.chain(others).collect(), selection) else {
            return;
        };
        shared.rules().iter().for_each(|rule| self.totals.add_code(rule, rows.len() as u64));
        self.shared_keys = Some(shared);
    }

    /// Totals over all phones; None if they have to be counted again.
    pub(super) fn totals(&self) -> Option<Totals> {
        (!self.is_changed).then(|| self.totals.clone())
    }

    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn has_logs(&self) -> bool {
        !self.rows.is_empty() || !self.undiagnosed.is_empty()
    }

    /// Unpacks the phone of this row.
    pub(super) fn phone(&self, row: &Row) -> Phone {
        let bytes = &self.chunks[row.chunk as usize][row.at as usize..];
        // Unpacking does not fail: this process packed or checked the logs itself.
        let mut phone: Phone = postcard::from_bytes(bytes).unwrap_or_else(|_| Phone::unreadable(row.mac));
        if let Some(directory) = row.directory.checked_sub(1).and_then(|at| self.directories.get(at as usize))
        {
            phone.files.iter_mut().for_each(|file| *file = [&**directory, &**file].concat().into());
        }
        phone.common = row.common.checked_sub(1).and_then(|number| self.common.get(number as usize)).cloned();
        if let Some(shared) = &self.shared_keys {
            shared.add_to(&mut phone);
            debug_assert_eq!(phone.status, row.status, "a shared key changes no status");
        }
        phone
    }

    /// The indexes of the wanted rows in the order of a report: worst status first, then by address; then phones
    /// without an address, by their first log.
    pub(super) fn in_order(&self, wanted: impl Fn(&Row) -> bool) -> Vec<u32> {
        let all = (0_u32..).zip(&self.rows);
        let mut order: Vec<u32> = all.filter(|(_, row)| wanted(row)).map(|(at, _)| at).collect();
        let first_log = |at: u32| self.phone(self.row(at)).files.first().cloned();
        order.par_sort_unstable_by(|at, other| {
            let (row, other_row) = (self.row(*at), self.row(*other));
            row.sort_key().cmp(&other_row.sort_key()).then_with(|| match row.mac {
                Some(_) => Ordering::Equal,
                None => first_log(*at).cmp(&first_log(*other)),
            })
        });
        order
    }

    /// How many of the wanted phones have no address, and the first log of one of them.
    pub(super) fn without_address(&self, wanted: impl Fn(&Row) -> bool) -> Option<(u64, Box<str>)> {
        let rows = self.rows.iter().filter(|row| row.mac.is_none() && wanted(row));
        let logs = rows.map(|row| self.phone(row).files.first().cloned().unwrap_or_default());
        logs.fold(None, |found, log| match found {
            Some((count, first)) => Some((count + 1, log.min(first))),
            None => Some((1, log)),
        })
    }
}

/// The 1-based index of `common` in `all`; adds it if needed. The search begins at the end, since consecutive
/// phones usually have the same.
fn number_of(all: &mut Vec<Arc<Common>>, common: &Arc<Common>) -> u32 {
    let index = all.iter().rposition(|known| Arc::ptr_eq(known, common));
    let index = index.unwrap_or_else(|| {
        all.push(Arc::clone(common));
        all.len() - 1
    });
    index as u32 + 1
}
