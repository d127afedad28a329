//! Each question with a certain answer, a possible one, and a contradiction.

use super::*;
use crate::check::Rule;
use crate::config::SlotState;
use crate::config::fixture::*;

const CERTIFICATE: &str = "device.sec.TLS.customDeviceCert1.publicCert";
const KEY: &str = "device.sec.TLS.customDeviceCert1.privateKey";
const SLOT: Option<Slot> = Some(Slot::Platform(1));

fn asked(changes: &[(&'static str, &str)], log: &LogFacts, question: Question, slot: Option<Slot>) -> Answer {
    let healthy = platform(&chain(&[good()]), &key(1));
    let all = changes.iter().fold(healthy, |all, (name, value)| with(all, name, value));
    let site = Site::new(&[("000000000000.cfg", &master("site.cfg")), ("site.cfg", &file(&all))]);
    join(&site.config(), log, question, slot)
}

/// Parameter and sentence of each line.
fn lines(answer: &Answer) -> Vec<(&str, &str)> {
    let said = |line: &ConfigurationLine| &*line.says.to_string().leak();
    answer.lines.iter().map(|line| (line.parameter.as_deref().unwrap_or(""), said(line))).collect()
}

fn key_refused(length: u64) -> LogFacts {
    LogFacts { keys_refused: vec![Refused { slot: SLOT, length: Some(length) }], ..log() }
}

#[test]
fn ins001_names_the_key_of_the_logged_length() {
    let large = pem("PRIVATE KEY", &key_of(1, 4677));
    let answer = asked(&[(KEY, &large)], &key_refused(4677), Question::KeyTooLarge, SLOT);
    assert_eq!(lines(&answer), [(KEY, "RSA 2048 key, 4677 bytes: the length that the phone refused")]);
    assert_eq!(answer.lines[0].line, Some(7));
    assert!(answer.lines[0].file.ends_with("site.cfg"));
    let of_other = Some(Slot::Platform(2));
    let log = LogFacts { keys_refused: vec![Refused { slot: of_other, length: Some(4677) }], ..log() };
    let answer = asked(&[(KEY, &large)], &log, Question::KeyTooLarge, of_other);
    let says = "RSA 2048 key, 4677 bytes: the length that the phone refused; this is the key of platform-1, and platform-2 refused one";
    assert_eq!(lines(&answer), [(KEY, says)]);
    let answer = asked(&[], &key_refused(4677), Question::KeyTooLarge, SLOT);
    let says = "RSA 2048 key, 1218 bytes, and the phone refused one of 4677 bytes: were the files changed since then, or was it installed in another way?";
    assert_eq!(lines(&answer), [(KEY, says)]);
    let answer = asked(&[(KEY, "-"), (CERTIFICATE, "-")], &key_refused(4677), Question::KeyTooLarge, SLOT);
    assert_eq!(lines(&answer)[0].0, "");
    let answer =
        asked(&[(KEY, &sample("encrypted-pkcs8.key"))], &key_refused(4677), Question::KeyTooLarge, SLOT);
    assert!(lines(&answer)[0].1.ends_with("so its length can't be compared"));
    // With closed gates.
    let changes = [(KEY, &*large), ("device.set", "0"), ("device.sec.TLS.customDeviceCert1.set", "-")];
    let answer = asked(&changes, &key_refused(4677), Question::KeyTooLarge, SLOT);
    let says = "RSA 2048 key, 4677 bytes: the length that the phone refused; the phone does not read it now, \
                because device.set and device.sec.TLS.customDeviceCert1.set are not 1";
    assert_eq!(lines(&answer), [(KEY, says)]);
    // The one of 3.3.2, which is in a slot that is not known.
    const SSL_KEY: &str = "device.sec.SSL.customDeviceCert.privateKey";
    let changes = [(KEY, "-"), (CERTIFICATE, "-"), ("device.sec.SSL.customDeviceCert.set", "1")];
    let with_ssl = |key: &str, length| {
        let changes: Vec<_> = changes.into_iter().chain([(SSL_KEY, key)]).collect();
        let answer = asked(&changes, &key_refused(length), Question::KeyTooLarge, SLOT);
        lines(&answer).iter().map(|(name, says)| format!("{name}: {says}")).collect::<Vec<_>>()
    };
    let same = "RSA 2048 key, 4677 bytes: the length that the phone refused";
    assert_eq!(with_ssl(&large, 4677), [format!("{SSL_KEY}: {same}")]);
    let other = "RSA 2048 key, 4677 bytes, and the phone refused one of 4678 bytes";
    assert_eq!(with_ssl(&large, 4678), [format!("{SSL_KEY}: {other}: {CHANGED}")]);
}

#[test]
fn ins002_names_what_can_be_the_cause() {
    let mut log = log();
    log.certificates_refused = vec![Refused { slot: SLOT, length: None }];
    let large = chain(&[good(), certificate_of(8000)]);
    let answer = asked(&[(CERTIFICATE, &large)], &log, Question::CertificateRejected, SLOT);
    assert_eq!(answer.lines.len(), 1);
    assert!(answer.lines[0].says.to_string().starts_with("this one: it has 84"), "{answer:?}");
    let answer = asked(&[], &log, Question::CertificateRejected, SLOT);
    assert!(answer.lines[0].says.to_string().starts_with("neither the form"), "{answer:?}");
    let plain = pem("CERTIFICATE", &good());
    let answer = asked(&[(CERTIFICATE, &plain)], &log, Question::CertificateRejected, SLOT);
    assert!(answer.lines[0].says.to_string().starts_with("this one: "), "{answer:?}");
    let ssl = [("device.sec.SSL.customDeviceCert.publicCert", &*large), (CERTIFICATE, "-"), (KEY, "-")];
    let set = ("device.sec.SSL.customDeviceCert.set", "1");
    let ssl: Vec<_> = ssl.into_iter().chain([set]).collect();
    let answer = asked(&ssl, &log, Question::CertificateRejected, SLOT);
    assert!(answer.lines[0].says.to_string().starts_with("this one: it has 84"), "{answer:?}");
    log.certificates_refused[0].length = Some(9000);
    let answer = asked(&[(CERTIFICATE, &plain)], &log, Question::CertificateRejected, SLOT);
    assert!(answer.lines[0].says.to_string().starts_with("neither the form"), "{answer:?}");
    log.certificates_refused[0].length = Some(good().len() as u64);
    let answer = asked(&[], &log, Question::CertificateRejected, SLOT);
    assert!(answer.lines[0].says.to_string().ends_with("the length that the phone refused"), "{answer:?}");
}

#[test]
fn ins003_says_when_it_is_exactly_one() {
    let plain = pem("CERTIFICATE", &good());
    let answer = asked(&[(CERTIFICATE, &plain)], &log(), Question::ChainNotDecodable, None);
    let says = "this one: it is a certificate without PKCS #7 begin and end lines";
    assert_eq!(lines(&answer), [(CERTIFICATE, says)]);
    let two = [(CERTIFICATE, &*plain), ("sec.TLS.customDeviceCert.1", &*plain)];
    let answer = asked(&two, &log(), Question::ChainNotDecodable, None);
    assert_eq!(answer.lines.len(), 2);
    assert!(
        answer.lines.iter().all(|line| line.says.to_string().starts_with("may be the cause")),
        "{answer:?}"
    );
    // Software before 4.0.0 reads none of the two, but the certificate of 3.3.2.
    let ssl = "device.sec.SSL.customDeviceCert.publicCert";
    let three = [two[0], (ssl, &*plain), ("device.sec.SSL.customDeviceCert.set", "1")];
    for (software, number) in [("3.3.5.0247", 1), ("4.0.0.1000", 2)] {
        let log = LogFacts { software: Some(software.parse().unwrap()), ..log() };
        let answer = asked(&three, &log, Question::ChainNotDecodable, None);
        assert_eq!(answer.lines.len(), number, "{answer:?}");
        assert_eq!(answer.lines[0].parameter.as_deref(), Some(ssl));
    }
    // One is bad, the other good.
    let good_one = chain(&[good()]);
    let answer = asked(
        &[("sec.TLS.customDeviceCert.1", &good_one), two[0]],
        &log(),
        Question::ChainNotDecodable,
        None,
    );
    assert_eq!(lines(&answer), [(CERTIFICATE, says)]);
    // All are good: the hint about line breaks, where there are some.
    let broken = good_one.replace("----- ", "-----\n").replace(" -----", "\n-----");
    for (text, has_hint) in [(broken, true), (good_one.clone(), false)] {
        let answer = asked(&[(CERTIFICATE, &text)], &log(), Question::ChainNotDecodable, None);
        assert_eq!(answer.lines[0].says.to_string().contains("&#10;"), has_hint, "{answer:?}");
        assert!(answer.lines[0].says.to_string().contains("neither the form"), "{answer:?}");
    }
    // A value that does not count is named only where none counts.
    let answer =
        asked(&[(CERTIFICATE, &plain), ("device.set", "0")], &log(), Question::ChainNotDecodable, None);
    let closed = "may have been the cause: it is a certificate without PKCS #7 begin and end lines; \
                  the phone does not read it now, because device.set is not 1: were the files changed since then, or was it installed in another way?";
    assert_eq!(lines(&answer), [(CERTIFICATE, closed)]);
    let answer = asked(&[("device.set", "0")], &log(), Question::ChainNotDecodable, None);
    assert!(lines(&answer)[0].1.contains("does not read it now"), "{answer:?}");
    let may = "may be the cause: it is a certificate without PKCS #7 begin and end lines";
    // A file that can't be read, or is not there, may have another; so may an override.
    let site_file = file(&with(platform(&chain(&[good()]), &key(1)), CERTIFICATE, &plain));
    let second = |value: &str| file(&[("device.sec.TLS.customDeviceCert2.publicCert", value.to_owned())]);
    for (list, phone, web) in [
        ("gone.cfg, site.cfg", "<a/>".to_owned(), "<a/>".to_owned()),
        ("noise.cfg, site.cfg", "<a/>".to_owned(), "<a/>".to_owned()),
        ("site.cfg", second(&plain), second(&good_one)),
    ] {
        let site = Site::new(&[
            ("000000000000.cfg", &master(list)),
            ("site.cfg", &site_file),
            ("noise.cfg", "\u{1}\u{2}\u{3}\u{4}\0\u{5}noise"),
            ("0004f2a1b2c3-phone.cfg", &phone),
            ("0004f2a1b2c3-web.cfg", &web),
        ]);
        let answer = join(&site.config(), &log(), Question::ChainNotDecodable, None);
        assert_eq!(lines(&answer), [(CERTIFICATE, may)], "{list}");
    }
}

#[test]
fn installed_slots_are_known_by_fingerprint_and_never_by_name() {
    let print = crate::config::fingerprints(&good()).unwrap()[0].clone();
    let answer =
        asked(&[], &log_with(Slot::Platform(1), SlotState::Filled, &[&print]), Question::Installed, SLOT);
    assert_eq!(
        lines(&answer)[0],
        (CERTIFICATE, "its certificate has the MD5 fingerprint that the log shows")
    );
    assert_eq!(lines(&answer)[1], (KEY, "RSA 2048 key, 1218 bytes"));
    let other = Fingerprint::new(&[7; 16]).unwrap();
    let answer =
        asked(&[], &log_with(Slot::Platform(1), SlotState::Filled, &[&other]), Question::Installed, SLOT);
    assert!(
        lines(&answer)[0]
            .1
            .ends_with("the log shows another fingerprint: were the files changed since then, or was it installed in another way?")
    );
    // Another line counts before the one with this certificate, or which of them counts is not known.
    let other_file = file(&platform(&chain(&[certificate_of(900)]), &key(1)));
    let this_file = file(&platform(&chain(&[good()]), &key(1)));
    let listed = [("000000000000.cfg", &*master("other.cfg, this.cfg")), ("other.cfg", &other_file)];
    let both = [("0004f2a1b2c3-phone.cfg", &*other_file), ("0004f2a1b2c3-web.cfg", &this_file)];
    for (files, this, but) in [
        (listed, "this.cfg", "; another line counts before it now"),
        (both, "0004f2a1b2c3-web.cfg", "; whether this line counts is not known"),
    ] {
        let site = Site::new(&[files[0], files[1], ("this.cfg", &this_file)]);
        let (config, says) = (site.config(), "its certificate has the MD5 fingerprint that ");
        let shown = log_with(Slot::Platform(1), SlotState::Filled, &[&print]);
        let answer = join(&config, &shown, Question::Installed, SLOT);
        let mut saved = log_with(Slot::Platform(1), SlotState::Empty, &[]);
        saved.slots.get_mut(&Slot::Platform(1)).unwrap().not_kept = Some(print.clone());
        let not_kept = join(&config, &saved, Question::NotKept, SLOT);
        let origin = origin(&config, Slot::Platform(1), &print).unwrap();
        for (line, what) in [
            (&answer.lines[0], "the log shows"),
            (&not_kept.lines[0], "was saved"),
            (&origin, "the log shows"),
        ] {
            assert!(line.file.ends_with(this), "{line:?}");
            assert_eq!(line.says.to_string(), format!("{says}{what}{but}"));
        }
    }
    let answer = asked(&[], &log(), Question::Installed, Some(Slot::Platform(2)));
    assert!(lines(&answer)[0].1.starts_with("no file of this phone sets anything for platform-2"));
}

#[test]
fn ins004_names_what_was_saved() {
    let print = |der: &[u8]| crate::config::fingerprints(der).unwrap()[0].clone();
    let lost = |saved: &Fingerprint, shown: &[&Fingerprint]| {
        let mut log = log_with(Slot::Platform(1), SlotState::Empty, shown);
        log.slots.get_mut(&Slot::Platform(1)).unwrap().not_kept = Some(saved.clone());
        log
    };
    let key = (KEY, "RSA 2048 key, 1218 bytes");
    let answer = asked(&[], &lost(&print(&good()), &[]), Question::NotKept, SLOT);
    assert_eq!(
        lines(&answer),
        [(CERTIFICATE, "its certificate has the MD5 fingerprint that was saved"), key]
    );
    // Another one is there now, of the same file or of none.
    let other = Fingerprint::new(&[7; 16]).unwrap();
    let answer = asked(&[], &lost(&other, &[&print(&good())]), Question::NotKept, SLOT);
    assert_eq!(
        lines(&answer),
        [(CERTIFICATE, "its certificate has the MD5 fingerprint that the log shows"), key]
    );
    let answer = asked(&[], &lost(&other, &[]), Question::NotKept, SLOT);
    assert!(lines(&answer)[0].1.ends_with(
        "; another one was saved: were the files changed since then, or was it installed in another way?"
    ));
    // A gate was closed again.
    let closed = [("device.set", "0")];
    for (question, log) in [
        (Question::NotKept, lost(&print(&good()), &[])),
        (Question::Installed, log_with(Slot::Platform(1), SlotState::Filled, &[&print(&good())])),
    ] {
        let answer = asked(&closed, &log, question, SLOT);
        let said = lines(&answer);
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].1.starts_with("its certificate has the MD5 fingerprint"), "{said:?}");
        assert_eq!(said[2], (CERTIFICATE, "does not count now: device.set is not 1"));
    }
    // A value that may have emptied the slot, and one that does not count.
    for (set, is_cause) in [("1", true), ("0", false)] {
        let changes = [(CERTIFICATE, ""), (KEY, "-"), ("device.sec.TLS.customDeviceCert1.set", set)];
        let answer = asked(&changes, &lost(&other, &[]), Question::NotKept, SLOT);
        let found = lines(&answer).iter().any(|(_, says)| says.starts_with("may be the cause: it is empty"));
        assert_eq!(found, is_cause, "{answer:?}");
    }
}

#[test]
fn tls001_lists_what_may_bear_on_trust() {
    let old = pem("CERTIFICATE", &certificate("Old Root", 3, "2000-01-01", "2010-01-01", 0));
    let changes = [("sec.TLS.customCaCert.1", &*old), ("sec.TLS.SIP.strictCertCommonNameValidation", "1")];
    let answer = asked(&changes, &log(), Question::Trust, None);
    assert!(
        answer.lines.iter().all(|line| line.says.to_string().starts_with("may affect trust: ")),
        "{answer:?}"
    );
    assert!(answer.lines[0].says.to_string().ends_with("which has expired"), "{answer:?}");
    assert!(answer.lines[1].says.to_string().contains("exactly the name"), "{answer:?}");
    let new = pem("CERTIFICATE", &certificate("New Root", 3, "2035-01-01", "2045-01-01", 0));
    let answer = asked(&[("sec.TLS.customCaCert.1", &*new)], &log(), Question::Trust, None);
    assert!(answer.lines[0].says.to_string().ends_with(", not valid before 2035-01-01"), "{answer:?}");
    // With a closed gate, neither counts.
    for (set, gates) in [("1", ""), ("0", "; the phone does not read it now, because device.set is not 1")] {
        let strict = "device.sec.TLS.prov.strictCertCommonNameValidation";
        let changes = [
            ("device.set", set),
            ("device.sec.TLS.customCaCert1", &*old),
            ("device.sec.TLS.customCaCert1.set", "1"),
            (strict, "1"),
            ("device.sec.TLS.prov.strictCertCommonNameValidation.set", "1"),
        ];
        let answer = asked(&changes, &log(), Question::Trust, None);
        let says: Vec<String> = answer.lines.iter().map(|line| line.says.to_string()).collect();
        assert!(says[0].ends_with(&format!("which has expired{gates}")), "{says:?}");
        assert!(says[1].ends_with(&format!("asked for{gates}")), "{says:?}");
    }
}

#[test]
fn log001_names_the_line_to_change_or_the_parameter_to_add() {
    let answer = asked(
        &[("log.level.change.tls", "4"), ("log.render.level", "5")],
        &log(),
        Question::NoEvidence,
        None,
    );
    let remedy = answer.remedy.unwrap().to_string();
    assert!(
        remedy.starts_with("Change log.level.change.tls from 4 to 3 in ")
            && remedy.contains("site.cfg line 8"),
        "{remedy}"
    );
    assert!(remedy.contains("log.render.level from 5 to 3"), "{remedy}");
    let answer = asked(&[], &log(), Question::NoEvidence, None);
    let remedy = answer.remedy.unwrap().to_string();
    assert!(
        remedy.starts_with("Add log.level.change.tls=\"3\" to ") && remedy.contains("site.cfg;"),
        "{remedy}"
    );
    let answer = asked(&[("log.level.change.tls", "3")], &log(), Question::NoEvidence, None);
    assert_eq!(answer.remedy, None);
    assert!(answer.lines[0].says.to_string().contains("does not keep the inventory out"));
    // The log shows another level than the file gives, or one that is low enough.
    let log_at = |level| LogFacts { tls_level: Some(level), ..log() };
    for (file, shown) in [("4", 3), ("3", 4), ("4", 5)] {
        let answer = asked(&[("log.level.change.tls", file)], &log_at(shown), Question::NoEvidence, None);
        let says = format!(
            "{file}, and the log shows TLS logging at level {shown}: changed since, or set another way?"
        );
        assert_eq!(lines(&answer), [("log.level.change.tls", &*says)]);
        // Whatever was in force, the next start may bring the level of the file.
        assert_eq!(answer.remedy.is_some(), file == "4");
    }
    let low = LogFacts { lowest_level: Some(2), ..log() };
    let answer =
        asked(&[("log.render.level", "4"), ("log.level.change.tls", "3")], &low, Question::NoEvidence, None);
    let says = "4, and the log shows lines of level 2: changed since, or set another way?";
    assert_eq!(lines(&answer)[0], ("log.render.level", says));
    let remedy = answer.remedy.unwrap().to_string();
    assert!(
        remedy.starts_with("Change log.render.level from 4 to 3 in ") && !remedy.contains("add "),
        "{remedy}"
    );
    let answer = asked(&[("log.render.level", "4")], &low, Question::NoEvidence, None);
    let remedy = answer.remedy.unwrap().to_string();
    assert!(remedy.starts_with("Change log.render.level from 4 to 3 in "), "{remedy}");
    assert!(remedy.contains(", and add log.level.change.tls=\"3\" to "), "{remedy}");
    let answer =
        asked(&[("log.render.level", "3"), ("log.level.change.tls", "3")], &low, Question::NoEvidence, None);
    assert_eq!(answer.remedy, None);
    let low = LogFacts { lowest_tls_level: Some(3), ..log() };
    let answer = asked(&[("log.level.change.tls", "4")], &low, Question::NoEvidence, None);
    let says = "4, and the log shows lines of tls of level 3: changed since, or set another way?";
    assert_eq!(lines(&answer), [("log.level.change.tls", says)]);
    let remedy = answer.remedy.unwrap().to_string();
    assert!(remedy.starts_with("Change log.level.change.tls from 4 to 3 in "), "{remedy}");
    for log in [log_at(3), low] {
        assert_eq!(asked(&[], &log, Question::NoEvidence, None), Answer::default());
    }
    for changes in [&[("log.level.change.tls", "4")][..], &[]] {
        assert!(asked(changes, &log_at(4), Question::NoEvidence, None).remedy.is_some());
    }
}

#[test]
fn no_files_no_answer() {
    let site = Site::new(&[]);
    for code in ["INS001", "INS002", "INS003", "INS004", "INS005", "TLS001", "LOG001"] {
        let question = Rule::find(code).unwrap().facts.asks.unwrap();
        assert_eq!(join(&site.config(), &key_refused(1), question, SLOT), Answer::default(), "{code}");
    }
    assert_eq!(Rule::find("FLT001").unwrap().facts.asks, None);
}

#[test]
fn a_healthy_slot_names_its_origin_or_the_contradiction() {
    let print = |der: &[u8]| crate::config::fingerprints(der).unwrap()[0].clone();
    let given = platform(&chain(&[good()]), &key(1));
    let said = |files: &[(&str, &str)], slot, shown: &Fingerprint| {
        origin(&Site::new(files).config(), slot, shown).map(|line| (line.line, line.says.to_string()))
    };
    let files = [("0004f2a1b2c3.cfg", &*master("site.cfg")), ("site.cfg", &*file(&given))];
    let says = "its certificate has the MD5 fingerprint that the log shows".to_owned();
    assert_eq!(said(&files, Slot::Platform(1), &print(&good())), Some((Some(4), says)));
    let (line, says) = said(&files, Slot::Platform(1), &print(b"other")).unwrap();
    assert!(line == Some(4) && says.ends_with(CHANGED) && says.contains("another fingerprint"), "{says}");
    let (line, says) = said(&files, Slot::Platform(2), &print(b"other")).unwrap();
    assert!(line.is_none() && says.starts_with("no file of this phone sets anything for"), "{says}");
    // No sentence about a factory certificate, or if another file may have the line.
    assert_eq!(said(&files, Slot::BuiltIn, &print(&good())), None);
    let list = master("site.cfg, gone.cfg");
    let some = [("0004f2a1b2c3.cfg", &*list), files[1]];
    assert_eq!(said(&some, Slot::Platform(2), &print(b"other")), None);
    let ssl = file(&[("device.sec.SSL.customDeviceCert.publicCert", chain(&[good()]))]);
    let old = [files[0], ("site.cfg", &*ssl)];
    assert_eq!(said(&old, Slot::Platform(2), &print(b"other")), None);
    let second = |der| file(&[("device.sec.TLS.customDeviceCert2.publicCert", chain(&[der]))]);
    let (phone, web) = (second(good()), second(certificate_of(900)));
    let two = [("0004f2a1b2c3-phone.cfg", &*phone), ("0004f2a1b2c3-web.cfg", &*web)];
    assert_eq!(said(&two, Slot::Platform(2), &print(b"other")), None);
}

/// What is said of the slots that the log shows so, with these changes to a healthy configuration.
fn of_slots(
    changes: &[(&'static str, &str)],
    shown: &[(Slot, SlotState, &[Fingerprint])],
) -> Vec<(Slot, String)> {
    let healthy = platform(&chain(&[good()]), &key(1));
    let all = changes.iter().fold(healthy, |all, (name, value)| with(all, name, value));
    let mut config = Site::new(&[("0004f2a1b2c3.cfg", &file(&all))]).config();
    for (slot, state, prints) in shown {
        config.slots.extend(log_with(*slot, *state, &prints.iter().collect::<Vec<_>>()).slots);
    }
    origins(&config).into_iter().map(|origin| (origin.slot, origin.line.says.to_string())).collect()
}

#[test]
fn an_empty_slot_contradicts_the_files() {
    let print = [crate::config::fingerprints(&good()).unwrap()[0].clone()];
    let (one, two) = (Slot::Platform(1), Slot::Platform(2));
    let empty: (_, _, &[Fingerprint]) = (one, SlotState::Empty, &[]);
    let said = of_slots(&[], &[empty]);
    assert!(
        said.len() == 1
            && said[0].1.ends_with("; the log shows platform-1 empty: changed since, or not applied?"),
        "{said:?}"
    );
    let said = of_slots(&[], &[empty, (two, SlotState::Filled, &print)]);
    assert_eq!((said[0].0, said[1].0, said.len()), (one, two, 2));
    assert!(said[0].1.contains("; the log shows it in platform-2, and platform-1 empty: "), "{said:?}");
    assert!(said[1].1.ends_with("that the log shows; this is the certificate of platform-1"), "{said:?}");
    // Nothing is contradicted, or the reason is reported on its own.
    const SET: &str = "device.sec.TLS.customDeviceCert1.set";
    for change in [
        ("device.set", "0"),
        (SET, "-"),
        (CERTIFICATE, "-"),
        (CERTIFICATE, "-----BEGIN PKCS7-----"),
        (KEY, "-"),
        (KEY, "x"),
    ] {
        assert_eq!(of_slots(&[change], &[empty]), [], "{change:?}");
    }
    assert_eq!(of_slots(&[], &[(two, SlotState::Empty, &[])]), []);
    assert_eq!(of_slots(&[], &[(one, SlotState::Unknown, &[])]), []);
    // A file that was not read may set the slot to something else.
    for (list, is_said) in
        [("enc.cfg, site.cfg", false), ("gone.cfg, site.cfg", false), ("site.cfg, gone.cfg", true)]
    {
        let site_file = file(&platform(&chain(&[good()]), &key(1)));
        let encrypted = ("enc.cfg", "\u{1}\u{2}\u{3}binary\0");
        let files = [("0004f2a1b2c3.cfg", &*master(list)), ("site.cfg", &*site_file), encrypted];
        let mut config = Site::new(&files).config();
        config.slots = log_with(one, SlotState::Empty, &[]).slots;
        assert_eq!(origins(&config).len(), usize::from(is_said), "{list}");
    }
    // After a start, an application slot is empty until the phone has read its files.
    let application =
        [("sec.TLS.customDeviceCert.1", &*chain(&[good()])), ("sec.TLS.customDeviceKey.1", &*key(1))];
    let said = of_slots(&application, &[(Slot::Application(1), SlotState::Empty, &[])]);
    let end = "; the log shows application-1 empty: changed since, or not applied yet?";
    assert!(said.len() == 1 && said[0].1.ends_with(end), "{said:?}");
}

/// A certificate that was renewed is as long as the one before it.
#[test]
fn an_equal_length_is_not_the_same_certificate() {
    let slot = Slot::Platform(1);
    let says = |prints: &[&Fingerprint]| {
        let mut log = log_with(slot, SlotState::Filled, prints);
        log.slots.get_mut(&slot).unwrap().certificate_length = Some(good().len() as u64);
        lines(&asked(&[], &log, Question::Installed, SLOT))[0].1.to_owned()
    };
    let length = "bytes that the log shows";
    assert!(says(&[]).ends_with(length), "{}", says(&[]));
    let other = says(&[&Fingerprint::new(&[7; 16]).unwrap()]);
    let end = "bytes that the log shows, but not its fingerprint: were the files changed since then, or was it installed in another way?";
    assert!(other.ends_with(end), "{other}");
    // Of a value that can't be read no fingerprint is known.
    let mut log = log_with(slot, SlotState::Filled, &[&Fingerprint::new(&[7; 16]).unwrap()]);
    for not_kept in [None, Fingerprint::new(&[8; 16])] {
        log.slots.get_mut(&slot).unwrap().not_kept = not_kept;
        for (value, is_known) in [(&*chain(&[good()]), true), ("-----BEGIN PKCS7----- MIIB", false)] {
            let says = lines(&asked(&[(CERTIFICATE, value)], &log, Question::NotKept, SLOT))[0].1.to_owned();
            assert_eq!(says.contains("another"), is_known, "{says}");
        }
    }
}

#[test]
fn a_key_of_another_length_contradicts_the_files() {
    let print = [crate::config::fingerprints(&good()).unwrap()[0].clone()];
    let slot = Slot::Platform(1);
    let said = |text: &str| of_slots(&[(KEY, text)], &[(slot, SlotState::Filled, &print)]);
    assert_eq!(said(&key(1)).len(), 1);
    let longer = said(&pem("PRIVATE KEY", &key_of(1, 1219)));
    let says = "RSA 2048 key, 1219 bytes; the log shows a key of 1218 bytes: were the files changed since then, or was it installed in another way?";
    assert_eq!((longer.len(), &*longer[1].1), (2, says));
    // The same in the join of INS004 and INS005.
    let log = log_with(slot, SlotState::Filled, &[&print[0]]);
    let answer = asked(&[(KEY, &pem("PRIVATE KEY", &key_of(1, 1219)))], &log, Question::Installed, SLOT);
    assert_eq!(lines(&answer)[1], (KEY, says));
    // The length of an EC key is not certain; another certificate has another key.
    assert_eq!(said(&sample("ec-256-sec1.key")).len(), 1);
    let other = [Fingerprint::new(&[7; 16]).unwrap()];
    let text = pem("PRIVATE KEY", &key_of(1, 1219));
    assert_eq!(of_slots(&[(KEY, &text)], &[(slot, SlotState::Filled, &other)]).len(), 1);
}
