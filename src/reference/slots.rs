//! The size limits and the permitted uses of the kinds of certificate slots.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::{Slot, SoftwareVersion};

const SLOTS: &str = include_str!("slots.csv");
const CAPACITY: &str = include_str!("capacity.csv");

/// The largest platform certificate, in bytes (Feature Profile 37148, "Platform Certificates").
pub const PLATFORM_CERTIFICATE_MAX: u32 = 8192;

/// The largest private key of a platform certificate, in bytes (same section).
pub const PLATFORM_KEY_MAX: u32 = 4096;

/// A kind of slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotKind {
    /// The factory-installed or self-signed certificate.
    BuiltIn,
    /// A platform certificate.
    Platform,
    /// An application certificate.
    Application,
}

impl From<Slot> for SlotKind {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::BuiltIn => Self::BuiltIn,
            Slot::Platform(_) => Self::Platform,
            Slot::Application(_) => Self::Application,
        }
    }
}

/// What a certificate may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Use {
    /// Access to the network.
    #[serde(rename = "802.1X")]
    Ieee8021X,
    /// Fetching configuration and software.
    #[serde(rename = "provisioning")]
    Provisioning,
    /// Sending the log.
    #[serde(rename = "syslog")]
    Syslog,
    /// Signalling.
    #[serde(rename = "SIP")]
    Sip,
    /// The phone's browser.
    #[serde(rename = "browser")]
    Browser,
    /// Presence.
    #[serde(rename = "presence")]
    Presence,
    /// Directory look-up.
    #[serde(rename = "LDAP")]
    Ldap,
}

impl Use {
    /// All, in the guide's order.
    pub const ALL: [Self; 7] = [
        Self::Ieee8021X,
        Self::Provisioning,
        Self::Syslog,
        Self::Sip,
        Self::Browser,
        Self::Presence,
        Self::Ldap,
    ];

    /// The guide's word: `802.1X`, `provisioning`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ieee8021X => "802.1X",
            Self::Provisioning => "provisioning",
            Self::Syslog => "syslog",
            Self::Sip => "SIP",
            Self::Browser => "browser",
            Self::Presence => "presence",
            Self::Ldap => "LDAP",
        }
    }
}

/// The guide's facts about a kind of slot (Feature Profile 37148, introduction, "Platform Certificates",
/// "Application Certificates").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRow {
    /// The kind.
    pub slot: SlotKind,
    /// How many a phone has.
    pub count: u8,
    /// The memory it is stored in: `flash` or `RAM`.
    pub memory: String,
    /// The largest certificate, in bytes; None if the guide sets no limit.
    pub certificate_max: Option<u32>,
    /// The largest private key, in bytes; None if the guide sets no limit.
    pub key_max: Option<u32>,
    /// What it may be used for.
    pub uses: Vec<Use>,
    /// The document and the section.
    pub source: String,
}

/// The three kinds of slot.
#[must_use]
pub fn slot_rows() -> &'static [SlotRow] {
    static ROWS: LazyLock<Vec<SlotRow>> = LazyLock::new(|| read(SLOTS).unwrap_or_default());
    &ROWS
}

/// How many custom certificates a phone with this software supports: none before SIP 3.3.2, one since then,
/// eight since UC Software 4.0.0 (Feature Profile 37148, "Device Certificates").
#[must_use]
pub fn custom_certificate_capacity(version: &SoftwareVersion) -> u8 {
    static ROWS: LazyLock<Vec<Capacity>> = LazyLock::new(|| super::rows(CAPACITY).unwrap_or_default());
    let reached = ROWS.iter().filter(|row| {
        let since: Vec<u32> = row.software.split('.').filter_map(|part| part.parse().ok()).collect();
        version.cmp_parts(&since).is_ge()
    });
    reached.map(|row| row.custom_certificates).max().unwrap_or(0)
}

#[derive(Deserialize)]
struct Capacity {
    software: String,
    custom_certificates: u8,
}

#[derive(Deserialize)]
struct Raw {
    slot: SlotKind,
    count: u8,
    memory: String,
    certificate_max: Option<u32>,
    key_max: Option<u32>,
    uses: String,
    source: String,
}

fn read(table: &str) -> Result<Vec<SlotRow>, csv::Error> {
    let rows: Vec<Raw> = super::rows(table)?;
    let rows = rows.into_iter().map(|raw| {
        let Raw { slot, count, memory, certificate_max, key_max, uses, source } = raw;
        let uses =
            uses.split(' ').filter_map(|word| Use::ALL.into_iter().find(|one| one.name() == word)).collect();
        SlotRow { slot, count, memory, certificate_max, key_max, uses, source }
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_as_in_the_guide() {
        let rows = read(SLOTS).unwrap();
        let limits: Vec<_> =
            rows.iter().map(|row| (row.slot, row.count, row.certificate_max, row.key_max)).collect();
        assert_eq!(
            limits,
            [
                (SlotKind::BuiltIn, 1, None, None),
                (SlotKind::Platform, 2, Some(PLATFORM_CERTIFICATE_MAX), Some(PLATFORM_KEY_MAX)),
                (SlotKind::Application, 6, None, None),
            ]
        );
        assert_eq!(rows[0].uses, Use::ALL);
        assert_eq!(rows[1].uses, Use::ALL);
        assert_eq!(rows[2].uses, [Use::Sip, Use::Browser, Use::Presence, Use::Ldap]);
        assert_eq!(slot_rows(), rows);
    }

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
}
