//! Installations, refusals and the inventory: Feature Profile 37148, "Troubleshooting" and
//! "Platform Certificates".

use nom::branch::alt;
use nom::bytes::streaming::take_while1;
use nom::character::streaming::{space0, space1};
use nom::combinator::{map, map_opt, opt, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::Event;
use super::words::{
    SlotOf, end, holder, number, phrase, quoted, remainder, sign, signed, slot_number, text,
    whole_fingerprint,
};
use crate::model::{Fingerprint, Slot};

/// `hwDescSecurityDeviceCredentialsStore: Could not …`, whatever the function's name goes on with.
pub(super) fn refused_by_function(input: &[u8]) -> IResult<&[u8], Event> {
    let name = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
    preceded(
        (verify(name, |name: &[u8]| name.starts_with(b"hwDesc")), sign(":")),
        alt((too_large, chain_not_decodable)),
    )
    .parse(input)
}

/// `Could not store key for custom device key1, length 4677 is bigger than maximum 4096`.
pub(super) fn too_large(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Could not store")(input)?;
    let (input, is_key) =
        preceded(space1, alt((map(phrase("key"), |()| true), map(phrase("cert"), |()| false))))
            .parse(input)?;
    let (input, slot) = preceded((space1, phrase("for"), space1), stored_in).parse(input)?;
    let (input, length) = preceded((sign(","), phrase("length"), space1), number).parse(input)?;
    let (input, maximum) =
        terminated(preceded((space1, phrase("is bigger than maximum"), space1), number), end).parse(input)?;
    let event = if is_key {
        Event::KeyTooLarge { slot: Some(slot), length, maximum }
    } else {
        Event::CertificateTooLarge { slot: Some(slot), length, maximum }
    };
    Ok((input, event))
}

/// `custom device key1` is the key of platform slot 1.
fn stored_in(input: &[u8]) -> IResult<&[u8], Slot> {
    let holder = alt((
        map(phrase("custom device"), |()| Slot::Platform as fn(u8) -> Slot),
        map(phrase("custom platform device"), |()| Slot::Platform as fn(u8) -> Slot),
        map(phrase("custom application device"), |()| Slot::Application as fn(u8) -> Slot),
    ));
    let object = alt((phrase("key"), phrase("certificate"), phrase("cert")));
    let (input, slot) = terminated(holder, (space1, object, space0)).parse(input)?;
    map(slot_number, slot).parse(input)
}

/// `Could not decode cert chain, results 0`.
pub(super) fn chain_not_decodable(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Could not decode cert chain")(input)?;
    let (input, results) =
        terminated(preceded((sign(","), phrase("results"), space1), signed), end).parse(input)?;
    Ok((input, Event::ChainNotDecodable { results }))
}

/// `Device credential invalid: Cert is not proper in the certificate`.
pub(super) fn credential_invalid(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Device credential invalid")(input)?;
    let reason = verify(preceded(sign(":"), remainder), |reason: &[u8]| !reason.is_empty());
    map(reason, |reason| Event::CredentialInvalid { reason: text(reason) }).parse(input)
}

/// `Saving new Custom platform device certificate 1`.
pub(super) fn saving(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Saving new")(input)?;
    let (input, slot) = preceded(space1, certificate_of).parse(input)?;
    map(end, |()| Event::CertificateSaving { slot }).parse(input)
}

/// `New Certificate Common Name '0004F206075D' Fingerprint 'CA:70:…'`.
pub(super) fn new_certificate(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("New Certificate")(input)?;
    map(name_and_fingerprint, |(common_name, fingerprint)| Event::NewCertificate { common_name, fingerprint })
        .parse(input)
}

/// The same of the certificate that was replaced.
pub(super) fn previous_certificate(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Previous Certificate")(input)?;
    map(name_and_fingerprint, |(common_name, fingerprint)| Event::PreviousCertificate {
        common_name,
        fingerprint,
    })
    .parse(input)
}

/// `No previous certificate stored`.
pub(super) fn no_previous_certificate(input: &[u8]) -> IResult<&[u8], Event> {
    map((phrase("No previous certificate stored"), end), |_| Event::NoPreviousCertificate).parse(input)
}

/// A name can hold anything, the word `Fingerprint` and quotes too: the last one counts.
fn name_and_fingerprint(input: &[u8]) -> IResult<&[u8], (Box<str>, Fingerprint)> {
    let names = preceded((space1, phrase("Common Name"), space0), remainder);
    map_opt(names, |names| {
        let word = memchr::memmem::rfind(names, b"Fingerprint")?;
        let name = quoted(&names[..word])?;
        Some((text(name), whole_fingerprint(&names[word + b"Fingerprint".len()..])?))
    })
    .parse(input)
}

/// `Polycom device certificate`, `Custom platform device certificate 1`.
fn certificate_of(input: &[u8]) -> IResult<&[u8], Slot> {
    let (input, slot) = terminated(holder, (space1, phrase("certificate"))).parse(input)?;
    numbered(slot, input)
}

fn key_of(input: &[u8]) -> IResult<&[u8], Slot> {
    let (input, slot) = terminated(holder, (space1, phrase("key"))).parse(input)?;
    numbered(slot, input)
}

/// The slot's number where the holder has one: the built-in certificate has none.
fn numbered(slot: SlotOf, input: &[u8]) -> IResult<&[u8], Slot> {
    if let Some(slot) = slot(None) {
        return Ok((input, slot));
    }
    map_opt(preceded(space1, slot_number), |number| slot(Some(number))).parse(input)
}

/// A line of the inventory that a phone logs at boot, at level 3.
pub(super) fn inventory(input: &[u8]) -> IResult<&[u8], Event> {
    alt((certificate_line, key_line)).parse(input)
}

fn key_line(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, slot) = key_of(input)?;
    let (input, length) =
        terminated(preceded((space1, phrase("length"), space1), number), end).parse(input)?;
    Ok((input, Event::KeyLength { slot, length }))
}

fn certificate_line(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, slot) = terminated(certificate_of, space1).parse(input)?;
    let length = map(terminated(preceded((phrase("length"), space1), number), end), |length| {
        Event::CertificateLength { slot, length }
    });
    let unavailable = map((phrase("is not available"), end), |_| Event::CertificateUnavailable { slot });
    let common_name = map_opt(preceded((phrase("common name"), space0), remainder), |name| {
        Some(Event::CertificateCommonName { slot, common_name: text(quoted(name)?) })
    });
    let digest = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let digest = verify(take_while1(digest), |name: &[u8]| {
        name.starts_with(b"MD") || name.to_ascii_uppercase().starts_with(b"SHA")
    });
    let fingerprint = preceded((opt((digest, space1)), phrase("fingerprint"), sign(":")), remainder);
    let fingerprint = map_opt(fingerprint, |digits| {
        Some(Event::CertificateFingerprint { slot, fingerprint: whole_fingerprint(digits)? })
    });
    alt((length, unavailable, common_name, fingerprint)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::super::{Reading, read};
    use super::*;

    fn known(text: &str) -> Event {
        match read(text.as_bytes()) {
            Reading::Known(event) | Reading::Open(event) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn cut(text: &str) {
        assert_eq!(read(text.as_bytes()), Reading::Cut, "{text}");
    }

    fn unknown(text: &str) {
        assert_eq!(read(text.as_bytes()), Reading::Unknown, "{text}");
    }

    const FINGERPRINT: &str = "CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC";

    #[test]
    fn refusals() {
        let slot = Some(Slot::Platform(1));
        let key = Event::KeyTooLarge { slot, length: 4677, maximum: 4096 };
        let store = "hwDescSecurityDeviceCredentialsStore: Could not store";
        let sizes = "length 4677 is bigger than maximum 4096";
        assert_eq!(known(&format!("{store} key for custom device key1, {sizes}")), key);
        assert_eq!(known(&format!("Could not store key for custom device key 1, {sizes}.")), key);
        let certificate =
            Event::CertificateTooLarge { slot: Some(Slot::Platform(2)), length: 9000, maximum: 8192 };
        assert_eq!(
            known(&format!("{store} cert for custom device cert2, length 9000 is bigger than maximum 8192")),
            certificate
        );
        assert_eq!(
            known("hwDescSecurityDeviceCredentialsStoreAscii: Could not decode cert chain, results -1"),
            Event::ChainNotDecodable { results: -1 }
        );
        let reason = "Cert is not proper in the certificate".into();
        assert_eq!(
            known("Device credential invalid: Cert is not proper in the certificate"),
            Event::CredentialInvalid { reason }
        );
        cut(&format!("{store} key for custom device key1, length 4677 is bigger than"));
        cut("Device credential invalid:");
        unknown("Could not store key for phone lock, length 12 is bigger than maximum 8");
        unknown("Could not store key for custom device key0, length 12 is bigger than maximum 8");
        unknown(&format!("{store} key for custom device key1, {sizes} bytes today"));
    }

    #[test]
    fn installations() {
        assert_eq!(
            known("Saving new Custom platform device certificate 1"),
            Event::CertificateSaving { slot: Slot::Platform(1) }
        );
        assert_eq!(
            known("Saving new Custom application device certificate 6"),
            Event::CertificateSaving { slot: Slot::Application(6) }
        );
        let Event::NewCertificate { common_name, fingerprint } =
            known(&format!("New Certificate Common Name '0004F206075D' Fingerprint '{FINGERPRINT}'"))
        else {
            panic!("a new certificate")
        };
        assert_eq!((&*common_name, fingerprint.to_string().as_str()), ("0004F206075D", FINGERPRINT));
        let Event::PreviousCertificate { common_name, .. } = known(&format!(
            "Previous Certificate Common Name ‘O'Brien's Fingerprint 'x'’ Fingerprint ‘{}’",
            FINGERPRINT.to_lowercase()
        )) else {
            panic!("a previous certificate")
        };
        assert_eq!(&*common_name, "O'Brien's Fingerprint 'x'");
        assert_eq!(known("No previous certificate stored"), Event::NoPreviousCertificate);
        cut("New Certificate Common Name '0004F206075D'");
        cut("New Certificate Common Name '0004F206075D' Fingerprint 'CA:70:");
        unknown("Saving new configuration");
        unknown("New Certificates are on their way");
    }

    #[test]
    fn inventory_lines() {
        let built_in = Slot::BuiltIn;
        assert_eq!(
            known("Polycom device certificate length 802"),
            Event::CertificateLength { slot: built_in, length: 802 }
        );
        assert_eq!(known("Polycom device key length 636"), Event::KeyLength { slot: built_in, length: 636 });
        assert_eq!(
            known("Polycom device certificate is not available"),
            Event::CertificateUnavailable { slot: built_in }
        );
        let slot = Slot::Platform(1);
        assert_eq!(
            known("Custom platform device key 1 length 2374"),
            Event::KeyLength { slot, length: 2374 }
        );
        for digits in
            [FINGERPRINT.to_owned(), FINGERPRINT.to_lowercase(), FINGERPRINT.replacen("FA:", "FA: ", 1)]
        {
            let event = known(&format!("Custom platform device certificate 1 MD5 fingerprint: {digits}"));
            let Event::CertificateFingerprint { slot: found, fingerprint } = event else {
                panic!("a fingerprint")
            };
            assert_eq!((found, fingerprint.to_string().as_str()), (slot, FINGERPRINT));
        }
        let sha256 = [FINGERPRINT, FINGERPRINT].join(":");
        let event = known(&format!("Custom application device certificate 7 SHA-256 fingerprint: {sha256}"));
        assert_eq!(event.fields()["algorithm"], "sha256");
        let event = known("Custom platform device certificate 1 common name “Custom-0004F206075D”");
        assert_eq!(event.fields()["common_name"], "Custom-0004F206075D");
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
}
