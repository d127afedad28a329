//! The number of entries that are kept of a log is limited, and folded messages still count.

use phonecert::digest::{MAX_ENTRIES, MAX_UNFOLDED};
use phonecert::log::digest_of;
use phonecert::window::Window;

use super::sample::{EMPTY_1, File, KEY_REFUSED, UNTRUSTED, boot, phone, state, told, told_of};

/// A date this number of seconds after May 1.
fn date(second: u64) -> String {
    let (day, second) = (second / 86_400, second % 86_400);
    format!("05{:02}{:02}{:02}{:02}", day + 1, second / 3600, second / 60 % 60, second % 60)
}

#[test]
fn a_hundred_thousand_failures_keep_their_count_and_their_ends() {
    const COUNT: u64 = 100_000;
    let log: String = (0..COUNT).map(|number| format!("{}|{UNTRUSTED}\n", date(number * 20))).collect();
    let told = told_of(&log);
    assert_eq!(state(&told, "TLS001"), Some(("active".to_owned(), COUNT)));
    let found = told["diagnoses"].as_array().unwrap().iter().find(|found| found["code"] == "TLS001").unwrap();
    let lines: Vec<u64> =
        found["evidence"].as_array().unwrap().iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 2, 3, COUNT - 2, COUNT - 1, COUNT]);
    assert_eq!(found["first_seen"], "2016-05-01T00:00:00");
    assert_eq!(found["last_seen"], "2016-05-24T03:33:00");
    assert_eq!(state(&told, "LOG007"), None, "nothing was dropped");
    assert_eq!(phone(&[File::new("", log.as_bytes())]).counts.events, COUNT);
    assert!(digest_of(log.as_bytes(), &Window::default()).entries.len() < MAX_UNFOLDED + 10);
}

/// A busy phone counts lost events in every line. That takes no room from what its log shows of certificates.
#[test]
fn lines_that_count_lost_events_drop_nothing() {
    for count in [100_u64, 100_000] {
        let lost: String =
            (1..=count).map(|number| format!("{}|app  |4|{number:02}|x\n", date(number * 20))).collect();
        let told = told_of(&(boot(&[EMPTY_1]) + &format!("0501000000|{KEY_REFUSED}\n") + &lost));
        assert_eq!(state(&told, "INS001"), Some(("active".to_owned(), 1)));
        assert_eq!(state(&told, "LOG002"), Some(("active".to_owned(), count)));
        assert_eq!(state(&told, "LOG007"), None, "nothing was dropped");
        let found =
            told["diagnoses"].as_array().unwrap().iter().find(|found| found["code"] == "LOG002").unwrap();
        assert_eq!(found["first_seen"], "2016-05-01T00:00:20");
        let expected =
            format!("{count} events were lost: the phone's counter of them went up {count} times.");
        assert_eq!(found["message"], expected);
    }
}

#[test]
fn what_is_dropped_is_the_oldest_and_is_told() {
    let boots = "000005.930|log  |*|00|---------- Initial log entry ----------\n000006.000|sip  |3|00|x\n";
    let log = format!("0501000000|{KEY_REFUSED}\n{}", boots.repeat(20_000)) + &boot(&[EMPTY_1]);
    let told = told_of(&log);
    assert!(state(&told, "LOG007").is_some());
    assert_eq!(told["status"], "unknown");
    assert_eq!(told["certificates"][0]["fingerprint"], "D3:2F:07:C2:B1:97:E3:DB:10:53:E9:06:FC:FF:D5:AE");
    assert_eq!(told["certificates"][1]["state"], "not-available");
    assert_eq!(state(&told, "INS001"), None, "the refusal before all of them was dropped");
    assert!(digest_of(log.as_bytes(), &Window::default()).entries.len() <= MAX_ENTRIES);
}

/// As many entries as are kept, and one more.
#[test]
fn nothing_is_dropped_up_to_the_bound() {
    let banner = "000005.930|log  |*|00|---------- Initial log entry ----------\n";
    let digest = |boots: usize| digest_of(banner.repeat(boots).as_bytes(), &Window::default());
    assert_eq!((digest(MAX_ENTRIES).entries.len(), digest(MAX_ENTRIES).dropped), (MAX_ENTRIES, 0));
    assert_eq!((digest(MAX_ENTRIES + 1).entries.len(), digest(MAX_ENTRIES + 1).dropped), (MAX_ENTRIES, 1));
}

#[test]
fn failures_are_folded_above_the_bound() {
    let log = |count: usize| -> String {
        (0..count as u64).map(|number| format!("{}|{UNTRUSTED}\n", date(number))).collect()
    };
    let entries = |count| digest_of(log(count).as_bytes(), &Window::default()).entries.len();
    assert_eq!(entries(MAX_ENTRIES), MAX_ENTRIES);
    assert_eq!(entries(MAX_ENTRIES + 1), MAX_UNFOLDED + 1);
    // The answer does not show it.
    for count in [MAX_ENTRIES, MAX_ENTRIES + 1] {
        assert_eq!(state(&told_of(&log(count)), "TLS001"), Some(("active".to_owned(), count as u64)));
    }
}

/// Refusals, each with a connection that fails for it, and connections that fail alone: TLS002 counts only these.
#[test]
fn folding_keeps_apart_which_connections_a_refusal_explains() {
    let failed = "tls  |4|00|MakeTlsConnection: SSL_connect error 1";
    let pairs = |from: u64| -> String {
        let pair = |number: u64| {
            let at = date(number * 20);
            format!("{at}|{UNTRUSTED}\n{at}|{failed}\n")
        };
        (from..from + MAX_ENTRIES as u64).map(pair).collect()
    };
    let alone = |second: u64| format!("{}|{failed}\n", date(second));
    let many = MAX_ENTRIES as u64;
    let count = |log: &str| {
        let told = told_of(log);
        ["TLS001", "TLS002"].map(|code| state(&told, code).map_or(0, |(_, count)| count))
    };
    assert_eq!(count(&pairs(0)), [many, 0]);
    assert_eq!(count(&(pairs(0) + &alone(many * 20 + 10))), [many, 1]);
    assert_eq!(count(&(alone(10) + &pairs(1) + &alone(many * 20 + 30) + &pairs(many + 2))), [2 * many, 2]);
    assert_eq!(count(&(0..2 * many).map(|number| alone(number * 20)).collect::<String>()), [0, 2 * many]);
}

#[test]
fn a_digest_does_not_grow_with_the_log() {
    let log = |lines: u64| -> String {
        let saved = |line| {
            format!(
                "{}|tls  |*|{:02}|New Certificate Common Name '{line}' Fingerprint \
                 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'\n",
                date(line),
                line % 100
            )
        };
        (0..lines).map(saved).collect()
    };
    let packed = |lines| {
        let digest = digest_of(log(lines).as_bytes(), &Window::default());
        serde_json::to_vec(&digest).unwrap().len()
    };
    let (bounded, longer) = (packed(40_000), packed(80_000));
    assert!(longer <= bounded + bounded / 50, "{bounded} bytes, then {longer}");
}

/// An old refusal and a new one, neither of which is shown.
#[test]
fn folding_keeps_what_mends_apart() {
    let failures = |from: u64| -> String {
        (from..from + 3_000).map(|number| format!("{}|{UNTRUSTED}\n", date(number * 10))).collect()
    };
    let log = boot(&[EMPTY_1]) + &failures(0) + &boot(&[EMPTY_1]) + &failures(50_000);
    let seen = told(&[File::new("", log.as_bytes())]);
    assert_eq!(state(&seen, "TLS001"), Some(("active".to_owned(), 6_000)));
    let mended = boot(&[EMPTY_1])
        + &failures(0)
        + &boot(&[EMPTY_1])
        + &super::sample::ordinary("0520000000")
        + &super::sample::ordinary("0521000000");
    let seen = told(&[File::new("", mended.as_bytes())]);
    assert_eq!(state(&seen, "TLS001"), Some(("resolved".to_owned(), 3_000)));
}
