//! What the phone gives as a reason after a known message is free text. Of its words, only those are shown that such
//! reasons consist of, and pseudonyms: a bare word could be the name of a person or a host.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::secrets::{REDACTED, pattern};

/// The words of reasons in the vendor's documents and of OpenSSL's errors of verification, and what words of texts that
/// are shown redacted consist of.
const WORDS: &str = "\
    a about above accepted access account address after again alert algorithm all already also alternative an and another any app \
    application are as asn1 assembly at attempt authentication authority authorized available b bad basic because been before \
    begin behind below between big bits boot broken builtin built but by bytes \
    c ca can cannot cert certs certificate certificates cetificate cfg chain changed check checked cipher client clock closed cn co code com \
    common complete configuration configured connect connected connecting connection constraint contact contain contains content \
    corrupt could country create created credential credentials crl csr current custom \
    data date dates dc decode decoded default denied depth der descriptor device did different digest dir directory dns do does \
    domain down download downloaded \
    early ec empty encoding encrypted end ended eof error errors example exceeded excluded exist exists expected expiration expire \
    expired expires expiry extended extension \
    failed fails failure fault field file files fingerprint first flag for form format found from ftp ftps future \
    gateway get given good got gz \
    had handshake has hash have header hold host hostname http https \
    i id identity if ignored illegal import in incomplete incorrect inner inside install installed internal interface intermediate \
    into invalid invalidcert ip is issue issued issuer it its \
    key keys kind known \
    label larger last ldap length less level limit list load loaded local location log long lookup \
    main malformed match matched matches matching maximum md5 memory message method mismatch missing model more \
    name names network new newer next no nonce none not notafter notbefore ntp number \
    o object ocsp of off old on one only open opened operation option or other ou out output outside \
    parent parse parsed part path peer pem permitted phone pkcs pkcs12 pkcs7 place platform policy polycom port present previous private problem \
    proper properly protocol provided provisioning proxy public purpose \
    r random reach reachable read reason received redacted refused region registrar reject rejected remote removed request required \
    reset response result retry rev revision revocation revoked root route router rsa \
    s same san save saved saving says scep secret section secure self sent serial server serversocket service session set sha sha1 sha256 \
    sha384 sha512 short sign signature signed signer signing since sip size skipped slot so socket software some source ssl st state status \
    stopped store stored strict subject subjectaltname such supported suite sync syslog system \
    tag tar temporarily than that the then there this time timed timeout tls to too trust trusted try type \
    unable unavailable unexpected unhandled unknown unreachable unsupported until untrusted up update upload uploading uri url usage use \
    used user \
    valid validation validity value verification verified verify version via \
    was web were when which while wildcard will with within without wrong \
    x x509 xml yet zip";

static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_ascii_whitespace().collect());

/// The pseudonym of an address; bytes in hexadecimal digits; a number, a date or a version, as `4.0.8H` and `TLSv1.2`; or
/// a word.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b02[:-]?[08]0(?:[:-]?[0-9a-f]{2}){4}\b|\b02[08]0(?:\.[0-9a-f]{4}){2}\b|\b100::[0-9a-f]{1,4}\b",
        r"|\b(?:[0-9a-f]{2}:)+[0-9a-f]{2}\b",
        r"|(?:v|tlsv|sslv)?[0-9]+(?:T[0-9]+)?[a-z]?\b",
        r"|(?<word>[\p{L}\p{M}\p{N}]+)",
    ))
});

/// What is between two words of one name.
static WITHIN_NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"\A[ \t._'’+&-]*\z"));

/// After these words of a message, the rest is free text, a reason or the name of a file, and is redacted word by word.
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)certificate\s+verification\s+failed|credential\s+invalid|skipped\s+uploading")
});

/// The reasons that the vendor's documents show, in small letters. They may be cut anywhere.
const REASONS: [&str; 5] = [
    "untrusted certificate",
    "untrusted cetificate",
    "cert is not proper in the certificate",
    "cert is not proper in the configuration",
    "nonce is not proper",
];

/// The reason of a message, in which all else that names somebody is a pseudonym.
pub(super) fn of_reason(text: &str) -> String {
    let bare = text.trim_start_matches([',', ':', ' ']).to_lowercase();
    if REASONS.iter().any(|reason| reason.starts_with(&bare)) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    // The end of what is in `shown`, and whether that is the replacement of a name.
    let (mut done, mut is_hidden) = (0, false);
    for found in WORD.captures_iter(text) {
        let whole = found.get_match();
        let is_known = found.name("word").is_none_or(|word| is_known(word.as_str()));
        let between = &text[done..whole.start()];
        if is_known {
            shown.push_str(between);
            shown.push_str(whole.as_str());
        } else if !(is_hidden && WITHIN_NAME.is_match(between)) {
            shown.push_str(between);
            shown.push_str(REDACTED);
        }
        (done, is_hidden) = (whole.end(), !is_known);
    }
    shown.push_str(&text[done..]);
    shown
}

/// The same of the whole text of a message.
pub(super) fn in_message(text: &str) -> String {
    match MESSAGE.find(text) {
        Some(message) => [&text[..message.end()], &of_reason(&text[message.end()..])].concat(),
        None => text.to_owned(),
    }
}

/// Whether this is a word of reasons.
fn is_known(word: &str) -> bool {
    KNOWN.contains(&*word.to_lowercase()) || word.chars().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_the_vendor_and_of_openssl_stay() {
        for text in [
            "Untrusted Certificate",
            "Untrusted Cetificate",
            "Untrusted Certifi",
            "Cert is not proper in the certificate",
            "Cert is not proper in the configuration",
            "nonce is not proper",
            "issuer is not trusted",
            "self signed certificate in certificate chain (error 19, depth 1)",
            "unable to get local issuer certificate",
            "certificate is not yet valid",
            "certificate has expired 2013-05-31T13:18:22",
            "path length constraint exceeded",
            "unable to verify the first certificate",
            "OCSP response: PKCS12 or ASN1 error",
            "format error in certificate's notBefore field",
            "hostname mismatch: CN name-1, host-1.example, 240.0.0.1, 020000000001, [100::1]:443",
            "no route to host-1.example, TLSv1.2, SHA256 70:8B:85:9C:49:4E",
            "02000000a0bc 02:00:00:00:0A:BC 0280.0000.0abc 100::abc",
            "/dir-1/020000000001-app.log, dir-1/file-1.zip, user-1@host-2.example, serial-1",
            "-----BEGIN … PRIVATE KEY----- [redacted]",
            "",
        ] {
            assert_eq!(of_reason(text), text);
            assert_eq!(in_message(text), text);
        }
    }

    #[test]
    fn bare_names_in_a_reason_are_hidden() {
        for (text, shown) in [
            ("issued to jdoe77", "issued to [redacted]"),
            ("CN Jane Doe", "CN [redacted]"),
            ("host phonesrv, refused", "host [redacted], refused"),
            ("John jdoe77", "[redacted]"),
            ("Søren's phone_of-jane", "[redacted]'s phone_of-[redacted]"),
            ("4711jane", "[redacted]"),
            ("Jane\nDoe", "[redacted]\n[redacted]"),
        ] {
            assert_eq!(of_reason(text), shown);
            assert_eq!(of_reason(shown), shown);
        }
        assert_eq!(
            in_message("Skipped uploading of failed log file jdoe77"),
            "Skipped uploading of failed log file [redacted]"
        );
        assert_eq!(in_message("Platform: Model=VVX 500"), "Platform: Model=VVX 500");
    }
}
