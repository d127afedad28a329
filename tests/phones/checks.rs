//! When a diagnosis is active, and what resolves it.

use phonecert::check::Case;
use phonecert::inventory::Inventory;
use phonecert::phone::Phone;
use phonecert::redact::Shown;
use phonecert::timeline::Timeline;
use phonecert::window::Window;

use super::sample::{
    CONNECTION, File, UNTRUSTED, boot, diagnoses, found, is, lines, message, ordinary, phone_within, times,
};

#[track_caller]
fn expect(log: &str, code: &str, state: &str) {
    assert_eq!(is(log, code).as_deref(), Some(state).filter(|state| !state.is_empty()), "{log}");
}

/// A boot without lines of the built-in certificate, and these.
fn built_in(texts: &[&str]) -> String {
    let others: String =
        boot(&[]).lines().filter(|line| !line.contains("Polycom")).map(|line| format!("{line}\n")).collect();
    let texts = texts.iter().map(|text| format!("000016.100|tls  |3|00|Polycom device certificate {text}\n"));
    others.replace("000016.199", "000016.000") + &texts.collect::<String>() + "000016.300|dns  |3|00|asked\n"
}

#[test]
fn a_missing_built_in_certificate_is_there_again() {
    let (missing, there) = (built_in(&["is not available"]), built_in(&["length 802"]));
    expect(&missing, "INV001", "active");
    expect(&(missing.clone() + &there), "INV001", "resolved");
    expect(&(there.clone() + &missing), "INV001", "active");
    expect(&(missing.clone() + &there + &missing), "INV001", "active");
}

#[test]
fn another_name_is_gone_with_a_right_one_or_none() {
    let other = built_in(&["common name \"0004F2A1B2FF\""]);
    expect(&other, "INV002", "active");
    expect(&(other.clone() + &built_in(&["common name \"0004F2A1B2C3\""])), "INV002", "resolved");
    expect(&(other.clone() + &built_in(&["is not available"])), "INV002", "resolved");
    expect(&(built_in(&["common name \"0004F2A1B2C3\""]) + &other), "INV002", "active");
    // A log that names no address belongs to the phone of its file name.
    expect(&other.replace("Interface eth0 MAC=0004f2a1b2c3", "Interface eth0"), "INV002", "active");
}

#[test]
fn a_ca_certificate_is_another_in_each_boot() {
    let boots = |all: &[&[u8]]| -> String {
        let line = |byte: &u8| {
            let fingerprint = [*byte; 16].map(|byte| format!("{byte:02X}")).join(":");
            format!("000016.300|so   |4|00|New fingerprint {fingerprint}\n")
        };
        all.iter()
            .map(|bytes| boot(&[]) + &bytes.iter().map(line).collect::<String>() + &ordinary("000300.000"))
            .collect()
    };
    expect(&boots(&[&[1, 2], &[1, 3], &[1, 4]]), "INV006", "active");
    expect(&boots(&[&[1, 2], &[3, 2], &[4, 2]]), "INV006", "active");
    expect(&boots(&[&[1], &[1, 2], &[1, 2, 3]]), "INV006", "");
    expect(&boots(&[&[1, 2, 3], &[1, 2], &[1]]), "INV006", "");
    expect(&boots(&[&[1], &[2, 3]]), "INV006", "");
    expect(&boots(&[&[1, 2, 3]]), "INV006", "");
    assert_eq!(times(&boots(&[&[1], &[1], &[2], &[3], &[4]]), "INV006"), 4);
}

#[test]
fn a_sign_in_certificate_is_missing_until_it_exists() {
    let log = |all: &[u8]| -> String {
        all.iter().map(|exists| format!("000100.000|tickt|*|00|m_bCertExists [{exists}]\n")).collect()
    };
    for (all, state) in
        [(&[0][..], "active"), (&[0, 1], "resolved"), (&[1, 0], "active"), (&[0, 1, 0], "active"), (&[1], "")]
    {
        expect(&log(all), "TLS003", state);
    }
}

#[test]
fn an_invalid_address_before_a_refusal_of_the_boot_is_told() {
    let uri = "cfg  |4|00|Prov|Invalid STS-URI: 'https://example.com/certprov'";
    let refused = |before: &[&str], after: &[&str]| {
        let line = |text: &&str| format!("000100.000|{text}\n");
        boot(&[])
            + &before.iter().map(line).collect::<String>()
            + &format!("000100.000|{UNTRUSTED}\n")
            + &after.iter().map(line).collect::<String>()
    };
    let plain = "The phone refused a server's certificate once: Untrusted Certificate.";
    assert_eq!(message(&refused(&[], &[]), "TLS001"), plain);
    assert_eq!(message(&refused(&[], &[uri]), "TLS001"), plain);
    assert_eq!(message(&(boot(&[]) + &lines(&[("000100.000", uri)]) + &refused(&[], &[])), "TLS001"), plain);
    assert_eq!(
        message(&refused(&[uri], &[]), "TLS001"),
        format!(
            "{plain} Before that, in the same boot, the address of the company's certificate service was invalid (Invalid STS-URI), so its root certificate may not have been fetched."
        )
    );
}

#[test]
fn failed_uploads_are_counted_once() {
    let error = "log  |4|00|UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 17";
    let skipped = "log  |4|00|Skipped uploading of failed log file";
    let of_boot_log = "log  |4|00|Failed to upload boot log on start up.";
    for (all, count) in [
        (&[("000100.000", error)][..], 1),
        (&[("000100.000", error), ("000100.999", skipped)], 1),
        (&[("000100.000", skipped), ("000100.999", error)], 1),
        (&[("000100.000", skipped), ("000101.000", error)], 2),
        (&[("000100.000", skipped), ("000100.000", error), ("000100.000", skipped)], 1),
        (&[("000100.000", skipped), ("000100.000", error), ("000100.000", error)], 2),
        (&[("000100.000", error), ("000100.000", skipped), ("000100.000", error)], 2),
        (&[("000100.000", error), ("000101.000", skipped)], 2),
        (&[("000100.999", error), ("000101.000", skipped)], 2),
        // Each tried upload counts, also in the same second.
        (&[("000100.000", error), ("000100.100", error)], 2),
        (&[("000100.000", error), ("000100.000", of_boot_log)], 1),
        (&[("0501080000", error), ("0501080000", skipped)], 1),
        (&[("0501080000", error), ("0501080001", skipped)], 2),
        (&[("000000.100", error), ("0501080000", skipped)], 2),
    ] {
        let log = lines(all) + &ordinary("0501090000");
        assert_eq!(times(&log, "LOG004"), count, "{all:?}");
    }
    // In the same second, but in another boot.
    let log = boot(&[]) + &lines(&[("000100.000", error)]) + &boot(&[]) + &lines(&[("000100.000", skipped)]);
    assert_eq!(times(&log, "LOG004"), 2);
    let told = "The phone failed to upload its log once; the server's copy may lack lines.";
    assert_eq!(message(&lines(&[("000100.000", error)]), "LOG004"), told);
    let size = "copy |4|00|Could not set the custom header Content-Range for HTTP/s request. Head request failed to get content-length of server file.";
    assert_eq!(
        message(&lines(&[("000099.000", size), ("000100.000", error)]), "LOG004"),
        format!(
            "{told} The server did not report the size of its copy of the log (HEAD without a length), which is a likely cause."
        )
    );
    let alone = lines(&[("000100.000", of_boot_log)]);
    assert_eq!(message(&alone, "LOG004"), "The phone failed to upload its boot log once.");
    assert_eq!(
        message(&(alone.clone() + &lines(&[("000200.000", error)])), "LOG004"),
        told.replace("once", "twice")
    );
}

/// Exact to the millisecond: at least two minutes, at most a day.
#[test]
fn a_boot_without_the_failure_goes_on_long_enough() {
    let failing = |stamp: &str| {
        lines(&[("000010.000", CONNECTION)])
            .replace(CONNECTION, "log  |*|00|---------- Initial log entry ----------")
            + &format!("{stamp}|{UNTRUSTED}\n")
    };
    let later = |last: &str| {
        format!("000010.000|log  |*|00|---------- Initial log entry ----------\n{}", ordinary("000010.000"))
            + &ordinary(last)
    };
    for (failed, last, state) in [
        ("000010.001", "000209.999", "active"),
        ("000010.001", "000210.000", "resolved"),
        ("000300.000", "000259.999", "active"),
        ("000300.000", "000300.000", "resolved"),
        ("300000.000", "240009.999", "active"),
        ("300000.000", "240010.000", "resolved"),
    ] {
        expect(&(failing(failed) + &later(last)), "TLS001", state);
        // The time counts from the banner, not from lines before it.
        let early = ordinary("000007.000");
        expect(&(early.clone() + &failing(failed) + &later(last)), "TLS001", state);
        expect(&(failing(failed) + &early + &later(last)), "TLS001", state);
    }
}

#[test]
fn a_log_that_names_its_phone_beside_another_is_its_own() {
    let other = "000016.200|so   |*|00|Platform: Interface eth0 MAC=0004f2a1b2ff\n";
    expect(&(boot(&[]) + other), "LOG006", "");
    let log = boot(&[]).replace("MAC=0004f2a1b2c3", "MAC=0004f2a1b2ff");
    expect(&log, "LOG006", "active");
    assert_eq!(
        message(&log, "LOG006"),
        "A log with the name of 0004F2A1B2C3 contains the address of another phone, 0004F2A1B2FF, and not this one."
    );
}

#[test]
fn a_time_without_lines_is_told() {
    let window = Window { since: Some("2016-06-01T00:00:00".parse().unwrap()), ..Window::default() };
    let log = ordinary("0501080000") + &lines(&[("0501080001", CONNECTION)]);
    let device = phone_within(&[File::new("", log.as_bytes())], window).device(Shown::plain());
    let device = serde_json::to_value(device).unwrap();
    let found = found(&device, "LOG001").unwrap();
    assert_eq!(found["message"], "No line of the logs is within the requested time.");
    assert_eq!(found["remedy"], "Look at a longer time (--since, --until).");
    assert_eq!(device["status"], "unknown");
}

#[test]
fn a_phone_of_the_inventory_without_a_log_has_no_other_diagnosis() {
    let rows = "mac,model,part_number,revision\n0004f2a1b2c3,SoundPoint IP 321,2201-12360-001,A\n";
    let inventory = Inventory::read("phones.csv", rows.as_bytes()).unwrap();
    let listed = inventory.rows.values().next();
    let codes = |case: &Case<'_>| {
        let device = serde_json::to_value(Phone::new(case).device(Shown::plain())).unwrap();
        diagnoses(&device)
    };
    let case = Case::new(Timeline::nothing(), listed);
    assert_eq!(codes(&case), ["LOG005 active x1"]);
    assert_eq!(codes(&Case { is_unread: true, ..case }), ["LOG001 active x1"]);
    assert_eq!(codes(&Case::new(Timeline::nothing(), None)), [""; 0]);
}
