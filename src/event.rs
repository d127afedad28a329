//! Certificate events and what bears on them: the table of known messages.
//!
//! A message is known by its text alone, in any component and at any level. Each has a small grammar
//! in `event/*.rs`; [`MESSAGES`] lists them. The grammars are nom's streaming ones over a text that
//! ends with a line feed, so that a text that is cut is told from one that is another message.

mod certificate;
mod identity;
mod log;
mod tls;
mod words;

use std::cell::RefCell;

use nom::IResult;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Fingerprint, Mac, Slot, SoftwareVersion};
use crate::recent::Recent;

/// What a message says. Lengths are in bytes, as the phone counts them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// A private key was refused for its length.
    KeyTooLarge {
        /// Where it should have gone.
        slot: Option<Slot>,
        /// The key's length.
        length: u64,
        /// What the slot takes.
        maximum: u64,
    },
    /// A certificate was refused for its length.
    CertificateTooLarge {
        /// Where it should have gone.
        slot: Option<Slot>,
        /// The certificate's length.
        length: u64,
        /// What the slot takes.
        maximum: u64,
    },
    /// The certificate chain of the configuration could not be decoded.
    ChainNotDecodable {
        /// The decoder's result, as logged.
        results: i64,
    },
    /// A credential was refused.
    CredentialInvalid {
        /// Why, in the phone's words.
        reason: Box<str>,
    },
    /// The phone begins to save a certificate.
    CertificateSaving {
        /// Where.
        slot: Slot,
    },
    /// The certificate that was saved.
    NewCertificate {
        /// Its subject's common name.
        common_name: Box<str>,
        /// Its fingerprint.
        fingerprint: Fingerprint,
    },
    /// The certificate that it replaced.
    PreviousCertificate {
        /// Its subject's common name.
        common_name: Box<str>,
        /// Its fingerprint.
        fingerprint: Fingerprint,
    },
    /// There was none to replace.
    NoPreviousCertificate,
    /// Inventory at boot: a certificate's length.
    CertificateLength {
        /// Which certificate.
        slot: Slot,
        /// Its length.
        length: u64,
    },
    /// Inventory at boot: a certificate's fingerprint.
    CertificateFingerprint {
        /// Which certificate.
        slot: Slot,
        /// The digest.
        fingerprint: Fingerprint,
    },
    /// Inventory at boot: a certificate's common name.
    CertificateCommonName {
        /// Which certificate.
        slot: Slot,
        /// The subject's common name.
        common_name: Box<str>,
    },
    /// Inventory at boot: a private key's length.
    KeyLength {
        /// Which certificate's key.
        slot: Slot,
        /// Its length.
        length: u64,
    },
    /// Inventory at boot: an empty slot.
    CertificateUnavailable {
        /// Which.
        slot: Slot,
    },
    /// The phone did not trust a server's certificate.
    ServerCertificateUntrusted {
        /// Why, in the phone's words.
        reason: Box<str>,
    },
    /// A TLS connection failed.
    TlsConnectionFailed {
        /// The error's number.
        error: i64,
    },
    /// What the phone is. A line names some of these.
    Platform {
        /// `VVX 500`.
        model: Option<Box<str>>,
        /// `3111-44500-001`; not a label's part number.
        assembly: Option<Box<str>>,
        /// `A`; not a label's revision.
        assembly_revision: Option<Box<str>>,
        /// The phone's address.
        mac: Option<Mac>,
    },
    /// What the phone runs.
    Software {
        /// `SIP` for the phone's application, `BOOT` for the boot program.
        label: Box<str>,
        /// The version, without its codename and date.
        version: SoftwareVersion,
    },
    /// A log, or one component's part of it, begins.
    LogStart {
        /// The level from which on messages are written, where the line names it.
        log_level: Option<u8>,
        /// Whether it is the banner of the whole log, so the sign of a boot.
        banner: bool,
    },
    /// The log ends: a shutdown.
    LogEnd,
    /// The phone could not ask the time.
    ClockFailed,
    /// The phone could not send its log.
    UploadFailed,
}

impl Event {
    /// The contract's name for this kind of event.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::KeyTooLarge { .. } => "key_too_large",
            Self::CertificateTooLarge { .. } => "certificate_too_large",
            Self::ChainNotDecodable { .. } => "chain_not_decodable",
            Self::CredentialInvalid { .. } => "credential_invalid",
            Self::CertificateSaving { .. } => "certificate_saving",
            Self::NewCertificate { .. } => "new_certificate",
            Self::PreviousCertificate { .. } => "previous_certificate",
            Self::NoPreviousCertificate => "no_previous_certificate",
            Self::CertificateLength { .. } => "certificate_length",
            Self::CertificateFingerprint { .. } => "certificate_fingerprint",
            Self::CertificateCommonName { .. } => "certificate_common_name",
            Self::KeyLength { .. } => "key_length",
            Self::CertificateUnavailable { .. } => "certificate_unavailable",
            Self::ServerCertificateUntrusted { .. } => "server_certificate_untrusted",
            Self::TlsConnectionFailed { .. } => "tls_connection_failed",
            Self::Platform { .. } => "platform",
            Self::Software { .. } => "software",
            Self::LogStart { .. } => "log_start",
            Self::LogEnd => "log_end",
            Self::ClockFailed => "clock_failed",
            Self::UploadFailed => "upload_failed",
        }
    }

    /// The slot that the message itself names.
    #[must_use]
    pub const fn slot(&self) -> Option<Slot> {
        match self {
            Self::KeyTooLarge { slot, .. } | Self::CertificateTooLarge { slot, .. } => *slot,
            Self::CertificateSaving { slot }
            | Self::CertificateLength { slot, .. }
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
        matches!(
            self,
            Self::CertificateLength { .. }
                | Self::CertificateFingerprint { .. }
                | Self::CertificateCommonName { .. }
                | Self::KeyLength { .. }
                | Self::CertificateUnavailable { .. }
        )
    }

    /// Whether it tells of an installation: tried, done or refused.
    #[must_use]
    pub const fn is_installation(&self) -> bool {
        matches!(
            self,
            Self::KeyTooLarge { .. }
                | Self::CertificateTooLarge { .. }
                | Self::ChainNotDecodable { .. }
                | Self::CredentialInvalid { .. }
                | Self::CertificateSaving { .. }
                | Self::NewCertificate { .. }
                | Self::PreviousCertificate { .. }
                | Self::NoPreviousCertificate
        )
    }

    /// In how many more lines the message may go on although it is whole as it is.
    #[must_use]
    pub const fn further_lines(&self) -> u8 {
        match self {
            // Free words: what comes after the next line is not the phone's.
            Self::CredentialInvalid { .. } | Self::ServerCertificateUntrusted { .. } => 1,
            Self::LogStart { log_level: None, banner: false } => 1,
            // Fields by name: more of them can follow.
            Self::Platform { .. } | Self::Software { .. } => 3,
            _ => 0,
        }
    }

    /// The kind's own fields, in the contract's names.
    #[must_use]
    pub fn fields(&self) -> Map<String, Value> {
        let pairs: Vec<(&str, Value)> = match self {
            Self::KeyTooLarge { length, maximum, .. } | Self::CertificateTooLarge { length, maximum, .. } => {
                vec![("length", (*length).into()), ("maximum", (*maximum).into())]
            }
            Self::ChainNotDecodable { results } => vec![("results", (*results).into())],
            Self::CredentialInvalid { reason } | Self::ServerCertificateUntrusted { reason } => {
                vec![("reason", (&**reason).into())]
            }
            Self::NewCertificate { common_name, fingerprint }
            | Self::PreviousCertificate { common_name, fingerprint } => vec![
                ("common_name", (&**common_name).into()),
                ("fingerprint", fingerprint.to_string().into()),
            ],
            Self::CertificateLength { length, .. } | Self::KeyLength { length, .. } => {
                vec![("length", (*length).into())]
            }
            Self::CertificateFingerprint { fingerprint, .. } => vec![
                ("fingerprint", fingerprint.to_string().into()),
                ("algorithm", fingerprint.algorithm().name().into()),
            ],
            Self::CertificateCommonName { common_name, .. } => {
                vec![("common_name", (&**common_name).into())]
            }
            Self::TlsConnectionFailed { error } => vec![("error", (*error).into())],
            Self::Platform { model, assembly, assembly_revision, .. } => vec![
                ("model", model.as_deref().into()),
                ("assembly", assembly.as_deref().into()),
                ("assembly_revision", assembly_revision.as_deref().into()),
            ],
            Self::Software { label, version } => {
                vec![("label", (&**label).into()), ("version", version.to_string().into())]
            }
            Self::LogStart { log_level, .. } => vec![("log_level", (*log_level).into())],
            Self::CertificateSaving { .. }
            | Self::NoPreviousCertificate
            | Self::CertificateUnavailable { .. }
            | Self::LogEnd
            | Self::ClockFailed
            | Self::UploadFailed => Vec::new(),
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// One known message: how its text begins, to the letter, and its grammar.
pub struct Message {
    /// The beginning of every text of this message.
    pub begins: &'static str,
    /// The grammar, over a text that ends with a line feed.
    parse: fn(&[u8]) -> IResult<&[u8], Event>,
}

const fn message(begins: &'static str, parse: fn(&[u8]) -> IResult<&[u8], Event>) -> Message {
    Message { begins, parse }
}

/// All known messages.
pub const MESSAGES: &[Message] = &[
    message("hwDesc", certificate::refused_by_function),
    message("Could not store ", certificate::too_large),
    message("Could not decode cert chain", certificate::chain_not_decodable),
    message("Device credential invalid", certificate::credential_invalid),
    message("Saving new ", certificate::saving),
    message("New Certificate ", certificate::new_certificate),
    message("Previous Certificate ", certificate::previous_certificate),
    message("No previous certificate ", certificate::no_previous_certificate),
    message("Polycom device ", certificate::inventory),
    message("Custom platform device ", certificate::inventory),
    message("Custom application device ", certificate::inventory),
    message("Server certificate verification failed", tls::server_certificate_untrusted),
    message("MakeTlsConnection", tls::connection_failed),
    message("Platform: ", identity::platform),
    message("Application, main: ", identity::software),
    message("-----", log::banner),
    message("Initial log entry", log::component_start),
    message("Could not load time from ", log::clock_failed),
    message("UtilLogServerC::uploadFifoLog: upload error", log::upload_failed),
    message("Skipped uploading of failed log file", log::upload_skipped),
];

/// What a text amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A known message, whole.
    Known(Event),
    /// A known message that the next line can bring more of.
    Open(Event),
    /// The beginning of a known message: it goes on in the next line, or it is cut.
    Cut,
    /// No known message.
    Unknown,
}

/// Reads the text of a message, without its header and without blanks at its ends.
#[must_use]
pub fn read(text: &[u8]) -> Reading {
    thread_local! {
        static RECENT: RefCell<Recent<Reading>> = RefCell::default();
    }
    match candidates(text) {
        0 => Reading::Unknown,
        candidates => RECENT.with_borrow_mut(|recent| recent.of(text, |text| parse(text, candidates))),
    }
}

/// Reads a text by the grammars of these messages.
fn parse(text: &[u8], candidates: u32) -> Reading {
    // Nearly all texts are short: the line feed behind them costs no allocation.
    let mut short = [0; 256];
    let mut long = Vec::new();
    let ended = if let Some(room) = short.get_mut(..=text.len()) {
        room[..text.len()].copy_from_slice(text);
        room[text.len()] = b'\n';
        &*room
    } else {
        long.reserve_exact(text.len() + 1);
        long.extend_from_slice(text);
        long.push(b'\n');
        &long
    };
    let mut cut = false;
    for known in places(candidates).map(|place| &MESSAGES[place]) {
        match (known.parse)(ended) {
            Ok((_, event)) if event.further_lines() > 0 => return Reading::Open(event),
            Ok((_, event)) => return Reading::Known(event),
            Err(_) => {
                if let Err(nom::Err::Incomplete(_)) = (known.parse)(text) {
                    cut = true;
                }
            }
        }
    }
    if cut { Reading::Cut } else { Reading::Unknown }
}

/// Which of the [`MESSAGES`] this text begins like, as far as both go: one bit each.
fn candidates(text: &[u8]) -> u32 {
    let Some(&first) = text.first() else { return 0 };
    places(BY_FIRST_BYTE[usize::from(first)])
        .filter(|&place| {
            let begins = MESSAGES[place].begins.as_bytes();
            let shared = begins.len().min(text.len());
            // A blank at the end of a beginning can be the one at which the line was wrapped.
            begins[..shared] == text[..shared]
        })
        .fold(0, |all, place| all | 1 << place)
}

/// The messages that begin with a byte, one bit each.
static BY_FIRST_BYTE: [u32; 256] = {
    assert!(MESSAGES.len() <= 32);
    let mut table = [0; 256];
    let mut place = 0;
    while place < MESSAGES.len() {
        table[MESSAGES[place].begins.as_bytes()[0] as usize] |= 1 << place;
        place += 1;
    }
    table
};

/// The places of the bits that are set, lowest first.
fn places(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (place < u32::BITS).then_some(place as usize)
    })
}

/// Whether a headerless text begins a message of its own instead of going on with the one before.
#[must_use]
pub fn begins_message(text: &[u8]) -> bool {
    let Some(&first) = text.first() else { return false };
    places(BY_FIRST_BYTE[usize::from(first)])
        .any(|place| text.starts_with(MESSAGES[place].begins.trim_end().as_bytes()))
        && !matches!(read(text), Reading::Unknown)
}
