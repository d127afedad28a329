//! Events: what the known messages of a log say of certificates, or of what bears on them.
//!
//! A new message is a variant of [`Event`] with its fields, a grammar in one of `event/*.rs`, and its row in
//! [`MESSAGES`]. Its role ([`Event`]'s private `role`) is asked for by the compiler, a sample text by the tests.

mod certificate;
mod identity;
mod kinds;
mod log;
mod messages;
mod tls;
mod verbatim;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Algorithm, Fingerprint, Mac, Slot, SoftwareVersion};

pub use kinds::{Kind, all as kinds};
pub use messages::{MESSAGES, Message, find, may_begin, read};
pub(crate) use messages::{START, may_start};
pub(crate) use verbatim::read_verbatim;

/// What a message says. Lengths are in bytes, as the phone counts them.
///
/// The variants' names in snake case are the contract's kinds, and the fields' names are the contract's.
/// A field whose name serde is told to begin with `_` is for this program alone and is not shown.
/// Texts are as they stand in the log: what shows them conceals secrets first.
/// A value is `None` where the line does not name it, or where the log is cut in the middle of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A private key was refused for its length.
    KeyTooLarge {
        /// Where it should have gone.
        slot: Option<Slot>,
        /// The key's length.
        length: Option<u64>,
        /// What the slot takes.
        maximum: Option<u64>,
    },
    /// A certificate was refused for its length.
    CertificateTooLarge {
        /// Where it should have gone.
        slot: Option<Slot>,
        /// The certificate's length.
        length: Option<u64>,
        /// What the slot takes.
        maximum: Option<u64>,
    },
    /// The certificate chain of the configuration could not be decoded.
    ChainNotDecodable {
        /// The decoder's result, as logged.
        results: Option<i64>,
    },
    /// A credential was refused.
    CredentialInvalid {
        /// Why, in the phone's words.
        reason: Option<Box<str>>,
    },
    /// The phone begins to save a certificate.
    CertificateSaving {
        /// Where.
        slot: Option<Slot>,
    },
    /// The certificate that was saved.
    NewCertificate {
        /// Its subject's common name.
        common_name: Option<Box<str>>,
        /// Its fingerprint.
        #[serde(serialize_with = "kinds::as_text")]
        fingerprint: Option<Fingerprint>,
    },
    /// The certificate that it replaced.
    PreviousCertificate {
        /// Its subject's common name.
        common_name: Option<Box<str>>,
        /// Its fingerprint.
        #[serde(serialize_with = "kinds::as_text")]
        fingerprint: Option<Fingerprint>,
    },
    /// There was none to replace.
    NoPreviousCertificate,
    /// Inventory at boot: a certificate's length.
    CertificateLength {
        /// Which certificate.
        slot: Slot,
        /// Its length.
        length: Option<u64>,
    },
    /// Inventory at boot: a certificate's fingerprint.
    CertificateFingerprint {
        /// Which certificate.
        slot: Slot,
        /// The digest.
        #[serde(serialize_with = "kinds::as_text")]
        fingerprint: Option<Fingerprint>,
        /// Which digest: the one that the line names, else told by the length.
        algorithm: Option<Algorithm>,
    },
    /// Inventory at boot: a certificate's common name.
    CertificateCommonName {
        /// Which certificate.
        slot: Slot,
        /// The subject's common name.
        common_name: Option<Box<str>>,
    },
    /// Inventory at boot: a private key's length.
    KeyLength {
        /// Which certificate's key.
        slot: Slot,
        /// Its length.
        length: Option<u64>,
    },
    /// Inventory at boot: an empty slot.
    CertificateUnavailable {
        /// Which.
        slot: Slot,
    },
    /// The phone did not trust a server's certificate.
    ServerCertificateUntrusted {
        /// Why, in the phone's words, whose spelling varies: `Untrusted Cetificate`.
        reason: Option<Box<str>>,
    },
    /// A TLS connection failed.
    TlsConnectionFailed {
        /// The error's number.
        error: Option<i64>,
    },
    /// What the phone is. A line names some of these.
    Platform {
        /// `VVX 500`.
        model: Option<Box<str>>,
        /// `3111-44500-001`; not a label's part number.
        assembly: Option<Box<str>>,
        /// `A`; not a label's revision.
        assembly_revision: Option<Box<str>>,
        /// The phone's address: that of `eth0`, or of a line that names no interface.
        #[serde(serialize_with = "kinds::as_text")]
        mac: Option<Mac>,
    },
    /// What the phone runs.
    Software {
        /// `SIP` for the phone's application, `BOOT` for the boot program.
        label: Option<Box<str>>,
        /// The version, without its codename and date.
        version: Option<SoftwareVersion>,
    },
    /// A log, or one component's part of it, begins.
    LogStart {
        /// The level from which on messages are written, where the line names it.
        log_level: Option<u8>,
        /// Whether it is the banner of the whole log, so the sign of a boot.
        #[serde(rename = "_banner")]
        banner: bool,
    },
    /// The log ends: a shutdown.
    LogEnd,
    /// The phone could not ask the time.
    ClockFailed,
    /// The phone could not send its log.
    UploadFailed {
        /// The protocol's number.
        protocol: Option<i64>,
        /// The result's number.
        result: Option<i64>,
        /// Which upload.
        #[serde(rename = "_upload")]
        upload: Upload,
    },
    /// The state of the phone's certificate for its Lync or Skype sign-in. A line names some of these.
    SignInCertificate {
        /// Whether there is one. Where there is none, `expired` and `valid_until` mean nothing.
        exists: Option<bool>,
        /// Whether it expired.
        expired: Option<bool>,
        /// Until when it is valid, as logged.
        valid_until: Option<i64>,
        /// The error's number.
        error: Option<i64>,
    },
    /// The certificate of an authority was loaded (SIP 3.x).
    CaFingerprint {
        /// The digest.
        #[serde(serialize_with = "kinds::as_text")]
        fingerprint: Option<Fingerprint>,
        /// Which digest: the one that the line names, else told by the length.
        algorithm: Option<Algorithm>,
    },
    /// The address of the company's certificate service is not valid.
    ProvisioningUriInvalid {
        /// The address.
        uri: Option<Box<str>>,
    },
    /// This boot did not apply the configuration that the files give.
    ConfigurationNotApplied,
    /// The log server did not tell the length of the log that it has.
    UploadSizeUnknown,
}

/// Which upload of a log failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Upload {
    /// One that was tried.
    Tried,
    /// One that was left out because another failed: no failure of its own in the same second.
    Skipped,
    /// That of the boot log, at start.
    BootLog,
}

/// What a text was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedText {
    /// A known message, whole.
    Known(Event),
    /// A known message that the next line can bring more of.
    Open(Event),
    /// The beginning of a known message: it goes on in the next line, or it is cut.
    Cut,
    /// No known message.
    Unknown,
}

impl ParsedText {
    fn of(event: Event) -> Self {
        if event.further_lines() > 0 { Self::Open(event) } else { Self::Known(event) }
    }
}

/// How a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With the end of its line, or with one at which it was wrapped.
    Whole,
    /// Perhaps within a word or a number, such as in a log's last line that has no line feed: a value that
    /// touches the end is not known.
    Cut,
}

/// What an event is about.
enum Role {
    /// The inventory of certificates at boot.
    Inventory,
    /// The installation of a certificate, tried or done.
    Installation,
    /// An installation that the phone refused: a key, a certificate or a chain.
    Refusal,
    /// Something else that failed.
    Failure,
    /// The phone, its log, or another certificate.
    Other,
}

impl Event {
    /// The contract's name for this kind of event. For output: it is not fast.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        let (kind, _) = kinds::parts(self);
        kinds::all().iter().map(|known| known.name).find(|name| *name == kind).unwrap_or_default()
    }

    /// The kind's own fields, in the contract's names and order. For output: it is not fast.
    #[must_use]
    pub fn fields(&self) -> Map<String, Value> {
        let (_, mut fields) = kinds::parts(self);
        fields.retain(|name, _| kinds::is_shown(name));
        fields
    }

    /// The slot that the message itself names.
    #[must_use]
    pub const fn slot(&self) -> Option<Slot> {
        match self {
            Self::KeyTooLarge { slot, .. }
            | Self::CertificateTooLarge { slot, .. }
            | Self::CertificateSaving { slot } => *slot,
            Self::CertificateLength { slot, .. }
            | Self::CertificateFingerprint { slot, .. }
            | Self::CertificateCommonName { slot, .. }
            | Self::KeyLength { slot, .. }
            | Self::CertificateUnavailable { slot } => Some(*slot),
            _ => None,
        }
    }

    /// Whether it is a line of the certificate inventory that a phone logs at boot.
    #[must_use]
    pub const fn is_inventory(&self) -> bool {
        matches!(self.role(), Role::Inventory)
    }

    /// Whether it tells of an installation: tried, done or refused.
    #[must_use]
    pub const fn is_installation(&self) -> bool {
        matches!(self.role(), Role::Installation | Role::Refusal)
    }

    /// Whether it tells of something that failed, as often as it is tried, and changes nothing else: many of
    /// them in a row can be counted as one.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self.role(), Role::Refusal | Role::Failure)
    }

    /// Each kind is listed, so that the compiler asks for the role of a new one.
    const fn role(&self) -> Role {
        match self {
            Self::CertificateLength { .. }
            | Self::CertificateFingerprint { .. }
            | Self::CertificateCommonName { .. }
            | Self::KeyLength { .. }
            | Self::CertificateUnavailable { .. } => Role::Inventory,
            Self::CertificateSaving { .. }
            | Self::NewCertificate { .. }
            | Self::PreviousCertificate { .. }
            | Self::NoPreviousCertificate => Role::Installation,
            Self::KeyTooLarge { .. }
            | Self::CertificateTooLarge { .. }
            | Self::ChainNotDecodable { .. }
            | Self::CredentialInvalid { .. } => Role::Refusal,
            Self::ServerCertificateUntrusted { .. }
            | Self::TlsConnectionFailed { .. }
            | Self::ClockFailed
            | Self::UploadFailed { .. }
            | Self::UploadSizeUnknown
            | Self::ProvisioningUriInvalid { .. }
            | Self::ConfigurationNotApplied => Role::Failure,
            Self::Platform { .. }
            | Self::Software { .. }
            | Self::LogStart { .. }
            | Self::LogEnd
            | Self::SignInCertificate { .. }
            | Self::CaFingerprint { .. } => Role::Other,
        }
    }

    /// In how many more lines the message may go on although it is whole as it is. Most are whole in one.
    #[must_use]
    pub const fn further_lines(&self) -> u8 {
        match self {
            // Free words: what comes after the next line is not the phone's.
            Self::CredentialInvalid { .. } | Self::ServerCertificateUntrusted { .. } => 1,
            Self::LogStart { log_level: None, banner: false } => 1,
            Self::UploadFailed { result: None, upload: Upload::Tried, .. } => 1,
            // Fields by name: more of them can follow.
            Self::Platform { .. } | Self::Software { .. } => 3,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests;
