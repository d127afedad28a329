//! What a message means by the messages before it in its boot: which slot it is about, what explains it.

use super::Record;
use crate::digest::EXPLAINS;
use crate::event::Event;

/// Gives the lines of an installation their slot, and marks the failures that TLS001 explains.
pub(super) fn resolve(records: &mut [Record<'_>]) {
    for boot in records.chunk_by_mut(|a, b| a.boot == b.boot) {
        let mut saving = None;
        let mut untrusted: Option<u64> = None;
        let mut file = None;
        for record in boot {
            // The refusal can be among what was dropped before the first line that was kept.
            if file.replace(record.file) != Some(record.file) && record.digest.dropped > 0 {
                untrusted = Some(record.elapsed());
            }
            match record.event() {
                Some(Event::CertificateSaving { slot }) => saving = *slot,
                Some(
                    Event::NewCertificate { .. }
                    | Event::PreviousCertificate { .. }
                    | Event::NoPreviousCertificate,
                ) => record.slot = saving,
                Some(Event::ServerCertificateUntrusted { .. }) => untrusted = Some(record.elapsed_at_last()),
                Some(Event::TlsConnectionFailed { .. }) => {
                    let is_soon = |untrusted| record.elapsed_at_last().saturating_sub(untrusted) <= EXPLAINS;
                    record.is_explained = record.entry.is_explained.unwrap_or(untrusted.is_some_and(is_soon));
                }
                _ => {}
            }
        }
    }
}
