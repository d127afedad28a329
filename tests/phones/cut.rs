//! A phone's lines give the same answer in one file and cut anywhere into a chain of rotated files.

use chrono::{NaiveDateTime, TimeDelta};
use proptest::prelude::*;
use proptest::sample::Index;

use super::sample::{
    CHAIN_REFUSED, CONNECTION, EMPTY_1, EMPTY_2, File, KEY_REFUSED, MODIFIED, SAVED, SAVING, UNTRUSTED, boot,
    lines, ordinary, told,
};

/// Three boots with every kind of message in them, some of them wrapped.
pub(super) fn whole() -> String {
    let mut log = boot(&[EMPTY_1, EMPTY_2]);
    log += "000016.210|copy |4|00|Could not load time from ntp.example.com(192.0.2.123).\n";
    log += &ordinary("0527080000");
    log += "0527081005|so   |3|00|Custom certificate MD5 fingerprint: 14:65:55:BA:80:81:E8:FA:5E:EF:E2:35:95:C4:5B:31\n";
    log += &lines(&[
        ("0527081005", KEY_REFUSED),
        ("0527081107", CHAIN_REFUSED),
        ("0527081108", "tls  |4|00|Device credential invalid: Cert is not proper in the certificate"),
        ("0527081215", UNTRUSTED),
        ("0527081215", CONNECTION),
        ("0527081300", "sip  |4|01|MakeTlsConnection: SSL_connect error 1"),
        ("0527081301", "cfg  |4|01|Prov|Trying to boot from existing configuration"),
        ("0527081302", "cfg  |4|01|Prov|Invalid STS-URI: 'https://sts.example.com/x'"),
        ("0527081303", "log  |4|01|UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 17"),
        ("0527081303", "log  |4|01|Skipped uploading of failed log file a.log"),
        (
            "0527081304",
            "copy |4|01|Could not set the custom header Content-Range for HTTP/s request. Head request failed to get content-length of server file.",
        ),
        ("0527081305", "tickt|*|01|m_bCertExists [0]"),
        ("0527091305", "log  |*|01|---------- Final log entry ----------"),
    ]);
    log += &boot(&[EMPTY_1, EMPTY_2]);
    log += &ordinary("0528080000");
    log += &lines(&[
        ("0528080904", SAVING),
        (
            "0528080904",
            "tls  |*|00|New Certificate Common Name 'x.example.com'\nFingerprint '9A:2E:0C:8B:32:7F:73:2F:38:18:28:EB:B3:5A:35:1C'",
        ),
        ("0528080904", "tls  |*|00|No previous certificate stored"),
        ("0528093000", SAVING),
        ("0528093000", SAVED),
        (
            "0528093000",
            "tls  |*|00|Previous Certificate Common Name 'x.example.com' Fingerprint '9A:2E:0C:8B:32:7F:73:2F:38:18:28:EB:B3:5A:35:1C'",
        ),
    ]);
    log += &ordinary("0528220000");
    log += &boot(&[
        "Custom platform device certificate 1 length 2021",
        "Custom platform device certificate 1 MD5\nfingerprint: 9A:2E:0C:8B:32:7F:73:2F:38:18:28:EB:B3:5A:35:1C",
        // No other line ends in the column in which a line is wrapped: a piece with both would look like one of which a
        // terminal showed only the first columns.
        "Custom platform device certificate 1 common\nname \"x.example.com\"",
        "Custom platform device key 1 length 2374",
        EMPTY_2,
    ]);
    log += &ordinary("0529080000");
    log += &ordinary("0529100000");
    log
}

/// The log in pieces that begin at these bytes, with modification times.
fn pieces(log: &[u8], cuts: &[usize], modified: &[NaiveDateTime]) -> Vec<File> {
    let mut begins = vec![0];
    begins.extend(cuts);
    let count = begins.len();
    (0..count)
        .map(|at| {
            let (begin, end) = (begins[at], begins.get(at + 1).copied().unwrap_or(log.len()));
            let number = count - 1 - at;
            let suffix = if number == 0 { String::new() } else { format!(".{number}") };
            let lines_before = log[..begin].iter().filter(|byte| **byte == b'\n').count() as u64;
            File { lines_before, modified: modified[at], ..File::new(&suffix, &log[begin..end]) }
        })
        .collect()
}

#[test]
fn cut_in_two_at_every_byte() {
    cut_in_two(&whole(), 1);
}

/// Lines that were copied from a web page or a mail, and those of a syslog server, which has one line a message.
#[test]
fn cut_in_two_with_something_before_each_line() {
    let log = whole();
    for before in ["  ", "> "] {
        cut_in_two(&log.lines().map(|line| format!("{before}{line}\n")).collect::<String>(), 5);
    }
    let mut unwrapped = String::new();
    for line in log.lines() {
        let begins = line.as_bytes().get(10) == Some(&b'|');
        unwrapped += if begins { "\n<131>Oct  5 16:59:41 192.0.2.7 " } else { " " };
        unwrapped += line;
    }
    cut_in_two(&(unwrapped.trim_start().to_owned() + "\n"), 5);
}

/// Cuts the log at every `step`th byte.
fn cut_in_two(log: &str, step: usize) {
    let right = told(&[File::new("", log.as_bytes())]);
    let modified = [MODIFIED.parse().unwrap(); 2];
    let mut faults = Vec::new();
    for cut in (1..log.len()).step_by(step) {
        let seen = told(&pieces(log.as_bytes(), &[cut], &modified));
        if seen != right {
            let (before, after) = log.split_at(cut);
            let (before, after) = (before.lines().last().unwrap_or(""), after.lines().next().unwrap_or(""));
            faults.push(format!("{before:?} + {after:?}: {}", difference(&right, &seen)));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), log.len(), faults.join("\n"));
}

/// The first difference of two answers.
pub(super) fn difference(right: &serde_json::Value, seen: &serde_json::Value) -> String {
    use serde_json::Value;
    match (right, seen) {
        (Value::Object(fields), Value::Object(others)) => {
            let differing = fields.iter().find(|(name, value)| others.get(*name) != Some(value));
            differing.map_or_else(String::new, |(name, value)| {
                format!(".{name}{}", difference(value, others.get(name).unwrap_or(&Value::Null)))
            })
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            let at = items.iter().zip(others).position(|(item, other)| item != other).unwrap_or(0);
            format!("[{at}]{}", difference(&items[at], &others[at]))
        }
        _ => format!(" should be {right:.300}, is {seen:.300}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Each piece is modified after its last line, at most a year later, and has at least one complete line.
    #[test]
    fn cut_in_many_anywhere_and_copied_anyhow(
        cuts in prop::collection::vec(any::<Index>(), 1..6),
        days in prop::collection::vec(0_i64..200, 6),
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let log = whole();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| 1 + cut.index(log.len() - 1)).collect();
        cuts.sort_unstable();
        let mut begin = 0;
        cuts.retain(|&cut| {
            let has_line = log[begin..cut].matches('\n').count() > 1;
            begin = if has_line { cut } else { begin };
            has_line
        });
        let newest: NaiveDateTime = "2016-06-01T00:00:00".parse().unwrap();
        let modified: Vec<_> = days.iter().map(|days| newest + TimeDelta::days(*days)).collect();
        let files = pieces(log.as_bytes(), &cuts, &modified);
        let shuffled: Vec<_> = order.iter().filter_map(|&at| files.get(at).cloned()).collect();
        let right = told(&[File::new("", log.as_bytes())]);
        let seen = told(&shuffled);
        prop_assert!(seen == right, "cut at {:?}: {}", cuts, difference(&right, &seen));
    }
}
