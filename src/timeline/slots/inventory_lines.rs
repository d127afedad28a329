//! Which lines of a slot's inventory were read.

use crate::event::Event;
use crate::model::Algorithm;
use crate::timeline::Record;

/// The lines of the slot's inventory that were read: the hash of each, 0 for a line that was not read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InventoryLines {
    /// The length, the common name, and the fingerprints by the algorithms that phones use.
    certificate: [u64; 5],
    unavailable: u64,
    pub(super) key: u64,
    last: u64,
}

impl InventoryLines {
    /// The field for the hash of this line, and whether a contrary line was read.
    fn field(&mut self, event: &Event) -> (&mut u64, bool) {
        let has_certificate = self.certificate.iter().any(|line| *line != 0);
        match event {
            Event::CertificateUnavailable { .. } => (&mut self.unavailable, has_certificate),
            Event::KeyLength { .. } => (&mut self.key, false),
            Event::CertificateLength { .. } => (&mut self.certificate[0], self.unavailable != 0),
            Event::CertificateFingerprint { algorithm, .. } => {
                let index = match algorithm {
                    None | Some(Algorithm::Md5) => 2,
                    Some(Algorithm::Sha1) => 3,
                    Some(Algorithm::Sha256) => 4,
                };
                (&mut self.certificate[index], self.unavailable != 0)
            }
            _ => (&mut self.certificate[1], self.unavailable != 0),
        }
    }

    /// Whether this line begins another inventory of the slot. The same line twice counts once, because a server
    /// can write each line twice. Without a stamp, a line counts as another one unless it directly follows itself.
    pub(super) fn begins_another_inventory(mut self, event: &Event, record: &Record<'_>) -> bool {
        let (last, hash) = (self.last, record.entry.hash);
        let (line, is_contrary) = self.field(event);
        let is_another = *line != hash || (record.entry.stamp.is_none() && last != hash);
        is_contrary || (*line != 0 && is_another)
    }

    pub(super) fn note(&mut self, event: &Event, hash: u64) {
        *self.field(event).0 = hash;
        self.last = hash;
    }

    pub(super) fn are_only_of_key(&self) -> bool {
        self.unavailable == 0 && self.certificate == [0; 5]
    }

    /// Whether these lines include all lines about a certificate, or all that the earlier ones include.
    pub(super) fn are_whole(&self, earlier: &Self) -> bool {
        let shown = |lines: &Self| {
            let [length, name, fingerprints @ ..] = lines.certificate;
            [length != 0, name != 0, fingerprints != [0; 3]]
        };
        self.unavailable != 0 || shown(self) == [true; 3] || shown(self) == shown(earlier)
    }
}
