//! From the parts of several logs, in order, to boots: a boot can begin in one log and end in another.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use chrono::NaiveDateTime;

use super::{Boot, Calendar, Moment, Place};
use crate::digest::{BootState, Context, Digest, Finding, Observation, Segment, Sighting, is_soon};
use crate::event::Event;
use crate::model::Slot;
use crate::window::Window;

/// A segment of a log among those of all logs.
pub(super) struct Part {
    file: usize,
    calendar: Calendar,
    starts_boot: bool,
    /// No two of its findings are the same: none of them became what it is by the log before.
    is_distinct: bool,
    segment: Segment,
}

impl Part {
    fn dates(&self) -> Option<(NaiveDateTime, NaiveDateTime)> {
        let (first, last) = self.segment.dates?;
        let time = |stamp| self.calendar.time(&stamp, self.segment.year);
        let (first, last) = (time(first)?, time(last)?);
        Some((first.min(last), first.max(last)))
    }
}

/// Adds the segments of the next log.
pub(super) fn add_log(parts: &mut Vec<Part>, file: usize, digest: Digest, calendar: Calendar) {
    for (index, mut segment) in digest.segments.into_iter().enumerate() {
        let before = parts.last().map(|part| part.segment.boot);
        let starts_boot = match (index, before) {
            (_, None) => true,
            (0, Some(before)) => ends_before(&before, &segment),
            _ => segment.starts_boot,
        };
        let is_distinct = segment.findings.iter().all(is_settled);
        if let (0, Some(before)) = (index, before) {
            let boot = if starts_boot { &[] } else { last_boot(parts) };
            go_on(&mut segment, &before, starts_boot, boot);
        } else if index == 0 {
            go_on(&mut segment, &BootState::default(), true, &[]);
        }
        parts.push(Part { file, calendar, starts_boot, is_distinct, segment });
    }
}

/// Whether its own log tells all of its context.
const fn is_settled(finding: &Finding) -> bool {
    !matches!(finding.context, Context::SavingBefore | Context::UntrustedBefore)
}

/// Whether a log begins with another boot than the log before ends with.
fn ends_before(before: &BootState, segment: &Segment) -> bool {
    segment.opening.is_some_and(|stamp| before.ends_before(&stamp))
        || (segment.boot.banner && before.ends_before_banner())
        || (segment.boot.inventoried && before.inventoried)
}

/// Lets the first segment of a log go on from the log before: `boot` is its last boot, if it goes on.
fn go_on(segment: &mut Segment, before: &BootState, starts_boot: bool, boot: &[Part]) {
    let saving = open_saving(boot);
    let nothing_new = !starts_boot && segment.opening_missed > 0 && segment.opening_missed <= before.missed;
    for finding in &mut segment.findings {
        match (&finding.what, finding.context) {
            (_, Context::SavingBefore) => finding.context = saving.map_or(Context::None, Context::Saving),
            (_, Context::UntrustedBefore) => {
                let is_explained = is_untrusted_before(boot, finding);
                finding.context = if is_explained { Context::Untrusted } else { Context::None };
            }
            (Observation::Missed, _) if nothing_new => finding.seen.drop_first(),
            _ => {}
        }
    }
    segment.findings.retain(|finding| finding.seen.count > 0);
    if !starts_boot {
        let boot = &mut segment.boot;
        boot.fresh &= before.fresh;
        boot.banner |= before.banner;
        boot.ended |= before.ended;
        boot.inventoried |= before.inventoried;
        boot.uptime = boot.uptime.max(before.uptime);
        boot.missed = boot.missed.max(before.missed);
    }
}

/// The parts of the boot that is not known to have ended.
fn last_boot(parts: &[Part]) -> &[Part] {
    &parts[parts.iter().rposition(|part| part.starts_boot).unwrap_or(0)..]
}

/// The findings of a boot, the last one first.
fn latest(boot: &[Part]) -> impl Iterator<Item = &Finding> {
    boot.iter().rev().flat_map(|part| part.segment.findings.iter().rev())
}

/// The slot that the log before was last saving to.
fn open_saving(boot: &[Part]) -> Option<Slot> {
    latest(boot).find_map(|finding| match &finding.what {
        Observation::Event(Event::CertificateSaving { slot }) => Some(*slot),
        _ => None,
    })
}

/// Whether the log before tells of an untrusted certificate just before this failure.
fn is_untrusted_before(boot: &[Part], failure: &Finding) -> bool {
    let stamp = |sighting: Option<&Sighting>| sighting.and_then(|sighting| sighting.stamp);
    let untrusted = latest(boot)
        .find(|finding| matches!(finding.what, Observation::Event(Event::ServerCertificateUntrusted { .. })));
    untrusted.is_some_and(|untrusted| {
        match (stamp(untrusted.seen.places().last()), stamp(failure.seen.places().first())) {
            (Some(untrusted), Some(failed)) => is_soon(&untrusted, &failed),
            _ => true,
        }
    })
}

/// The boots that are within the window, and the first and last of their dates.
pub(super) fn boots(
    parts: Vec<Part>,
    window: &Window,
) -> (Vec<Boot>, Option<(NaiveDateTime, NaiveDateTime)>) {
    let within = within(&parts, window);
    let hasher = RandomState::new();
    let mut boots: Vec<Boot> = Vec::new();
    let mut joining = Joining::default();
    let mut times = None;
    for (part, within) in parts.into_iter().zip(within) {
        if part.starts_boot {
            boots.push(std::mem::take(&mut joining).finish());
        }
        if within {
            times = hull(times, part.dates());
            joining.add(part, &hasher);
        }
    }
    boots.push(joining.finish());
    boots.retain(|boot| boot.count > 0);
    (boots, times)
}

/// What is needed to date each part: its file, its year, whether the clock is not set, and whether it
/// is within the window.
pub(super) fn dated<'p>(
    parts: &'p [Part],
    window: &Window,
) -> impl Iterator<Item = (usize, i32, bool, bool)> + use<'p> {
    parts
        .iter()
        .zip(within(parts, window))
        .map(|(part, within)| (part.file, part.segment.year, part.segment.clock_unset, within))
}

/// Which parts are within the window. One without a date counts by the next date of its boot, or else
/// by the one before; a boot without any date is within, since nothing says that it is not.
fn within(parts: &[Part], window: &Window) -> Vec<bool> {
    if window.is_open() {
        return vec![true; parts.len()];
    }
    let own: Vec<_> =
        parts.iter().map(|part| part.dates().map(|(first, _)| window.contains(first))).collect();
    let mut within = own.clone();
    for place in (1..parts.len()).rev() {
        if within[place - 1].is_none() && !parts[place].starts_boot {
            within[place - 1] = within[place];
        }
    }
    for place in 1..parts.len() {
        if within[place].is_none() && !parts[place].starts_boot {
            within[place] = within[place - 1];
        }
    }
    within.into_iter().map(|within| within.unwrap_or(true)).collect()
}

fn hull(
    times: Option<(NaiveDateTime, NaiveDateTime)>,
    more: Option<(NaiveDateTime, NaiveDateTime)>,
) -> Option<(NaiveDateTime, NaiveDateTime)> {
    match (times, more) {
        (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
        (times, more) => times.or(more),
    }
}

/// So few moments are looked through one by one.
const FEW: usize = 32;

fn hash(moment: &Moment, hasher: &RandomState) -> u64 {
    hasher.hash_one((&moment.what, &moment.context))
}

/// A boot whose parts come together.
#[derive(Default)]
struct Joining {
    boot: Boot,
    /// Places in the boot's moments, by the hash of what was seen: only where there are many.
    known: HashMap<u64, Vec<usize>>,
    /// How many moments were seen before each was seen last.
    last: Vec<u64>,
    seen: u64,
    has_inventory: bool,
}

impl Joining {
    fn add(&mut self, part: Part, hasher: &RandomState) {
        let Part { file, calendar, is_distinct, segment, .. } = part;
        let boot = &mut self.boot;
        // A log without any line of one has a segment too, but shows no boot.
        let shows_boot = segment.opening.is_some() || !segment.findings.is_empty();
        boot.count = boot.count.max(if shows_boot { segment.boots } else { 0 });
        boot.dated |= segment.dates.is_some() && !segment.clock_unset;
        let has_inventory = segment.findings.iter().any(|finding| is_inventory(&finding.what));
        boot.inventory_ended = segment.inventory_ended
            || (boot.inventory_ended && !has_inventory)
            || (self.has_inventory && !has_inventory);
        self.has_inventory |= has_inventory;
        boot.inventory_holed |= segment.inventory_holed;
        let is_all_new = is_distinct && boot.moments.is_empty();
        boot.moments.reserve(segment.findings.len());
        self.last.reserve(segment.findings.len());
        for Finding { what, context, seen } in segment.findings {
            let seen = seen.map(|Sighting { line, stamp, text }| {
                let time = stamp
                    .filter(|_| !segment.clock_unset)
                    .and_then(|stamp| calendar.time(&stamp, segment.year));
                Place { file, line, stamp, time, text }
            });
            self.seen += 1;
            let moment = Moment { what, context, seen };
            let known = if is_all_new { None } else { self.place_of(&moment, hasher) };
            match known {
                Some(place) => {
                    self.boot.moments[place].seen.join(moment.seen);
                    self.last[place] = self.seen;
                }
                None => self.push(moment, hasher),
            }
        }
    }

    fn push(&mut self, moment: Moment, hasher: &RandomState) {
        self.boot.moments.push(moment);
        self.last.push(self.seen);
        let moments = &self.boot.moments;
        if moments.len() > FEW {
            let indexed = if self.known.is_empty() { 0 } else { moments.len() - 1 };
            for (place, moment) in moments.iter().enumerate().skip(indexed) {
                self.known.entry(hash(moment, hasher)).or_default().push(place);
            }
        }
    }

    /// Where the same thing stands already.
    fn place_of(&self, moment: &Moment, hasher: &RandomState) -> Option<usize> {
        let moments = &self.boot.moments;
        let is_same = |known: &Moment| known.context == moment.context && known.what == moment.what;
        if moments.len() <= FEW {
            return moments.iter().position(is_same);
        }
        let places = self.known.get(&hash(moment, hasher))?;
        places.iter().copied().find(|&place| is_same(&moments[place]))
    }

    /// The boot, with its moments in the order in which they were seen last.
    fn finish(self) -> Boot {
        let Self { mut boot, last, .. } = self;
        if last.is_sorted() {
            return boot;
        }
        let mut moments: Vec<_> = last.into_iter().zip(boot.moments).collect();
        moments.sort_unstable_by_key(|(last, _)| *last);
        boot.moments = moments.into_iter().map(|(_, moment)| moment).collect();
        boot
    }
}

fn is_inventory(what: &Observation) -> bool {
    matches!(what, Observation::Event(event) if event.is_inventory())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Fold;
    use crate::reader::Reader;

    #[test]
    fn findings_that_become_alike_are_one_moment() {
        let at = |hour| format!("0531{hour}1822|tls  |4|00|MakeTlsConnection: SSL_connect error 1\n");
        let mut reader = Reader::new(Fold::new(Window::default()), false);
        reader.feed(format!("{}{}", at(13), at(15)).as_bytes());
        let (fold, counts) = reader.finish();
        let digest = fold.finish(counts);
        let contexts: Vec<_> = digest.segments[0].findings.iter().map(|finding| finding.context).collect();
        assert_eq!(contexts, [Context::UntrustedBefore, Context::None]);
        let mut parts = Vec::new();
        add_log(&mut parts, 0, digest, Calendar::Yearless(2013));
        let (boots, _) = boots(parts, &Window::default());
        assert_eq!(boots[0].moments.len(), 1, "no log before tells of an untrusted certificate");
        assert_eq!(boots[0].moments[0].seen.count, 2);
    }
}
