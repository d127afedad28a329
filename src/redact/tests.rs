//! Texts with many names: none is left, and equal names stay equal.

mod fields;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::*;
use crate::problem::{Problem, ProblemKind};
use crate::secrets::REDACTED;
use crate::sentence::{Part, Sentence, sentence};

const FINGERPRINT: &str = "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17";

/// What must not be in the result, in lower case.
const NAMES: &[&str] = &[
    "0004f2a1b2c3",
    "00:04:f2:a1:b2:c3",
    "00-04-f2-a1-b2-c3",
    "0004.f2a1.b2c3",
    "a1b2c3",
    "00:1b:2c:3d:4e:5f",
    "3d:4e:5f",
    "4e:5f",
    ":5f",
    "192.0.2.",
    "198.51.100.",
    "10.1.2.",
    "172.16.",
    "2001:db8",
    "fe80",
    "acme",
    "alice",
    "bob",
    "jane",
    "roe",
    "ntp1",
    "time.example",
    "5551234",
    "sn12345",
    "x9z8",
    "4711",
    "geheim",
];

/// What must be in the result.
const KEPT_TEXTS: &[&str] =
    &[FINGERPRINT, "5.5.2.11338", "3.3.5.247", "30900-001", "255.255.255.0", "Platform: Interface eth0"];

const EVIDENCE: &[&str] = &[
    "Platform: Interface eth0 MAC=0004f2a1b2c3",
    "Platform: MAC=0004f2a1b2c3, IP=192.0.2.7, Subnet Mask=255.255.255.0, gw 192.0.2.1:5060",
    "Application, main: Label=SIP, Version=Codename 3.3.5.247 18-Sep-17 23:27",
    "Platform: Updater=5.5.2.11338 18-Sep-17, BootBlock=2.8.1.7 (30900-001)",
    "Could not load time from ntp1(192.0.2.123).",
    "Could not load time from time.example.com(198.51.100.9).",
    "New Certificate Common Name 'Custom-0004F2A1B2C3' Fingerprint '70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17'",
    "New Certificate Common Name 'Jane Roe's phone' Fingerprint '70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17'",
    "Polycom device certificate common name \"0004F2A1B2C3\"",
    "Custom platform device certificate 1 common name “phone-3.acme.example”",
    "Custom platform device certificate 2 common name \"Acme Inc, Jane R",
    "Polycom device certificate MD5 fingerprint: 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
    "Polycom device certificate SHA1 fingerprint: 70:8B:85:9C:49:4E:28:E2:3C: 03:4C",
    "upload to ftp://alice:geheim@ftp.acme.example/home/alice/0004f2a1b2c3-app.log failed",
    "https://10.1.2.3:8443/phones/acme/?mac=00%3A04%3Af2%3Aa1%3Ab2%3Ac3&user=bob",
    "sip:5551234@sip.example.com;transport=tls, sips:bob@192.0.2.9, sip:sip.acme.example, tel:+49-5551234",
    "mail Jane.Roe@acme.example, user=alice user: 'bob' userId=\"5551234\" displayName=\"Jane Roe\"",
    "S/N: X9Z8-7 Serial Number SN12345, serial=SN12345; Serial No. 4711.",
    "00:04:F2:A1:B2:C3 00-04-f2-a1-b2-c3 0004.f2a1.b2c3 0004f2-a1b2c3 00 04 f2 a1 b2 c3 0:4:f2:a1:b2:c3 MAC0004F2A1B2C3",
    "MAC:00:04:f2:a1:b2:c3: port eth0:00:1b:2c:3d:4e:5f, SEP0004F2A1B2C3, 00:1B:2C:3D:4E:5F",
    "from 2001:db8::17 to [2001:db8::18]:5060, fe80::204:f2ff:fea1:b2c3%eth0: and IPv6:2001:db8:0:0:0:0:0:17.",
    "from 172.16.001.002 by host=acme-pbx port 4 server=ntp1, realm='acme', CN=Jane Roe, O=Acme Inc/OU=x",
    "file /home/alice/logs/acme.cfg and C:\\Users\\bob\\x.log and ~/alice",
    "NTP1.ACME.EXAMPLE or ntp.acme.local is down",
];

fn redactor_of(phones: &[&str], first_pass: impl FnOnce(&Redactor)) -> Redactor {
    let phones = phones.iter().map(|mac| mac.parse().unwrap());
    let first_pass = |redactor: &Redactor| {
        first_pass(redactor);
        Ok::<_, std::io::Error>(())
    };
    Redactor::of(phones, first_pass).unwrap()
}

fn redactor_of_evidence() -> Redactor {
    redactor_of(&["0004F2A1B2C3", "64167F00AA01"], |redactor| {
        EVIDENCE.iter().for_each(|line| drop(redactor.text(line)));
    })
}

#[test]
fn no_name_is_left_in_a_line() {
    let raw = EVIDENCE.join("\n").to_lowercase();
    let redactor = redactor_of_evidence();
    let lines: Vec<String> = EVIDENCE.iter().map(|line| redactor.text(line)).collect();
    for name in NAMES {
        assert!(raw.contains(name), "{name} is not in the lines");
        let found = lines.iter().find(|line| line.to_lowercase().contains(name));
        assert!(found.is_none(), "{name} in {found:?}");
    }
    let text = lines.join("\n");
    for kept in KEPT_TEXTS {
        assert!(text.contains(kept), "{kept} is gone");
    }
    for none in ["028000000000", "240.0.0.0", "host-0.", "user-0", "serial-0", "name-0", "dir-0", "file-0"] {
        assert!(!text.contains(none), "{none}");
    }
    insta::assert_snapshot!("lines_read_as_before", text);
}

#[test]
fn pseudonyms_stay_in_a_later_report() {
    let of = |previous: Option<&Redactor>, phones: &[&str], text: &str| {
        let phones = phones.iter().map(|mac| mac.parse().unwrap());
        let first_pass = |redactor: &Redactor| {
            drop(redactor.text(text));
            Ok::<_, std::io::Error>(())
        };
        Redactor::after(previous, phones, first_pass).unwrap()
    };
    let first = of(None, &["0004F2A1B2C3"], "zoe@z.example");
    let second = of(Some(&first), &["0004F2000001", "0004F2A1B2C3"], "anna@z.example");
    let text = "0004F2A1B2C3 0004F2000001 zoe@z.example anna@z.example";
    let expected = "020000000001 020000000002 user-1@host-1.example user-2@host-1.example";
    assert_eq!(second.text(text), expected);
    // What is gone for one report keeps its pseudonym, too.
    let third = of(Some(&of(Some(&second), &[], "")), &["0004F2000001"], "anna@z.example");
    assert_eq!(third.text(text), expected);
}

/// Names that only their place in a known message shows as names.
#[test]
fn names_within_known_messages() {
    for (text, redacted) in [
        (
            "Server certificate verification failed, subject 'Acme Corp Root CA'",
            "Server certificate verification failed, subject 'name-0'",
        ),
        ("failed, subject Acme Corp, issued by Jane Roe", "failed, subject name-0, issued by name-0"),
        (
            "MakeTlsConnection: SSL_connect to acmepbx1 error 1",
            "MakeTlsConnection: SSL_connect to host-0.example error 1",
        ),
        ("connection to acmepbx1:5061 timed out", "connection to host-0.example:5061 timed out"),
        (
            "Skipped uploading of failed log file acme/berlin/0004f2a1b2c3-app.log",
            "Skipped uploading of failed log file dir-0/020000000001-app.log",
        ),
        (
            "Device credential invalid: certificate of Jane Roe is bad",
            "Device credential invalid: certificate of name-0 is bad",
        ),
    ] {
        assert_eq!(redactor_of(&["0004F2A1B2C3"], |_| {}).text(text), redacted);
    }
    for text in [
        "Server certificate verification failed, Untrusted Certificate",
        "the phone's certificate and the server's name don't agree",
        "MakeTlsConnection: SSL_connect error 1, no connection to the server",
        "SHA-1/SHA-2, HTTP/1.1, and/or",
        "certificate of the phone, certificate for use by clients",
        "name 'Polycom Root CA' of the factory",
    ] {
        assert_eq!(redactor_of(&[], |_| {}).text(text), text);
    }
}

#[test]
fn what_the_first_pass_did_not_find_is_hidden_too() {
    let redactor = redactor_of_evidence();
    assert_eq!(redactor.text("10.9.9.9 and zoe@nowhere.example"), "240.0.0.0 and user-0@host-0.example");
}

#[test]
fn equal_things_stay_equal_and_others_differ() {
    let redactor = redactor_of_evidence();
    let of = |text: &str| redactor.text(text);
    let mac = of("0004F2A1B2C3");
    assert_eq!(mac, "020000000001");
    for same in ["00:04:f2:a1:b2:c3", "0004.f2a1.b2c3", "00-04-F2-A1-B2-C3"] {
        let plain: String = of(same).chars().filter(char::is_ascii_hexdigit).collect();
        assert_eq!(plain.to_uppercase(), mac, "{same}");
        assert!(of(same).parse::<Mac>().is_ok());
    }
    assert_eq!(of("64167f00aa01"), "020000000002");
    assert_eq!(of("2001:db8::17"), of("2001:DB8:0:0:0:0:0:17"));
    assert_eq!(of("x at 172.16.1.2"), of("x at 172.016.001.002"));
    let addresses = ["192.0.2.7", "192.0.2.1", "192.0.2.123", "198.51.100.9", "10.1.2.3", "172.16.1.2"];
    let pseudonyms: BTreeSet<Ipv4Addr> =
        addresses.iter().map(|address| of(address).parse().unwrap()).collect();
    assert_eq!(pseudonyms.len(), addresses.len());
    assert_eq!(
        redactor.path("/srv/acme/0004f2a1b2c3-app.log"),
        redactor.path("/srv/acme/0004F2A1B2C3-app.log")
    );
    let zip = |path: &str| redactor.path(path).split('/').next().map(str::to_owned);
    assert_eq!(zip("tickets/acme-4711.zip!/x/y.log"), zip("tickets/z"));
}

#[test]
fn an_address_that_looks_like_a_pseudonym_keeps_its_number() {
    let redactor = redactor_of(&["0004F2A1B2C3", "020000000001", "64167F00AA01"], |_| {});
    let of = |mac: &str| redactor.mac(mac.parse().unwrap()).to_string();
    assert_eq!(
        ["0004F2A1B2C3", "020000000001", "64167F00AA01"].map(of),
        ["020000000002", "020000000001", "020000000004"]
    );
}

#[test]
fn a_sentence_is_redacted_part_by_part() {
    let message: Sentence = sentence![
        "Version 1.2.3.4 of ",
        Part::Version("9.9.9.9".into()),
        " is in ",
        "0004F2A1B2C3".parse::<Mac>().unwrap(),
        " of \"",
        Part::Name("Jane Roe".into()),
        "\", ",
        Part::LogText("at 192.0.2.7".into()),
        ", ",
        Part::Path("/srv/acme/x.log".into()),
        ".",
    ];
    let first_pass = |redactor: &Redactor| drop(Shown::redacted(redactor).message(&message));
    let redactor = redactor_of(&["0004F2A1B2C3"], first_pass);
    assert_eq!(
        Shown::redacted(&redactor).message(&message),
        "Version 1.2.3.4 of 9.9.9.9 is in 020000000001 of \"name-1\", at 240.0.0.1, /dir-1/file-1.log."
    );
    assert_eq!(Shown::plain().message(&message), message.to_string());
}

#[test]
fn secrets_are_concealed_with_and_without_pseudonyms() {
    let redactor = redactor_of(&[], |_| {});
    for shown in [Shown::plain(), Shown::redacted(&redactor)] {
        let secret = "password=geheim";
        let message = Sentence(vec![Part::Name(secret.into()), Part::LogText(secret.into())]);
        for text in [shown.name(secret), shown.uri("ftp://a:geheim@b"), shown.message(&message)] {
            assert!(!text.contains("geheim"), "{text}");
        }
        assert_eq!(shown.text(secret), "password=[redacted]");
    }
}

#[test]
fn only_known_messages_are_shown() {
    let redactor = redactor_of(&[], |_| {});
    assert_eq!(Shown::redacted(&redactor).line("Caller ID: John Doe", false), REDACTED);
    assert_eq!(Shown::redacted(&redactor).line("Initial log entry", true), "Initial log entry");
    assert_eq!(Shown::plain().line("Caller ID: John Doe", false), "Caller ID: John Doe");
}

#[test]
fn problems_name_no_one() {
    let message = sentence!["line 3: \"", Part::Name("Jane's phone".into()), "\" is no MAC address"];
    let problem = Problem::new("/srv/acme/phones.csv", ProblemKind::Unreadable, message);
    let back = sentence!["leads back to ", Part::Path("/home/bob/acme".into()), ", and was not followed"];
    let link = Problem::new("in/alice", ProblemKind::SymlinkLoop, back);
    let both = [problem, link];
    let pass = |redactor: &Redactor| both.clone().map(|problem| Shown::redacted(redactor).problem(&problem));
    let redactor = redactor_of(&[], |redactor| drop(pass(redactor)));
    let text = format!("{:?}", pass(&redactor)).to_lowercase();
    for name in ["acme", "jane", "bob", "alice", "srv", "home"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    assert!(text.contains("is no mac address") && text.contains("was not followed"), "{text}");
}

#[test]
fn logs_that_hold_pseudonyms_keep_them_apart() {
    let text = "240.0.0.1 or 10.0.0.1, user=user-1 user=alice, 028000000001 or 001b2c3d4e5f";
    let redactor = redactor_of(&[], |redactor| drop(redactor.text(text)));
    assert_eq!(
        redactor.text(text),
        "240.0.0.1 or 240.0.0.2, user=user-1 user=user-2, 028000000001 or 028000000002"
    );
}

#[test]
fn what_names_nobody_is_not_touched() {
    let redactor = redactor_of(&[], |_| {});
    for text in [
        "Could not store key for custom device key1, length 4677 is bigger than maximum 4096",
        "Device credential invalid: Cert is not proper in the certificate",
        "Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0",
        "Platform: Model=SoundPoint IP 335, Assembly=2345-12375-001 Rev=C",
        "Application, main: Label=SIP, Version=3.3.5.247 18-Sep-17 23:27",
        "Application, main: P/N=3150-11530-552",
        "Updater=5.5.2.113 18-Sep-17 23:27, software 4.0.8.16, version: 4.0.1.13, v5.9.5.6",
        "UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 0",
        "MakeTlsConnection: SSL_connect error 1 at 12:30:45 on 2013-05-31T13:18:22",
        "device.sec.TLS.customDeviceCert1.privateKey is not set, see log.render.level and device.cfg",
        "127.0.0.1 ::1 0.0.0.0 255.255.255.0 255.255.255.255 000000000000.cfg FFFFFFFFFFFF localhost",
        "serial port open, S/N unknown, users and hosts, 1.3.6.1.4.1.13885",
        "Custom platform device certificate 1 common name \"Polycom Root CA\"",
        "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "020000000001 028000000001 240.0.0.7 100::7 host-1.example user-1@host-2.example name-1",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn an_address_behind_the_word_fingerprint_is_replaced() {
    let redactor = redactor_of(&["0004F2A1B2C3"], |_| {});
    let text = redactor.text("Fingerprint00:04:F2:A1:B2:C3:0004f2a1b2c3");
    assert_eq!(text, "Fingerprint02:00:00:00:00:01:020000000001");
    let cut = "MD5 fingerprint: 70:8B:85:9C:49:4E:28:E";
    assert_eq!(redactor.text(cut), cut);
}

#[test]
fn endings_of_packed_files_keep_their_form() {
    let redactor = redactor_of(&["0004F2A1B2C3"], |_| {});
    for ending in crate::input::packed_endings() {
        let path = redactor.path(&format!("0004f2a1b2c3-app.log.2.{ending}"));
        assert_eq!(path, format!("020000000001-app.log.2.{ending}"));
        // Belize has a top-level domain of this name.
        assert_eq!(address::is_host(&format!("polycom.{ending}")), ending == "bz", "{ending}");
    }
}

#[test]
fn paths_keep_their_form() {
    let paths = [
        ("0004f2a1b2c3-app.log", "020000000001-app.log"),
        ("./0004F2A1B2C3-now-app.log.1", "./020000000001-now-app.log.1"),
        ("00:04:f2:a1:b2:c3-app.log.2.gz", "02:00:00:00:00:01-app.log.2.gz"),
        ("a/b/0004f2a1b2c3-app.log", "dir-2/020000000001-app.log"),
        ("a/b/../x.log", "dir-3/file-3.log"),
        (
            "a.zip!/c/a.tar.gz!/0004f2a1b2c3-boot.log",
            "file-2.zip!/dir-4/file-1.tar.gz!/020000000001-boot.log",
        ),
        ("/a/000000000000.cfg", "/dir-1/000000000000.cfg"),
        ("-", "-"),
        ("../zoe-app.log.1", "../file-4-app.log.1"),
        (
            "0004f2a1b2c3-app.log (gone, 2026-11-23T10:01:00Z)",
            "020000000001-app.log (gone, 2026-11-23T10:01:00Z)",
        ),
    ];
    let redactor = redactor_of(&["0004F2A1B2C3"], |redactor| {
        paths.iter().for_each(|(path, _)| drop(redactor.path(path)));
    });
    for (path, redacted) in paths {
        assert_eq!(redactor.path(path), redacted, "{path}");
        assert_eq!(redactor.path(redacted), redacted);
    }
}

#[test]
fn a_file_with_a_number_in_its_name_is_replaced_whole() {
    let files = [
        ("10.77.66.55.log", ".log"),
        ("10.77.66.55.log.3.gz", ".log.3.gz"),
        ("10.77.66.55", ""),
        ("in/10.77.66.55-app.log-20130531.gz", "-app.log-20130531.gz"),
        ("host.75361", ""),
        ("75361.log", ".log"),
        ("host-20130531", ""),
        ("x.log.75361", ""),
        ("10.77.66.55.zip!/10.77.66.55.zip", ".zip"),
        ("x.log.10.77.66.55", ""),
    ];
    for (path, ending) in files {
        let redactor = redactor_of(&[], |redactor| drop(redactor.path(path)));
        let once = redactor.path(path);
        assert!(once.ends_with(&format!("file-1{ending}")), "{path} → {once}");
        assert!(!["77", "66", "55", "75361"].iter().any(|part| once.contains(part)), "{path} → {once}");
        assert_eq!(redactor.path(&once), once);
    }
    let redactor = redactor_of(&["0004F2A1B2C3"], |_| {});
    for (path, expected) in [
        ("0004f2a1b2c3-app.log.2.gz", "020000000001-app.log.2.gz"),
        ("0004f2a1b2c3-20130531.log", "020000000001-20130531.log"),
        ("0004f2a1b2c3.2", "020000000001.2"),
    ] {
        assert_eq!(redactor.path(path), expected);
    }
}

#[test]
fn what_is_named_in_passing_goes_too() {
    let texts = [
        "Serial#: A1B2C3D477",
        "Serial Number #: A1B2C3D477",
        "call to sip:janedoe, or <sips:janedoe>",
        "ext 75361 and extension 75361, Ext: 75361",
        "user janedoe is here; login janedoe failed, account 'janedoe'",
        "CN=x,DC=acmesecret,DC=local,UID=janedoe",
        "host 10-77-66-55 is down, ip-10-77-66-55 too, 10-77-66-55.log",
        "00_04_f2_de_ad_be or 00,04,f2,de,ad,be or 00: 04: f2: de: ad: be or 0004f2 deadbe",
        "MAC 48,25,67,01,02,03",
        "Could not load time from https://h:8443/janedoe/x.cfg(https://h:8443/janedoe/x.cfg).",
        "tried http://a.example/janedoe/x,ftp://b.example/janedoe/acmesecret/y",
        "'https://a.example/x?tenant=acmesecret&janedoe#acmesecret'",
    ];
    let gone = [
        "a1b2c3",
        "d477",
        "janedoe",
        "75361",
        "acmesecret",
        "local",
        "77-66",
        "de_ad",
        "de,ad",
        "ad: be",
        "deadbe",
        "01,02",
    ];
    for text in texts {
        let redactor = redactor_of(&["0004F2DEADBE"], |redactor| drop(redactor.text(text)));
        let once = redactor.text(text);
        let left = gone.iter().find(|name| once.to_lowercase().contains(**name));
        assert!(left.is_none(), "{left:?} in {once}");
        assert_eq!(redactor.text(&once), once);
    }
    let redactor = redactor_of(&["0004F2DEADBE"], |_| {});
    assert_eq!(
        redactor.text("00_04_f2_de_ad_be 00: 04: F2: DE: AD: BE 0004f2 deadbe"),
        "02_00_00_00_00_01 02: 00: 00: 00: 00: 01 020000 000001"
    );
    assert_eq!(redactor.text("at 10-77-66-55:80"), "at 240-0-0-0:80");
    for text in [
        "The user is not found, user login failed, login successful; User-Agent: x, user input 3",
        "SIP:Registered, part 3111-44500-001, 05-31-13-18, 2013-05-31, 1-2-3-4-5, mask 255-255-255-0",
        "10,20,30,40,50,60 and 123456 789012, line 3456, ext 5",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}
