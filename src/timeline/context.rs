//! What a message means by the messages before it in its boot: which slot it is about, what explains it.

use super::Record;
use crate::digest::MAX_EXPLAINED_DELAY;
use crate::event::Event;
use crate::model::Slot;
use crate::stamp::MILLISECONDS_PER_MINUTE;

/// From a stamp without seconds to the next one, in milliseconds.
const MINUTE: u64 = MILLISECONDS_PER_MINUTE;

/// A connection that fails for its server's certificate has this many lines behind the refusal.
const LINES_OF_FAILURE: u64 = 2;

/// Whether a `New Certificate` that follows another one is of another slot, whose `Saving new` was lost: the slot would have
/// had the first certificate before, and a line says that it had another one or none.
fn is_of_another_slot(saved: &Event, new: &Event, later: &[Record<'_>]) -> bool {
    let differ = |event: &Event| {
        saved.fingerprint().zip(event.fingerprint()).is_some_and(|(saved, other)| saved != other)
    };
    let is_step = |event: &&Event| event.is_installation() && !event.is_failure();
    let next = later.iter().filter_map(Record::event).find(is_step);
    differ(new)
        && match next {
            Some(Event::NoPreviousCertificate) => true,
            Some(previous @ Event::PreviousCertificate { .. }) => differ(previous),
            _ => false,
        }
}

/// Gives the lines of an installation their slot, and marks the failures that TLS001 explains.
pub(super) fn resolve(records: &mut [Record<'_>]) {
    for boot in records.chunk_by_mut(|a, b| a.boot == b.boot) {
        // The slot of the last `Saving new`, and the certificate that was saved there.
        let mut saving: Option<(Slot, Option<&Event>)> = None;
        let mut untrusted: Option<u64> = None;
        let mut file = None;
        // A refusal, and the last line of those directly behind it that it explains.
        let mut explained: Option<(usize, u64, u64)> = None;
        for at in 0..boot.len() {
            let Some((record, later)) = boot[at..].split_first_mut() else { break };
            // The refusal can be among what was dropped before the first line that was kept.
            if file.replace(record.file) != Some(record.file) && record.digest.dropped > 0 {
                untrusted = Some(record.elapsed);
            }
            match record.event() {
                Some(Event::CertificateSaving { slot }) => saving = slot.map(|slot| (slot, None)),
                Some(new @ Event::NewCertificate { .. }) => {
                    let is_of_slot = |saved: Option<&Event>| {
                        saved.is_none_or(|saved| !is_of_another_slot(saved, new, later))
                    };
                    saving =
                        saving.filter(|(_, saved)| is_of_slot(*saved)).map(|(slot, _)| (slot, Some(new)));
                    record.slot = saving.map(|(slot, _)| slot);
                }
                Some(Event::PreviousCertificate { .. } | Event::NoPreviousCertificate) => {
                    record.slot = saving.map(|(slot, _)| slot);
                }
                Some(Event::ServerCertificateUntrusted { .. }) => {
                    untrusted = Some(record.elapsed_at_last);
                    explained = Some((record.file, record.line, record.line));
                }
                Some(Event::TlsConnectionFailed { .. }) => {
                    // Where the minute changes between two lines, the next line can be of the same second.
                    let next = explained.filter(|(file, refusal, last)| {
                        (*file, last + 1) == (record.file, record.line)
                            && record.line - refusal <= LINES_OF_FAILURE
                    });
                    let is_next = next.is_some() && is_without_seconds(record);
                    let most = if is_next { MINUTE } else { MAX_EXPLAINED_DELAY };
                    let is_soon = |untrusted| record.elapsed_at_last.saturating_sub(untrusted) <= most;
                    record.is_explained = record.entry.is_explained.unwrap_or(untrusted.is_some_and(is_soon));
                    let next = next.filter(|_| record.is_explained);
                    explained = next.map(|(file, refusal, _)| (file, refusal, record.line));
                }
                _ => {}
            }
        }
    }
}

/// Whether the record's date has its year and no seconds (type 1).
fn is_without_seconds(record: &Record<'_>) -> bool {
    record.time.is_some() && record.time == record.entry.stamp.and_then(|stamp| stamp.with_year())
}
