//! Totals over phones, kept while rows are added: to unpack all rows for them takes 3 to 5 % longer.

use crate::check::{CATALOGUE, Rule};
use crate::model::{Status, widened};
use crate::phone::{Phone, Tally};
use crate::report::shape::ZtpReadiness;

/// Totals over phones.
#[derive(Clone)]
pub(super) struct Totals {
    pub(super) tally: Tally,
    pub(super) statuses: [u64; 4],
    /// Number of phones with an active diagnosis, by its index in the catalogue.
    pub(super) codes: [u64; CATALOGUE.len()],
    pub(super) ztp: ZtpReadiness,
    pub(super) times: Option<(i64, i64)>,
    pub(super) devices: u64,
    /// Phones with an active error or warning that was not selected.
    pub(super) with_others: u64,
    /// Those of them that are `ok` without it.
    pub(super) ok_with_others: u64,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            tally: Tally::default(),
            statuses: [0; 4],
            codes: [0; CATALOGUE.len()],
            ztp: ZtpReadiness::default(),
            times: None,
            devices: 0,
            with_others: 0,
            ok_with_others: 0,
        }
    }
}

impl Totals {
    pub(super) fn add(&mut self, phone: &Phone) {
        self.devices += 1;
        self.tally.add(&phone.counts);
        self.statuses[phone.status as usize] += 1;
        let codes = phone.active_rules();
        // Most phones have none.
        if codes != 0 {
            self.codes.iter_mut().enumerate().for_each(|(index, phones)| *phones += codes >> index & 1);
        }
        let of_readiness = match phone.ztp {
            Some(true) => &mut self.ztp.ready,
            Some(false) => &mut self.ztp.not_ready,
            None => &mut self.ztp.unknown,
        };
        *of_readiness += 1;
        self.times = widened(self.times, phone.times);
        let has_others = phone.has_others();
        self.with_others += u64::from(has_others);
        self.ok_with_others += u64::from(has_others && phone.status == Status::Ok);
    }

    /// Counts a diagnosis of this many more phones.
    pub(super) fn add_code(&mut self, rule: &Rule, phones: u64) {
        self.codes[rule.index()] += phones;
    }

    pub(super) fn append(&mut self, other: Self) {
        let Self { tally, statuses, codes, ztp, times, devices, with_others, ok_with_others } = other;
        self.devices += devices;
        self.with_others += with_others;
        self.ok_with_others += ok_with_others;
        self.tally.add(&tally);
        self.statuses.iter_mut().zip(statuses).for_each(|(phones, more)| *phones += more);
        self.codes.iter_mut().zip(codes).for_each(|(phones, more)| *phones += more);
        self.ztp.ready += ztp.ready;
        self.ztp.not_ready += ztp.not_ready;
        self.ztp.unknown += ztp.unknown;
        self.times = widened(self.times, times);
    }
}
