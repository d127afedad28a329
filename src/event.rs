//! Events: the known messages of a log about certificates and related facts.
//!
//! A new message needs
//!
//! | what | who asks for it |
//! |---|---|
//! | a variant at the end of [`Event`] with its fields, and its row in `KINDS` of `event/tests.rs`: the order is that of CSV columns and of records | a test of events |
//! | its role, in `Event::role`: it decides LOG001, and whether repeats are folded | the compiler, and a test of events |
//! | its grammar in one of `event/*.rs`, whatever component logs it: certificates in `certificate.rs`, connections in `tls.rs` (which shows how a quoted text is read), the phone in `identity.rs`, log and boot in `log.rs` | a test of events |
//! | its row in [`MESSAGES`], unless a row of the same beginning reads it | a test of events |
//! | a line of it in `testdata/messages` | a test of events |
//! | an arm in [`Event::slot`] and [`Event::fingerprint`], if it has such a field | a test of events |
//! | its text fields, in `Event::texts_mut`: records conceal secrets in them | a test of `redact/tests/fields.rs` |
//! | a row for each text field in a test of `redact/tests/fields.rs`, and an arm in `Shown::field` (`redact/shown.rs`) if it is a name | that test |
//! | the words before it, in `MESSAGE` of `redact/reason.rs`, if it ends with free text without quotation marks | that test |
//! | a higher `DIGEST_VERSION` in `records.rs`, and new golden records | `tests/records.rs` |
//! | the snapshots of kinds and of the columns of `events --format csv`, accepted | these tests |
//! | the form of a text field, if it has one, in `has_form` of `event/wrapped.rs`: so that a value which is broken over two lines is joined rightly; a name that can have blanks is called `common_name` | tests of `log/tests/wrapped.rs`, for a name |
//! | [`Event::further_lines`], if lines after a complete message can belong to it | tests of `log/tests/wrapped.rs`, for a text that can be empty |
//! | what the timeline, the checks and the story (`report/story/entry.rs`) make of it | nobody |
//!
//! "Nobody" means that nothing fails if it is forgotten. Until the story has words for it, it shows the names of the kind and of its fields.

mod certificate;
mod identity;
mod kinds;
mod log;
mod messages;
mod tls;
mod verbatim;
mod words;
mod wrapped;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Algorithm, Fingerprint, Mac, Slot, SoftwareVersion};

pub(crate) use certificate::slot_of_inventory;
pub use kinds::{EventKind, all as kinds};
pub(crate) use log::UploadAttempts;
pub use messages::{MESSAGES, MessageGrammar, find, may_begin, read};
pub(crate) use messages::{START, may_be_banner, may_start};
pub(crate) use verbatim::read_verbatim;
pub(crate) use wrapped::{WrappedText, may_go_on};

/// What a message says. Lengths are in bytes, as the phone counts them.
///
/// The variants' names in snake case are the kinds of events in the output, and the fields have the output's names:
/// `schema_version` fixes both. A field that means the same as one of another variant has its name, so that both share a
/// column of CSV; `slot` is a column of its own. A field that serde renames to a name with `_` at its beginning is internal and not shown. Texts are as in the log;
/// secrets are concealed when they are shown. A value is `None` if the line does not contain it, or if the log is
/// cut within it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A private key was refused because of its length.
    KeyTooLarge {
        /// The slot for which it was.
        slot: Option<Slot>,
        /// The key's length.
        length: Option<u64>,
        /// The maximum of the slot.
        maximum: Option<u64>,
    },
    /// A certificate was refused because of its length.
    CertificateTooLarge {
        /// The slot for which it was.
        slot: Option<Slot>,
        /// The certificate's length.
        length: Option<u64>,
        /// The maximum of the slot.
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
    /// The phone begins to save a certificate. It can still be refused: `SlotView::is_save` of the timeline tells
    /// whether it was saved.
    CertificateSaving {
        /// Where.
        slot: Option<Slot>,
    },
    /// The certificate that was saved. This line can be missing: use `SlotView::is_save` of the timeline to find saves.
    NewCertificate {
        /// Its subject's common name.
        common_name: Option<Box<str>>,
        /// Its fingerprint.
        #[serde(with = "kinds::as_text")]
        fingerprint: Option<Fingerprint>,
    },
    /// The certificate that it replaced.
    PreviousCertificate {
        /// Its subject's common name.
        common_name: Option<Box<str>>,
        /// Its fingerprint.
        #[serde(with = "kinds::as_text")]
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
        #[serde(with = "kinds::as_text")]
        fingerprint: Option<Fingerprint>,
        /// The hash algorithm that the line names, else the one of this length.
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
        /// The address that the phone names as its own: that of `eth0`, or of a line that names no interface. Each event
        /// of the output has a `mac`, the phone to which the log is assigned, so this one has another name there.
        #[serde(with = "kinds::as_text", rename = "platform_mac")]
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
        /// The lowest level of messages that are written, if the line names it.
        log_level: Option<u8>,
        /// Whether it is the banner of the whole log, which marks a boot.
        #[serde(rename = "_banner")]
        banner: bool,
    },
    /// The log ends: a shutdown.
    LogEnd,
    /// The phone could not get the time.
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
        /// Whether there is one. If there is none, `expired` and `valid_until` have no meaning.
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
        #[serde(with = "kinds::as_text")]
        fingerprint: Option<Fingerprint>,
        /// The hash algorithm that the line names, else the one of this length.
        algorithm: Option<Algorithm>,
    },
    /// The address of the company's certificate service is not valid.
    ProvisioningUriInvalid {
        /// The address.
        uri: Option<Box<str>>,
    },
    /// In this boot the phone did not apply the configuration of the files.
    ConfigurationNotApplied,
    /// The log server did not report the length of its copy of the log.
    UploadSizeUnknown,
}

/// Which upload of a log failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Upload {
    /// An upload that was tried.
    Tried,
    /// An upload that was skipped because another failed; in the same second it is not counted as a failure of its
    /// own.
    Skipped,
    /// The upload of the boot log, at start.
    BootLog,
}

/// The result of parsing a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedText {
    /// A complete known message.
    Known(Event),
    /// A known message that the next line may continue.
    Open(Event),
    /// The beginning of a known message, which continues in the next line or is cut.
    Cut,
    /// Not a known message.
    Unknown,
}

impl ParsedText {
    fn of(event: Event) -> Self {
        if event.further_lines() > 0 { Self::Open(event) } else { Self::Known(event) }
    }

    /// The message, whether or not the next line may continue it.
    pub const fn event(&self) -> Option<&Event> {
        match self {
            Self::Known(event) | Self::Open(event) => Some(event),
            Self::Cut | Self::Unknown => None,
        }
    }
}

/// How a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At the end of its line, or where it was wrapped.
    Whole,
    /// Perhaps within a word or a number, as in a last line without a line feed: a value that reaches the end is
    /// not known.
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
    /// The name of this kind of event in the output.
    pub fn kind(&self) -> &'static str {
        let (kind, _) = kinds::parts(self);
        kinds::all().iter().map(|known| known.name).find(|name| *name == kind).unwrap_or_default()
    }

    /// The fields of this kind, with the names and in the order of the output.
    pub fn fields(&self) -> Map<String, Value> {
        let (_, mut fields) = kinds::parts(self);
        fields.retain(|name, _| kinds::is_shown(name));
        fields
    }

    /// The slot that the message itself names.
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

    /// Which upload failed.
    pub const fn upload(&self) -> Option<Upload> {
        match self {
            Self::UploadFailed { upload, .. } => Some(*upload),
            _ => None,
        }
    }

    /// The fingerprint that the message shows.
    pub const fn fingerprint(&self) -> Option<&Fingerprint> {
        match self {
            Self::NewCertificate { fingerprint, .. }
            | Self::PreviousCertificate { fingerprint, .. }
            | Self::CertificateFingerprint { fingerprint, .. }
            | Self::CaFingerprint { fingerprint, .. } => fingerprint.as_ref(),
            _ => None,
        }
    }

    /// Whether it is a line of the certificate inventory that a phone logs at boot.
    pub const fn is_inventory(&self) -> bool {
        matches!(self.role(), Role::Inventory)
    }

    /// Whether it is about an installation: tried, done or refused.
    pub const fn is_installation(&self) -> bool {
        matches!(self.role(), Role::Installation | Role::Refusal)
    }

    /// Whether it is only the first line of an installation, which the phone can still refuse: `Saving new …`.
    pub const fn begins_installation(&self) -> bool {
        matches!(self, Self::CertificateSaving { .. })
    }

    /// Whether it shows something of a certificate: it is of the inventory, or of an installation and not only its first line.
    pub const fn shows_certificate(&self) -> bool {
        self.is_inventory() || self.is_installation() && !self.begins_installation()
    }

    /// Whether it is a failure that may repeat often and changes nothing else: many such events in a row can be
    /// counted as one.
    pub const fn is_failure(&self) -> bool {
        matches!(self.role(), Role::Refusal | Role::Failure)
    }

    /// Each kind is listed, so that the compiler requires the role of a new one.
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

    /// Its fields that are free text of the log.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut Box<str>> {
        let [first, second, third] = match self {
            Self::CredentialInvalid { reason } | Self::ServerCertificateUntrusted { reason } => {
                [Some(reason), None, None]
            }
            Self::NewCertificate { common_name, .. }
            | Self::PreviousCertificate { common_name, .. }
            | Self::CertificateCommonName { common_name, .. } => [Some(common_name), None, None],
            Self::Platform { model, assembly, assembly_revision, .. } => {
                [Some(model), Some(assembly), Some(assembly_revision)]
            }
            Self::Software { label, .. } => [Some(label), None, None],
            Self::ProvisioningUriInvalid { uri } => [Some(uri), None, None],
            _ => [None, None, None],
        };
        [first, second, third].into_iter().flatten().flatten()
    }

    /// The number of further lines in which the message may continue although it is complete. Most messages have
    /// one line.
    pub const fn further_lines(&self) -> u8 {
        match self {
            // Free text: lines after the next one are not from the phone.
            Self::CredentialInvalid { .. } | Self::ServerCertificateUntrusted { .. } => 1,
            Self::LogStart { log_level: None, banner: false } => 1,
            // Fields by name: more of them can follow.
            Self::Platform { .. }
            | Self::Software { .. }
            | Self::UploadFailed { result: None, upload: Upload::Tried, .. } => 3,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests;
