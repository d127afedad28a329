//! Passwords in URIs that are not as they should be, and in escaped texts.

use super::super::{conceal, conceal_address, conceal_uri};

#[test]
fn passwords_with_blanks_in_urls() {
    for (text, shown) in [
        ("Invalid STS-URI: 'https://joe:ge heim@h/'", "Invalid STS-URI: 'https://joe:[redacted]@h/'"),
        ("Invalid STS-URI: 'https://joe:8080 geheim@h/'", "Invalid STS-URI: 'https://joe:[redacted]@h/'"),
        ("Invalid STS-URI: 'https://joe:g@e heim@h/'", "Invalid STS-URI: 'https://joe:[redacted]@h/'"),
        ("Invalid STS-URI: 'joe:ge heim@h/'", "Invalid STS-URI: 'joe:[redacted]@h/'"),
        ("Invalid STS-URI: 'joe:geheim@h/'", "Invalid STS-URI: 'joe:[redacted]@h/'"),
        ("url=\"joe:ge h@eim@h/\"", "url=\"joe:[redacted]@h/\""),
        ("no answer from ftp://joe:ge heim@h/x", "no answer from ftp://joe:[redacted]@h/x"),
        ("ftp://joe:12 geheim@h/x", "ftp://joe:12 geheim@h/x"),
        ("'ftp://joe:a'geheim@h/x' failed", "'ftp://joe:[redacted]@h/x' failed"),
    ] {
        assert_eq!(conceal(text), shown);
        assert_eq!(conceal(shown), shown);
    }
    for (uri, shown) in [
        ("https://joe:ge heim@h/", "https://joe:[redacted]@h/"),
        ("https://joe:80 geheim@h/", "https://joe:[redacted]@h/"),
        ("joe:geheim@h", "joe:[redacted]@h"),
        ("https://joe:geheim", "https://joe:[redacted]"),
        ("https://h/x?password=geheim", "https://h/x?password=[redacted]"),
    ] {
        assert_eq!(conceal_uri(uri), shown);
        assert_eq!(conceal_uri(shown), shown);
    }
}

#[test]
fn passwords_after_a_scheme_without_slashes() {
    for (text, shown) in [
        ("failed, tftp:joe:geheim@h", "failed, tftp:joe:[redacted]@h"),
        ("HTTPS:joe:geheim@h", "HTTPS:joe:[redacted]@h"),
        ("ftp:joe:geheim@h.example/x", "ftp:joe:[redacted]@h.example/x"),
        (r"ftp:\\joe:geheim@h\x", r"ftp:\\joe:[redacted]@h\x"),
        ("ftp:joe%3Ageheim%40h", "ftp:joe%3A[redacted]%40h"),
    ] {
        assert_eq!(conceal(text), shown);
        assert_eq!(conceal(shown), shown);
    }
}

#[test]
fn passwords_in_escaped_texts() {
    for text in [
        "Invalid STS-URI: 'https://h/x?a=1%26password%3Dgeheim'",
        "https://h/x?a=1%2526pass%2577ord%253Dgeheim",
        "?next=https%253A%252F%252Fjoe%253Ageheim%2540h",
        "reg.1.auth.password=&quot;a geheim&quot; x",
        "&lt;password&gt;a geheim&lt;/password&gt;",
        r"{\u0022password\u0022:\u0022a geheim\u0022}",
        "Authorization%3A%20Basic%20geheim%3D",
        "alice%3Ageheim%40pbx.example.com",
    ] {
        let shown = conceal(text);
        assert!(!shown.contains("geheim") && shown.contains("[redacted]"), "{text} → {shown}");
        assert_eq!(conceal(&shown), shown);
    }
}

#[test]
fn uris_without_a_password_stay() {
    for text in [
        "Invalid STS-URI: 'http://pbx:8080/x?mail=a@b'",
        "Invalid STS-URI: 'pbx:8080/x?mail=a@b'",
        "Invalid STS-URI: 'sip:jane@pbx' of 'a:b'",
        "Invalid STS-URI: 'mailto:jane@pbx'",
        "Invalid STS-URI: 'https://pbx.example/a b', mail to jane@example.com",
        "https://pbx.example:443 failed, mail to jane@example.com",
        "tftp:x failed, http: jane@example.com; https:443",
        "https%3A%2F%2Fpbx%3A8080%2Fx%3Fmail%3Da%40b",
        "the URL of joe: 'a@b'",
        "100% of AT&T; the %70assword",
    ] {
        assert_eq!(conceal(text), text);
    }
    for uri in ["https://pbx.example:8443/x?mail=a@b", "sip:jane@pbx", "pki.acme.example/x", ""] {
        assert_eq!(conceal_uri(uri), uri);
    }
}

#[test]
fn passwords_in_the_names_of_files_and_in_urls() {
    for (text, clean) in [
        ("PlcmSpIp:S3cretPw@192.0.2.9/site.cfg", "PlcmSpIp:[redacted]@192.0.2.9/site.cfg"),
        ("ftp://PlcmSpIp:S3 cretPw@192.0.2.9/logs", "ftp://PlcmSpIp:[redacted]@192.0.2.9/logs"),
        ("ftp://PlcmSpIp:S3@cret/Pw@192.0.2.9/logs", "ftp://PlcmSpIp:[redacted]@192.0.2.9/logs"),
        ("PlcmSpIp%3aS3cretPw%40192.0.2.9/logs", "PlcmSpIp%3a[redacted]%40192.0.2.9/logs"),
        // A password split at a comma.
        ("S3cretPw@192.0.2.9/site.cfg", "[redacted]@192.0.2.9/site.cfg"),
        ("PlcmSpIp:aa", "PlcmSpIp:[redacted]"),
        ("PlcmSpIp:4711", "PlcmSpIp:[redacted]"),
    ] {
        assert_eq!(conceal_address(text), clean);
        assert_eq!(conceal_address(clean), clean);
    }
    for text in [
        "site.cfg",
        "ftp://phone@192.0.2.9/logs",
        "http://192.0.2.9:8080/site.cfg",
        "192.0.2.9:8080/site.cfg",
        "C:\\phones\\site.cfg",
        "[2001:db8::1]/site.cfg",
        "",
        "@",
    ] {
        assert_eq!(conceal_address(text), text);
    }
}
