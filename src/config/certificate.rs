//! X.509 certificates, and PKCS #7 that contains them (RFC 5280, RFC 2315).

use chrono::{NaiveDateTime, TimeDelta};
use md5::Digest as _;
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::Sha256;

use super::der::{
    BIT_STRING, Element, GENERALIZED_TIME, INTEGER, OID, Reader, SEQUENCE, SET, UTC_TIME, context,
};
use super::pem::Fault;
use crate::model::Fingerprint;
use crate::secrets::conceal;
use crate::sentence::Part;

/// The most certificates that are read in one value.
const MAX_CERTIFICATES: usize = 64;

/// The most bytes of a subject's texts that are kept.
const MAX_SUBJECT_LENGTH: usize = 1024;

/// The data of a certificate in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject's first common name. Untrusted text, without secrets.
    pub common_name: Option<Box<str>>,
    /// All texts of the subject with commas between, at most 1 KB. Untrusted text, without secrets.
    pub subject: Box<str>,
    /// From when it is valid, UTC.
    #[serde(with = "chrono::naive::serde::ts_seconds")]
    pub not_before: NaiveDateTime,
    /// Until when it is valid, UTC.
    #[serde(with = "chrono::naive::serde::ts_seconds")]
    pub not_after: NaiveDateTime,
    /// Bytes of its DER.
    pub length: u32,
    /// MD5, SHA-1 and SHA-256 of its DER.
    pub fingerprints: [Fingerprint; 3],
    /// Its public key.
    pub key: PublicKey,
    subject_hash: [u8; 32],
    issuer_hash: [u8; 32],
}

/// A public key, reduced to what is needed to compare it with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PublicKey {
    /// RSA: bits of the modulus, and SHA-256 of modulus and exponent.
    Rsa(u32, [u8; 32]),
    /// An elliptic curve: bits of the field, and SHA-256 of the uncompressed point.
    Ec(u32, [u8; 32]),
    /// Another algorithm, or a form that can't be compared.
    Other,
}

impl PublicKey {
    /// The key of RSA's modulus and exponent, each the content of a DER INTEGER.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let modulus = without_zeros(modulus);
        let bits = modulus.first().map_or(0, |first| modulus.len() as u32 * 8 - first.leading_zeros());
        let mut hash = Sha256::new();
        hash.update((modulus.len() as u64).to_be_bytes());
        hash.update(modulus);
        hash.update(without_zeros(exponent));
        Self::Rsa(bits, hash.finalize().into())
    }

    /// The key of this point, the content of a DER BIT STRING. A compressed point can't be compared.
    pub(super) fn ec(bits: &[u8]) -> Self {
        match bits {
            [0, 4, point @ ..] => Self::Ec(point.len() as u32 * 4, Sha256::digest(point).into()),
            _ => Self::Other,
        }
    }

    /// Whether the two are the same key; None if that is not known.
    pub fn matches(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Other, Self::Other) => None,
            // A compressed point is `Other`, so only RSA is certain not to be another algorithm.
            (Self::Ec(..), Self::Other) | (Self::Other, Self::Ec(..)) => None,
            (left, right) => Some(left == right),
        }
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// MD5, SHA-1 and SHA-256 of these bytes.
pub(crate) fn fingerprints(bytes: &[u8]) -> Option<[Fingerprint; 3]> {
    Some([
        Fingerprint::new(&Md5::digest(bytes))?,
        Fingerprint::new(&Sha1::digest(bytes))?,
        Fingerprint::new(&Sha256::digest(bytes))?,
    ])
}

impl Certificate {
    /// Reads the certificate at the beginning of `der`; None if there is none. A fault if it is one and has dates that
    /// OpenSSL can't read either.
    pub(super) fn parse(der: &[u8]) -> Option<Result<Self, Fault>> {
        let whole = Reader::new(der).take(SEQUENCE)?;
        let mut signed = whole.within();
        let mut fields = signed.take(SEQUENCE)?.within();
        signed.take(SEQUENCE)?;
        signed.take(BIT_STRING)?;
        let _version = fields.take(context(0));
        fields.take(INTEGER)?;
        fields.take(SEQUENCE)?;
        let issuer = fields.take(SEQUENCE)?;
        let mut validity = fields.take(SEQUENCE)?.within();
        let dates = time(validity.next()?).zip(time(validity.next()?));
        let name = fields.take(SEQUENCE)?;
        let key = public_key(fields.take(SEQUENCE)?)?;
        let Some((not_before, not_after)) = dates else { return Some(Err(Fault::Dates)) };
        let (common_name, subject) = subject(name);
        Some(Ok(Self {
            // Records keep them, so the secrets in them are concealed here.
            common_name: common_name.map(|name| conceal(&name).into()),
            subject: conceal(&subject).into(),
            not_before,
            not_after,
            length: whole.whole.len() as u32,
            fingerprints: fingerprints(whole.whole)?,
            key,
            subject_hash: Sha256::digest(name.content).into(),
            issuer_hash: Sha256::digest(issuer.content).into(),
        }))
    }

    /// Its common name, else all texts of its subject; cut if it is long.
    pub fn name(&self) -> Part {
        let name = self.common_name.as_deref().unwrap_or(&self.subject);
        Part::Name(name.chars().take(64).collect::<String>().into())
    }

    /// Whether issuer and subject have the same name.
    pub(super) fn is_self_signed(&self) -> bool {
        self.issuer_hash == self.subject_hash
    }

    /// Whether it was issued by the subject of `other`, as far as names tell.
    pub(super) fn is_issued_by(&self, other: &Self) -> bool {
        self.issuer_hash == other.subject_hash && !self.is_self_signed()
    }
}

/// The certificates of a PKCS #7 at the beginning of `der`, or what is wrong with one; None if there is no PKCS #7.
pub(super) fn pkcs7(der: &[u8]) -> Option<Vec<Result<Certificate, Fault>>> {
    /// signedData, 1.2.840.113549.1.7.2.
    const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    /// The beginning of all content types of PKCS #7.
    const PKCS7: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07";
    let mut content = Reader::new(der).take(SEQUENCE)?.within();
    let kind = content.take(OID)?;
    if kind.content != SIGNED_DATA {
        return kind.content.starts_with(PKCS7).then(Vec::new);
    }
    let mut signed = content.take(context(0))?.within().take(SEQUENCE)?.within();
    signed.take(INTEGER)?;
    signed.take(SET)?;
    signed.take(SEQUENCE)?;
    let mut certificates = Vec::new();
    let Some(list) = signed.take(context(0)) else { return Some(certificates) };
    let mut list = list.within();
    while let Some(element) = list.next() {
        // Attribute certificates and what can't be read are not certificates of a device.
        certificates.extend(Certificate::parse(element.whole));
        if certificates.len() == MAX_CERTIFICATES {
            break;
        }
    }
    Some(certificates)
}

fn public_key(info: Element<'_>) -> Option<PublicKey> {
    let mut info = info.within();
    let algorithm = info.take(SEQUENCE)?.within().take(OID)?;
    let bits = info.take(BIT_STRING)?.content;
    Some(of_algorithm(algorithm.content, bits).unwrap_or(PublicKey::Other))
}

/// rsaEncryption, 1.2.840.113549.1.1.1.
pub(super) const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
/// id-RSASSA-PSS, 1.2.840.113549.1.1.10: the key itself is written as that of rsaEncryption (RFC 4055).
pub(super) const RSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
/// id-ecPublicKey, 1.2.840.10045.2.1.
pub(super) const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";

fn of_algorithm(algorithm: &[u8], bits: &[u8]) -> Option<PublicKey> {
    match algorithm {
        RSA | RSA_PSS => {
            let mut numbers = Reader::new(bits.strip_prefix(b"\0")?).take(SEQUENCE)?.within();
            Some(PublicKey::rsa(numbers.take(INTEGER)?.content, numbers.take(INTEGER)?.content))
        }
        EC => Some(PublicKey::ec(bits)),
        _ => None,
    }
}

/// The first common name, and all texts.
fn subject(name: Element<'_>) -> (Option<Box<str>>, Box<str>) {
    /// id-at-commonName, 2.5.4.3.
    const COMMON_NAME: &[u8] = b"\x55\x04\x03";
    let (mut common_name, mut all) = (None, String::new());
    let mut names = name.within();
    while let Some(set) = names.next() {
        let mut pairs = set.within();
        while let Some(pair) = pairs.next() {
            let mut pair = pair.within();
            let (Some(kind), Some(value)) = (pair.take(OID), pair.next()) else { continue };
            let text = text(value);
            if kind.content == COMMON_NAME && common_name.is_none() {
                common_name = Some(text.as_str().into());
            }
            if all.len() + text.len() < MAX_SUBJECT_LENGTH {
                if !all.is_empty() {
                    all.push_str(", ");
                }
                all.push_str(&text);
            }
        }
    }
    (common_name, all.into())
}

/// A string of a name, at most 256 characters of it.
fn text(value: Element<'_>) -> String {
    const BMP_STRING: u8 = 0x1E;
    const LATIN: u8 = 0x14;
    let shown = 256;
    match value.tag {
        BMP_STRING => {
            let units = value.content.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units.take(shown)).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
        }
        LATIN => value.content.iter().take(shown).map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(&value.content[..value.content.len().min(4 * shown)])
            .chars()
            .take(shown)
            .collect(),
    }
}

/// `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`, as X.509 requires. Like OpenSSL also without seconds, with an offset from UTC in
/// place of the `Z` (`+0100`), and the longer form with a fraction of a second. Without `Z` and offset it is refused.
fn time(element: Element<'_>) -> Option<NaiveDateTime> {
    let text = std::str::from_utf8(element.content).ok()?;
    let (digits, rest) = split_at_digits_end(text);
    let century = match element.tag {
        UTC_TIME if digits < "50" => "20",
        UTC_TIME => "19",
        GENERALIZED_TIME => "",
        _ => return None,
    };
    let (format, has_seconds) = match century.len() + digits.len() {
        12 => ("%Y%m%d%H%M", false),
        14 => ("%Y%m%d%H%M%S", true),
        _ => return None,
    };
    let fraction = rest.strip_prefix('.').filter(|_| has_seconds && element.tag == GENERALIZED_TIME);
    let zone = match fraction.map(split_at_digits_end) {
        Some(("", _)) => return None,
        Some((_, zone)) => zone,
        None => rest,
    };
    let local = NaiveDateTime::parse_from_str(&format!("{century}{digits}"), format).ok()?;
    local.checked_sub_signed(offset(zone)?)
}

fn split_at_digits_end(text: &str) -> (&str, &str) {
    text.split_at(text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len()))
}

/// How much later it is at a place with this zone than in UTC: `Z`, `+0100`, `-0530`.
fn offset(zone: &str) -> Option<TimeDelta> {
    if zone == "Z" {
        return Some(TimeDelta::zero());
    }
    let (digits, sign) =
        zone.strip_prefix('+').map(|east| (east, 1)).or_else(|| Some((zone.strip_prefix('-')?, -1)))?;
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?);
    (hours <= 12 && minutes <= 59).then(|| TimeDelta::minutes(sign * (60 * hours + minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right side is what OpenSSL 3.0 prints of each; None for `Bad time value`.
    #[test]
    fn dates_as_openssl_reads_them() {
        for (tag, text, expected) in [
            (UTC_TIME, "160701000000Z", Some("2016-07-01T00:00:00")),
            (UTC_TIME, "1607010000Z", Some("2016-07-01T00:00:00")),
            (UTC_TIME, "160701000000+0130", Some("2016-06-30T22:30:00")),
            (UTC_TIME, "1607010000-0800", Some("2016-07-01T08:00:00")),
            (UTC_TIME, "500101000000Z", Some("1950-01-01T00:00:00")),
            (UTC_TIME, "160701000000", None),
            (UTC_TIME, "160701000000.5Z", None),
            (UTC_TIME, "160701000000+1300", None),
            (UTC_TIME, "160701000000+01", None),
            (UTC_TIME, "1607010000000Z", None),
            (UTC_TIME, "161301000000Z", None),
            (GENERALIZED_TIME, "20500701000000Z", Some("2050-07-01T00:00:00")),
            (GENERALIZED_TIME, "205007010000Z", Some("2050-07-01T00:00:00")),
            (GENERALIZED_TIME, "20500701000000.123Z", Some("2050-07-01T00:00:00")),
            (GENERALIZED_TIME, "20500701000000.5-0100", Some("2050-07-01T01:00:00")),
            (GENERALIZED_TIME, "20500701000000.Z", None),
            (GENERALIZED_TIME, "205007010000.5Z", None),
            (GENERALIZED_TIME, "20500701000000", None),
            (GENERALIZED_TIME, "20500701000000Zulu", None),
        ] {
            let element = Element { tag, content: text.as_bytes(), whole: text.as_bytes() };
            assert_eq!(time(element), expected.map(|time| time.parse().unwrap()), "{text}");
        }
    }
}
