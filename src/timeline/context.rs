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

/// An installation that began: the slot that it named, and its further lines.
struct Saving<'a> {
    slot: Slot,
    certificate: Option<&'a Event>,
    previous: Option<&'a Event>,
}

impl<'a> Saving<'a> {
    /// Whether a line behind `Saving new` is of this installation: the first one of its kind, or the same again. If not,
    /// the line that began its own installation was lost.
    fn has(&mut self, event: &'a Event) -> bool {
        let is_certificate = matches!(event, Event::NewCertificate { .. });
        let known = if is_certificate { &mut self.certificate } else { &mut self.previous };
        *known.get_or_insert(event) == event
    }
}

/// Gives the lines of an installation their slot, and marks the failures that TLS001 explains.
pub(super) fn resolve(records: &mut [Record<'_>]) {
    for boot in records.chunk_by_mut(|a, b| a.boot == b.boot) {
        let mut saving: Option<Saving<'_>> = None;
        let mut untrusted: Option<u64> = None;
        let mut file = None;
        // A refusal, and the last line of those directly behind it that it explains.
        let mut explained: Option<(usize, u64, u64)> = None;
        for record in boot {
            // The refusal can be among what was dropped before the first line that was kept.
            if file.replace(record.file) != Some(record.file) && record.digest.dropped > 0 {
                untrusted = Some(record.elapsed);
            }
            match record.event() {
                Some(Event::CertificateSaving { slot }) => {
                    saving = slot.map(|slot| Saving { slot, certificate: None, previous: None });
                }
                Some(
                    event @ (Event::NewCertificate { .. }
                    | Event::PreviousCertificate { .. }
                    | Event::NoPreviousCertificate),
                ) => {
                    saving = saving.take_if(|saving| saving.has(event));
                    record.slot = saving.as_ref().map(|saving| saving.slot);
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
