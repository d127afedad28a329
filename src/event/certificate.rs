//! Installations, refusals and the inventory: Feature Profile 37148, "Troubleshooting" and
//! "Platform Certificates". Also the certificate of an authority that SIP 3.x loads.

use nom::branch::alt;
use nom::bytes::streaming::take_while1;
use nom::combinator::{map, map_opt, opt, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::Event;
use super::words::{
    Rest, SlotOf, begins_fingerprint, blanks0, blanks1, closed, end, holder, in_odd_marks, number,
    only_address, or_cut, phrase, punctuation, quoted, reason, remainder, signed, slot_number, text,
    whole_fingerprint,
};
use crate::line::trim;
use crate::model::{Algorithm, Fingerprint, Slot};

/// `hwDescSecurityDeviceCredentialsStore: Could not …`, with any rest of the function's name.
pub(super) fn refused_by_function(input: &[u8]) -> IResult<&[u8], Event> {
    let name = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
    preceded(
        (verify(name, |name: &[u8]| name.starts_with(b"hwDesc")), punctuation(":")),
        alt((too_large, chain_not_decodable)),
    )
    .parse(input)
}

/// `Could not store key for custom device key1, length 4677 is bigger than maximum 4096`.
pub(super) fn too_large(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Could not store")(input)?;
    let (input, is_key) =
        preceded(blanks1, alt((map(phrase("key"), |()| true), map(phrase("cert"), |()| false))))
            .parse(input)?;
    // Other components store certificate lists.
    let (input, _) = (blanks1, phrase("for")).parse(input)?;
    let (input, slot) = or_cut(preceded(blanks1, stored_in)).parse(input)?;
    let (input, length) =
        or_cut(preceded((punctuation(","), phrase("length"), blanks1), number)).parse(input)?;
    let bigger = (blanks1, phrase("is bigger than maximum"), blanks1);
    let (input, maximum) = terminated(or_cut(preceded(bigger, number)), end).parse(input)?;
    let slot = slot.flatten();
    let event = if is_key {
        Event::KeyTooLarge { slot, length, maximum }
    } else {
        Event::CertificateTooLarge { slot, length, maximum }
    };
    Ok((input, event))
}

/// `custom device key1` is the key of platform slot 1. Software with one custom certificate may name no number.
fn stored_in(input: &[u8]) -> IResult<&[u8], Option<Slot>> {
    let custom = alt((phrase("custom"), phrase("Custom")));
    let holder = alt((
        map(phrase("device"), |()| Slot::Platform as fn(u8) -> Slot),
        map(phrase("platform device"), |()| Slot::Platform as fn(u8) -> Slot),
        map(phrase("application device"), |()| Slot::Application as fn(u8) -> Slot),
    ));
    let object = alt((phrase("key"), phrase("certificate"), phrase("cert")));
    let (input, (_, _, slot, _, _, _)) = (custom, blanks1, holder, blanks1, object, blanks0).parse(input)?;
    opt(map(slot_number, slot)).parse(input)
}

/// `Could not decode cert chain, results 0`.
pub(super) fn chain_not_decodable(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Could not decode cert chain")(input)?;
    let results = preceded((punctuation(","), phrase("results"), blanks1), signed);
    let (input, results) = terminated(or_cut(results), end).parse(input)?;
    Ok((input, Event::ChainNotDecodable { results }))
}

/// `Device credential invalid: Cert is not proper in the certificate`.
pub(super) fn credential_invalid(input: &[u8]) -> IResult<&[u8], Event> {
    let reason = preceded(phrase("Device credential invalid"), reason(":"));
    map(reason, |reason| Event::CredentialInvalid { reason }).parse(input)
}

/// `Saving new Custom platform device certificate 1`.
pub(super) fn saving(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) = (phrase("Saving new"), blanks1).parse(input)?;
    let (input, slot) = terminated(holder, (blanks1, phrase("certificate"))).parse(input)?;
    let (input, slot) = match slot(None) {
        Some(built_in) => (input, Some(built_in)),
        None => or_cut(|input| numbered(slot, input)).parse(input)?,
    };
    map(end, |()| Event::CertificateSaving { slot }).parse(input)
}

/// `New Certificate Common Name '0004F206075D' Fingerprint 'CA:70:…'`.
pub(super) fn new_certificate(input: &[u8]) -> IResult<&[u8], Event> {
    preceded(phrase("New Certificate"), name_and_fingerprint)
        .map(|(common_name, fingerprint)| Event::NewCertificate { common_name, fingerprint })
        .parse(input)
}

/// The same for the certificate that was replaced.
pub(super) fn previous_certificate(input: &[u8]) -> IResult<&[u8], Event> {
    preceded(phrase("Previous Certificate"), name_and_fingerprint)
        .map(|(common_name, fingerprint)| Event::PreviousCertificate { common_name, fingerprint })
        .parse(input)
}

/// `No previous certificate stored`.
pub(super) fn no_previous_certificate(input: &[u8]) -> IResult<&[u8], Event> {
    map((phrase("No previous certificate stored"), end), |_| Event::NoPreviousCertificate).parse(input)
}

type NameAndFingerprint = (Option<Box<str>>, Option<Fingerprint>);

/// A name can contain anything, also the word `Fingerprint` and quotes: the last one is used.
fn name_and_fingerprint(input: &[u8]) -> IResult<&[u8], NameAndFingerprint> {
    const WORD: &[u8] = b"Fingerprint";
    let names = preceded((blanks1, phrase("Common Name"), blanks0), remainder);
    map_opt(names, |Rest { bytes, is_cut }| {
        let Some(word) = memchr::memmem::rfind(bytes, WORD) else { return is_cut.then_some((None, None)) };
        let (name, digits) = (quoted(&bytes[..word]), &bytes[word + WORD.len()..]);
        let fingerprint = whole_fingerprint(digits, None);
        if !is_cut {
            let name = name.or_else(|| in_odd_marks(trim(&bytes[..word])));
            return Some((Some(text(name?)), Some(fingerprint?)));
        }
        let name = name.filter(|_| begins_fingerprint(digits) || fingerprint.is_some());
        Some((name.map(text), fingerprint.filter(|_| quoted(digits).is_some())))
    })
    .parse(input)
}

/// The slot's number, if the holder has one: the built-in certificate has none.
fn numbered(slot: SlotOf, input: &[u8]) -> IResult<&[u8], Slot> {
    if let Some(slot) = slot(None) {
        return Ok((input, slot));
    }
    map_opt(preceded(blanks1, slot_number), |number| slot(Some(number))).parse(input)
}

/// A line of the inventory that a phone logs at boot, at level 3: `Polycom device certificate length 802`,
/// `Custom platform device key 1 length 636`.
pub(super) fn inventory(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, (slot, is_certificate)) = inventory_subject(input)?;
    if !is_certificate {
        return map(length, |length| Event::KeyLength { slot, length }).parse(input);
    }
    // The first letter determines which one it is, so that no other grammar is tried.
    match input.first() {
        Some(b'l') => map(length, |length| Event::CertificateLength { slot, length }).parse(input),
        Some(b'i') => {
            let end = (phrase("is not available"), end);
            map(end, |_| Event::CertificateUnavailable { slot }).parse(input)
        }
        Some(b'c') => common_name(slot, input),
        _ => {
            let event =
                |(fingerprint, algorithm)| Event::CertificateFingerprint { slot, fingerprint, algorithm };
            map(fingerprint, event).parse(input)
        }
    }
}

/// The slot, and whether it is about the certificate or the key: `Custom platform device key 1`.
fn inventory_subject(input: &[u8]) -> IResult<&[u8], (Slot, bool)> {
    let object = alt((map(phrase("certificate"), |()| true), map(phrase("key"), |()| false)));
    let (input, (slot, is_certificate)) = (terminated(holder, blanks1), object).parse(input)?;
    let (input, slot) = terminated(|input| numbered(slot, input), blanks1).parse(input)?;
    Ok((input, (slot, is_certificate)))
}

/// The slot that a line of the inventory is about, also if the rest of the line is cut off.
pub(crate) fn slot_of_inventory(text: &[u8]) -> Option<Slot> {
    inventory_subject(text).ok().map(|(_, (slot, _))| slot)
}

/// `common name "0004F206075D"`.
fn common_name(slot: Slot, input: &[u8]) -> IResult<&[u8], Event> {
    map_opt(preceded((phrase("common name"), blanks0), remainder), |Rest { bytes, is_cut }| {
        let odd = || in_odd_marks(bytes).or_else(|| only_address(bytes));
        let name = if is_cut { closed(bytes) } else { Some(quoted(bytes).or_else(odd)?) };
        Some(Event::CertificateCommonName { slot, common_name: name.map(text) })
    })
    .parse(input)
}

/// `length 802`.
fn length(input: &[u8]) -> IResult<&[u8], Option<u64>> {
    terminated(preceded(phrase("length"), or_cut(preceded(blanks1, number))), end).parse(input)
}

type FingerprintAndAlgorithm = (Option<Fingerprint>, Option<Algorithm>);

/// `MD5 fingerprint: 70:8B:…`; the hash algorithm may be missing.
fn fingerprint(input: &[u8]) -> IResult<&[u8], FingerprintAndAlgorithm> {
    let (input, named) = opt(terminated(digest, blanks1)).parse(input)?;
    let (input, ()) = phrase("fingerprint")(input)?;
    let digits = preceded(or_cut(punctuation(":")), remainder);
    map_opt(digits, |said| whole_or_cut(said, named)).parse(input)
}

/// A fingerprint that is the whole rest of the text. In a cut text it is unknown, because as many pairs as MD5 has
/// may be the beginning of a longer fingerprint.
fn whole_or_cut(
    Rest { bytes, is_cut }: Rest<'_>,
    named: Option<Algorithm>,
) -> Option<FingerprintAndAlgorithm> {
    if is_cut {
        return begins_fingerprint(bytes).then_some((None, named));
    }
    let fingerprint = whole_fingerprint(bytes, named)?;
    let algorithm = fingerprint.algorithm();
    Some((Some(fingerprint), Some(algorithm)))
}

/// `MD5`, `SHA-1`, `SHA256`.
fn digest(input: &[u8]) -> IResult<&[u8], Algorithm> {
    let name = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'-');
    map_opt(name, |name: &[u8]| {
        const NAMES: [(&str, Algorithm); 5] = [
            ("MD5", Algorithm::Md5),
            ("SHA1", Algorithm::Sha1),
            ("SHA-1", Algorithm::Sha1),
            ("SHA256", Algorithm::Sha256),
            ("SHA-256", Algorithm::Sha256),
        ];
        NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, named)| *named)
    })
    .parse(input)
}

/// `New fingerprint AA:…`, when SIP 3.x loads the certificate of an authority.
pub(super) fn new_ca(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("New fingerprint")(input)?;
    let digits = preceded(or_cut(alt((blanks1, punctuation(":")))), remainder);
    map_opt(digits, |said| whole_or_cut(said, None)).map(ca).parse(input)
}

/// `Custom certificate MD5 fingerprint: AA:…`, of the same certificate.
pub(super) fn custom_ca(input: &[u8]) -> IResult<&[u8], Event> {
    preceded((phrase("Custom certificate"), blanks1), fingerprint).map(ca).parse(input)
}

fn ca((fingerprint, algorithm): FingerprintAndAlgorithm) -> Event {
    Event::CaFingerprint { fingerprint, algorithm }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cut, known, unknown};
    use super::*;

    const FINGERPRINT: &str = "CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC";

    fn bytes(text: &str) -> Option<Fingerprint> {
        whole_fingerprint(text.as_bytes(), None)
    }

    #[test]
    fn refusals() {
        let key = |length, maximum| Event::KeyTooLarge { slot: Some(Slot::Platform(1)), length, maximum };
        let store = "hwDescSecurityDeviceCredentialsStore: Could not store";
        let sizes = "length 4677 is bigger than maximum 4096";
        assert_eq!(
            known(&format!("{store} key for custom device key1, {sizes}")),
            key(Some(4677), Some(4096))
        );
        let own = format!("Could not store key for custom device key 1, {sizes}.");
        assert_eq!(known(&own), key(Some(4677), Some(4096)));
        assert_eq!(
            known(&format!("{store} cert for custom device cert2, length 9000 is bigger than maximum 8192")),
            Event::CertificateTooLarge {
                slot: Some(Slot::Platform(2)),
                length: Some(9000),
                maximum: Some(8192)
            }
        );
        for (name, slot) in [
            ("custom application device key3", Some(Slot::Application(3))),
            ("Custom application device key 3", Some(Slot::Application(3))),
            ("Custom platform device key 1", Some(Slot::Platform(1))),
            ("Custom platform device key", None),
            ("custom device key", None),
            ("custom device key ", None),
        ] {
            let Event::KeyTooLarge { slot: named, length: Some(4677), maximum: Some(4096) } =
                known(&format!("{store} key for {name}, {sizes}"))
            else {
                panic!("{name}: a key")
            };
            assert_eq!(named, slot, "{name}");
        }
        assert_eq!(
            known("Could not store cert for custom device cert, length 9000 is bigger than maximum 8192"),
            Event::CertificateTooLarge { slot: None, length: Some(9000), maximum: Some(8192) }
        );
        assert_eq!(
            known("hwDescSecurityDeviceCredentialsStoreAscii: Could not decode cert chain, results -1"),
            Event::ChainNotDecodable { results: Some(-1) }
        );
        let reason = Some("Cert is not proper in the certificate".into());
        assert_eq!(
            known("Device credential invalid: Cert is not proper in the certificate"),
            Event::CredentialInvalid { reason }
        );
        assert_eq!(known("Device credential invalid:"), Event::CredentialInvalid { reason: None });
        cut(&format!("{store} key for custom device key1, length 4677 is bigger than"));
        cut(&format!("{store} key for custom device key"));
        unknown("Could not store key for phone lock, length 12 is bigger than maximum 8");
        unknown("Could not store key for custom device key0, length 12 is bigger than maximum 8");
        unknown("Could not store key for custom device keys, length 12 is bigger than maximum 8");
        unknown("Could not store key for custom device, length 12 is bigger than maximum 8");
        unknown("Could not store key for custom device key A, length 12 is bigger than maximum 8");
        unknown("Could not store key for any custom device key, length 12 is bigger than maximum 8");
        unknown(&format!("{store} key for custom device key1, {sizes} bytes today"));
        unknown("Device credential invalidated");
        unknown("Could not decode cert chain of the server, results 0");
    }

    #[test]
    fn installations() {
        let saving = |slot| Event::CertificateSaving { slot: Some(slot) };
        assert_eq!(known("Saving new Custom platform device certificate 1"), saving(Slot::Platform(1)));
        assert_eq!(known("Saving new Custom application device certificate 6"), saving(Slot::Application(6)));
        assert_eq!(known("Saving new Polycom device certificate"), saving(Slot::BuiltIn));
        assert_eq!(
            known(&format!("New Certificate Common Name '0004F206075D' Fingerprint '{FINGERPRINT}'")),
            Event::NewCertificate {
                common_name: Some("0004F206075D".into()),
                fingerprint: bytes(FINGERPRINT)
            }
        );
        let lower = FINGERPRINT.to_lowercase();
        assert_eq!(
            known(&format!(
                "Previous Certificate Common Name ‘O'Brien's Fingerprint 'x'’ Fingerprint ‘{lower}’"
            )),
            Event::PreviousCertificate {
                common_name: Some("O'Brien's Fingerprint 'x'".into()),
                fingerprint: bytes(FINGERPRINT)
            }
        );
        assert_eq!(
            known(&format!("New Certificate Common Name ‘O’Neil’ Fingerprint ‘{FINGERPRINT}’")),
            Event::NewCertificate { common_name: Some("O’Neil".into()), fingerprint: bytes(FINGERPRINT) }
        );
        assert_eq!(known("No previous certificate stored"), Event::NoPreviousCertificate);
        cut("New Certificate Common Name '0004F206075D'");
        cut("New Certificate Common Name '0004F206075D' Fingerprint 'CA:70:");
        unknown("Saving new configuration");
        unknown("Saving new Custom platform device certificate 1 to a file");
        unknown("New Certificates are on their way");
        unknown("No previous certificate stored here");
    }

    #[test]
    fn inventory_lines() {
        let built_in = Slot::BuiltIn;
        assert_eq!(
            known("Polycom device certificate length 802"),
            Event::CertificateLength { slot: built_in, length: Some(802) }
        );
        assert_eq!(
            known("Polycom device key length 636"),
            Event::KeyLength { slot: built_in, length: Some(636) }
        );
        assert_eq!(
            known("Polycom device certificate is not available"),
            Event::CertificateUnavailable { slot: built_in }
        );
        let slot = Slot::Platform(1);
        assert_eq!(
            known("Custom platform device key 1 length 2374"),
            Event::KeyLength { slot, length: Some(2374) }
        );
        assert_eq!(
            known("Custom platform device certificate 1 common name “Custom-0004F206075D”"),
            Event::CertificateCommonName { slot, common_name: Some("Custom-0004F206075D".into()) }
        );
        cut("Custom platform device certificate 2 is not");
        cut("Custom platform device certificate 1 MD5");
        cut("Polycom device certificate MD5 fingerprint:");
        cut("Polycom device certificate common name");
        unknown("Polycom device certificate is not available in the cache");
        unknown("Custom platform device certificate length 802");
        unknown("Polycom device certificate 1 length 802");
        unknown("Polycom device certificate length 802 of 900");
        unknown("Custom platform device certificate 1 is not available for download");
    }

    #[test]
    fn fingerprints_have_the_length_of_the_digest_that_is_named() {
        let sha1 = [FINGERPRINT, "00:01:02:03"].join(":");
        let sha256 = [FINGERPRINT, FINGERPRINT].join(":");
        let read = |name: &str, digits: &str| {
            super::super::read(
                format!("Custom platform device certificate 1 {name}fingerprint: {digits}").as_bytes(),
                super::super::End::Whole,
            )
        };
        let spaced = FINGERPRINT.replacen("FA:", "FA: ", 1);
        let lower = FINGERPRINT.to_lowercase();
        for (name, digits, algorithm) in [
            ("MD5 ", FINGERPRINT, Algorithm::Md5),
            ("MD5 ", &lower, Algorithm::Md5),
            ("MD5 ", &spaced, Algorithm::Md5),
            ("SHA1 ", &sha1, Algorithm::Sha1),
            ("SHA-256 ", &sha256, Algorithm::Sha256),
            ("SHA256 ", &sha256, Algorithm::Sha256),
            ("", FINGERPRINT, Algorithm::Md5),
            ("", &sha1, Algorithm::Sha1),
            ("", &sha256, Algorithm::Sha256),
        ] {
            let expected = Event::CertificateFingerprint {
                slot: Slot::Platform(1),
                fingerprint: bytes(digits),
                algorithm: Some(algorithm),
            };
            assert_eq!(read(name, digits), super::super::ParsedText::Known(expected), "{name}{digits}");
        }
        for (name, digits) in
            [("SHA256 ", FINGERPRINT), ("SHA1 ", FINGERPRINT), ("MD5 ", &sha1), ("", "CA:70")]
        {
            assert_eq!(read(name, digits), super::super::ParsedText::Cut, "{name}{digits}");
        }
        assert_eq!(read("SHA512 ", FINGERPRINT), super::super::ParsedText::Unknown);
    }

    #[test]
    fn certificates_of_an_authority() {
        let ca = Event::CaFingerprint { fingerprint: bytes(FINGERPRINT), algorithm: Some(Algorithm::Md5) };
        assert_eq!(known(&format!("New fingerprint {FINGERPRINT}")), ca);
        assert_eq!(known(&format!("Custom certificate MD5 fingerprint: {FINGERPRINT}")), ca);
        cut("Custom certificate MD5 fingerprint: CA:70");
        cut("New fingerprint CA:70");
        unknown("New fingerprints were loaded");
        unknown("Custom certificate is not available");
    }
}
