//! Lines that are in two logs of a phone count once.

use phonecert::window::Window;

use super::sample::{File, UNTRUSTED, look, ordinary};

/// A failed connection with this stamp and this number.
pub(crate) fn failed(stamp: &str, number: u32) -> String {
    format!("{stamp}|sip  |4|00|MakeTlsConnection: connection failed error -{number}\n")
}

/// One of the failed connections of a minute.
fn line(number: u32) -> String {
    failed(&format!("05010800{number:02}"), number)
}

fn of(numbers: &[u32]) -> String {
    numbers.iter().map(|number| line(*number)).collect()
}

/// The known messages in order: the suffix of their log, and their lines.
pub(crate) fn locations(files: &[File]) -> Vec<String> {
    look(files, Window::default(), |timeline| {
        let location = |record: &phonecert::timeline::Record<'_>| {
            let path = timeline.logs[record.file].path;
            format!("{}:{}", path.split_once("-app.log").map_or(path, |(_, suffix)| suffix), record.line)
        };
        let locations: Vec<String> = timeline.events().map(|(_, _, record)| location(record)).collect();
        assert_eq!(timeline.event_count, locations.len() as u64);
        locations
    })
}

/// How many lines of the newer log count, and how many of the rotated one.
fn counted(rotated: &str, newer: &str) -> (usize, usize) {
    let files = [File::new(".1", rotated.as_bytes()), File::new("", newer.as_bytes())];
    let locations = locations(&files);
    let rotated = locations.iter().filter(|location| location.starts_with(".1")).count();
    (rotated, locations.len() - rotated)
}

#[test]
fn a_run_at_the_end_of_a_rotated_log_that_begins_the_next_counts_once() {
    let files =
        |newer: &str| [File::new(".1", of(&[1, 2, 3, 4]).as_bytes()), File::new("", newer.as_bytes())];
    assert_eq!(locations(&files(&of(&[3, 4, 5]))), [".1:1", ".1:2", ".1:3", ".1:4", ":3"]);
    assert_eq!(locations(&files(&of(&[2, 3, 4, 5]))), [".1:1", ".1:2", ".1:3", ".1:4", ":4"]);
    // The lines after it count, also if they differ only in their stamps.
    assert_eq!(counted(&of(&[1, 2, 3]), &(of(&[2, 3]) + &failed("0501080100", 3))), (3, 1));
}

#[test]
fn a_run_with_another_line_in_it_is_other_lines() {
    for newer in [
        // Another line at the beginning, in the middle, at the end.
        of(&[9, 3, 4, 5]),
        of(&[2, 9, 4, 5]),
        of(&[2, 3, 9, 5]),
        // The same with another stamp, one more, one fewer, in another order.
        of(&[2]) + &failed("0501080100", 3) + &of(&[4, 5]),
        of(&[2, 3, 9, 4, 5]),
        of(&[2, 4, 5]),
        of(&[3, 2, 4, 5]),
        // Not up to the end of the rotated log.
        of(&[2, 3, 5, 6]),
    ] {
        assert_eq!(counted(&of(&[1, 2, 3, 4]), &newer), (4, newer.lines().count()), "{newer}");
    }
}

#[test]
fn one_line_is_an_overlap_if_nothing_else_is_in_it() {
    assert_eq!(counted(&of(&[1, 2]), &of(&[2, 3])), (2, 1));
    // With ordinary lines, these are the same ones.
    let (a, b, c) = (ordinary("0501080002"), ordinary("0501080003"), ordinary("0501080004"));
    assert_eq!(counted(&(of(&[1, 2]) + &a), &(of(&[2]) + &a + &of(&[3]))), (2, 1));
    assert_eq!(counted(&(of(&[1, 2]) + &a), &(of(&[2]) + &b + &of(&[3]))), (2, 2));
    assert_eq!(counted(&(of(&[1]) + &a + &of(&[2])), &(a.clone() + &of(&[2, 3]))), (2, 1));
    assert_eq!(counted(&(of(&[1]) + &a + &of(&[2])), &(b.clone() + &of(&[2, 3]))), (2, 2));
    assert_eq!(counted(&(of(&[1, 2]) + &a + &b), &(of(&[2]) + &a + &c + &of(&[3]))), (2, 1));
    // So are ordinary lines between two messages, which are not kept.
    let between = |line: &str| of(&[2]) + line + &of(&[3]);
    assert_eq!(counted(&(of(&[1]) + &between(&a)), &(between(&b) + &of(&[4]))), (3, 1));
    // But no message is an ordinary line.
    assert_eq!(counted(&(of(&[1]) + &between(&a)), &(between(&line(9)) + &of(&[4]))), (3, 4));
    assert_eq!(counted(&(of(&[1]) + &between(&line(9))), &(between(&a) + &of(&[4]))), (4, 3));
}

#[test]
fn lines_without_dates_are_of_another_boot() {
    let undated = |numbers: &[u32]| -> String {
        numbers.iter().map(|number| failed(&format!("0001{number:02}.000"), *number)).collect()
    };
    assert_eq!(counted(&undated(&[1, 2, 3]), &undated(&[2, 3, 4])), (3, 3));
    // A date among them shows that they are the same.
    let dated = |before: &[u32], behind: &[u32]| undated(before) + &of(&[5]) + &undated(behind);
    assert_eq!(counted(&dated(&[1, 2], &[3]), &dated(&[2], &[3, 4])), (4, 1));
}

#[test]
fn a_line_cut_at_its_begin_is_not_compared() {
    let rotated = of(&[1, 2, 3, 4]);
    // Within the header, before the message, and in it.
    for (begin, shown) in [(7, 1), (19, 1), (22, 1), (24, 0)] {
        let cut = line(2)[begin..].to_owned();
        assert_eq!(counted(&rotated, &(cut.clone() + &of(&[3, 4, 5]))), (4, 1), "{cut}");
        assert_eq!(counted(&rotated, &(cut.clone() + &of(&[3, 9, 5]))), (4, shown + 3), "{cut}");
    }
}

#[test]
fn a_line_cut_at_the_end_is_whole_in_the_next_log() {
    let cut = |number: u32, length: usize| line(number)[..length].to_owned();
    // Within the stamp, the component, the message.
    for length in [3, 13, 30, 45] {
        let rotated = of(&[1, 2, 3]) + &cut(4, length);
        assert_eq!(counted(&rotated, &of(&[2, 3, 4, 5])), (3, 2), "{length}");
        assert_eq!(counted(&rotated, &(line(1)[20..].to_owned() + &of(&[2, 3, 4]))), (3, 1), "{length}");
        // One whole line between two cut ones.
        assert_eq!(counted(&rotated, &(line(2)[20..].to_owned() + &of(&[3, 4]))), (3, 1), "{length}");
    }
    // After a message whose reason could go on in the next line.
    let refused = |stamp: &str| format!("{stamp}|{UNTRUSTED}\n");
    let lines =
        [ordinary("0501080002"), ordinary("0501080003"), refused("0501080004"), ordinary("0501080500")];
    for length in [1, 9, 10, 14, 22] {
        let rotated = lines[..3].concat() + &lines[3][..length];
        assert_eq!(
            counted(&rotated, &(lines[0][25..].to_owned() + &lines[1..].concat())),
            (1, 0),
            "{length}"
        );
    }
    // Another message instead of it shows that the lines are others.
    assert_eq!(counted(&(of(&[1, 2, 3]) + &cut(4, 66)), &of(&[2, 3, 9])), (4, 3));
    assert_eq!(counted(&(of(&[1, 2, 3]) + &cut(4, 66)), &of(&[2, 3, 4])), (3, 1));
}

#[test]
fn ordinary_lines_between_two_cut_messages_are_an_overlap() {
    let [a, b, c, d] = [2, 3, 4, 5].map(|second| ordinary(&format!("050108000{second}")));
    let rotated = line(1) + &a + &b;
    let cut = rotated.clone() + &line(6)[..66];
    let next = line(6) + &line(7);
    for begin in [10, 24, 30] {
        let rest = line(1)[begin..].to_owned();
        let newer = rest.clone() + &a + &b + &next;
        assert_eq!(counted(&cut, &newer), (1, 2), "{begin}");
        assert_eq!(counted(&rotated, &newer), (1, 2), "{begin}");
        // Beside other lines, the messages are others.
        let (of_rotated, of_newer) = counted(&cut, &(rest + &c + &d + &next));
        assert_eq!((of_rotated, of_newer >= 2), (2, true), "{begin}");
    }
}

#[test]
fn a_whole_first_line_is_compared_whatever_stands_before_it() {
    let a = ordinary("0501080002");
    for before in ["<131>May  1 08:00:00 192.0.2.7 ", "> ", "- ", "x.log:", "  "] {
        let quoted = |log: String| log.lines().map(|line| format!("{before}{line}\n")).collect::<String>();
        assert_eq!(counted(&quoted(of(&[1, 2])), &quoted(of(&[2, 3]))), (2, 1), "{before}");
        assert_eq!(
            counted(&quoted(of(&[1, 2]) + &a), &quoted(of(&[2]) + &a + &of(&[3]))),
            (2, 1),
            "{before}"
        );
        assert_eq!(counted(&quoted(of(&[1, 2])), &quoted(of(&[9, 3]))), (2, 2), "{before}");
    }
}

#[test]
fn two_messages_in_one_line_are_compared_one_by_one() {
    let glued = |one: u32, two: u32| line(one).trim_end().to_owned() + &line(two);
    assert_eq!(counted(&(of(&[1]) + &glued(2, 3)), &(glued(2, 3) + &of(&[4]))), (3, 1));
    assert_eq!(counted(&(of(&[1]) + &glued(2, 3) + &of(&[4])), &(glued(2, 3) + &of(&[4, 5]))), (4, 1));
}

#[test]
fn equal_lines_overlap_as_far_as_they_can() {
    assert_eq!(counted(&of(&[1, 2, 2]), &of(&[2, 2, 3])), (3, 1));
    assert_eq!(counted(&of(&[1, 2, 3, 2]), &of(&[2, 3, 2, 4])), (4, 1));
}

#[test]
fn three_logs_overlap_pair_by_pair() {
    let files = [(".2", of(&[1, 2, 3])), (".1", of(&[2, 3, 4, 5])), ("", of(&[4, 5, 6]))]
        .map(|(suffix, log)| File::new(suffix, log.as_bytes()));
    assert_eq!(locations(&files), [".2:1", ".2:2", ".2:3", ".1:3", ".1:4", ":3"]);
}

/// Whether the log `part` counts beside `whole`, which contains it.
fn counts(part: (&str, &str), whole: (&str, &str)) -> bool {
    let file = |(name, log): (&str, &str)| File { name: name.into(), ..File::new("", log.as_bytes()) };
    let paths = look(&[file(part), file(whole)], Window::default(), |timeline| {
        timeline.logs.iter().map(|log| log.path.to_owned()).collect::<Vec<_>>()
    });
    assert!(paths.contains(&whole.0.to_owned()), "{paths:?}");
    paths.contains(&part.0.to_owned())
}

const LOG: &str = "0004f2a1b2c3-app.log";
const ROTATED: &str = "0004f2a1b2c3-app.log.1";
const TICKET: &str = "ticket/0004f2a1b2c3-app.log";

#[test]
fn an_excerpt_whose_messages_stand_in_another_log_in_that_order_adds_nothing() {
    let whole = of(&[1, 2, 3, 4, 5]);
    for part in [of(&[2, 3]), of(&[2, 4]), of(&[1, 5]), of(&[5]), of(&[1, 2, 3, 4])] {
        assert!(!counts((TICKET, &part), (LOG, &whole)), "{part}");
    }
    for part in [of(&[3, 2]), of(&[2, 9]), of(&[9]), of(&[2, 2]), failed("0501080100", 2)] {
        assert!(counts((TICKET, &part), (LOG, &whole)), "{part}");
    }
    // Without dates, too.
    let undated = |numbers: &[u32]| -> String {
        numbers.iter().map(|number| failed(&format!("0001{number:02}.000"), *number)).collect()
    };
    assert!(!counts((TICKET, &undated(&[2, 3])), (LOG, &undated(&[1, 2, 3, 4]))));
    assert!(counts((TICKET, &undated(&[3, 2])), (LOG, &undated(&[1, 2, 3, 4]))));
}

#[test]
fn an_excerpt_with_days_of_its_own_counts() {
    let whole = ordinary("0501070000") + &of(&[1, 2, 3]) + &ordinary("0502080000");
    let with = |before: &str, behind: &str| {
        let part = ordinary(before) + &of(&[2]) + &ordinary(behind);
        counts((TICKET, &part), (LOG, &whole))
    };
    assert!(!with("0501070000", "0502080000"));
    assert!(with("0501065959", "0502080000"));
    assert!(with("0501070000", "0502080001"));
}

#[test]
fn in_a_chain_lines_without_dates_are_the_same_in_long_runs_alone() {
    let undated = |range: std::ops::Range<u32>| -> String {
        range.map(|number| failed(&format!("0001{number:02}.000"), number)).collect()
    };
    for (length, is_same) in [(7, false), (8, true)] {
        let part = undated(1..1 + length);
        assert_eq!(counts((ROTATED, &part), (LOG, &(part.clone() + &undated(40..42)))), !is_same, "{length}");
        assert_eq!(counts((ROTATED, &part), (LOG, &(undated(0..1) + &part))), !is_same, "{length}");
    }
    // Not as far apart, or not all different.
    let (part, apart) = (undated(1..9), undated(1..4) + &ordinary("000103.500") + &undated(4..10));
    assert!(counts((ROTATED, &part), (LOG, &apart)));
    let equal = undated(1..2).repeat(2) + &undated(2..8);
    assert!(counts((ROTATED, &equal), (LOG, &(equal.clone() + &undated(40..42)))));
    // The newer log is no part of the older one, unless they are equal.
    assert!(counts((LOG, &part), (ROTATED, &(part.clone() + &undated(40..42)))));
    let locations = locations(&[File::new(".1", part.as_bytes()), File::new("", part.as_bytes())]);
    assert_eq!(locations.len(), 8);
    // A clock that was not set writes the same dates of its first day after each start.
    for (day, is_same) in [("0101", false), ("0100", false), ("0102", true), ("0201", true), ("0501", true)] {
        let part = failed(&format!("{day}000010"), 1) + &failed(&format!("{day}000020"), 2);
        let whole = part.clone() + &failed(&format!("{day}000030"), 3);
        assert_eq!(counts((ROTATED, &part), (LOG, &whole)), !is_same, "{day}");
    }
    // With a date it is.
    assert!(!counts((ROTATED, &of(&[2, 3])), (LOG, &of(&[1, 2, 3, 4]))));
}

#[test]
fn a_log_of_ordinary_lines_adds_nothing_if_another_can_have_them() {
    let whole = ordinary("0501080000") + &of(&[1]) + &ordinary("0503080000");
    let part =
        |first: &str, last: &str| counts((TICKET, &(ordinary(first) + &ordinary(last))), (LOG, &whole));
    assert!(!part("0501080000", "0503080000"));
    assert!(part("0501070000", "0501080000"));
    assert!(part("0501075959", "0501080000"));
    assert!(part("0501070000", "0501075959"));
    assert!(part("0501080000", "0503080001"));
    // The other log has no line of this day, since it keeps the lines at both sides of the change of a day.
    assert!(part("0501080000", "0502080000"));
    let day = ordinary("0502080000") + &ordinary("0502090000") + &ordinary("0502100000");
    let of_day = |stamp| counts((TICKET, &ordinary(stamp)), (LOG, &(whole.clone() + &day)));
    assert!(!of_day("0502090000"));
    assert!(!of_day("0502093000"));
    assert!(of_day("0502100001"));
    // Each log of a chain covers its own time.
    assert!(counts((ROTATED, &ordinary("0502080000")), (LOG, &whole)));
    // A log without dates adds nothing to known messages, if its uptimes are within those of the other log.
    let undated = |stamp, log: &str| counts((TICKET, &ordinary(stamp)), (LOG, log));
    let start = ordinary("000010.000") + &ordinary("000015.000") + &ordinary("000020.000");
    assert!(undated("000020.000", &whole));
    assert!(!undated("000020.000", &(start.clone() + &whole)));
    assert!(!undated("000012.000", &(start.clone() + &whole)));
    assert!(undated("000020.001", &(start.clone() + &whole)));
    assert!(counts((ROTATED, &ordinary("000020.000")), (LOG, &(start.clone() + &whole))));
    let without = ordinary("0501080000") + &ordinary("0503080000");
    assert!(undated("000020.000", &(start + &without)));
    // Nor does an empty file; but one with other text is not empty.
    assert!(!counts((ROTATED, ""), (LOG, &whole)));
    assert!(counts((ROTATED, "no log\n"), (LOG, &whole)));
}

#[test]
fn of_equal_logs_one_counts() {
    let log = of(&[1, 2, 3]);
    for (one, two) in [(TICKET, LOG), (LOG, TICKET)] {
        let file = |name: &str| File { name: name.into(), ..File::new("", log.as_bytes()) };
        assert_eq!(locations(&[file(one), file(two)]).len(), 3);
    }
    // Of two with the same messages, the one with more lines.
    let longer = log.clone() + &ordinary("0501080010");
    assert!(!counts((TICKET, &log), (LOG, &longer)));
    assert!(!counts((LOG, &log), (TICKET, &longer)));
}

/// A folded entry counts as the number of its messages.
#[test]
fn folded_messages_stand_in_another_log_if_there_are_as_many() {
    let many = |count: u32, text: &str| -> String {
        (0..count)
            .map(|n| format!("0501{:02}{:02}{:02}|{text}\n", 8 + n / 3_600, n / 60 % 60, n % 60))
            .collect()
    };
    let other = "sip  |4|00|MakeTlsConnection: connection failed error -1";
    let whole = many(1_500, UNTRUSTED) + &many(1_500, other);
    assert!(!counts((TICKET, &many(1_500, UNTRUSTED)), (LOG, &whole)));
    assert!(counts((TICKET, &many(1_501, UNTRUSTED)), (LOG, &whole)));
}
