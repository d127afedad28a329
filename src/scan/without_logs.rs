//! Phones without logs that could be read: those whose logs can't be opened, those of the inventory, and those whose
//! configuration alone is faulty.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::configuration::Audit;
use super::rows::Rows;
use super::{ScanContext, compared};
use crate::input::mac_of_unread_log;
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use crate::timeline;

impl ScanContext<'_> {
    /// Adds the phones of which no log could be opened: they have logs, as those whose logs are damaged.
    pub(super) fn phones_with_unread_logs(&self, rows: &mut Rows, problems: &[Problem]) {
        let mut unread = unread_logs(problems.iter().filter(|problem| is_of_unread_log(problem)));
        if unread.is_empty() {
            return;
        }
        rows.macs_by_logs(rows.len()).0.iter().for_each(|known| _ = unread.remove(known));
        for (mac, paths) in unread {
            let mut phone = self.phone(Some(mac), &timeline::Joined::default(), false, true);
            phone.files = paths.into_iter().map(Into::into).collect();
            rows.push(phone);
        }
    }

    /// Adds the phones of the inventory without a log that could be read, and those whose configuration alone
    /// is faulty.
    pub(super) fn phones_without_logs(&self, rows: &mut Rows, problems: &[Problem]) {
        if self.options.inventory.is_none() && self.audit.is_none() {
            return;
        }
        let known = BTreeSet::from_iter(rows.macs_by_logs(rows.len()).0);
        let unread = unread_logs(problems.iter());
        let nothing = timeline::Joined::default();
        let without_log = |mac| {
            let is_unread = self.listed(mac).is_some() && unread.contains_key(&mac);
            self.phone(Some(mac), &nothing, false, is_unread)
        };
        let listed = self.options.inventory.iter().flat_map(|inventory| inventory.rows.keys());
        let listed: BTreeSet<Mac> = listed.copied().filter(|mac| !known.contains(mac)).collect();
        listed.iter().for_each(|mac| rows.push(without_log(*mac)));
        // Other phones that have only configuration files are shown only if these have an error.
        let configured = self.audit.map(Audit::macs).unwrap_or_default();
        let others = configured.into_par_iter().filter(|mac| !known.contains(mac) && !listed.contains(mac));
        let others = others.map(without_log).map(|phone| match phone.is_misconfigured {
            true => Ok(Box::new(phone)),
            false => Err(compared::keys(&phone).collect::<Vec<_>>()),
        });
        for other in others.collect::<Vec<_>>() {
            match other {
                Ok(phone) => rows.push(*phone),
                Err(keys) => rows.add_keys(keys),
            }
        }
    }
}

/// Whether a phone's log is there and can't be read. What is missing, or has other content, is not a log.
pub fn is_of_unread_log(problem: &Problem) -> bool {
    let is_log = !matches!(problem.kind, ProblemKind::NotFound | ProblemKind::NotALog);
    is_log && mac_of_unread_log(&problem.path).is_some()
}

/// The phones whose logs have one of these problems, and the paths of these logs.
fn unread_logs<'p>(problems: impl Iterator<Item = &'p Problem>) -> BTreeMap<Mac, BTreeSet<&'p str>> {
    let mut unread: BTreeMap<Mac, BTreeSet<&str>> = BTreeMap::new();
    for problem in problems {
        if let Some(mac) = mac_of_unread_log(&problem.path) {
            unread.entry(mac).or_default().insert(&problem.path);
        }
    }
    unread
}
