//! The size limits and the permitted uses of the certificate slots.

use crate::model::{Slot, SoftwareVersion};

/// The largest platform certificate, in bytes (Feature Profile 37148, "Platform Certificates").
pub const MAX_PLATFORM_CERTIFICATE: u32 = 8192;

/// The largest private key of a platform certificate, in bytes (same section).
pub const MAX_PLATFORM_KEY: u32 = 4096;

/// The guide's facts about a kind of slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotRow {
    /// The largest certificate, in bytes; None if the guide sets no limit.
    pub certificate_max: Option<u32>,
    /// The largest private key, in bytes; None if the guide sets no limit.
    pub key_max: Option<u32>,
    /// What it may be used for, what not, and in which memory it is stored.
    pub uses: &'static str,
}

/// The facts about this slot (Feature Profile 37148, "Device Certificates", "Platform Certificates",
/// "Application Certificates").
pub const fn slot_row(slot: Slot) -> SlotRow {
    const ALL: &str = "802.1X, provisioning, syslog, SIP, browser, presence, LDAP (kept in flash memory)";
    match slot {
        Slot::BuiltIn => SlotRow { certificate_max: None, key_max: None, uses: ALL },
        Slot::Platform(_) => SlotRow {
            certificate_max: Some(MAX_PLATFORM_CERTIFICATE),
            key_max: Some(MAX_PLATFORM_KEY),
            uses: ALL,
        },
        Slot::Application(_) => SlotRow {
            certificate_max: None,
            key_max: None,
            uses: "SIP, browser, presence, LDAP; not 802.1X, provisioning, syslog (kept in RAM)",
        },
    }
}

/// How many custom certificates a phone with this software supports: none before SIP 3.3.2, one since then,
/// eight since UC Software 4.0.0 (Feature Profile 37148, "Device Certificates").
pub fn custom_certificate_capacity(version: &SoftwareVersion) -> u8 {
    let is_since = |release: &[u32]| version.cmp_parts(release).is_ge();
    match () {
        () if is_since(&[4, 0, 0]) => 8,
        () if is_since(&[3, 3, 2]) => 1,
        () => 0,
    }
}

/// The release that first has this slot, if this software is older: its one custom certificate is that of platform slot 1.
pub fn release_with(slot: Slot, version: &SoftwareVersion) -> Option<&'static str> {
    match (slot, custom_certificate_capacity(version)) {
        (Slot::BuiltIn, _) | (Slot::Platform(1), 1) | (_, 8) => None,
        (Slot::Platform(1), _) => Some("SIP 3.3.2"),
        (Slot::Platform(_) | Slot::Application(_), _) => Some("UC Software 4.0.0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_certificates_by_software() {
        for (version, count) in [
            ("3.3.1.0933", 0),
            ("3.3.2", 1),
            ("3.3.5.0247", 1),
            ("3.10.0", 1),
            ("4.0.0", 8),
            ("5.5.2.11338", 8),
        ] {
            assert_eq!(custom_certificate_capacity(&version.parse().unwrap()), count, "{version}");
        }
    }

    #[test]
    fn slots_by_software() {
        let first = |slot, version: &str| release_with(slot, &version.parse().unwrap());
        assert_eq!(first(Slot::Platform(1), "3.3.1.0933"), Some("SIP 3.3.2"));
        assert_eq!(first(Slot::Platform(1), "3.3.2"), None);
        for other in [Slot::Platform(2), Slot::Application(1)] {
            assert_eq!(first(other, "3.3.5.0247"), Some("UC Software 4.0.0"));
            assert_eq!(first(other, "4.0.0"), None);
        }
        assert_eq!(first(Slot::BuiltIn, "3.1.0"), None);
    }
}
