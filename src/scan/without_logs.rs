//! Phones without logs: those of the inventory, and those whose configuration alone is faulty.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::configuration::Audit;
use super::rows::Rows;
use super::{ScanContext, compared};
use crate::model::Mac;
use crate::problem::Problem;
use crate::timeline;

impl ScanContext<'_> {
    /// Adds the phones of the inventory without a log that could be read, and those whose configuration alone
    /// is faulty.
    pub(super) fn phones_without_logs(&self, rows: &mut Rows, problems: &[Problem]) {
        if self.options.inventory.is_none() && self.audit.is_none() {
            return;
        }
        let known = BTreeSet::from_iter(rows.macs_by_logs(rows.len()).0);
        let names = problems.iter().filter_map(|problem| problem.path.rsplit(['/', '\\']).next());
        let unread: BTreeSet<Mac> = names.filter_map(|name| crate::input::log_mac(name.as_bytes())).collect();
        let nothing = timeline::Joined::default();
        let without_log = |mac| {
            let is_unread = self.listed(mac).is_some() && unread.contains(&mac);
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
