//! Faults of the certificates and keys of device slots.

use super::*;

#[test]
fn cfg010_not_pkcs7() {
    let mut refused = log();
    refused.chain_not_decodable = true;
    for text in [
        pem("CERTIFICATE", &good()),
        chain(&[good()]).replace("-----BEGIN PKCS7-----", "").replace("-----END PKCS7-----", ""),
        chain(&[good()]).replace("BEGIN", "Begin").replace("END", "End"),
        chain(&[good()]).replace("PKCS7", "PKCS#7"),
        chain(&[good()]).replace("PKCS7", "PKCS #7"),
        "nothing of the kind".to_owned(),
    ] {
        assert_eq!(changed(&[(CERTIFICATE, &text)], &log()), [("CFG010", Warning)], "{text:.40}");
        assert_eq!(changed(&[(CERTIFICATE, &text)], &refused), [("CFG010", Error)], "{text:.40}");
    }
    // In one line, with line breaks of any kind, or with a text before.
    for text in [
        chain(&[good()]),
        format!("Version: 3 {}", chain(&[good()])),
        chain(&[good()]).replace("----- ", "-----\n").replace(" -----", "\n-----"),
    ] {
        assert_eq!(changed(&[(CERTIFICATE, &text)], &log()), [], "{text:.40}");
    }
    // The padding of base64 can be lost.
    let of_padding = |padding| chain(&[certificate("0004F2A1B2C3", 1, "2029-01-01", "2032-01-01", padding)]);
    let padded = (0..3).map(of_padding).find(|text| text.contains('=')).unwrap();
    let cut = padded.replacen('=', "", 1);
    assert_eq!(changed(&[(CERTIFICATE, &padded)], &log()), [], "{padded}");
    assert_eq!(changed(&[(CERTIFICATE, &cut)], &log()), [("CFG010", Warning)], "{cut}");
    assert_eq!(changed(&[(CERTIFICATE, &cut)], &refused), [("CFG010", Error)], "{cut}");
    // An old certificate in a comment has no effect.
    let comment = format!("<a><!-- {CERTIFICATE}=\"x\" --></a>");
    assert_eq!(severities(&[("0004f2a1b2c3.cfg", &comment)], &log()), []);
}

#[test]
fn cfg011_not_decodable() {
    let whole = pkcs7(&[good()]);
    for text in [
        pem("PKCS7", &whole[..whole.len() - 99]),
        pem("PKCS7", &good()),
        pem("CERTIFICATE", &good()[..400]),
        chain(&[good()]).replace("-----END PKCS7-----", ""),
        chain(&[good()]).replace("-----BEGIN", "----BEGIN"),
        chain(&[]),
    ] {
        assert_eq!(changed(&[(CERTIFICATE, &text)], &log()), [("CFG011", Error)], "{text:.40}");
    }
}

/// A key, or another part that is no certificate by its own begin line, takes none away.
#[test]
fn cfg011_another_part_beside_a_certificate() {
    let request = pem("CERTIFICATE REQUEST", b"x");
    for more in
        [key(1), sample("encrypted-pkcs1.key"), key(1).replace("-----END PRIVATE KEY-----", ""), request]
    {
        for text in [format!("{} {more}", chain(&[good()])), format!("{more} {}", chain(&[good()]))] {
            assert_eq!(changed(&[(CERTIFICATE, &text)], &log()), [], "{text:.60}");
            // What else is wrong is reported.
            assert_eq!(
                changed(&[(CERTIFICATE, &text), (KEY, &key(2))], &log()),
                [("CFG015", Error)],
                "{text:.60}"
            );
            let plain = text.replace(&chain(&[good()]), &pem("CERTIFICATE", &good()));
            assert_eq!(changed(&[(CERTIFICATE, &plain)], &log()), [("CFG010", Warning)], "{text:.60}");
        }
        assert_eq!(changed(&[(CERTIFICATE, &more)], &log()), [("CFG011", Error)], "{more:.60}");
    }
}

#[test]
fn cfg012_key_not_readable() {
    for text in [
        sample("encrypted-pkcs1.key"),
        sample("encrypted-pkcs8.key"),
        key(1)[..900].to_owned(),
        pem("CERTIFICATE", &good()),
        "a passphrase".to_owned(),
    ] {
        assert_eq!(changed(&[(KEY, &text)], &log()), [("CFG012", Error)], "{text:.40}");
    }
    let words = ["rsa-2048-pkcs8.key", "ec-256-sec1.key", "ed25519-pkcs8.key", "dsa-1024-traditional.key"];
    for text in words.map(sample) {
        assert!(!changed(&[(KEY, &text)], &log()).contains(&("CFG012", Error)), "{text:.40}");
    }
}

#[test]
fn cfg013_key_too_large() {
    let of = |length| changed(&[(KEY, &pem("PRIVATE KEY", &key_of(1, length)))], &log());
    assert_eq!(of(4096), []);
    assert_eq!(of(4097), [("CFG013", Error)]);
    let of = |name: &str| changed(&[(KEY, &sample(name))], &log());
    assert!(!of("rsa-6144-pkcs1.key").contains(&("CFG013", Error)));
    assert!(sample("rsa-6144-pkcs1.key").len() > 4096);
    assert!(of("rsa-8192-pkcs8.key").contains(&("CFG013", Error)));
    // The one custom certificate of 3.3.2 has the same limit.
    let of = |length| ssl(&[good()], &key_of(1, length), &log());
    assert_eq!(of(4096), []);
    assert_eq!(of(4097), [("CFG013", Error)]);
    // An application slot has no limit.
    let large = pem("PRIVATE KEY", &key_of(1, 60_000));
    let application = plain(&[
        ("sec.TLS.customDeviceCert.1", &chain(&[good()])),
        ("sec.TLS.customDeviceKey.1", &large),
        ("sec.TLS.profile.1.deviceCert", "Application1"),
    ]);
    assert_eq!(codes(&application, &log()), [""; 0]);
}

#[test]
fn cfg014_certificate_too_large() {
    let rest = |total: usize| vec![good(), certificate_of(total - good().len())];
    assert_eq!(of_certificate(&rest(8192), &log()), []);
    assert_eq!(of_certificate(&rest(8193), &log()), [("CFG014", Warning)]);
    let mut refused = log();
    refused.certificates_refused = vec![crate::config::Refused { slot: Some(SLOT), length: None }];
    assert_eq!(of_certificate(&rest(8193), &refused), [("CFG014", Error)]);
    refused.certificates_refused[0].slot = Some(Slot::Platform(2));
    assert_eq!(of_certificate(&rest(8193), &refused), [("CFG014", Warning)]);
    // The one custom certificate of 3.3.2 has the same limit, and may be in any slot.
    let of = |total, log: &LogFacts| ssl(&rest(total), &key_of(1, 1218), log);
    assert_eq!(of(8192, &log()), []);
    assert_eq!(of(8193, &log()), [("CFG014", Warning)]);
    assert_eq!(of(8193, &refused), [("CFG014", Error)]);
}

#[test]
fn cfg015_key_mismatch() {
    assert_eq!(changed(&[(KEY, &key(2))], &log()), [("CFG015", Error)]);
    assert_eq!(changed(&[(KEY, &sample("ec-256-sec1.key"))], &log()), [("CFG015", Error)]);
    // A key without its public half is not judged.
    let ec = sample("issuing.pem");
    assert_eq!(changed(&[(CERTIFICATE, &ec), (KEY, &sample("ed25519-pkcs8.key"))], &late())[0].0, "CFG010");
    assert_eq!(changed(&[(CERTIFICATE, &ec), (KEY, &sample("ed25519-pkcs8.key"))], &late()).len(), 1);
}

#[test]
fn cfg016_half_missing() {
    assert_eq!(changed(&[(KEY, "-")], &log()), [("CFG016", Error)]);
    assert_eq!(changed(&[(CERTIFICATE, "-")], &log()), [("CFG016", Error)]);
    // The other half may be in a file whose content is not known.
    let half = file(&with(healthy(), KEY, "-"));
    let hidden = [("0004f2a1b2c3.cfg", &*master("site.cfg, http://192.0.2.1/keys.cfg")), ("site.cfg", &half)];
    assert_eq!(severities(&hidden, &log()), [("CFG016", Warning)]);
    // It is not known whether the phone reads the slot at all: one file has device.set twice.
    for (gate, is_reported) in [("1", true), ("0", false)] {
        let twice = half.replace("<PHONE", "<r><PHONE").replace("/>", "/><PHONE device.set=\"GATE\"/></r>");
        let found = severities(&[("0004f2a1b2c3.cfg", &twice.replace("GATE", gate))], &log());
        assert_eq!(found.contains(&("CFG016", Error)), is_reported, "{found:?}");
    }
    // An empty key beside a gate that may be in a file whose content is not known.
    let empty = file(&with(with(healthy(), KEY, ""), SET, "-"));
    let hidden =
        [("0004f2a1b2c3.cfg", &*master("site.cfg, http://192.0.2.1/keys.cfg")), ("site.cfg", &empty)];
    assert_eq!(severities(&hidden, &log()), [("CFG005", Warning), ("CFG016", Warning)]);
    // Both halves of this very certificate are in the phone.
    let config = Site::new(&[("0004f2a1b2c3.cfg", &half)]).config();
    let (_, value) = config.credentials()[0].certificate.unwrap();
    let print = value.list[0].fingerprints[0].clone();
    assert_eq!(changed(&[(KEY, "-")], &log_with(SLOT, SlotState::Filled, &[&print])), []);
    let other = crate::model::Fingerprint::new(&[9; 16]).unwrap();
    assert_eq!(changed(&[(KEY, "-")], &log_with(SLOT, SlotState::Filled, &[&other])), [("CFG016", Error)]);
    // A key of the same length is in the phone: that does not show whose it is.
    for print in [&print, &other] {
        let installed = log_with(SLOT, SlotState::Filled, &[print]);
        assert_eq!(installed.slots[&SLOT].key_length, Some(1218));
        assert_eq!(changed(&[(CERTIFICATE, "-")], &installed), [("CFG016", Error)]);
    }
}

#[test]
fn cfg017_and_cfg018_dates() {
    let until = |day: &str| of_certificate(&[certificate("0004F2A1B2C3", 1, "2029-01-01", day, 0)], &log());
    assert_eq!(until("2030-06-14"), [("CFG017", Error)]);
    assert_eq!(until("2030-06-15"), [("CFG018", Warning)]);
    assert_eq!(until("2030-07-15"), [("CFG018", Warning)]);
    assert_eq!(until("2030-07-16"), []);
    let from = |day: &str| of_certificate(&[certificate("0004F2A1B2C3", 1, day, "2033-01-01", 0)], &log());
    assert_eq!(from("2030-06-16"), [("CFG018", Warning)]);
    assert_eq!(from("2030-06-15"), []);
    // Only the device's own certificate counts, at any position in the chain.
    let old = certificate("Example Issuing", 2, "2000-01-01", "2001-01-01", 0);
    assert_eq!(of_certificate(&[old, good()], &log()), []);
}

#[test]
fn cfg019_name_of_another_phone() {
    let named = |cn: &str| of_certificate(&[certificate(cn, 1, "2029-01-01", "2032-01-01", 0)], &log());
    for cn in [
        "0004F2A1B2C4",
        "Custom-00:04:f2:a1:b2:c4",
        "64167F0A0B03",
        "SEP0004F2A1B2C4",
        "phone0004f2a1b2c4.example.com",
    ] {
        assert_eq!(named(cn), [("CFG019", Warning)], "{cn}");
    }
    for cn in [
        "0004F2A1B2C3",
        "Custom-0004f2a1b2c3",
        "SEP0004F2A1B2C3",
        "SEP0004F2A1B2C3, formerly 0004F2A1B2C4",
        "abc0004F2A1B2C4",
        "SEP10004F2A1B2C4",
        "phones.example.com",
        "ABCDEF123456",
        "0004F2A1B2C40",
        "all phones",
    ] {
        assert_eq!(named(cn), [], "{cn}");
    }
}

/// A key that OpenSSL refuses for its form alone.
#[test]
fn cfg012_key_not_in_pem_form() {
    let whole = key(1);
    let odd = [
        whole.replace("-----BEGIN PRIVATE KEY-----", "").replace("-----END PRIVATE KEY-----", ""),
        whole.replace("PRIVATE KEY", "Private Key"),
        whole.replace("BEGIN", "Begin"),
        whole.replace("BEGIN ", "BEGIN"),
        whole.replace("-----BEGIN", "----- BEGIN"),
        whole.replace("END PRIVATE", "END RSA PRIVATE"),
        pem("PRIVATE KEY", &key_of(1, 1219)).replace('=', ""),
    ];
    let print = crate::config::fingerprints(&good()).unwrap()[0].clone();
    let other = crate::model::Fingerprint::new(&[9; 16]).unwrap();
    for text in &odd {
        let found = |log: &LogFacts| changed(&[(KEY, text)], log);
        assert_eq!(found(&log()), [("CFG012", Warning)], "{text:.40}");
        assert_eq!(found(&log_with(SLOT, SlotState::Empty, &[])), [("CFG012", Error)], "{text:.40}");
        // The phone took it, or something else.
        let mut installed = log_with(SLOT, SlotState::Filled, &[&print]);
        let length = installed.slots[&SLOT].key_length.unwrap() + u64::from(text == &odd[6]);
        installed.slots.get_mut(&SLOT).unwrap().key_length = Some(length);
        assert_eq!(found(&installed), [], "{text:.40}");
        installed.slots.get_mut(&SLOT).unwrap().key_length = Some(length + 1);
        assert_eq!(found(&installed), [("CFG012", Warning)], "{text:.40}");
        assert_eq!(found(&log_with(SLOT, SlotState::Filled, &[&other])), [("CFG012", Warning)], "{text:.40}");
        // After a start, application slots are empty.
        let application = plain(&[
            ("sec.TLS.customDeviceCert.1", &chain(&[good()])),
            ("sec.TLS.customDeviceKey.1", text),
            ("sec.TLS.profile.1.deviceCert", "Application1"),
        ]);
        let empty = log_with(Slot::Application(1), SlotState::Empty, &[]);
        let found = severities(&[("0004f2a1b2c3.cfg", &file(&application))], &empty);
        assert_eq!(found, [("CFG012", Warning)], "{text:.40}");
    }
    for text in [
        whole
            .replace(' ', "\n")
            .replace("BEGIN\nPRIVATE\n", "BEGIN PRIVATE ")
            .replace("END\nPRIVATE\n", "END PRIVATE "),
        format!("Bag Attributes {whole} and more"),
        whole.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
        pem("PRIVATE KEY", &key_of(1, 1219)),
    ] {
        assert_eq!(changed(&[(KEY, &text)], &log()), [], "{text:.40}");
    }
}

/// A line that another one overrides, and a line for another slot.
#[test]
fn cfg017_to_019_of_a_certificate_that_is_installed() {
    let until = |cn: &str, day: &str| certificate(cn, 1, "2029-01-01", day, 0);
    let print = |der: &[u8]| crate::config::fingerprints(der).unwrap()[0].clone();
    let site_file = |der: &[u8]| file(&platform(&chain(&[der.to_vec()]), &key(1)));
    let new = site_file(&good());
    for (old, code, severity) in [
        (until("0004F2A1B2C3", "2030-06-14"), "CFG017", Error),
        (until("0004F2A1B2C3", "2030-06-16"), "CFG018", Warning),
        (until("0004F2A1B2C4", "2032-01-01"), "CFG019", Warning),
    ] {
        let old_file = site_file(&old);
        let (of_phone, of_web) = ("0004f2a1b2c3-phone.cfg", "0004f2a1b2c3-web.cfg");
        let list = master("new.cfg,old.cfg");
        let listed = [("0004f2a1b2c3.cfg", &*list), ("new.cfg", &*new), ("old.cfg", &*old_file)];
        let unsure = [("0004f2a1b2c3.cfg", "<a/>"), (of_phone, &*new), (of_web, &*old_file)];
        for (files, but) in
            [(listed, "another line counts before it now"), (unsure, "whether this line counts is not known")]
        {
            let found = |log: &LogFacts| {
                let all = Site::new(&files).findings(log, &[]).into_iter();
                all.filter(|(code, _)| *code != "CFG007").collect::<Vec<_>>()
            };
            let old_print = print(&old);
            let shown = found(&log_with(SLOT, SlotState::Filled, &[&old_print]));
            assert_eq!(shown.len(), 1, "{shown:?}");
            assert_eq!((shown[0].0, shown[0].1.severity), (code, Some(severity)));
            assert_eq!(shown[0].1.slot, Some(SLOT));
            let message = shown[0].1.message.to_string();
            assert!(message.ends_with(&format!("; the log shows it in platform-1; {but}.")), "{message}");
            // The new one was saved since.
            let saved = log_with(SLOT, SlotState::Filled, &[&old_print, &print(&good())]);
            assert!(found(&saved).is_empty(), "{:?}", found(&saved));
            // The log shows no fingerprint: the old one is in the slot only if its line counts.
            for state in [SlotState::Filled, SlotState::Empty] {
                let found = found(&log_with(SLOT, state, &[]));
                let found: Vec<_> = found.into_iter().map(|(code, one)| (code, one.severity)).collect();
                assert_eq!(found, if files == unsure { vec![(code, Some(Warning))] } else { Vec::new() });
            }
        }
        // In another slot than the files say, which is judged only once.
        let elsewhere = log_with(Slot::Platform(2), SlotState::Filled, &[&print(&old)]);
        assert_eq!(severities(&[("0004f2a1b2c3.cfg", &old_file)], &elsewhere), [(code, severity)]);
        assert!(severities(&listed, &elsewhere).contains(&(code, severity)));
    }
}
