//! Each diagnosis with a case that fires it, and near misses.

mod authorities;
mod leaves;
mod logging;
mod messages;
mod overridden;
mod profiles;
mod software;
mod unread;
mod values;

use std::collections::BTreeSet;

use super::*;
use crate::check::{CATALOGUE, Family};
use crate::config::fixture::*;
use crate::config::{PhoneKind, SlotState, TreeBuilder, fingerprints, resolve};
use crate::model::Slot;

const CERTIFICATE: &str = "device.sec.TLS.customDeviceCert1.publicCert";
const KEY: &str = "device.sec.TLS.customDeviceCert1.privateKey";
const SET: &str = "device.sec.TLS.customDeviceCert1.set";
const SLOT: Slot = Slot::Platform(1);

#[test]
fn each_diagnosis_is_tested() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/check/configuration/tests");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.map(|path| std::fs::read_to_string(path).unwrap());
    let tests: Vec<_> = files.chain([include_str!("tests.rs").to_owned()]).collect();
    let is_tested = |code: &str| tests.iter().any(|text| text.contains(&format!("\"{code}\"")));
    for rule in CATALOGUE.iter().filter(|rule| rule.facts.family == Family::Configuration) {
        assert!(is_tested(rule.code), "{}", rule.code);
    }
}

fn healthy() -> Vec<(&'static str, String)> {
    platform(&chain(&[good()]), &key(1))
}

/// A log of a later day: the real certificates are valid from the day on which they were made.
fn late() -> LogFacts {
    LogFacts { now: time("2031-01-01"), ..log() }
}

fn plain(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// The findings for a healthy platform slot with these changes.
fn changed(changes: &[(&'static str, &str)], log: &LogFacts) -> Vec<(&'static str, Severity)> {
    let all = changes.iter().fold(healthy(), |all, (name, value)| with(all, name, value));
    severities(&[("000000000000.cfg", &master("site.cfg")), ("site.cfg", &file(&all))], log)
}

fn severities(files: &[(&str, &str)], log: &LogFacts) -> Vec<(&'static str, Severity)> {
    Site::new(files)
        .findings(log, &[])
        .into_iter()
        .map(|(code, found)| (code, found.severity.unwrap()))
        .collect()
}

/// The findings for the one custom certificate of 3.3.2, with both gates open.
fn ssl(certificates: &[Vec<u8>], key: &[u8], log: &LogFacts) -> Vec<(&'static str, Severity)> {
    let all = plain(&[
        ("device.set", "1"),
        ("device.sec.SSL.customDeviceCert.set", "1"),
        ("device.sec.SSL.customDeviceCert.publicCert", &chain(certificates)),
        ("device.sec.SSL.customDeviceCert.privateKey", &pem("PRIVATE KEY", key)),
    ]);
    severities(&[("000000000000.cfg", &master("site.cfg")), ("site.cfg", &file(&all))], log)
}

fn of_certificate(der: &[Vec<u8>], log: &LogFacts) -> Vec<(&'static str, Severity)> {
    changed(&[(CERTIFICATE, &chain(der))], log)
}

use Severity::{Error, Info, Warning};

#[test]
fn a_healthy_configuration_has_no_findings() {
    assert_eq!(changed(&[], &log()), []);
    let applications = plain(&[
        ("sec.TLS.customDeviceCert.1", &chain(&[good()])),
        ("sec.TLS.customDeviceKey.1", &key(1)),
        ("sec.TLS.profile.1.deviceCert", "Application1"),
        ("sec.TLS.profileSelection.SIP", "ApplicationProfile1"),
        ("sec.TLS.profileSelection.syslog", "ApplicationProfile1"),
        ("sec.TLS.customCaCert.1", &pem("CERTIFICATE", &certificate_of(5000))),
    ]);
    assert_eq!(codes(&applications, &log()), [""; 0]);
}

#[test]
fn cfg001_not_well_formed() {
    let broken = file(&healthy()).replace("/>", ">");
    let files = [("0004f2a1b2c3.cfg", master("site.cfg")), ("site.cfg", broken.clone())];
    let site = Site::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let found = site.findings(&log(), &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "CFG001");
    assert!(found[0].1.message.to_string().contains("line 8, column 1"), "{}", found[0].1.message);
    assert!(found[0].1.configuration.iter().any(|line| line.parameter.as_deref() == Some(CERTIFICATE)));
    // A placeholder, and a file in a master's list that is not XML.
    let placeholder = "<a sec.TLS.customDeviceCert.1=\"<Certificate>\"/>";
    for text in [placeholder, "no xml", ""] {
        let found = severities(&[("0004f2a1b2c3.cfg", &master("site.cfg")), ("site.cfg", text)], &log());
        assert_eq!(found, [("CFG001", Error)], "{text}");
    }
    assert_eq!(severities(&[("0004f2a1b2c3.cfg", &broken)], &log()), [("CFG001", Error)]);
    // A comment that is not closed hides the list.
    let commented =
        "<?xml version=\"1.0\"?>\n<!-- rename this file ->\n<APPLICATION CONFIG_FILES=\"site.cfg\"/>";
    assert_eq!(severities(&[("000000000000.cfg", commented)], &log()), [("CFG001", Error)]);
    // A file that no phone reads, one of another vendor, and empty overrides of a phone.
    for (name, text) in [
        ("other.cfg", broken.as_str()),
        ("000000000000.cfg", "[network]\nhost=\"<\""),
        ("000000000000.cfg", "<flat><x></flat>"),
        ("0004f2a1b2c3-web.cfg", ""),
        ("0004f2a1b2c3.cfg", "#!version:1"),
        ("0004f2000009.cfg", broken.as_str()),
    ] {
        assert_eq!(severities(&[(name, text)], &log()), [], "{name}: {text:.20}");
    }
}

#[test]
fn cfg002_file_missing() {
    let found = |list: &str| severities(&[("0004f2a1b2c3.cfg", &master(list)), ("a/b.cfg", "<a/>")], &log());
    assert_eq!(found("a/b.cfg, c.cfg, d.cfg"), [("CFG002", Info)]);
    // A list that is followed whole, and one that is not.
    for (names, counted) in [(256, "names 256 files"), (257, "names at least 256 files")] {
        let list: Vec<String> = (0..names).map(|number| format!("n{number}.cfg")).collect();
        let site = Site::new(&[("0004f2a1b2c3.cfg", &master(&list.join(",")))]);
        let said = site.findings(&log(), &[])[0].1.message.to_string();
        assert!(said.contains(counted), "{said}");
        for tree in [&site.tree, &site.members] {
            let problems = tree.problems();
            assert_eq!(problems.len(), usize::from(names > 256), "{problems:?}");
            let is_named = |one: &crate::problem::Problem| {
                one.path.ends_with("0004f2a1b2c3.cfg")
                    && one.message.to_string().contains("line 2 has more than 256 names")
            };
            assert!(problems.iter().all(is_named), "{problems:?}");
        }
    }
    // The longest name that is followed, and longer ones: in letters, and in placeholders.
    for (name, is_missing) in
        [("n".repeat(1024), true), ("n".repeat(1025), false), ("[PHONE_MAC_ADDRESS]".repeat(54), false)]
    {
        let site =
            Site::new(&[("0004f2a1b2c3.cfg", &master(&format!("a/b.cfg,{name}"))), ("a/b.cfg", "<a/>")]);
        let found = site.findings(&log(), &[]);
        assert_eq!(
            found.iter().map(|(code, _)| *code).collect::<Vec<_>>() == ["CFG002"],
            is_missing,
            "{found:?}"
        );
        assert!(!site.config().is_complete);
        for tree in [&site.tree, &site.members] {
            let problems = tree.problems();
            assert_eq!(problems.len(), usize::from(!is_missing), "{problems:?}");
            let is_named = |one: &crate::problem::Problem| {
                one.message
                    .to_string()
                    .starts_with("CONFIG_FILES in line 2 has a name of more than 1024 bytes")
            };
            assert!(problems.iter().all(is_named), "{problems:?}");
        }
    }
    for list in [
        "a/b.cfg",
        "/a/b.cfg",
        "a\\b.cfg",
        "./a/../a/b.cfg",
        "",
        " , ",
        "http://192.0.2.1/c.cfg",
        &format!("http://192.0.2.1/{}.cfg", "n".repeat(1024)),
        "[PHONE_MODEL].cfg",
    ] {
        assert_eq!(found(list), [], "{list}");
    }
}

#[test]
fn cfg003_encrypted() {
    let noise = "\u{1}\u{2}\u{3}\u{4}\0\u{5}noise";
    let found = |name: &str| {
        severities(&[("0004f2a1b2c3.cfg", &master("site.cfg")), ("site.cfg", "<a/>"), (name, noise)], &log())
    };
    assert_eq!(found("site.cfg"), [("CFG003", Info)]);
    assert_eq!(found("0004f2a1b2c3-phone.cfg"), [("CFG003", Info)]);
    assert_eq!(found("other.cfg"), []);
}

#[test]
fn cfg004_and_cfg005_gates() {
    for (gate, code) in [("device.set", "CFG004"), (SET, "CFG005")] {
        for value in ["0", "-", ""] {
            assert_eq!(changed(&[(gate, value)], &log())[0], (code, Warning), "{gate} {value}");
            let empty = log_with(SLOT, SlotState::Empty, &[]);
            assert_eq!(changed(&[(gate, value)], &empty)[0], (code, Error), "{gate} {value}");
            let filled = log_with(SLOT, SlotState::Filled, &[]);
            assert_eq!(changed(&[(gate, value)], &filled)[0], (code, Info), "{gate} {value}");
            // A log of another phone (LOG006) says nothing of this one.
            for mut other in [empty, filled] {
                other.slots.get_mut(&SLOT).unwrap().is_of_another_phone = true;
                assert_eq!(changed(&[(gate, value)], &other)[0], (code, Warning), "{gate} {value}");
            }
        }
    }
    // Of the certificate of 3.3.2 the slot is not known: only its fingerprint in the log shows that it is installed.
    let ssl_set = "device.sec.SSL.customDeviceCert.set";
    let [ours, other] = [good(), b"another".to_vec()].map(|bytes| fingerprints(&bytes).unwrap()[0].clone());
    for (gate, code) in [("device.set", "CFG004"), (ssl_set, "CFG005")] {
        for (slot, state, print, severity) in [
            (SLOT, SlotState::Filled, &ours, Info),
            (SLOT, SlotState::Filled, &other, Warning),
            (SLOT, SlotState::Unknown, &ours, Warning),
            (SLOT, SlotState::Empty, &other, Warning),
            (Slot::BuiltIn, SlotState::Filled, &ours, Warning),
        ] {
            let value = [
                ("device.sec.SSL.customDeviceCert.publicCert", &*chain(&[good()])),
                ("device.sec.SSL.customDeviceCert.privateKey", &*key(1)),
            ];
            let all = [("device.set", "1"), (ssl_set, "1")].into_iter().chain(value);
            let all = with(plain(&all.collect::<Vec<_>>()), gate, "0");
            let found = severities(&[("0004f2a1b2c3.cfg", &file(&all))], &log_with(slot, state, &[print]));
            assert_eq!(found, [(code, severity)], "{slot} {state:?}");
        }
    }
    // Another certificate is there than that of the files.
    for (shown, is_told) in [(&other, true), (&ours, false)] {
        let all = file(&with(healthy(), SET, "0"));
        let filled = log_with(SLOT, SlotState::Filled, &[shown]);
        let found = Site::new(&[("0004f2a1b2c3.cfg", &all)]).findings(&filled, &[]);
        assert_eq!((found[0].0, found[0].1.severity), ("CFG005", Some(Info)));
        let says = " The log shows a certificate with another fingerprint in platform-1.";
        assert_eq!(found[0].1.message.to_string().ends_with(says), is_told, "{}", found[0].1.message);
    }
    // In the wrong place.
    let misplaced = "device.sec.TLS.customDeviceCert1.publicCert.set";
    let all = with(with(healthy(), SET, "-"), misplaced, "1");
    let site = Site::new(&[("000000000000.cfg", &file(&all))]);
    let found = site.findings(&log(), &[]);
    assert_eq!(found[0].0, "CFG005");
    assert!(found[0].1.configuration.iter().any(|line| line.parameter.as_deref() == Some(misplaced)));
    // No certificate value, an empty one, or one outside of device.*.
    let none = plain(&[("device.set", "0"), (CERTIFICATE, ""), ("sec.TLS.customCaCert.1", "x")]);
    assert_eq!(codes(&none, &log()), ["CFG030"]);
    let all = file(&with(healthy(), "device.set", "-"));
    // A gate in another file and element counts.
    let gate = element(&[("device.set", "1")]);
    let apart = [("0004f2a1b2c3.cfg", &*master("g.cfg,site.cfg")), ("g.cfg", &gate), ("site.cfg", &all)];
    assert_eq!(severities(&apart, &log()), []);
    // A CA certificate has gates too.
    let ca = pem("CERTIFICATE", &good());
    assert_eq!(
        codes(&plain(&[("device.set", "1"), ("device.sec.TLS.customCaCert1", &ca)]), &log()),
        ["CFG005"]
    );
}

/// The phone ignores them now, and reads them as soon as somebody opens the gate.
#[test]
fn faults_behind_a_closed_gate_are_information() {
    const CA: &str = "device.sec.TLS.customCaCert1";
    const CA_SET: &str = "device.sec.TLS.customCaCert1.set";
    let of_log = log();
    let ended = certificate("0004F2A1B2C3", 1, "2029-01-01", "2030-01-01", 0);
    let soon = certificate("0004F2A1B2C4", 1, "2029-01-01", "2030-06-16", 0);
    let old_root = certificate("Old Root", 3, "2000-01-01", "2010-01-01", 1600);
    let (cut, long) = (pem("PKCS7", b"x"), chain(&[certificate_of(8300)]));
    let (ended, soon) = (chain(&[ended]), chain(&[soon]));
    let (other_key, long_key) = (key(2), pem("PRIVATE KEY", &key_of(1, 4097)));
    let (old_root, no_root) = (pem("CERTIFICATE", &old_root), pem("CERTIFICATE", b"x"));
    for (changes, codes) in [
        (&[(CERTIFICATE, "put it here")][..], &["CFG010"][..]),
        (&[(CERTIFICATE, &cut)], &["CFG011"]),
        (&[(KEY, "a passphrase")], &["CFG012"]),
        (&[(KEY, &long_key)], &["CFG013"]),
        (&[(CERTIFICATE, &long), (KEY, "-")], &["CFG014", "CFG016"]),
        (&[(KEY, &other_key)], &["CFG015"]),
        (&[(KEY, "-")], &["CFG016"]),
        (&[(CERTIFICATE, "-")], &["CFG016"]),
        (&[(CERTIFICATE, &ended)], &["CFG017"]),
        (&[(CERTIFICATE, &soon)], &["CFG018", "CFG019"]),
        (&[(CA, &no_root), (CA_SET, "1")], &["CFG030"]),
        (&[(CA, &old_root), (CA_SET, "1")], &["CFG031", "CFG032"]),
    ] {
        let open = changed(changes, &of_log);
        assert_eq!(
            open.iter().map(|(code, _)| *code).collect::<BTreeSet<_>>(),
            codes.iter().copied().collect()
        );
        let of_ca = changes[0].0 == CA;
        for gate in ["device.set", if of_ca { CA_SET } else { SET }] {
            for value in ["0", "-"] {
                let closed = (gate, value);
                let all = changes.iter().chain([&closed]);
                let all = all.fold(healthy(), |all, (name, value)| with(all, name, value));
                let found = Site::new(&[("0004f2a1b2c3.cfg", &file(&all))]).findings(&of_log, &[]);
                let of_value = found.iter().filter(|(code, _)| !["CFG004", "CFG005"].contains(code));
                let of_value: Vec<_> = of_value.collect();
                assert_eq!(
                    of_value.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
                    codes,
                    "{gate} {value}"
                );
                for (_, found) in of_value {
                    assert_eq!(found.severity, Some(Info), "{found:?}");
                    let (message, last) = (found.message.to_string(), found.configuration.last().unwrap());
                    let says = format!(". The phone ignores this value now: {gate} is not 1.");
                    assert!(message.ends_with(&says), "{message}");
                    assert_eq!(last.parameter.as_deref(), Some(gate));
                }
            }
        }
    }
    // A gate that may be in a file that was not read.
    let half = file(&with(with(healthy(), "device.set", "-"), KEY, "a passphrase"));
    let list = [("0004f2a1b2c3.cfg", &*master("site.cfg, x.cfg")), ("site.cfg", &half)];
    assert_eq!(severities(&list, &of_log), [("CFG002", Info), ("CFG004", Warning), ("CFG012", Warning)]);
    let hidden = [list[0], list[1], ("x.cfg", "\u{1}\u{2}\u{3}binary\0")];
    assert_eq!(severities(&hidden, &of_log), [("CFG003", Info), ("CFG004", Warning), ("CFG012", Warning)]);
}

#[test]
fn dates_of_an_installed_certificate_behind_a_closed_gate() {
    let ended = certificate("0004F2A1B2C3", 1, "2029-01-01", "2030-01-01", 0);
    let print = crate::config::fingerprints(&ended).unwrap()[0].clone();
    let mut installed = log_with(SLOT, SlotState::Filled, &[&print]);
    for key_length in [Some(1218), None] {
        installed.slots.get_mut(&SLOT).unwrap().key_length = key_length;
        let keys = ["a passphrase", "-", &key(2), &pem("PRIVATE KEY", &key_of(1, 4097))].map(str::to_owned);
        for key in keys {
            for text in [chain(std::slice::from_ref(&ended)), pem("CERTIFICATE", &ended)] {
                for (gate, code) in [("device.set", "CFG004"), (SET, "CFG005")] {
                    let found = changed(&[(CERTIFICATE, &text), (KEY, &key), (gate, "0")], &installed);
                    assert!(found.contains(&(code, Info)), "{found:?}");
                    let severe: Vec<_> = found.iter().filter(|(_, severity)| *severity != Info).collect();
                    assert_eq!(severe, [&("CFG017", Error)], "{key:.20}");
                }
            }
        }
    }
    // In another slot than that of its line.
    let elsewhere = log_with(Slot::Platform(2), SlotState::Filled, &[&print]);
    let found = changed(&[(CERTIFICATE, &chain(&[ended])), ("device.set", "0")], &elsewhere);
    assert!(found.contains(&("CFG017", Error)), "{found:?}");
}

#[test]
fn cfg006_set_without_value() {
    let found = |pairs: &[(&'static str, &str)]| codes(&plain(pairs), &log());
    assert_eq!(found(&[("device.set", "1"), (SET, "1")]), ["CFG006"]);
    assert_eq!(found(&[("device.set", "1"), (SET, "1"), (CERTIFICATE, " "), (KEY, "")]), ["CFG006"]);
    assert_eq!(found(&[("device.sec.TLS.profile.deviceCert1.set", "1")]), ["CFG006"]);
    assert_eq!(found(&[("device.set", "1"), (SET, "0"), (CERTIFICATE, "")]), [""; 0]);
    assert_eq!(found(&[("device.set", "1")]), [""; 0]);
    // A file that is not here, or whose content is not known, may have the value.
    for (list, expected) in [
        ("x.cfg, site.cfg", &[("CFG002", Info), ("CFG006", Warning)][..]),
        ("http://192.0.2.9/x.cfg, site.cfg", &[]),
    ] {
        let hidden = [("0004f2a1b2c3.cfg", &*master(list)), ("site.cfg", &*element(&[(SET, "1")]))];
        assert_eq!(severities(&hidden, &log()), expected, "{list}");
    }
}

#[test]
fn cfg008_misspelt() {
    let found = |name: &'static str| codes(&plain(&[(name, "1")]), &log());
    assert_eq!(found("sec.TLS.customDeviceCrt.1"), ["CFG008"]);
    assert_eq!(found("device.sec.TLS.customDeviceCert1.publiccert"), ["CFG008"]);
    assert_eq!(found("device.sets"), ["CFG008"]);
    assert_eq!(found("device.Set"), ["CFG008"]);
    assert_eq!(found("sec.TLS.profile.1.deviceCert1"), ["CFG008"]);
    assert_eq!(found("device.sec.TLS.profile.cacertList1"), ["CFG008"]);
    assert_eq!(found("scep.enable"), ["CFG008"]);
    assert_eq!(found("device.sec.TLS.dot1x.strictCertCommonNameValidaton"), ["CFG008"]);
    assert_eq!(found("sec.TLS.protocol.Sip"), ["CFG008"]);
    assert_eq!(found("sec.TLS.protocol.exchangeServices"), [""; 0]);
    assert_eq!(found("sec.TLS.profile.9.deviceCert"), [""; 0]);
    assert_eq!(found("SCEP.retry"), [""; 0]);
    assert_eq!(found("device.net"), [""; 0]);
    assert_eq!(found("device.hostname"), [""; 0]);
    assert_eq!(found("sec.TLS.customDeviceCert.9"), [""; 0]);
    assert_eq!(found("sec.TLS.cipherList"), [""; 0]);
}

#[test]
fn cfg020_key_shared() {
    let site = Site::new(&[("0004f2a1b2c3.cfg", &file(&healthy()))]);
    let keys = site.config().configured_keys();
    let others = vec!["0004F2000009".parse().unwrap()];
    let shared = |phones| [SharedKey { key: keys[0].clone(), phones, others: others.clone() }];
    let found = site.findings(&log(), &shared(3));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1.slot), ("CFG020", Some(SLOT)));
    assert!(found[0].1.message.to_string().contains("3 phones"), "{}", found[0].1.message);
    assert!(site.findings(&log(), &shared(1)).is_empty());
}

#[test]
fn cfg040_private_key_on_server() {
    let found = |name: &str| severities(&[("0004f2a1b2c3.cfg", "<a/>"), (name, "secret")], &log());
    assert_eq!(found("0004F2A1B2C3-private.key"), [("CFG040", Warning)]);
    assert_eq!(found("sub/0004f2a1b2c3-private.pem"), [("CFG040", Warning)]);
    for name in ["0004f2000009-private.key", "0004f2a1b2c3.csr", "private.key"] {
        assert_eq!(found(name), [], "{name}");
    }
    let site = Site::new(&[("0004f2a1b2c3-private.key", "secret")]);
    let found = site.findings(&log(), &[]);
    assert!(
        found[0].1.message.to_string().contains("mode 0644")
            && found[0].1.message.to_string().contains("every user")
    );
}

#[test]
fn a_phone_without_files_has_no_findings() {
    let site = Site::new(&[]);
    assert!(site.tree.is_empty() && site.findings(&log(), &[]).is_empty());
    assert!(resolve(&site.tree, mac(), &PhoneKind::UNKNOWN, &[]).is_empty());
}
