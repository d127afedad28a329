//! Files of a phone, precedence, and values.

mod hostile;
#[cfg(unix)]
mod links;
mod masters;
mod sites;

use std::path::PathBuf;

use super::fixture::*;
use super::value::read_key;
use super::*;
use crate::check::join;
use crate::input::MAX_CONFIG_BYTES;
use crate::model::Slot;

const CERTIFICATE: &str = "device.sec.TLS.customDeviceCert1.publicCert";

fn certificates(text: &str) -> Certificates {
    Certificates::read(text, false)
}

#[test]
fn keys_have_the_length_that_openssl_and_the_phone_count() {
    for line in sample("expected.txt").lines() {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["key", name, length] => {
                let key = read_key(&sample(name)).unwrap();
                assert_eq!(key.length.to_string(), length, "{name}");
            }
            ["certificate", name, length, print] => {
                let read = certificates(&sample(name));
                assert_eq!(read.list[0].length.to_string(), length, "{name}");
                assert!(read.list[0].fingerprints.iter().any(|one| one.to_string() == print), "{name}");
            }
            _ => panic!("{line}"),
        }
    }
}

#[test]
fn certificates_are_read_as_another_reader_does() {
    use x509_cert::der::{DecodePem, Encode};
    for name in ["root.pem", "issuing.pem", "leaf.pem"] {
        let ours = certificates(&sample(name)).list.remove(0);
        let theirs = x509_cert::Certificate::from_pem(sample(name)).unwrap();
        let validity = theirs.tbs_certificate.validity;
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs() as i64;
        assert_eq!(ours.not_before.and_utc().timestamp(), seconds(validity.not_before), "{name}");
        assert_eq!(ours.not_after.and_utc().timestamp(), seconds(validity.not_after), "{name}");
        assert_eq!(ours.length as usize, theirs.to_der().unwrap().len());
        let subject = theirs.tbs_certificate.subject.to_string();
        assert!(subject.contains(&format!("CN={}", ours.common_name.unwrap())), "{subject}");
    }
}

#[test]
fn pkcs7_in_every_form_and_its_key() {
    let key = read_key(&sample("rsa-2048-pkcs8.key")).unwrap();
    for (name, number) in [("leaf.p7b", 1), ("chain.p7b", 3), ("stream.p7b", 2)] {
        let read = certificates(&sample(name));
        assert_eq!((read.form, read.fault), (Form::Pkcs7, None), "{name}");
        assert_eq!(read.list.len(), number, "{name}");
        assert_eq!(read.leaves(None)[0].common_name.as_deref(), Some("0004F2A1B2C3"), "{name}");
        assert_eq!(read.leaves(None)[0].key.matches(&key.public), Some(true), "{name}");
        assert!(read.blob.is_some());
    }
    assert_eq!(certificates(&sample("empty.p7b")).fault, Some(Fault::NoCertificate));
}

/// A PKCS #7 is sorted by bytes, so that the order says nothing.
#[test]
fn two_certificates_of_a_device_in_one_value() {
    let renewed = certificate("0004F2A1B2C3", 1, "2030-01-01", "2035-01-01", 9);
    let short = [[good(), renewed.clone()], [renewed.clone(), good()]].map(|both| {
        let value = certificates(&chain(&both));
        assert!(both.iter().all(|one| value.has_length(one.len() as u64)));
        Value::Certificates(value).in_short().to_string()
    });
    assert_eq!(short[0], short[1]);
    let [first, second] = [good(), renewed].map(|der| fingerprints(&der).unwrap()[0].clone());
    let names = format!(
        "PKCS #7, 2 certificates, CN 0004F2A1B2C3, valid until 2032-01-01, MD5 {first} and CN 0004F2A1B2C3, valid until \
         2035-01-01, MD5 {second}"
    );
    assert_eq!(short[0], names);
}

#[test]
fn keys_tell_their_public_half() {
    let public = |name: &str| read_key(&sample(name)).unwrap().public;
    let issuing = certificates(&sample("issuing.pem")).list.remove(0);
    assert_eq!(public("ec-256-sec1.key"), public("ec-256-pkcs8.key"));
    assert_eq!(issuing.key.matches(&public("ec-256-sec1.key")), Some(true));
    assert_eq!(issuing.key.matches(&public("rsa-1024-pkcs1.key")), Some(false));
    assert_eq!(issuing.key.matches(&public("ed25519-pkcs8.key")), None);
    assert!(matches!(public("rsa-1024-pkcs1.key"), PublicKey::Rsa(1024, _)));
    // DSA in its traditional form has numbers too, but they are not those of RSA.
    let dsa = sample("dsa-1024-traditional.key");
    let body =
        dsa.replace("-----BEGIN DSA PRIVATE KEY-----", "").replace("-----END DSA PRIVATE KEY-----", "");
    for text in [dsa, body] {
        assert_eq!(read_key(&text).unwrap().public, PublicKey::Other, "{text:.40}");
    }
    for name in ["encrypted-pkcs1.key", "encrypted-pkcs8.key"] {
        assert_eq!(read_key(&sample(name)), Err(Fault::Encrypted), "{name}");
    }
}

#[test]
fn why_a_certificate_cannot_be_read() {
    let whole = pkcs7(&[good()]);
    let length = whole.len() as u32;
    let cut = Fault::Cut { announced_length: length, there: length - 100 };
    for (text, fault) in [
        (pem("PKCS7", &whole[..whole.len() - 100]), cut),
        (pem("PKCS7", &good()), Fault::Holds("an X.509 certificate, and no PKCS #7")),
        (pem("PKCS7", &key_of(1, 1218)), Fault::Holds("a private key")),
        (pem("CERTIFICATE REQUEST", &good()), Fault::Label("CERTIFICATE REQUEST")),
        (pem("PKCS7", b"nothing of the kind"), Fault::NotDer),
        (chain(&[good()]).replace("-----", "----"), Fault::Dashes),
        (chain(&[good()]).replace("-----END", "–––––END"), Fault::Dashes),
        ("put it here".to_owned(), Fault::NoLines),
    ] {
        assert_eq!(certificates(&text).fault, Some(fault), "{text:.60}");
    }
    for text in [chain(&[good()]), format!("Version: 3 (0x2) {}", chain(&[good()]).replace(' ', "\n"))] {
        let text = text.replace("BEGIN\n", "BEGIN ").replace("END\n", "END ");
        let read = certificates(&text);
        assert_eq!((read.form, read.fault), (Form::Pkcs7, None), "{text:.60}");
    }
}

#[test]
fn first_file_wins_and_overrides_win_over_all() {
    let files = [
        ("000000000000.cfg", &*master("a.cfg, sub/[PHONE_MAC_ADDRESS].cfg ,b.cfg")),
        ("a.cfg", &*element(&[("log.level.change.tls", "4")])),
        ("sub/0004f2a1b2c3.cfg", &*element(&[("log.level.change.tls", "3"), ("log.render.level", "2")])),
        ("b.cfg", &*element(&[("log.render.level", "1"), ("SCEP.enable", "1")])),
        ("0004f2a1b2c3-phone.cfg", &*element(&[("SCEP.enable", "0")])),
    ];
    let site = Site::new(&files);
    let config = site.config();
    let value = |name: &str| config.get(name).unwrap().value.as_text().unwrap().to_owned();
    assert_eq!(
        [value("log.level.change.tls"), value("log.render.level"), value("SCEP.enable")],
        ["4", "2", "0"]
    );
    let overridden = config.effective().map(|one| one.overridden.len()).collect::<Vec<_>>();
    assert_eq!(overridden, [1, 1, 1]);
    assert!(config.is_complete && config.missing.is_empty());
    let names: Vec<_> = config.sources.iter().map(|one| one.file.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["0004f2a1b2c3-phone.cfg", "000000000000.cfg", "a.cfg", "0004f2a1b2c3.cfg", "b.cfg"]);
}

#[test]
fn what_no_source_settles_is_not_sure() {
    let phone = element(&[("device.set", "0")]);
    let web = element(&[("device.set", "1")]);
    let files =
        [("0004f2a1b2c3.cfg", master("")), ("0004f2a1b2c3-phone.cfg", phone), ("0004F2A1B2C3-web.cfg", web)];
    let site = Site::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    assert!(matches!(site.config().gate("device.set"), Gate::Unknown));
    let codes: Vec<_> = site.findings(&log(), &[]).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["CFG007"]);
}

#[test]
fn a_models_own_list_replaces_the_plain_one() {
    let master = element(&[
        ("CONFIG_FILES", "a.cfg"),
        ("CONFIG_FILES_VVX500", "[PHONE_MODEL].cfg"),
        ("CONFIG_FILES_SSIP7000", "c.cfg"),
    ]);
    let level = |level: &str| element(&[("log.render.level", level)]);
    let site = Site::new(&[
        ("0004F2A1B2C3.cfg", &master),
        ("a.cfg", &level("1")),
        ("VVX500.cfg", &level("2")),
        ("c.cfg", &level("3")),
    ]);
    for (model, level, is_complete) in [
        (Some("VVX 500"), "2", true),
        (Some("SoundStation IP 7000"), "3", true),
        (Some("VVX 501"), "1", true),
    ] {
        let config =
            resolve(&site.tree, mac(), &PhoneKind::new(model, None), &[site.folder.path().to_owned()]);
        assert_eq!(config.get("log.render.level").unwrap().value.as_text(), Some(level), "{model:?}");
        assert_eq!(config.is_complete, is_complete, "{model:?}");
    }
    let config = site.config();
    assert!(
        config.get("log.render.level").is_none() && !config.is_complete,
        "any of the lists may be its own"
    );
    let shown: Vec<_> = config.effective().filter(|one| one.given.name() == "log.render.level").collect();
    assert!(shown.len() == 1 && !shown[0].is_sure);
}

#[test]
fn nothing_is_said_of_files_that_may_not_be_read() {
    let lists = |plain: &str| element(&[("CONFIG_FILES", plain), ("CONFIG_FILES_VVX500", "new.cfg")]);
    let site = Site::new(&[
        ("0004f2a1b2c3.cfg", &lists("old.cfg, gone.cfg")),
        ("old.cfg", "<a"),
        ("new.cfg", "<a/>"),
    ]);
    assert!(site.findings(&log(), &[]).is_empty());
    let with_model = LogFacts { model: Some("VVX 400".into()), ..log() };
    let codes: Vec<_> = site.findings(&with_model, &[]).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["CFG001", "CFG002"]);
}

#[test]
fn the_overrides_directory_takes_the_phones_address() {
    let master = |directory: &str| {
        element(&[("CONFIG_FILES", ""), ("OVERRIDES_DIRECTORY", directory), ("log.render.level", "1")])
    };
    let phone = element(&[("log.render.level", "3")]);
    for (directory, level, is_complete) in [
        ("ovr/[PHONE_MAC_ADDRESS]", "3", true),
        ("/ovr\\[PHONE_MAC_ADDRESS]/", "3", true),
        ("other", "1", true),
        ("ovr/[PHONE_MODEL]", "1", false),
        ("ftp://192.0.2.1/ovr", "1", false),
        ("", "1", true),
    ] {
        let site = Site::new(&[
            ("0004f2a1b2c3.cfg", &*master(directory)),
            ("ovr/0004f2a1b2c3/0004f2a1b2c3-phone.cfg", &phone),
        ]);
        let config = site.config();
        assert_eq!(config.get("log.render.level").unwrap().value.as_text(), Some(level), "{directory}");
        assert_eq!(config.is_complete, is_complete, "{directory}");
        // A file beside the master is read if no directory is named; else it is of the time before.
        let old = element(&[("log.render.level", "5")]);
        let site = Site::new(&[("0004f2a1b2c3.cfg", &*master(directory)), ("0004f2a1b2c3-web.cfg", &old)]);
        let expected = if directory.is_empty() { "5" } else { "1" };
        let config = site.config();
        assert_eq!(config.get("log.render.level").unwrap().value.as_text(), Some(expected), "{directory}");
        assert_eq!(config.old_overrides.len(), usize::from(!directory.is_empty()), "{directory}");
    }
}

#[test]
fn a_general_master_of_another_place_is_not_this_phones() {
    let general = |logs: &str| {
        element(&[("CONFIG_FILES", "site.cfg"), ("LOG_FILE_DIRECTORY", logs), ("log.render.level", "1")])
    };
    let is_found = |files: &[(&str, &str)], directory: &str| {
        let site = Site::new(files);
        let config = resolve(&site.tree, mac(), &PhoneKind::UNKNOWN, &[site.folder.path().join(directory)]);
        let members =
            resolve(&site.members, mac(), &PhoneKind::UNKNOWN, &[PathBuf::from("t.zip!").join(directory)]);
        assert_eq!(config.master().is_some(), members.master().is_some());
        config.master().is_some()
    };
    let (none, beside) = (general(""), general("../b/[PHONE_MAC_ADDRESS]"));
    assert!(!is_found(&[("a/000000000000.cfg", &none)], "b"));
    assert!(is_found(&[("000000000000.cfg", &none)], "b"));
    assert!(is_found(&[("b/000000000000.cfg", &none)], "b"));
    assert!(!is_found(&[("b/c/000000000000.cfg", &none)], "b"));
    assert!(is_found(&[("a/000000000000.cfg", &beside)], "b/0004f2a1b2c3/logs"));
    assert!(!is_found(&[("a/000000000000.cfg", &beside)], "b"));
    let own = [("a/000000000000.cfg", &*none), ("a/0004f2a1b2c3-phone.cfg", "<PHONE_CONFIG/>")];
    assert!(is_found(&own, "b"), "the phone's own file lies there");
    assert!(is_found(&[("a/0004f2a1b2c3.cfg", "<a device.set='1'/>")], "b"), "a phone's own file, anywhere");
}

#[test]
fn a_listed_file_that_is_not_read_is_a_problem() {
    for (text, is_problem) in [
        ("<!DOCTYPE a><a SCEP.enable='1'/>", false),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a SCEP.enable='1'/>", true),
        ("<!DOCTYPE a [<!ATTLIST a SCEP.enable CDATA '1'>]><a/>", true),
    ] {
        let site = Site::new(&[
            ("0004f2a1b2c3.cfg", &*master("site.cfg")),
            ("site.cfg", text),
            ("other.cfg", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
        ]);
        let config = site.config();
        assert_eq!(config.get("SCEP.enable").is_none() && !config.is_complete, is_problem, "{text}");
        let _ = site.findings(&log(), &[]);
        for tree in [&site.tree, &site.members] {
            let problems = tree.problems();
            assert_eq!(problems.len(), usize::from(is_problem), "{text}");
            assert!(problems.iter().all(|one| one.path.ends_with("site.cfg")), "{text}");
        }
    }
}

#[test]
fn half_a_character_at_the_end_is_not_well_formed() {
    let mut bytes: Vec<u8> = "\u{feff}<a\n b=\"1\"/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(File::parse("x", &bytes).outcome, ReadOutcome::Read);
    bytes.push(b'\n');
    let ReadOutcome::Malformed(fault) = File::parse("x", &bytes).outcome else { panic!() };
    assert_eq!((fault.line, fault.column), (2, 9));
}

#[test]
fn other_makers_files_are_nothing() {
    for text in ["#!version:1.0\nnetwork = dhcp\n", "\u{1}\u{2}\u{3}binary\0", "", "<flat><broken></flat>"] {
        let site = Site::new(&[("000000000000.cfg", text)]);
        assert!(site.config().sources.is_empty(), "{text:?}");
        assert!(site.findings(&log(), &[]).is_empty(), "{text:?}");
    }
}

#[test]
fn nothing_outside_is_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.cfg"), element(&[("log.render.level", "6")])).unwrap();
    let name = outside.path().file_name().unwrap().to_str().unwrap();
    let names = format!("../{name}/secret.cfg, ../../../../../../etc/passwd, 0004f2a1b2c3.cfg");
    let site = Site::new(&[("0004f2a1b2c3.cfg", &master(&names))]);
    let config = site.config();
    assert_eq!(config.sources.len(), 1);
    assert!(config.get("log.render.level").is_none() && !config.is_complete);
    let found = run(&config, &log(), &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "CFG002");
    assert!(
        found[0].1.configuration[0].says.to_string().contains("secret.cfg"),
        "{:?}",
        found[0].1.configuration
    );
    assert!(
        found[0].1.configuration[1].says.to_string().ends_with("/etc/passwd"),
        "{:?}",
        found[0].1.configuration
    );
}

#[test]
fn a_shared_file_is_read_once() {
    let site = Site::new(&[
        ("000000000000.cfg", &master("site.cfg")),
        ("site.cfg", &element(&[("SCEP.enable", "1")])),
    ]);
    let first = site.config();
    std::fs::write(site.folder.path().join("site.cfg"), "changed").unwrap();
    let other = resolve(
        &site.tree,
        "0004f2000009".parse().unwrap(),
        &PhoneKind::UNKNOWN,
        &[site.folder.path().to_owned()],
    );
    assert!(std::sync::Arc::ptr_eq(&first.sources[1].file, &other.sources[1].file));
}

#[test]
fn limits_are_problems_and_no_diagnoses() {
    let value = "x".repeat(MAX_CONFIG_BYTES as usize);
    let many: String = (0..100_000).map(|number| format!(" a{number}=\"1\"")).collect();
    let names: String = (0..10_000).map(|number| format!("{number}.cfg,")).collect();
    let site = Site::new(&[
        ("0004f2a1b2c3.cfg", &master(&format!("large.cfg, many.cfg, dtd.cfg, {names}"))),
        ("large.cfg", &element(&[("x", &value)])),
        ("many.cfg", &format!("<a{many}/>")),
        ("dtd.cfg", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a c=\"&b;\"/>"),
    ]);
    let codes: Vec<_> = site.findings(&log(), &[]).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["CFG002"]);
    assert!(site.tree.problems().iter().any(|one| one.path.ends_with("large.cfg")));
    assert!(site.config().missing.len() < 260);
}

#[test]
fn values_are_told_shortly() {
    let read = |text: &str| Value::Certificates(certificates(text)).in_short().to_string();
    let of_two = read(&chain(&[good(), certificate("Example Issuing", 2, "2020-01-01", "2040-01-01", 0)]));
    assert!(
        of_two.starts_with("PKCS #7, 2 certificates, CN 0004F2A1B2C3, valid until 2032-01-01, MD5 "),
        "{of_two}"
    );
    assert!(read(&pem("CERTIFICATE", &good())).starts_with("X.509 certificate, CN "));
    // The lines and what is between them differ.
    let relabelled = read(&pem("PKCS7", &good()));
    assert!(
        relabelled.starts_with("1 X.509 certificate between PKCS #7 begin and end lines, CN "),
        "{relabelled}"
    );
    assert!(!relabelled.contains("it contains"), "{relabelled}");
    let relabelled = read(&pem("CERTIFICATE", &pkcs7(&[good()])));
    assert!(
        relabelled.starts_with("PKCS #7 between other begin and end lines, 1 certificate, CN "),
        "{relabelled}"
    );
    let beside = format!("{} {}", pem("CERTIFICATE", &good()), chain(&[good()]));
    assert!(read(&beside).starts_with("2 X.509 certificates, CN "), "{}", read(&beside));
    let both = format!("{} {}", chain(&[good()]), pem("PKCS7", &good()));
    assert!(read(&both).ends_with("; it contains an X.509 certificate, and no PKCS #7"), "{}", read(&both));
    assert_eq!(Value::Key(read_key(&key(1))).in_short().to_string(), "RSA 2048 key, 1218 bytes");
    assert!(!Value::Key(read_key("hunter2")).in_short().to_string().contains("hunter2"));
    let address = Value::text("ftp://phones:hunter2@192.0.2.1/logs").in_short().to_string();
    assert!(address.contains("192.0.2.1") && !address.contains("hunter2"), "{address}");
    for secret in [key(1), format!("prefix {}", "A".repeat(60))] {
        assert!(Value::text(&secret).in_short().to_string().ends_with("not shown)"), "{secret}");
    }
}

/// A password can be put into the wrong column of a table from which files are made.
#[test]
fn a_switch_shows_only_numbers_and_words_of_switches() {
    let names = [
        "device.set",
        "device.sec.TLS.customDeviceCert1.set",
        "device.sec.TLS.customDeviceCert1.publicCert.set",
        "device.sec.TLS.prov.strictCertCommonNameValidation",
        "sec.TLS.SIP.strictCertCommonNameValidation",
        "SCEP.enable",
        "log.render.file",
        "log.level.change.tls",
        "log.render.file.upload.period",
        "log.render.file.upload.append.limitMode",
    ];
    for (text, shown) in [
        ("1", "1"),
        ("", "(empty)"),
        ("172800", "172800"),
        ("True", "True"),
        ("stop", "stop"),
        ("Hunter2Zebra", "(a text of 12 characters, not shown)"),
        ("1;hunter2", "(a text of 9 characters, not shown)"),
        ("12345678901", "(a text of 11 characters, not shown)"),
    ] {
        let all: Vec<_> = names.iter().map(|name| (*name, text)).collect();
        let read = File::parse("site.cfg", element(&all).as_bytes());
        let shown_all: Vec<_> = read.settings.iter().map(|one| one.value.in_short().to_string()).collect();
        assert_eq!(shown_all, vec![shown; names.len()], "{text}");
    }
    // A word that is nearly a permitted one is shown, because the diagnosis is about the word.
    let profile = element(&[("device.sec.TLS.profile.deviceCert1", "Platfrom1")]);
    let read = File::parse("site.cfg", profile.as_bytes());
    assert_eq!(read.settings[0].value.as_text(), Some("Platfrom1"));
}

/// A key never appears in the result, with any fault of its text and in any parameter.
#[test]
fn no_key_in_any_output() {
    let keys = [
        key(1),
        key(1).replace("-----END", "----END"),
        key(1)[..600].to_owned(),
        key(1).replace("PRIVATE KEY", "PKCS7"),
        key(1).replace("-----BEGIN PRIVATE KEY-----", "").replace("-----END PRIVATE KEY-----", ""),
        key(1).replace("BEGIN PRIVATE KEY", "BEGIN SECRETSECRET"),
        "hunter2".repeat(3),
    ];
    let is_name = |secret: &str| secret.starts_with("hunter2");
    for secret in &keys {
        let piece = &secret.split(' ').max_by_key(|word| word.len()).unwrap()[..12];
        let mut all = platform(secret, secret);
        all = with(all, "device.sec.TLS.customCaCert1", secret);
        all = with(all, "sec.TLS.customDeviceKey.1", secret);
        all = with(all, "device.sec.TLS.profile.deviceCert2", secret);
        all = with(all, "log.level.change.tls", secret);
        let broken = file(&all).replace("/>", "");
        let more = if is_name(secret) { String::new() } else { format!(",{secret}") };
        let site = Site::new(&[
            ("000000000000.cfg", &master(&format!("site.cfg,broken.cfg{more}"))),
            ("site.cfg", &file(&all)),
            ("broken.cfg", &broken),
        ]);
        let config = site.config();
        let findings = format!("{:?}", site.findings(&log(), &[]));
        let answer = join::join(&config, &log(), join::Question::Trust, None);
        let everything = format!("{config:?} {findings} {answer:?} {:?}", site.tree);
        assert!(!everything.contains(piece), "{piece}");
    }
}

#[test]
fn an_installed_certificate_names_its_file() {
    let attributes = platform(&chain(&[good()]), &key(1));
    let site = Site::new(&[("000000000000.cfg", &master("site.cfg")), ("site.cfg", &file(&attributes))]);
    let config = site.config();
    let (_, value) = config.credentials()[0].certificate.unwrap();
    let line = origin(&config, Slot::Platform(1), &value.list[0].fingerprints[0]).unwrap();
    assert_eq!(line.parameter.as_deref(), Some(CERTIFICATE));
    assert!(origin(&config, Slot::Platform(1), &value.blob.as_ref().unwrap().1[2]).is_some());
    let other = origin(&config, Slot::Platform(1), &crate::model::Fingerprint::new(&[7; 16]).unwrap());
    assert!(other.unwrap().says.to_string().contains("another fingerprint"));
    assert_eq!(config.credentials()[0].store.slot(), Some(Slot::Platform(1)));
}
