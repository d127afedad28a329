//! Properties for any text: redacting twice equals redacting once, no address is left, and no input causes a
//! panic or a long run time.

use proptest::prelude::*;

use super::*;

fn redactor_of(phones: &[&str], texts: &[&str]) -> Redactor {
    let phones = phones.iter().map(|mac| mac.parse().unwrap());
    let first_pass = |redactor: &Redactor| {
        texts.iter().for_each(|text| drop((redactor.text(text), redactor.path(text), redactor.name(text))));
        Ok::<_, ()>(())
    };
    Redactor::of(phones, first_pass).unwrap()
}

#[test]
fn hostile_lengths_take_linear_time() {
    let redactor = redactor_of(&[], &[]);
    for piece in [
        "a://",
        "a@",
        "@",
        "00:",
        "0",
        "0004f2a1b2c3",
        "1.",
        "1.2.3.4 ",
        "a.",
        "a.bc ",
        "::",
        "/a",
        "/a/b ",
        "\"",
        "common name \"",
        "user=",
        "user=a,",
        "serial ",
        "S/N:1 ",
        "version=",
        "CN=",
        "é",
        "fingerprint",
        "00:04:f2:a1:b2:c3 ",
        "0:4:",
        "sip:",
        "[",
        "C:\\",
        "a://b(",
        "user ",
        "00_",
        "00: ",
        "1-",
        "0004f2 ",
    ] {
        let _ = redactor.text(&piece.repeat(40_000 / piece.len()));
    }
}

const PIECES: &[&str] = &[
    "0004f2a1b2c3",
    "00:04:F2:A1:B2:C3",
    "0004.f2a1.b2c3",
    "02:00:00:00:00:01",
    "020000000001",
    "1.2.3.4",
    "240.0.0.1",
    "2001:db8::1",
    "100::1",
    "::",
    ":",
    ".",
    "-",
    "/",
    "\\",
    "@",
    " ",
    "\"",
    "'",
    "=",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "!/",
    "a",
    "7",
    "host",
    "host-1.example",
    "ntp.acme.example",
    "user=",
    "user ",
    "ext ",
    "00_04_F2_A1_B2_C3",
    "00: 04: F2: A1: B2: C3",
    "0004f2 a1b2c3",
    "1-2-3-4",
    "240-0-0-1",
    "75361",
    "alice",
    "user-1",
    "sip:",
    "ftp://",
    "S/N: ",
    "serial-1",
    "Serial ",
    "common name \"",
    "name-1",
    "CN=",
    "Fingerprint",
    "Could not load time from ",
    "server=",
    "-app.log",
    "dir-1",
    "file-1",
    "Version=",
    "é",
    "電",
    "%3A",
    "_",
    "+",
    "*",
    "~",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn twice_is_once(text in pieces()) {
        let redactor = redactor_of(&["0004F2A1B2C3"], &[&text]);
        let once = redactor.text(&text);
        prop_assert_eq!(redactor.text(&once), once.clone(), "{}", text);
        prop_assert!(!once.to_lowercase().contains("0004f2a1b2c3"), "{} → {}", text, once);
        let path = redactor.path(&text);
        prop_assert_eq!(redactor.path(&path), path.clone(), "{}", text);
        prop_assert!(!path.to_lowercase().contains("0004f2a1b2c3"), "{} → {}", text, path);
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let redactor = redactor_of(&[], &[]);
        let once = redactor.text(&text);
        prop_assert_eq!(redactor.text(&once), once.clone());
        let path = redactor.path(&text);
        prop_assert_eq!(redactor.path(&path), path.clone());
    }
}
