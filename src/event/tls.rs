//! TLS connections to servers, and the certificate with which the phone signs in.

use nom::branch::alt;
use nom::character::streaming::char;
use nom::combinator::{map, map_opt};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::Event;
use super::words::{
    Rest, begins_quote, blanks0, closed, end, or_cut, phrase, punctuation, quoted, reason, remainder, signed,
    text,
};
use crate::line::{blank_length, trim, without_separators, without_trailing_marks};

/// `Server certificate verification failed, Untrusted Certificate`; the reason can be missing.
pub(super) fn server_certificate_untrusted(input: &[u8]) -> IResult<&[u8], Event> {
    let reason = preceded(phrase("Server certificate verification failed"), reason(",:"));
    map(reason, |reason| Event::ServerCertificateUntrusted { reason }).parse(input)
}

/// `MakeTlsConnection: SSL_connect error 1`, `MakeTlsConnection: connection failed error -1`.
pub(super) fn connection_failed(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) = (phrase("MakeTlsConnection"), punctuation(":")).parse(input)?;
    map_opt(remainder, |Rest { bytes, is_cut }| {
        const WORD: &[u8] = b"error";
        let behind = &bytes[memchr::memmem::rfind(bytes, WORD)? + WORD.len()..];
        let number = trim(behind.strip_suffix(b".").unwrap_or(behind));
        let digits = trim(behind);
        let digits = digits.strip_prefix(b"-").unwrap_or(digits);
        if is_cut && digits.iter().all(u8::is_ascii_digit) {
            return Some(Event::TlsConnectionFailed { error: None });
        }
        let number = std::str::from_utf8(number).ok().filter(|_| blank_length(behind) > 0)?;
        Some(Event::TlsConnectionFailed { error: Some(number.parse().ok()?) })
    })
    .parse(input)
}

/// `m_bCertExists [0]` and its neighbours, each in a line of its own.
pub(super) fn sign_in_certificate(input: &[u8]) -> IResult<&[u8], Event> {
    let names = (
        phrase("m_bCertExists").map(|()| 0),
        phrase("m_bCertExpired").map(|()| 1),
        phrase("m_validUntil").map(|()| 2),
        phrase("m_eErrorCode").map(|()| 3),
    );
    let (input, index) = terminated(alt(names), (blanks0, char('['))).parse(input)?;
    let (input, value) = terminated(or_cut(signed), (or_cut(char(']')), end)).parse(input)?;
    let mut values = [None; 4];
    values[index] = value;
    let [exists, expired, valid_until, error] = values;
    let (exists, expired) = (exists.map(|number| number != 0), expired.map(|number| number != 0));
    Ok((input, Event::SignInCertificate { exists, expired, valid_until, error }))
}

/// `Prov|Invalid STS-URI: '…'`: the address of the company's certificate service.
pub(super) fn provisioning_uri_invalid(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) = (phrase("Prov|Invalid STS-URI"), or_cut(punctuation(":"))).parse(input)?;
    map_opt(remainder, |Rest { bytes, is_cut }| {
        let bytes = without_trailing_marks(without_separators(bytes));
        let unquoted = (!begins_quote(bytes)).then_some(bytes);
        let uri = if is_cut { closed(bytes) } else { Some(quoted(bytes).or(unquoted)?) };
        // Without any text, the line was wrapped before the address.
        let event = Event::ProvisioningUriInvalid { uri: uri.filter(|uri| !uri.is_empty()).map(text) };
        (is_cut || !bytes.is_empty()).then_some(event)
    })
    .parse(input)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cut, known, unknown};
    use super::*;

    #[test]
    fn refusals_of_a_server() {
        for (words, reason) in [
            (", Untrusted Certificate", Some("Untrusted Certificate")),
            (", Untrusted Cetificate", Some("Untrusted Cetificate")),
            (", Untrusted Certificate | |", Some("Untrusted Certificate")),
            (", Untrusted Certificate\"", Some("Untrusted Certificate")),
            (", Untrusted Certificate'", Some("Untrusted Certificate")),
            (", Untrusted Certificate”", Some("Untrusted Certificate")),
            (", subject 'Acme Root CA'", Some("subject 'Acme Root CA'")),
            (", subject 'Acme Root CA'\"", Some("subject 'Acme Root CA'")),
            (", subject “Acme Root CA”", Some("subject “Acme Root CA”")),
            (", subject 'Acme Root CA''", Some("subject 'Acme Root CA'")),
            (": Untrusted Certificate", Some("Untrusted Certificate")),
            (",", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(
                known(&format!("Server certificate verification failed{words}")),
                Event::ServerCertificateUntrusted { reason: reason.map(Into::into) },
                "{words}"
            );
        }
        cut("Server certificate verification");
        unknown("Server certificate verified");
        unknown("Server certificate verification failed yesterday");
    }

    #[test]
    fn failed_connections() {
        for (text, error) in [
            ("SSL_connect error 1", 1),
            ("connection failed error -1", -1),
            ("connection failed error -1.", -1),
        ] {
            let text = format!("MakeTlsConnection: {text}");
            assert_eq!(known(&text), Event::TlsConnectionFailed { error: Some(error) });
        }
        cut("MakeTlsConnection: connected");
        cut("MakeTlsConnection: SSL_connect errors 1");
    }

    #[test]
    fn sign_in_certificates() {
        for (text, values) in [
            ("m_bCertExists [0]", (Some(false), None, None, None)),
            ("m_bCertExists [1]", (Some(true), None, None, None)),
            ("m_bCertExpired [1]", (None, Some(true), None, None)),
            ("m_validUntil [1612345678]", (None, None, Some(1_612_345_678), None)),
            ("m_eErrorCode [9]", (None, None, None, Some(9))),
        ] {
            let (exists, expired, valid_until, error) = values;
            assert_eq!(known(text), Event::SignInCertificate { exists, expired, valid_until, error });
        }
        cut("m_bCertExists [0");
        cut("m_bCertExists");
        unknown("m_bCertExistsNot [0]");
        unknown("m_bCertExists [no]");
        unknown("m_validityDuration [0]");
    }

    #[test]
    fn addresses_of_certificate_services() {
        let uri = |uri: Option<&str>| Event::ProvisioningUriInvalid { uri: uri.map(Into::into) };
        assert_eq!(
            known("Prov|Invalid STS-URI: 'https://example.com/x'"),
            uri(Some("https://example.com/x"))
        );
        assert_eq!(known("Prov|Invalid STS-URI: ''"), uri(None));
        assert_eq!(known("Prov|Invalid STS-URI: example.com"), uri(Some("example.com")));
        cut("Prov|Invalid STS-URI:");
        cut("Prov|Invalid STS-URI: 'https://exam");
        unknown("Prov|Download of master configuration file failed");
        unknown("Prov|Unknown suboption received for DHCP option 43");
    }
}
