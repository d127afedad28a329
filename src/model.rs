//! The words that all stages share: a phone's address, certificate slots, fingerprints, software versions,
//! and how bad a diagnosis is.
//!
//! Each type is made by parsing, so a value of it is always well-formed.

mod certificate;
mod hex;
mod mac;
mod state;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use certificate::CertificateDetails;
use hex::hex;
pub(crate) use hex::hex_byte;
pub use hex::hex_digit;
pub use mac::{Mac, NotAMac};
pub use state::{CertificateState, Severity, State, Status};

/// The slot of a certificate in a phone: the built-in one, two platform slots in flash memory, and six or seven
/// application slots in RAM (Feature Profile 37148, "Polycom Phone Device Certificate Types").
///
/// Slots are ordered as reports show them: built-in, platform, application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The factory-installed or self-signed certificate.
    BuiltIn,
    /// `Custom platform device certificate N`.
    Platform(u8),
    /// `Custom application device certificate N`.
    Application(u8),
}

impl Slot {
    /// `built-in`, `platform-1`, `application-1`, …
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        // Reports name these slots often, so they need no allocation.
        match self {
            Self::BuiltIn => Cow::Borrowed("built-in"),
            Self::Platform(1) => Cow::Borrowed("platform-1"),
            Self::Platform(2) => Cow::Borrowed("platform-2"),
            Self::Platform(number) => Cow::Owned(format!("platform-{number}")),
            Self::Application(number) => Cow::Owned(format!("application-{number}")),
        }
    }

    /// The slot in a sentence: `the built-in certificate`, `platform slot 1`, …
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::BuiltIn => "the built-in certificate".to_owned(),
            Self::Platform(number) => format!("platform slot {number}"),
            Self::Application(number) => format!("application slot {number}"),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// A text that is not the name of a slot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate slot: built-in, platform-1 or application-1 is expected")]
pub struct NotASlot;

impl FromStr for Slot {
    type Err = NotASlot;

    fn from_str(text: &str) -> Result<Self, NotASlot> {
        let (kind, number) = match text.split_once('-') {
            _ if text == "built-in" => return Ok(Self::BuiltIn),
            Some((kind, number)) => (kind, number.parse().map_err(|_| NotASlot)?),
            None => return Err(NotASlot),
        };
        match kind {
            "platform" => Ok(Self::Platform(number)),
            "application" => Ok(Self::Application(number)),
            _ => Err(NotASlot),
        }
    }
}

/// The hash algorithm of a fingerprint, known by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// 16 bytes.
    Md5,
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl Algorithm {
    /// `md5`, `sha1` or `sha256`, as in the JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }
}

/// A certificate's fingerprint: 16, 20 or 32 bytes, shown as upper-case hex pairs with colons.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedBytes")]
pub struct Fingerprint(#[serde(with = "bytes")] Box<[u8]>);

/// Bytes from a record, which can be of any length.
#[derive(Deserialize)]
struct UncheckedBytes(#[serde(with = "bytes")] Box<[u8]>);

impl TryFrom<UncheckedBytes> for Fingerprint {
    type Error = NotAFingerprint;

    fn try_from(bytes: UncheckedBytes) -> Result<Self, NotAFingerprint> {
        if Self::is_length(bytes.0.len()) { Ok(Self(bytes.0)) } else { Err(NotAFingerprint) }
    }
}

/// Bytes that are packed as a whole. A sequence has the same packed form, but each byte would be handled
/// separately.
pub(crate) mod bytes {
    use std::fmt;
    use std::marker::PhantomData;

    use serde::de::value::SeqAccessDeserializer;
    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &impl AsRef<[u8]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes.as_ref())
    }

    pub(crate) fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        deserializer.deserialize_bytes(Bytes(PhantomData))
    }

    struct Bytes<T>(PhantomData<T>);

    impl<'de, T: From<Vec<u8>>> Visitor<'de> for Bytes<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
            Ok(bytes.to_vec().into())
        }

        // How JSON has them.
        fn visit_seq<A: SeqAccess<'de>>(self, bytes: A) -> Result<T, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(bytes)).map(T::from)
        }
    }
}

impl Fingerprint {
    /// The fingerprint of these bytes; None if no known hash algorithm has this length.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        Self::is_length(bytes.len()).then(|| Self(bytes.into()))
    }

    const fn is_length(length: usize) -> bool {
        matches!(length, 16 | 20 | 32)
    }

    /// The bytes of the fingerprint.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The hash algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.0.len() {
            16 => Algorithm::Md5,
            20 => Algorithm::Sha1,
            _ => Algorithm::Sha256,
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [[b':'; 3]; 32];
        for (digits, byte) in text.iter_mut().zip(&self.0) {
            [digits[0], digits[1]] = hex(*byte);
        }
        let text = text[..self.0.len().min(32)].as_flattened();
        f.write_str(std::str::from_utf8(&text[..text.len().saturating_sub(1)]).unwrap_or_default())
    }
}

/// A text that is not a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a fingerprint: 16, 20 or 32 pairs of hex digits with ':' between them are expected")]
pub struct NotAFingerprint;

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let pairs = text.as_bytes().split(|byte| *byte == b':').map(|pair| match pair {
            [high, low] => hex_byte(*high, *low),
            _ => None,
        });
        pairs.collect::<Option<Vec<u8>>>().and_then(|bytes| Self::new(&bytes)).ok_or(NotAFingerprint)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A dotted software version, ordered part by part as numbers: 4.0.10 is after 4.0.9.
///
/// A missing part counts as 0 in the order; the text is kept as it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Box<str>")]
pub struct SoftwareVersion(Box<str>);

impl TryFrom<Box<str>> for SoftwareVersion {
    type Error = NotAVersion;

    fn try_from(text: Box<str>) -> Result<Self, NotAVersion> {
        if Self::is_well_formed(&text) { Ok(Self(text)) } else { Err(NotAVersion) }
    }
}

impl SoftwareVersion {
    fn is_well_formed(text: &str) -> bool {
        let is_number = |part: &[u8]| (1..=9).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
        text.contains('.') && text.as_bytes().split(|byte| *byte == b'.').all(is_number)
    }

    /// The parts as numbers, first part first.
    pub fn parts(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.split('.').map(|part| part.parse().unwrap_or(u32::MAX))
    }

    /// Compares this version with `other`, given as its parts; missing parts count as 0.
    #[must_use]
    pub fn cmp_parts(&self, other: &[u32]) -> std::cmp::Ordering {
        compare(self.parts(), other.iter().copied())
    }
}

fn compare(left: impl Iterator<Item = u32>, right: impl Iterator<Item = u32>) -> std::cmp::Ordering {
    let mut left = left.fuse();
    let mut right = right.fuse();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return std::cmp::Ordering::Equal,
            (a, b) => match a.unwrap_or(0).cmp(&b.unwrap_or(0)) {
                std::cmp::Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

impl PartialOrd for SoftwareVersion {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SoftwareVersion {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        compare(self.parts(), other.parts()).then_with(|| self.0.cmp(&other.0))
    }
}

impl fmt::Display for SoftwareVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is not a dotted version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a software version: numbers with dots between are expected, such as 5.5.2.11338")]
pub struct NotAVersion;

impl FromStr for SoftwareVersion {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        Box::<str>::from(text).try_into()
    }
}

/// The smallest range that contains both.
pub(crate) fn widened<T: Ord>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((from, to)), Some((first, last))) => Some((from.min(first), to.max(last))),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_unpacks_only_well_formed_values() {
        let packed = |bytes: &[u8]| postcard::to_stdvec(&bytes).unwrap();
        for length in 0..40 {
            let unpacked = postcard::from_bytes::<Fingerprint>(&packed(&vec![7; length]));
            assert_eq!(unpacked.ok(), Fingerprint::new(&vec![7; length]), "{length}");
        }
        for text in ["5.5.2.11338", "5", "", "5.5\n", "5..2"] {
            let unpacked = postcard::from_bytes::<SoftwareVersion>(&packed(text.as_bytes()));
            assert_eq!(unpacked.ok(), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn mac_takes_any_notation_and_nothing_else() {
        for text in
            ["0004f206075d", "00:04:F2:06:07:5D", "00-04-f2-06-07-5d", "0004.f206.075d", " 0004F206075D "]
        {
            assert_eq!(text.parse::<Mac>().unwrap().to_string(), "0004F206075D", "{text}");
        }
        for text in ["", "0004f206075", "0004f206075d0", "0004f206075g", "00::04f206075d", ":0004f206075d"] {
            assert_eq!(text.parse::<Mac>(), Err(NotAMac), "{text}");
        }
    }

    #[test]
    fn versions_order_as_numbers() {
        let version = |text: &str| text.parse::<SoftwareVersion>().unwrap();
        assert!(version("4.0.10") > version("4.0.9"));
        assert!(version("4.0.8.1608") > version("4.0.8"));
        assert!(version("3.3.5.0247") < version("4.0.0"));
        assert_eq!(version("4.0.8").cmp_parts(&[4, 0, 8, 0]), std::cmp::Ordering::Equal);
        for text in ["", "4", "4.", ".4", "4..0", "4.0H", "4.0.9999999999"] {
            assert_eq!(text.parse::<SoftwareVersion>(), Err(NotAVersion), "{text}");
        }
    }

    #[test]
    fn slots_are_read_as_they_are_shown() {
        for slot in
            [Slot::BuiltIn, Slot::Platform(1), Slot::Platform(2), Slot::Platform(3), Slot::Application(7)]
        {
            assert_eq!(slot.to_string().parse(), Ok(slot));
        }
        for text in ["", "built", "platform", "platform-", "platform-x", "platform-256", "slot-1"] {
            assert_eq!(text.parse::<Slot>(), Err(NotASlot), "{text}");
        }
    }

    #[test]
    fn fingerprint_lengths_name_the_digest() {
        assert_eq!(Fingerprint::new(&[0xAB; 16]).unwrap().algorithm(), Algorithm::Md5);
        assert_eq!(Fingerprint::new(&[0; 20]).unwrap().algorithm(), Algorithm::Sha1);
        assert_eq!(Fingerprint::new(&[0; 32]).unwrap().algorithm(), Algorithm::Sha256);
        assert_eq!(Fingerprint::new(&[0; 17]), None);
        let fingerprint = Fingerprint::new(&[0xAB; 16]).unwrap();
        assert!(fingerprint.to_string().starts_with("AB:AB:"));
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        for text in ["", "AB", "AB:AB:AB", &"AB:".repeat(16), &"A:".repeat(16)] {
            assert_eq!(text.parse::<Fingerprint>(), Err(NotAFingerprint), "{text}");
        }
    }
}
