//! Certificate events and what bears on them: the table of known messages.
//!
//! A message is known by its text alone, in any component and at any level. Each has a small grammar
//! in `event/*.rs`; [`MESSAGES`] lists them. The grammars are nom's streaming ones over a text that
//! ends with a line feed, so that a text that is cut is told from one that is another message. Where
//! the text's end is open, as a log's last line without a line feed, two line feeds stand there, and
//! values that touch them are not known.

mod certificate;
mod identity;
mod kinds;
mod log;
mod tls;
mod words;

use nom::IResult;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::line;
use crate::model::{Algorithm, Fingerprint, Mac, Slot, SoftwareVersion};

pub use kinds::{Kind, all as kinds};

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
            Self::CertificateSaving { .. }
                | Self::NewCertificate { .. }
                | Self::PreviousCertificate { .. }
                | Self::NoPreviousCertificate
        ) || self.is_refusal()
    }

    /// Whether the phone refused a key, a certificate or a chain.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::KeyTooLarge { .. }
                | Self::CertificateTooLarge { .. }
                | Self::ChainNotDecodable { .. }
                | Self::CredentialInvalid { .. }
        )
    }

    /// Whether it tells of something that failed, as often as it is tried, and changes nothing else: many of
    /// them in a row can be counted as one.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        self.is_refusal()
            || matches!(
                self,
                Self::ServerCertificateUntrusted { .. }
                    | Self::TlsConnectionFailed { .. }
                    | Self::ClockFailed
                    | Self::UploadFailed { .. }
                    | Self::UploadSizeUnknown
                    | Self::ProvisioningUriInvalid { .. }
                    | Self::ConfigurationNotApplied
            )
    }

    /// In how many more lines the message may go on although it is whole as it is.
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
    message("Failed to upload boot log", log::boot_log_upload_failed),
    message("Could not set the custom header Content-Range", log::upload_size_unknown),
    message("m_bCert", tls::sign_in_certificate),
    message("m_validUntil", tls::sign_in_certificate),
    message("m_eErrorCode", tls::sign_in_certificate),
    message("Prov|Invalid STS-URI", tls::provisioning_uri_invalid),
    message("Prov|Trying to boot from existing configuration", log::configuration_not_applied),
    message("Prov|Not setting device parameters since", log::configuration_not_applied),
    message("New fingerprint", certificate::new_ca),
    message("Custom certificate ", certificate::custom_ca),
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

/// How a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With the end of its line, or with one at which it was wrapped.
    Whole,
    /// Perhaps within a word or a number, such as in a log's last line that has no line feed: a value that
    /// touches the end is not known.
    Cut,
}

/// Reads the text of a message, without its header and without blanks at its ends.
#[must_use]
pub fn read(text: &[u8], ends: End) -> Reading {
    match candidates(text) {
        0 => Reading::Unknown,
        candidates => parse(text, ends, candidates),
    }
}

/// Reads a text by the grammars of these messages.
fn parse(text: &[u8], ends: End, candidates: u32) -> Reading {
    let trimmed = line::trim(text);
    let text = line::without_marks_behind(trimmed);
    // What has a mark behind it is not cut.
    let is_cut = ends == End::Cut && text.len() == trimmed.len();
    let end = if is_cut { words::CUT } else { words::WHOLE };
    // Nearly all texts are short: the line feed behind them costs no allocation.
    let mut short = [0; 256];
    let mut long = Vec::new();
    let ended = if let Some(room) = short.get_mut(..text.len() + end.len()) {
        room[..text.len()].copy_from_slice(text);
        room[text.len()..].copy_from_slice(end);
        &*room
    } else {
        long.reserve_exact(text.len() + end.len());
        long.extend_from_slice(text);
        long.extend_from_slice(end);
        &long
    };
    let mut begins = false;
    for known in places(candidates).map(|place| &MESSAGES[place]) {
        match (known.parse)(ended) {
            Ok((_, event)) if event.further_lines() > 0 => return Reading::Open(event),
            Ok((_, event)) => return Reading::Known(event),
            Err(_) => begins |= matches!((known.parse)(text), Err(nom::Err::Incomplete(_))),
        }
    }
    if begins {
        return Reading::Cut;
    }
    line::without_remark(text).map_or(Reading::Unknown, |text| parse(text, End::Whole, candidates))
}

/// Whether the text begins like a known message as far as both go: the rest can be in the next line.
#[must_use]
pub fn may_begin(text: &[u8]) -> bool {
    candidates(text) != 0
}

/// Which of the [`MESSAGES`] this text begins like, as far as both go: one bit each.
fn candidates(text: &[u8]) -> u32 {
    let Some(&first) = text.first() else { return 0 };
    places(BY_FIRST_BYTE[usize::from(first)])
        .filter(|&place| begins_like(text, MESSAGES[place].begins))
        .fold(0, |all, place| all | 1 << place)
}

/// Whether a text begins with these words as far as both go, with any blanks between them.
fn begins_like(mut text: &[u8], words: &str) -> bool {
    // As phones write it, or another text altogether.
    if text.starts_with(words.as_bytes()) {
        return true;
    }
    if let (Some(text), Some(words)) = (text.first_chunk::<4>(), words.as_bytes().first_chunk::<4>())
        && text != words
        && text.iter().chain(words).all(u8::is_ascii_graphic)
    {
        return false;
    }
    for &byte in words.as_bytes() {
        text = match text {
            // A blank at the end of the words can be the one at which the line was wrapped.
            [] => return true,
            [first, rest @ ..] if *first == byte && byte != b' ' => rest,
            _ if byte == b' ' && line::blank_length(text) > 0 => line::trim_start(text),
            _ => return false,
        };
    }
    true
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

/// The known message that a line without a header is, without what stands before it: quote marks, what
/// `grep` puts there, a prompt, the end of a cut header. None if it is no message of its own but perhaps
/// the rest of the one before.
#[must_use]
pub fn find(line: &[u8]) -> Option<&[u8]> {
    let begins = |place: &usize| {
        let text = &line[*place..];
        places(BY_FIRST_BYTE[usize::from(text[0])])
            .any(|message| begins_with(text, MESSAGES[message].begins.trim_end()))
            && read(text, End::Whole) != Reading::Unknown
    };
    // What stands before a line is short.
    let place = (0..line.len().min(MOST_BEFORE)).find(begins)?;
    line::origin(line::without_end_of_header(&line[..place])).map(|_| &line[place..])
}

/// A known message is not sought further behind the beginning of a line than this.
const MOST_BEFORE: usize = 512;

fn begins_with(text: &[u8], words: &str) -> bool {
    text.len() >= words.len() && begins_like(text, words)
}

#[cfg(test)]
mod tests;
