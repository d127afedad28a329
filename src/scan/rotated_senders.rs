//! Finds the phones of senders that a file of a syslog server does not name, in the file before it.
//!
//! Phones name themselves when they start, which is seldom, and syslog servers begin a new file every day. So the lines of
//! a sender are those of the phone that wrote from it last in the file before, if no phone starts in them, if the clock
//! goes on, and if the phone is not named at another sender.
//!
//! If another phone starts in these lines, those before that can be of either phone: it may have been named only later.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::phone_logs::ReadLog;
use crate::input::{Rotation, chain};
use crate::log::SenderSpan;
use crate::model::Mac;

/// A day, in milliseconds.
const DAY: u64 = 86_400_000;

/// A week, in milliseconds. A phone writes more often, and an address that is unused for longer is passed on.
const WEEK: u64 = 7 * DAY;

/// The lines of a sender in one file of a rotation chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RotatedSender {
    chain: String,
    span: SenderSpan,
    age: Age,
    mac: Option<Mac>,
}

/// The age of a file in its chain, oldest first. Files whose names tell the time of the day are left out, because it is
/// not known whether one between them is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Age {
    Number(Reverse<u32>),
    Day(NaiveDate),
    Newest,
}

impl RotatedSender {
    /// None if the log is not of a sender, or its file not of a chain.
    pub(super) fn of(mac: Option<Mac>, log: &ReadLog) -> Option<Self> {
        let span = log.span.as_deref()?.clone();
        let age = match log.rotation {
            Rotation::Number(number) => Age::Number(Reverse(number)),
            Rotation::Dated { date, time: 0 } => Age::Day(date),
            Rotation::Newest => Age::Newest,
            Rotation::Dated { .. } | Rotation::Piece | Rotation::Copy => return None,
        };
        let path = path_of_file(log, &span);
        Some(Self { chain: chain(path), span, age, mac })
    }

    /// The path of its file, without the sender.
    pub(super) fn path_of_file(&self, log: &ReadLog) -> String {
        path_of_file(log, &self.span).to_owned()
    }

    /// The path of its file, with the sender.
    pub(super) fn path_with_sender(&self, log: &ReadLog) -> String {
        format!("{}#{}", path_of_file(log, &self.span), self.span.sender)
    }

    pub(super) const fn mac(&self) -> Option<Mac> {
        self.mac
    }

    fn is_in_chain_of(&self, other: &Self) -> bool {
        (&self.chain, &self.span.sender) == (&other.chain, &other.span.sender)
    }

    /// The longest time between its lines and those of `later`, if that can be in the file directly behind its own.
    fn silence_before(&self, later: &Self) -> Option<u64> {
        match (self.age, later.age) {
            (Age::Number(older), Age::Number(newer)) if older.0 == newer.0 + 1 => Some(WEEK),
            (Age::Number(older), Age::Newest) if older.0 <= 1 => Some(WEEK),
            // If a file between them is missing, their lines are a day apart at least.
            (Age::Day(_), Age::Day(_) | Age::Newest) => Some(DAY),
            _ => None,
        }
    }

    /// Whether its phone writes the lines of `later`, in the file directly behind its own.
    fn goes_on_in(&self, later: &Self) -> bool {
        !later.span.has_boot() && self.precedes(later)
    }

    /// Whether its phone can have written the first lines of `later`.
    fn precedes(&self, later: &Self) -> bool {
        self.silence_before(later).is_some_and(|silence| self.span.goes_on_in(&later.span, silence))
    }

    /// The same where the phone of `later` is known to be another one. The names of numbered files alone show that one
    /// is directly behind the other.
    fn may_write_in(&self, later: &Self) -> bool {
        let is_behind = self.silence_before(later) == Some(WEEK) || self.precedes(later);
        later.span.has_lines_before_boot() && is_behind
    }
}

fn path_of_file<'l>(log: &'l ReadLog, span: &SenderSpan) -> &'l str {
    let path = log.path.strip_suffix(&*span.sender).and_then(|path| path.strip_suffix('#'));
    path.unwrap_or(&log.path)
}

/// The phones of senders.
#[derive(Default)]
pub(super) struct Phones {
    /// Of those without an address.
    pub(super) named: HashMap<RotatedSender, Mac>,
    /// The phone of the file before, which is another one than that of these lines and can have written some of them.
    pub(super) mixed: HashMap<RotatedSender, Mac>,
}

pub(super) fn phones(mut senders: Vec<&RotatedSender>) -> Phones {
    senders.sort_unstable();
    senders.dedup();
    let in_file = |sender: &RotatedSender, mac: Mac| (sender.chain.clone(), sender.age, mac);
    let known: HashSet<_> = senders.iter().filter_map(|sender| Some(in_file(sender, sender.mac?))).collect();
    let mut found = Phones::default();
    for files in senders.chunk_by(|one, other| one.is_in_chain_of(other)) {
        let mut files = files.to_vec();
        files.sort_by_key(|sender| sender.age);
        // Two files of one age are copies, or not of this chain.
        if files.windows(2).any(|two| two[0].age == two[1].age) {
            continue;
        }
        let mut phone: Option<Mac> = None;
        for (at, sender) in files.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| files[before]);
            let goes_on = before.is_some_and(|before| before.goes_on_in(sender));
            let is_other = |before: &Mac| sender.mac.is_some_and(|mac| mac != *before);
            if let Some(other) = phone.filter(is_other)
                && before.is_some_and(|before| before.may_write_in(sender))
            {
                found.mixed.insert((*sender).clone(), other);
                phone = None;
                continue;
            }
            phone = sender.mac.or_else(|| {
                let is_elsewhere = |mac: Mac| known.contains(&in_file(sender, mac));
                phone.filter(|mac| goes_on && !is_elsewhere(*mac))
            });
            if let (None, Some(mac)) = (sender.mac, phone) {
                found.named.insert((*sender).clone(), mac);
            }
        }
    }
    found
}
