//! Messages and dates that begin in one log of a phone and end in the next.

use phonecert::window::Window;

use super::overlaps::{failed, locations};
use super::sample::{File, boot, found, joined, look, ordinary, told};

const UNTRUSTED: &str = "Server certificate verification failed, Untrusted Certificate\n";

/// Logs of one rotation, the oldest first.
fn chain(logs: &[&str]) -> Vec<File> {
    let mut lines_before = 0;
    let files = logs.iter().enumerate().map(|(index, log)| {
        let number = logs.len() - 1 - index;
        let suffix = if number == 0 { String::new() } else { format!(".{number}") };
        let file = File { lines_before, ..File::new(&suffix, log.as_bytes()) };
        lines_before += log.matches('\n').count() as u64;
        file
    });
    files.collect()
}

#[test]
fn a_message_stands_where_it_begins_and_the_next_one_where_it_does() {
    let (first, last) = (failed("0501080001", 1), failed("0501080009", 9));
    for (pieces, places_of) in [
        // Cut within a line, or at the end of one.
        (&["sip  |4|00|MakeTlsConnection: connection fai", "led error -2\n"][..], [".1:2", ":2"]),
        (&["hw   |4|00|Could not decode cert chain,\n", "results 0\n"], [".1:2", ":2"]),
        (&["hw   |4|00|Could not decode\ncert chain, re", "sults 0\n"], [".1:2", ":2"]),
        (&["sip  |4|00|MakeTls", "Connection: connection", " failed error -2\n"], [".2:2", ":2"]),
        (&["hw   |4|00|Could not\n", "decode cert\n", "chain, results 0\n"], [".2:2", ":2"]),
        (&["hw   |4|00|Could not\n", "decode cert", " chain,\nresults 0\n"], [".2:2", ":3"]),
    ] {
        let mut logs: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
        logs[0] = first.clone() + "0501080002|" + &logs[0];
        let end = logs.len() - 1;
        // A message without a stamp after the rest is joined with it.
        logs[end] = logs[end].clone() + UNTRUSTED + &last;
        let files = chain(&logs.iter().map(String::as_str).collect::<Vec<_>>());
        let behind: u32 = places_of[1][1..].parse().unwrap();
        let oldest = places_of[0].split(':').next().unwrap();
        let right =
            [format!("{oldest}:1"), places_of[0].into(), places_of[1].into(), format!(":{}", behind + 1)];
        assert_eq!(locations(&files), right, "{pieces:?}");
        let (logs, _) = joined(&files, Window::default());
        assert!((0..files.len()).all(|log| logs.is_piece(log)), "{pieces:?}");
    }
}

#[test]
fn what_each_log_tells_alone_is_not_given_up() {
    let (first, last) = (failed("0501080001", 1), failed("0501080009", 9));
    let open = first.trim_end();
    assert_eq!(locations(&chain(&[open, &(UNTRUSTED.to_owned() + &last)])), [".1:1", ":1", ":2"]);
    let (logs, _) = joined(&chain(&[open, &(UNTRUSTED.to_owned() + &last)]), Window::default());
    assert!(!logs.is_piece(0) && !logs.is_piece(1));
    // The log between has lines of its own, so no message continues through it.
    let middle = "led error -2\n".to_owned() + &failed("0501080003", 3);
    let logs = [
        &(first.clone() + "0501080002|sip  |4|00|MakeTlsConnection: connection fai"),
        &middle,
        &(UNTRUSTED.to_owned() + &last),
    ];
    let files = chain(&logs.map(String::as_str));
    assert_eq!(locations(&files), [".2:1", ".2:2", ".1:2", ":1", ":2"]);
    let (logs, _) = joined(&files, Window::default());
    assert_eq!([0, 1, 2].map(|log| logs.is_piece(log)), [true, true, false]);
}

#[test]
fn a_message_goes_on_through_at_most_eight_logs_of_which_none_is_missing() {
    let text = "hw   |4|00|Could not decode cert chain, results 0\n";
    let joined = |count: usize| {
        // Each log but the first and the last one has one byte of it.
        let cuts: Vec<usize> = [0].into_iter().chain(20..19 + count).chain([text.len()]).collect();
        let mut logs: Vec<String> = cuts.windows(2).map(|cut| text[cut[0]..cut[1]].to_owned()).collect();
        logs[0].insert_str(0, "0501080000|");
        chain(&logs.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!([2, 3, 8, 9].map(|count| locations(&joined(count)).len()), [1, 1, 1, 0]);
    let mut missing = joined(3);
    missing[0].name = "0004f2a1b2c3-app.log.3".to_owned();
    assert!(locations(&missing).is_empty());
}

/// If the rest of a cut line is missing, the lines after it may be missing too.
#[test]
fn a_log_goes_on_behind_a_cut_line_where_its_rest_is_there() {
    const KEPT: &str = "000016.200|tls  |3|00|Custom platform device certificate 1 length 2021\n000016.201|tls  |3|00|Custom platform device certificate 1 MD5 fingerprint: 9A:2E:0C:8B:32:7F:73:2F:38:18:28:EB:B3:5A:35:1C\n";
    let behind = ordinary("000016.300") + &ordinary("000017.000");
    let is_judged = |end: &str, begin: &str| {
        let begin = format!("{begin}{behind}");
        found(&told(&chain(&[&(boot(&[]) + KEPT + end), &begin])), "INS005").is_some()
    };
    assert!(is_judged("", ""));
    assert!(is_judged("000016.250|sip  |3|0", "0|ended\n"));
    assert!(!is_judged("000016.250|sip  |3|0", ""));
    // Or where the whole line begins the next log again.
    let dated = |first: &str| -> String {
        let lines = [first, KEPT].concat().replace("000016.", "0501080");
        lines.replace("0501080200", "0501080002").replace("0501080201", "0501080003")
    };
    let built_in = "000016.001|tls  |3|00|Polycom device certificate length 802\n000016.002|tls  |3|00|Polycom device key length 636\n";
    let begin = dated(built_in);
    let cut = "0501080004|sip  |3|0";
    let again = dated("") + "0501080004|sip  |3|00|x\n" + &ordinary("0501080005");
    let told = |newer: &str| found(&told(&chain(&[&(begin.clone() + cut), newer])), "INS005").is_some();
    assert!(told(&again));
    assert!(!told(&ordinary("0501080005")));
}

/// The known messages: the line in the whole log, and its time.
fn seen(files: &[File]) -> Vec<(u64, String)> {
    look(files, Window::default(), |timeline| {
        let event = |record: &phonecert::timeline::Record<'_>| {
            let path = timeline.logs[record.file].path;
            let before = files.iter().find(|file| file.name == path).unwrap().lines_before;
            (record.line + before, record.time.map(|time| time.to_string()).unwrap_or_default())
        };
        timeline.events().map(|(_, _, record)| event(record)).collect()
    })
}

/// Cuts each log at every byte, and at many pairs of bytes, if each piece keeps a complete line.
#[test]
fn dates_are_the_same_in_the_whole_log_and_in_its_pieces() {
    const BANNER: &str = "log  |*|00|---------- Initial log entry ----------";
    let mut all = Vec::new();
    for stamps in [
        // A year turns; a February 29; lines out of order.
        &["1229080000", "1230080000", "0102080000", "0103080000", "0104080000"][..],
        &["1229080000", "1230080000", "0102080000", "000010.000", "000011.000"],
        &["0227080000", "0228080000", "0229080000", "0301080000"],
        &["0501070000", "0501090000", "0501080000", "0501100000"],
        &["0501070000", "0501090000", "0501080000", "000010.000"],
        &["0501070000", "0501080000", "0501090000", "0501080000", "0501110000"],
        // Stamps with years.
        &["1505130800", "1505310801", "1606130802", "1606140803"],
        &["000010.000", "000011.000", "1606130802", "1606140803"],
        // A clock that was not set, and one that was wrong.
        &["000010.000", "0101000010", "0101000110", "0501080000", "0501080100"],
        &["0501080000", "000010.000", "0101000010", "0101000110", "000010.000", "0101000010", "0502080000"],
        &["000010.000", "0510080000", "0501080200", "0501080300"],
    ] {
        let line = |(number, stamp): (usize, &&str)| match *stamp {
            "000010.000" => format!("{stamp}|{BANNER}\n"),
            _ => failed(stamp, number as u32),
        };
        let log: String = stamps.iter().enumerate().map(line).collect();
        let right = seen(&chain(&[&log]));
        let has_line = |piece: &str| piece.matches('\n').count() > 1;
        let mut faults = Vec::new();
        for first in (0..log.len()).filter(|cut| has_line(&log[..*cut])) {
            let (older, rest) = log.split_at(first);
            if seen(&chain(&[older, rest])) != right {
                faults.push(format!("{:?}: {:?}", &log[..first], seen(&chain(&[older, rest]))));
            }
            for second in (0..rest.len()).step_by(11).filter(|cut| has_line(&rest[..*cut])) {
                let (middle, newer) = rest.split_at(second);
                if seen(&chain(&[older, middle, newer])) != right {
                    faults.push(format!("{older:?} {middle:?}: {:?}", seen(&chain(&[older, middle, newer]))));
                }
            }
        }
        if !faults.is_empty() {
            all.push(format!("{right:?}\n{}\n{}", faults.len(), faults[..faults.len().min(3)].join("\n")));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
