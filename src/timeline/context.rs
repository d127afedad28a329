//! What a message means by the messages before it in its boot: which slot it is about, what explains it.

use super::Record;
use super::disorder::SAVE;
use crate::digest::MAX_EXPLAINED_DELAY;
use crate::event::Event;
use crate::model::Slot;
use crate::stamp::MILLISECONDS_PER_MINUTE;

/// From a stamp without seconds to the next one, in milliseconds.
const MINUTE: u64 = MILLISECONDS_PER_MINUTE;

/// A connection that fails for its server's certificate has this many lines after the refusal.
const LINES_OF_FAILURE: u64 = 2;

/// The save in progress, or the last one that ended.
#[derive(Clone, Copy)]
struct Save<'e> {
    slot: Slot,
    /// Of its first line: the milliseconds since the boot's start, and the phone's count of lost lines.
    begin: (u64, Option<u64>),
    /// The first line of another save, of which no further line was read, is shortly before it. Lines of a second can
    /// be out of order, so a refusal in the second of this save is of the earlier one.
    follows_begun: bool,
    /// A chain was refused in its second, which can be another one: its other lines are in that second, too.
    has_refused_chain: bool,
    /// The certificate that was saved.
    new: Option<&'e Event>,
    /// The line that says what the slot had before, the last one of a save.
    end: Option<&'e Event>,
}

impl Save<'_> {
    /// Whether a refusal without a slot ends the save: it is of it. A chain is also refused for other reasons, so only one of
    /// another second, or after lost lines, does.
    fn is_refused_by(&mut self, record: &Record<'_>) -> bool {
        let (elapsed, missed) = self.begin;
        let is_chain = matches!(record.event(), Some(Event::ChainNotDecodable { .. }));
        let is_apart = elapsed != record.elapsed || missed != record.entry.missed;
        let is_of_earlier = std::mem::take(&mut self.follows_begun) && elapsed == record.elapsed;
        self.has_refused_chain |= is_chain;
        !is_of_earlier && (!is_chain || is_apart)
    }

    /// Whether a line is not of this save: it was written more than a minute later, and lines were lost before it.
    fn is_over_at(&self, record: &Record<'_>) -> bool {
        let (elapsed, missed) = self.begin;
        let has_lost = missed.zip(record.entry.missed).is_some_and(|(before, missed)| missed > before);
        let passed = record.elapsed.saturating_sub(elapsed);
        has_lost && passed > MINUTE || self.has_refused_chain && (has_lost || passed > 0)
    }

    /// Whether a further `New Certificate` is of another save, whose `Saving new` was lost. That can be one to the same slot
    /// only if the line after it says that it replaces the certificate of this save.
    fn is_of_another(&self, new: &Event, later: &[Record<'_>]) -> bool {
        let is_step = |event: &&Event| event.is_installation() && !event.is_failure();
        let next = later.iter().filter_map(Record::event).find(is_step);
        let previous = match next {
            Some(Event::NoPreviousCertificate) => Some(None),
            Some(previous @ Event::PreviousCertificate { .. }) => Some(previous.fingerprint()),
            _ => None,
        };
        match self.new {
            Some(saved) => {
                let saved = saved.fingerprint();
                let is_repeated = saved.is_none() || new.fingerprint().is_none_or(|new| saved == Some(new));
                !is_repeated && previous != Some(saved)
            }
            None => self.end.is_some() && previous.is_some(),
        }
    }
}

/// Gives the lines of an installation their slot, and marks the failures that TLS001 explains.
pub(super) fn resolve(records: &mut [Record<'_>]) {
    for boot in records.chunk_by_mut(|a, b| a.boot == b.boot) {
        let mut saving: Option<Save<'_>> = None;
        let mut untrusted: Option<u64> = None;
        let mut file = None;
        // A refusal, and the last line of those directly after it that it explains.
        let mut explained: Option<(usize, u64, u64)> = None;
        for at in 0..boot.len() {
            let Some((record, later)) = boot[at..].split_first_mut() else { break };
            // The refusal can be among what was dropped before the first line that was kept.
            if file.replace(record.file) != Some(record.file) && record.digest.dropped > 0 {
                untrusted = Some(record.elapsed);
            }
            match record.event() {
                Some(Event::CertificateSaving { slot }) => {
                    let begin = (record.elapsed, record.entry.missed);
                    let is_begun = |save: &Save<'_>| {
                        let is_soon = record.elapsed.saturating_sub(save.begin.0) <= SAVE;
                        let is_other = Some(save.slot) != *slot && save.begin.1 == record.entry.missed;
                        is_soon && is_other && save.new.is_none() && save.end.is_none()
                    };
                    let follows_begun = saving.as_ref().is_some_and(is_begun);
                    saving = slot.map(|slot| Save {
                        slot,
                        begin,
                        follows_begun,
                        has_refused_chain: false,
                        new: None,
                        end: None,
                    });
                }
                Some(new @ Event::NewCertificate { .. }) => {
                    saving =
                        saving.filter(|save| !save.is_over_at(record) && !save.is_of_another(new, later));
                    saving = saving.map(|save| Save { new: Some(new), ..save });
                    record.slot = saving.map(|save| save.slot);
                }
                Some(end @ (Event::PreviousCertificate { .. } | Event::NoPreviousCertificate)) => {
                    // After an end that says something else, the other lines of a further save were lost.
                    saving = saving.filter(|save| !save.is_over_at(record));
                    saving = saving.filter(|save| save.end.is_none_or(|known| known == end));
                    saving = saving.map(|save| Save { end: Some(end), ..save });
                    record.slot = saving.map(|save| save.slot);
                }
                // A save that was refused has no further line.
                Some(Event::CredentialInvalid { .. } | Event::ChainNotDecodable { .. }) => {
                    _ = saving.take_if(|save| save.is_refused_by(record));
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
