//! A phone full of names: none is left in any format, and what was equal still is.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::json;

use super::*;
use crate::model::Mac;
use crate::problem::ProblemKind;
use crate::report::group::GroupBy;
use crate::report::shape::{
    Certificate, CertificateState, Diagnosis, Evidence, Scanned, Severity, State, Status,
};
use crate::report::{EVENT_FORMATS, FORMATS, Report, Style, Verbosity};

const FINGERPRINT: &str = "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17";

/// What must not be found, in small letters.
const NAMES: &[&str] = &[
    "0004f2a1b2c3",
    "00:04:f2:a1:b2:c3",
    "00-04-f2-a1-b2-c3",
    "0004.f2a1.b2c3",
    "a1b2c3",
    "64167f00aa01",
    "00aa01",
    "482567010203",
    "010203",
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
    "example.com",
    "5551234",
    "sn12345",
    "x9z8",
    "4711",
    "geheim",
];

/// What must be left.
const KEPT_TEXTS: &[&str] =
    &[FINGERPRINT, "VVX 500", "5.5.2.11338", "3.3.5.247", "3111-44500-001", "255.255.255.0", "INS001"];

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

fn phone(mac: Option<&str>, file: &str) -> Device {
    let evidence = |(line, text): (usize, &&str)| Evidence {
        file: file.to_owned(),
        line: line as u64 + 1,
        stamp: Some("0531131822".into()),
        time: None,
        uptime: None,
        text: (*text).to_owned(),
    };
    let diagnosis = |code: &'static str, message: &str, evidence| Diagnosis {
        code,
        name: "name",
        severity: Severity::Error,
        state: State::Active,
        slot: Some("platform-1".into()),
        message: message.into(),
        cause: "The log of 0004f2a1b2c3 says so.".into(),
        remedy: crate::check::Rule::find(code).unwrap().remedy.into(),
        reference: "Feature Profile 37148",
        occurrences: 1,
        first_seen: None,
        last_seen: None,
        evidence,
        configuration: Vec::new(),
    };
    let certificate = |slot: &'static str, name: &str| Certificate {
        slot: slot.into(),
        state: CertificateState::Installed,
        common_name: Some(name.into()),
        fingerprint: Some(FINGERPRINT.into()),
        fingerprint_algorithm: Some("md5"),
        certificate_length: Some(802),
        key_length: Some(636),
    };
    Device {
        mac: mac.map(str::to_owned),
        model: Some("VVX 500".into()),
        assembly: Some("3111-44500-001".into()),
        assembly_revision: Some("A".into()),
        software: Some("3.3.5.247".into()),
        status: Status::Failed,
        files: vec![file.into(), "tickets/acme-4711.zip!/srv/acme/00-04-F2-A1-B2-C3-app.log.2.gz".into()],
        boots: 1,
        first_time: None,
        last_time: None,
        stale: None,
        baseline: None,
        certificates: vec![
            certificate("built-in", "0004F2A1B2C3"),
            certificate("platform-1", "Custom-0004F2A1B2C3"),
            certificate("platform-2", "Acme 482567010203.example.com"),
            certificate("application-1", "Jane Roe"),
            certificate("application-2", "*.acme.example"),
            certificate("application-3", "jane.roe@acme.example"),
        ],
        diagnoses: vec![
            diagnosis(
                "INS001",
                "refused: ask bob@acme.example",
                EVIDENCE.iter().enumerate().map(evidence).collect(),
            ),
            diagnosis(
                "INV002",
                "The built-in certificate's common name is \"Jane \"x\" Roe\", and this phone is 0004F2A1B2C3.",
                vec![],
            ),
            diagnosis("INV005", "The software went from 5.5.2.11338 to 3.3.5.247.", vec![]),
            diagnosis(
                "FLT001",
                "The same built-in certificate is in 4 phones, 64167F00AA01, in/acme office.log, 482567010203 among them.",
                vec![],
            ),
        ],
    }
}

fn fleet() -> (Overview, Vec<Device>) {
    let devices = vec![
        phone(Some("0004F2A1B2C3"), "/srv/acme/0004f2a1b2c3-app.log"),
        phone(Some("64167F00AA01"), "fleet/64167F00AA01-app-now.log-20130531.gz"),
        phone(None, "in/acme office.log"),
    ];
    let problems = vec![
        Problem::new("/srv/acme/alice.log", ProblemKind::NotFound, "the link leads to \"/home/bob/acme\""),
        Problem::new("acme.csv", ProblemKind::Unreadable, "line 3: \"Jane's phone\" is no MAC address"),
        Problem::new("acme.csv", ProblemKind::Unreadable, "line 4: 482567010203 stands in line 3 already"),
    ];
    (Overview { problems, scanned: Scanned::default(), ..Overview::default() }, devices)
}

/// The fleet in every format, as written.
fn renderings(overview: &Overview, devices: &dyn crate::report::Devices) -> String {
    let mut all = Vec::new();
    for group_by in [None, Some(GroupBy::Code), Some(GroupBy::Fingerprint)] {
        let style =
            Style { width: 400, all: true, verbosity: Verbosity::Verbose, group_by, ..Style::default() };
        for format in &FORMATS {
            format.write(&Report { overview, devices }, &style, &mut all).unwrap();
        }
    }
    String::from_utf8(all).unwrap()
}

fn redacted() -> (Redactor, String) {
    let (mut overview, devices) = fleet();
    let redactor = Redactor::of(&Report { overview: &overview, devices: &devices }).unwrap();
    redactor.overview(&mut overview);
    let phones = Redacted { devices: &devices, redactor: &redactor };
    let text = renderings(&overview, &phones);
    (redactor, text)
}

#[test]
fn no_name_is_left_in_any_format() {
    let (overview, devices) = fleet();
    let raw = renderings(&overview, &devices).to_lowercase();
    let (_, text) = redacted();
    let small = text.to_lowercase();
    for name in NAMES {
        assert!(raw.contains(name) || *name == "geheim", "{name} is not in the fixture");
        let found = small.lines().find(|line| line.contains(name));
        assert!(found.is_none(), "{name} in {found:?}");
    }
    for kept in KEPT_TEXTS {
        assert!(text.contains(kept), "{kept} is gone");
    }
    assert_eq!(redacted().1, text);
}

#[test]
fn nothing_has_the_number_of_the_unknown() {
    let (redactor, text) = redacted();
    for none in ["028000000000", "240.0.0.0", "host-0.", "user-0", "serial-0", "name-0", "dir-0", "file-0"] {
        assert!(!text.contains(none), "{none}");
    }
    assert_eq!(redactor.text("10.9.9.9 and zoe@nowhere.example"), "240.0.0.0 and user-0@host-0.example");
}

#[test]
fn lines_read_as_before() {
    let (redactor, _) = redacted();
    let lines: Vec<String> = EVIDENCE.iter().map(|line| redactor.text(line)).collect();
    insta::assert_snapshot!(lines.join("\n"));
    let device = &fleet().1[0];
    let mut shown = device.clone();
    redactor.device(&mut shown);
    insta::assert_snapshot!(
        "a_phone",
        serde_json::to_string_pretty(&json!({
            "mac": shown.mac, "files": shown.files, "software": shown.software,
            "names": shown.certificates.iter().map(|each| each.common_name.clone()).collect::<Vec<_>>(),
            "messages": shown.diagnoses.iter().map(|each| each.message.clone()).collect::<Vec<_>>(),
        }))
        .unwrap()
    );
}

#[test]
fn equal_things_stay_equal_and_others_differ() {
    let (redactor, _) = redacted();
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
    assert_eq!(
        redactor.path("tickets/acme-4711.zip!/x/y.log").split('/').next(),
        redactor.path("tickets/z").split('/').next()
    );
}

#[test]
fn what_names_nobody_is_not_touched() {
    let redactor = Redactor::new(Names::default());
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
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "020000000001 028000000001 240.0.0.7 100::7 host-1.example user-1@host-2.example name-1",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn paths_keep_their_form() {
    let mut names = Names::of_phones(["0004F2A1B2C3".parse().unwrap()]);
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
    ];
    paths.iter().for_each(|(path, _)| names.path(path));
    let redactor = Redactor::new(names);
    for (path, redacted) in paths {
        assert_eq!(redactor.path(path), redacted, "{path}");
        assert_eq!(redactor.path(redacted), redacted);
    }
}

#[test]
fn events_are_redacted_too() {
    let event = EventRow {
        mac: Some("0004F2A1B2C3".into()),
        file: "/srv/acme/0004f2a1b2c3-app.log".into(),
        line: 7,
        stamp: None,
        time: None,
        uptime: None,
        component: Some("tls".into()),
        level: Some("3".into()),
        missed: Some(0),
        kind: "new_certificate",
        slot: None,
        fields: json!({
            "common_name": "Jane Roe", "fingerprint": FINGERPRINT, "reason": "no route to pbx.acme.example",
            "version": "3.3.5.247", "length": 5, "mac": "0004F2A1B2C3"
        })
        .as_object()
        .cloned()
        .unwrap(),
    };
    let mut names = Names::default();
    names.event(&event);
    let redactor = Redactor::new(names);
    let mut shown = event;
    redactor.event(&mut shown);
    let style = Style { width: 300, ..Style::default() };
    for format in &EVENT_FORMATS {
        let mut out = Vec::new();
        let mut writer = (format.writer)(&style);
        writer.begin(&mut out).unwrap();
        writer.row(shown.clone(), &mut out).unwrap();
        writer.end(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("020000000001") && text.contains(FINGERPRINT), "{text}");
        for name in ["0004f2a1b2c3", "acme", "jane", "roe"] {
            assert!(!text.to_lowercase().contains(name), "{name} in {text}");
        }
    }
}

#[test]
fn logs_that_hold_pseudonyms_keep_them_apart() {
    let mut names = Names::default();
    names.text("240.0.0.1 or 10.0.0.1, user=user-1 user=alice, 028000000001 or 001b2c3d4e5f");
    let redactor = Redactor::new(names);
    assert_eq!(
        redactor.text("240.0.0.1 or 10.0.0.1, user=user-1 user=alice, 028000000001 or 001b2c3d4e5f"),
        "240.0.0.1 or 240.0.0.2, user=user-1 user=user-2, 028000000001 or 028000000002"
    );
}

/// The message of the shared certificate names phones; its form is another file's.
#[test]
fn the_list_of_phones_is_as_the_check_writes_it() {
    use crate::check::{Case, Rule, SharedCertificate};
    use crate::model::Slot;
    let shared = |slot| SharedCertificate {
        slot,
        phones: 3,
        others: vec!["acme/a b.log".into(), "0004F2A1B2C3".into()],
    };
    let shared = [shared(Slot::BuiltIn), shared(Slot::Platform(1))];
    let timeline = crate::timeline::Timeline::default();
    for code in ["FLT001", "FLT002"] {
        let found = Rule::find(code).unwrap().run(&Case::new(&timeline, None, &shared));
        let mut device = phone(None, "x.log");
        device.diagnoses.truncate(1);
        device.diagnoses[0].code = code;
        device.diagnoses[0].message = found[0].message.clone();
        let mut names = Names::default();
        names.device(&device);
        Redactor::new(names).device(&mut device);
        let message = &device.diagnoses[0].message;
        assert!(message.contains(".log, 0280") && !message.contains("a b"), "{message}");
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
        let mut names = Names::default();
        names.path(path);
        let redactor = Redactor::new(names);
        let once = redactor.path(path);
        assert!(once.ends_with(&format!("file-1{ending}")), "{path} → {once}");
        assert!(!["77", "66", "55", "75361"].iter().any(|part| once.contains(part)), "{path} → {once}");
        assert_eq!(redactor.path(&once), once);
    }
    let redactor = Redactor::new(Names::of_phones(["0004F2A1B2C3".parse().unwrap()]));
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
        let mut names = Names::of_phones(["0004F2DEADBE".parse().unwrap()]);
        names.text(text);
        let redactor = Redactor::new(names);
        let once = redactor.text(text);
        let left = gone.iter().find(|name| once.to_lowercase().contains(**name));
        assert!(left.is_none(), "{left:?} in {once}");
        assert_eq!(redactor.text(&once), once);
    }
    let redactor = Redactor::new(Names::of_phones(["0004F2DEADBE".parse().unwrap()]));
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
