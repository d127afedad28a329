//! Lines of one second that are not in the order in which the phone wrote them: lines that were sent by UDP, and exports
//! of log collectors that sort by a time without a fraction of a second.

use crate::digest::{LogEntry, explains};
use crate::event::Event;
use crate::stamp::Stamp;

/// Lines whose uptimes are less than this apart can be out of order, in milliseconds.
pub(super) const SECOND: u64 = 1_000;

/// The lines of one save are at most this far apart, in milliseconds.
pub(super) const SAVE: u64 = 5_000;

/// Sorts lines with uptimes within a boot, and puts the line with a save's slot before the others of that save, and the
/// refusal of a server's certificate before the lines of the connection that failed for it.
pub(super) fn mend(entries: &mut [LogEntry]) {
    let are_near = |a: &LogEntry, b: &LogEntry| {
        a.uptime().zip(b.uptime()).is_some_and(|(before, uptime)| before.abs_diff(uptime) < SECOND)
    };
    for lines in entries.chunk_by_mut(are_near) {
        let is_disordered = !lines.is_sorted_by_key(LogEntry::uptime) && are_of_one_boot(&*lines);
        if is_disordered && !is_banner_passed(lines) {
            lines.sort_by_key(LogEntry::uptime);
        }
    }
    for at in 0..entries.len() {
        match entries[at].event {
            Some(Event::CertificateSaving { .. }) => put_slot_first(entries, at),
            Some(Event::ServerCertificateUntrusted { .. }) => put_refusal_first(entries, at),
            _ => {}
        }
    }
}

/// Whether a line that a phone writes only after its banner has a lower uptime than that: an odd stamp, by which it is not
/// sorted.
fn is_banner_passed(lines: &[LogEntry]) -> bool {
    let banner = lines.iter().position(LogEntry::is_banner);
    banner.is_some_and(|at| {
        lines[at + 1..].iter().any(|entry| entry.is_of_start() && entry.uptime() < lines[at].uptime())
    })
}

/// Whether no line occurs twice that a phone writes once when it starts.
pub(super) fn are_of_one_boot<'a>(lines: impl IntoIterator<Item = &'a LogEntry>) -> bool {
    let of_start = lines.into_iter().filter(|entry| entry.is_banner() || entry.is_of_start());
    let events: Vec<&Event> = of_start.filter_map(|entry| entry.event.as_ref()).collect();
    events.iter().enumerate().all(|(at, event)| !events[..at].contains(event))
}

fn is_slot_of_save(entry: &LogEntry) -> bool {
    entry.event.as_ref().is_some_and(Event::begins_installation)
}

/// Of one save, the line that names the slot comes first. Other lines of a save that come before it in the same second
/// are of this save if they are of no save before, and no such lines come after it. Those after a lost line are also
/// of this save: more often one of its own lines was lost than the first one of the next save.
fn put_slot_first(entries: &mut [LogEntry], slot: usize) {
    let stamp = entries[slot].stamp;
    let is_same = |entry: &&LogEntry| entry.stamp == stamp;
    let is_other = |entry: &&LogEntry| !is_slot_of_save(entry);
    let before = entries[..slot].iter().rev().take_while(is_same).take_while(is_other);
    let begin = slot - before.count();
    let behind = &entries[slot + 1..];
    let next = behind.iter().find(|entry| is_slot_of_save(entry)).map(|next| next.stamp);
    // A line in another second, before the next line with a slot, can be of that next save.
    let is_of_next = |entry: &&LogEntry| !is_same(entry) && Some(entry.stamp) == next;
    let near = behind.iter().take_while(is_other).take_while(|entry| are_of_one_save(stamp, entry.stamp));
    let of_behind: Vec<u8> = near.filter(|entry| !is_of_next(entry)).filter_map(part_of_save).collect();
    let of_save = |entry: &LogEntry| part_of_save(entry).is_some();
    let Some(first) = entries[begin..slot].iter().position(of_save).map(|first| begin + first) else {
        return;
    };
    let mut parts = entries[first..slot].iter().filter_map(part_of_save);
    if parts.all(|part| !of_behind.contains(&part) && !is_of_save_before(&entries[..first], part, stamp)) {
        entries[first..=slot].rotate_right(1);
    }
}

/// Whether a save shortly before lacks this line.
fn is_of_save_before(before: &[LogEntry], part: u8, stamp: Option<Stamp>) -> bool {
    let mut lines = before.iter().rev().take_while(|entry| are_of_one_save(entry.stamp, stamp));
    let last = lines.find(|entry| is_slot_of_save(entry) || part_of_save(entry) == Some(part));
    last.is_some_and(is_slot_of_save)
}

/// Whether lines with these stamps can be of the same save.
fn are_of_one_save(one: Option<Stamp>, other: Option<Stamp>) -> bool {
    let apart = |one: Stamp, other: Stamp| match (one.yearless(), other.yearless()) {
        (Some(one), Some(other)) => Some(one.milliseconds_until(other).unsigned_abs()),
        _ => Some(one.uptime()?.abs_diff(other.uptime()?)),
    };
    match one.zip(other).and_then(|(one, other)| apart(one, other)) {
        Some(milliseconds) => milliseconds <= SAVE,
        None => one == other,
    }
}

/// Which line of a save this is, of those that do not name the slot.
fn part_of_save(entry: &LogEntry) -> Option<u8> {
    match entry.event {
        Some(Event::NewCertificate { .. }) => Some(0),
        Some(Event::PreviousCertificate { .. } | Event::NoPreviousCertificate) => Some(1),
        _ => None,
    }
}

/// The lines of a connection that fails for its server's certificate follow the refusal in the same second. Those that
/// come before it in that second are of it if no equal ones come after it.
fn put_refusal_first(entries: &mut [LogEntry], refusal: usize) {
    let stamp = entries[refusal].stamp;
    if stamp.is_none() {
        return;
    }
    let is_other = |entry: &&LogEntry| !matches!(entry.event, Some(Event::ServerCertificateUntrusted { .. }));
    let is_failure = |entry: &LogEntry| matches!(entry.event, Some(Event::TlsConnectionFailed { .. }));
    let is_same = |entry: &&LogEntry| entry.stamp == stamp;
    let begin = refusal - entries[..refusal].iter().rev().take_while(is_same).take_while(is_other).count();
    let Some(first) = entries[begin..refusal].iter().position(is_failure).map(|first| begin + first) else {
        return;
    };
    let is_soon = |entry: &&LogEntry| explains(stamp, entry.stamp);
    let behind = || entries[refusal + 1..].iter().take_while(is_soon).take_while(is_other);
    let is_behind = |failure: &LogEntry| behind().any(|other| other.event == failure.event);
    if !entries[first..refusal].iter().any(|entry| is_failure(entry) && is_behind(entry)) {
        entries[first..=refusal].rotate_right(1);
    }
}
