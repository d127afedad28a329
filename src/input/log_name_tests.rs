use super::*;

const PHONE: &str = "0004F2A1B2C3";

fn mac_of_log(name: &str) -> Option<String> {
    log_mac(name.as_bytes()).map(|mac| mac.to_string())
}

fn rotation_of(name: &str) -> Rotation {
    rotation(name.as_bytes())
}

fn dated(year: i32, month: u32, day: u32, time: u64) -> Rotation {
    Rotation::Dated { date: NaiveDate::from_ymd_opt(year, month, day).unwrap(), time }
}

#[test]
fn names_of_logs() {
    for name in [
        "0004f2a1b2c3-app.log",
        "0004F2A1B2C3-APP.LOG",
        "00:04:f2:a1:b2:c3-app.log",
        "00-04-F2-A1-B2-C3-app.log",
        "00_04_F2_A1_B2_C3-app.log",
        "0004f2a1b2c3-now-app.log",
        "0004f2a1b2c3-app-now.log",
        "0004f2a1b2c3-app.log.gz",
        "0004f2a1b2c3-app.log.1.xz",
        "0004f2a1b2c3-app.log.2.bz2",
        "0004f2a1b2c3-app.log.zst",
        "0004f2a1b2c3-app.log.txt",
        "0004f2a1b2c3-app (1).log",
        "0004f2a1b2c3-app - Copy.log",
        "0004f2a1b2c3-app – Kopie.log",
        "0004f2a1b2c3-app.1.log",
        "0004f2a1b2c3-app-20211005.log",
        "0004f2a1b2c3-app.log.bak",
        "0004f2a1b2c3-app.log~",
        "0004f2a1b2c3-app_log.txt",
        "0004f2a1b2c3-applog.txt",
        "Copy of 0004f2a1b2c3-app.log",
        "site7_0004f2a1b2c3-app.log",
        "192.0.2.7-0004f2a1b2c3-app.log",
        "log of 0004f2a1b2c3-app.txt",
    ] {
        assert_eq!(mac_of_log(name).as_deref(), Some(PHONE), "{name}");
    }
    for name in [
        "0004f2a1b2c3-boot.log",
        "0004f2a1b2c3.cfg",
        "0004f2a1b2c3-phone.cfg",
        "0004f2a1b2c3-app.log.cfg",
        "0004f2a1b2c3-app.log.xml",
        "0004f2a1b2c3-app.log.json",
        "0004f2a1b2c3-app.logs",
        "0004f2a1b2c3-app.blog",
        "0004f2a1b2c3-app.txt",
        "0004f2a1b2c3-appendix.log",
        "0004f2a1b2c3app.log",
        "0004f2a1b2c-app.log",
        "0004f2a1b2c3d-app.log",
        "d0004f2a1b2c3-app.log",
        "0004f2a1b2g3-app.log",
        "-app.log",
        "app.log",
        "polycom.log",
        "",
    ] {
        assert_eq!(mac_of_log(name), None, "{name}");
    }
}

#[test]
fn rotations() {
    for (name, rotation) in [
        ("0004f2a1b2c3-app.log", Rotation::Newest),
        ("0004f2a1b2c3-app.log.gz", Rotation::Newest),
        ("0004f2a1b2c3-app.log.bz2", Rotation::Newest),
        ("0004f2a1b2c3-app.log.txt", Rotation::Newest),
        ("0004f2a1b2c3-app.log.1", Rotation::Number(1)),
        ("0004f2a1b2c3-app.log.0", Rotation::Number(0)),
        ("0004f2a1b2c3-app.log.2.gz", Rotation::Number(2)),
        ("0004f2a1b2c3-app.log.10.bz2", Rotation::Number(10)),
        ("0004f2a1b2c3-app.1.log", Rotation::Number(1)),
        ("0004f2a1b2c3-app.log-3", Rotation::Number(3)),
        ("0004f2a1b2c3-app-log3.txt", Rotation::Number(3)),
        ("0004f2a1b2c3-app-3.log", Rotation::Copy),
        ("0004f2a1b2c3-app_3.log", Rotation::Copy),
        ("0004f2a1b2c3-app-0003.log", Rotation::Copy),
        ("0004f2a1b2c3-app.log.0003", Rotation::Copy),
        ("0004f2a1b2c3-app.log.1.txt", Rotation::Number(1)),
        ("0004f2a1b2c3-app.log.999999", Rotation::Number(999_999)),
        ("0004f2a1b2c3-app-20211005.log", dated(2021, 10, 5, 0)),
        ("0004f2a1b2c3-app.log-20130531.gz", dated(2013, 5, 31, 0)),
        ("0004f2a1b2c3-app.log.2021-10-05", dated(2021, 10, 5, 0)),
        ("0004f2a1b2c3-app 2021-10-05.log", dated(2021, 10, 5, 0)),
        ("0004f2a1b2c3-app.log-2021-10-05_12-30-45", dated(2021, 10, 5, 123_045)),
        ("0004f2a1b2c3-app.log-20211005T123045Z.gz", dated(2021, 10, 5, 123_045)),
        ("0004f2a1b2c3-app.log-202110051230", dated(2021, 10, 5, 1230)),
        ("0004f2a1b2c3-app.log-2021100512", dated(2021, 10, 5, 12)),
        ("0004f2a1b2c3-app.log-1633436400", dated(2021, 10, 5, 1_633_436_400)),
        ("polycom.log.2", Rotation::Number(2)),
        ("syslog.1.gz", Rotation::Number(1)),
        ("messages.1", Rotation::Newest),
    ] {
        assert_eq!(rotation_of(name), rotation, "{name}");
    }
    for name in [
        "0004f2a1b2c3-app (1).log",
        "0004f2a1b2c3-app[1].log",
        "0004f2a1b2c3-app 2.log",
        "0004f2a1b2c3-app - Copy.log",
        "0004f2a1b2c3-app - Copy (2).log",
        "0004f2a1b2c3-app - Kopie.log",
        "0004f2a1b2c3-app - 副本.log",
        "0004f2a1b2c3-app.log.bak",
        "0004f2a1b2c3-app.log.old",
        "0004f2a1b2c3-app.log.1 (1)",
        "0004f2a1b2c3-app.log.1.2",
        "0004f2a1b2c3-app.log.1-20211005",
        "0004f2a1b2c3-app.log.1000000",
        "0004f2a1b2c3-app.log.99999999",
        "0004f2a1b2c3-now-app.log",
        "0004f2a1b2c3-app-now.log",
    ] {
        assert_eq!(rotation_of(name), Rotation::Copy, "{name}");
    }
}

/// A compression that is added later must not be taken for a copy.
#[test]
fn every_compression_leaves_the_rotation_number() {
    for ending in super::super::kind::compressions() {
        assert_eq!(rotation_of(&format!("0004f2a1b2c3-app.log.2.{ending}")), Rotation::Number(2), "{ending}");
    }
}

#[test]
fn names_of_one_chain() {
    for names in [
        &[
            "logs/0004f2a1b2c3-app.log.10.gz",
            "logs/0004F2A1B2C3-app.2.log",
            "logs/0004f2a1b2c3-app.log.1",
            "logs/0004f2a1b2c3-app.log-20130531",
            "logs/0004f2a1b2c3-app (1).log",
            "logs/0004f2a1b2c3-app.log.bak",
            "logs/0004f2a1b2c3-app.log",
        ][..],
        &["0004f2a1b2c3-app.log/2", "0004f2a1b2c3-app.log/10.gz", "0004f2a1b2c3-app.log/x"],
        &["polycom.log.2", "polycom.log.1.gz", "polycom.log"],
    ] {
        for name in names {
            assert_eq!(chain(name), chain(names[0]), "{name}");
        }
    }
}

#[test]
fn other_directories_phones_and_names_are_other_chains() {
    for (one, other) in [
        ("a/0004f2a1b2c3-app.log.1", "b/0004f2a1b2c3-app.log"),
        ("0004f2a1b2c3-app.log.1", "0004f2a1b2c4-app.log"),
        ("old 0004f2a1b2c3-app.log.1", "0004f2a1b2c3-app.log"),
        ("polycom.log.1", "polycom2.log"),
        ("messages.1", "messages.2"),
    ] {
        assert_ne!(chain(one), chain(other), "{one} and {other}");
    }
}

#[test]
fn the_only_address_in_a_name() {
    let of = |name: &str| mac_in_name(name.as_bytes()).map(|mac| mac.to_string());
    for name in [
        "0004f2a1b2c3-app.log",
        "0004f2a1b2c3.txt",
        "phone 00:04:F2:A1:B2:C3 of reception",
        "phone-00-04-f2-a1-b2-c3-bad.log",
        "0004f2a1b2c3_and_0004F2A1B2C3.log",
        "20211005-0004f2a1b2c3.log",
        // The one before `-app` wins.
        "64167f000001 0004f2a1b2c3-app.log",
    ] {
        assert_eq!(of(name).as_deref(), Some(PHONE), "{name}");
    }
    assert_eq!(of("482567123456.log").as_deref(), Some("482567123456"));
    for name in [
        "phones.log",
        "0004f2a1b2c3 0004f2a1b2c4.log",
        "0004f2a1b2c3d.log",
        "00-04:f2-a1:b2-c3.log",
        // Dates and times.
        "polycom-202110051230.log",
        "polycom-20211005123045.log",
        "21-10-05-12-30-45.log",
        "2021-10-05-12-30-45.log",
        "deadbeef.log",
    ] {
        assert_eq!(of(name), None, "{name}");
    }
}

#[test]
fn boot_logs() {
    for name in ["0004f2a1b2c3-boot.log", "0004F2A1B2C3-BOOT.LOG.1", "00:04:f2:a1:b2:c3-boot.log.gz"] {
        assert!(is_boot_log(name.as_bytes()), "{name}");
    }
    for name in ["0004f2a1b2c3-app.log", "boot.log", "0004f2a1b2c3-boot.rom", "-boot.log"] {
        assert!(!is_boot_log(name.as_bytes()), "{name}");
    }
}

#[test]
fn numbers_in_names_are_numbers() {
    let names = ["", "1", "01", "2", "10", "10a", "a", "a2", "a10", "b"];
    for (at, one) in names.iter().enumerate() {
        for (other_at, other) in names.iter().enumerate() {
            let order = natural_order(one.as_bytes(), other.as_bytes());
            // Of equal numbers the text decides.
            let expected = if [*one, *other] == ["1", "01"] || [*one, *other] == ["01", "1"] {
                one.cmp(other)
            } else {
                at.cmp(&other_at)
            };
            assert_eq!(order, expected, "{one:?} and {other:?}");
        }
    }
}

#[test]
fn any_bytes_are_a_name() {
    let mut state = 1_u64;
    for length in 0..2_000 {
        let name: Vec<u8> = (0..length % 40)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                b"0a4fF2-:_.( 19pPlogbootxz\xFF\xC3"[(state >> 40) as usize % 27]
            })
            .collect();
        let _ = (log_mac(&name), mac_in_name(&name), rotation(&name), is_boot_log(&name));
        let _ = chain(&String::from_utf8_lossy(&name));
    }
}

#[test]
fn backups() {
    for name in [
        "x-app.log.bak",
        "x-app.BAK.gz",
        "x-app-old.log",
        "x-app.log.old",
        "x-app.log~",
        "d/x-app_backup.log",
    ] {
        assert!(is_backup(name), "{name}");
    }
    for name in
        ["x-app.log", "x-app.log.1", "x-app (1).log", "old/x-app.log", "x-app - Copy.log", "golden-app.log"]
    {
        assert!(!is_backup(name), "{name}");
    }
}
