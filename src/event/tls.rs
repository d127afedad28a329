//! TLS connections to servers.

use nom::bytes::streaming::take_while;
use nom::combinator::{map, map_opt, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::Event;
use super::words::{phrase, remainder, sign, text};

/// `Server certificate verification failed, Untrusted Certificate`.
pub(super) fn server_certificate_untrusted(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Server certificate verification failed")(input)?;
    let reason = verify(preceded(sign(",:"), remainder), |reason: &[u8]| !reason.is_empty());
    map(reason, |reason| Event::ServerCertificateUntrusted { reason: text(reason) }).parse(input)
}

/// `MakeTlsConnection: SSL_connect error 1`, `MakeTlsConnection: connection failed error -1`.
pub(super) fn connection_failed(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) =
        (phrase("MakeTlsConnection"), sign(":"), take_while(|byte| byte == b' ')).parse(input)?;
    map_opt(remainder, |said| {
        let said = std::str::from_utf8(said).ok()?;
        let (_, number) = said.trim_end_matches('.').rsplit_once("error ")?;
        Some(Event::TlsConnectionFailed { error: number.trim().parse().ok()? })
    })
    .parse(input)
}

#[cfg(test)]
mod tests {
    use super::super::{Reading, read};
    use super::*;

    #[test]
    fn failures_and_near_misses() {
        let reason = "Untrusted Certificate".into();
        assert_eq!(
            read(b"Server certificate verification failed, Untrusted Certificate"),
            Reading::Open(Event::ServerCertificateUntrusted { reason })
        );
        for (text, error) in [("SSL_connect error 1", 1), ("connection failed error -1", -1)] {
            let text = format!("MakeTlsConnection: {text}");
            assert_eq!(read(text.as_bytes()), Reading::Known(Event::TlsConnectionFailed { error }));
        }
        assert_eq!(read(b"Server certificate verification failed,"), Reading::Cut);
        assert_eq!(read(b"MakeTlsConnection: connected"), Reading::Cut, "the number can still come");
        assert_eq!(read(b"Server certificate verification"), Reading::Cut);
        assert_eq!(read(b"Server certificate verified"), Reading::Unknown);
    }
}
