//! Properties of wrapped lines: whatever the column, a message is the same, or a value that touches a break is unknown.

use serde_json::Value;

use crate::digest::{LogDigest, LogEntry};
use crate::event::Event;
use crate::input::Bytes;
use crate::log::{PartName, digest_of, read, read_split};
use crate::model::Slot;
use crate::window::Window;

/// Lines of all kinds of messages, and lines that are not messages but begin like one.
fn lines() -> impl Iterator<Item = &'static str> {
    const OTHERS: [&str; 6] = [
        "0531131822|so   |4|00|Platform: Interface wlan0 MAC=0004f2a1b2c3",
        "0531131822|so   |4|00|Platform: BTMAC=0004f2a1b2c3",
        "0531131822|so   |4|00|Platform: Updater=5.5.2.11338 18-Sep-17 23:27",
        "0531131822|so   |4|00|Application, main: P/N=3150-11530-552",
        "0531131822|tls  |4|00|New Certificates are on their way, Saving new configuration",
        "0531131822|so   |2|00|soCoreAudioTermChg: chassis -> idle",
    ];
    include_str!("../../../testdata/messages/0004f2a1b2c3-app.log").lines().chain(OTHERS)
}

const NEXT: &str = "0531140000|so   |2|00|soCoreAudioTermChg: chassis -> idle\n";

/// Marks before the first line of a message, and before each further one.
const MARKS: [(&str, &str); 3] = [("", ""), ("> ", "> "), ("> May  1 08:00:00 192.0.2.7 ", "> ")];

fn digest(log: &str) -> LogDigest {
    digest_of(log.as_bytes(), &Window::default())
}

fn messages(digest: &LogDigest) -> Vec<&LogEntry> {
    digest.entries.iter().filter(|entry| entry.event.is_some()).collect()
}

fn events(log: &str) -> Vec<Event> {
    messages(&digest(log)).into_iter().filter_map(|entry| entry.event.clone()).collect()
}

/// The values of the only message of a log that are unknown and not so in this line. All others must be the same.
fn unknown(line: &str, log: &str) -> Vec<(String, Value)> {
    let (whole, wrapped) = (digest(&format!("{line}\n")), digest(log));
    let (expected, found) = match (&messages(&whole)[..], &messages(&wrapped)[..]) {
        ([expected], [found]) => (*expected, *found),
        ([], []) => return Vec::new(),
        (_, found) => panic!("{} messages:\n{log}", found.len()),
    };
    assert_eq!(found.line, 1, "{log}");
    unknown_of(expected, found, log)
}

fn unknown_of(expected: &LogEntry, found: &LogEntry, log: &str) -> Vec<(String, Value)> {
    let header = |entry: &LogEntry| (entry.stamp, entry.missed, entry.is_tls);
    assert_eq!(header(found), header(expected), "{log}");
    let fields = |entry: &LogEntry| {
        let event = entry.event.as_ref().unwrap();
        let mut fields = event.fields();
        fields.insert("kind".to_owned(), event.kind().into());
        fields.insert("slot".to_owned(), event.slot().map_or(Value::Null, |slot| slot.to_string().into()));
        fields
    };
    let is_same = |name: &str, value: &Value, found: &Value| {
        let (Some(text), Some(found)) = (value.as_str(), found.as_str()) else { return value == found };
        // Of a reason, two lines are shown, with a blank between them.
        let [plain, found_plain] = [text, found].map(|text| text.replace(' ', ""));
        text == found
            || name == "reason" && (plain.starts_with(&found_plain) || found_plain.starts_with(&plain))
    };
    let found = fields(found);
    let differing = fields(expected).into_iter().filter(|(name, value)| !is_same(name, value, &found[name]));
    let differing: Vec<_> = differing.collect();
    for (name, _) in &differing {
        assert!(found[name].is_null(), "{name}: {}\n{log}", found[name]);
    }
    differing
}

/// A line broken at these offsets, with or without the blanks at the breaks.
fn broken(line: &str, offsets: &[usize], (first, next): (&str, &str)) -> [String; 2] {
    let begins = [0].into_iter().chain(offsets.iter().copied());
    let ends = offsets.iter().copied().chain([line.len()]);
    let parts: Vec<_> = begins.zip(ends).map(|(begin, end)| &line[begin..end]).collect();
    let log = |parts: Vec<&str>| format!("{first}{}\n{NEXT}", parts.join(&format!("\n{next}")));
    [log(parts.clone()), log(parts.into_iter().map(str::trim).collect())]
}

#[test]
fn broken_at_any_column_a_message_is_the_same_except_for_a_value_at_the_break() {
    for (line, marks) in lines().flat_map(|line| MARKS.map(|marks| (line, marks))) {
        for offset in "0531131822|".len()..line.len() {
            for log in broken(line, &[offset], marks) {
                for (name, value) in unknown(line, &log) {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let number = value.trim_start_matches(|sign: char| !sign.is_ascii_digit());
                    let begin = if name == "slot" { line.rfind(number) } else { line.rfind(&value) }.unwrap();
                    assert!((begin..=begin + value.len()).contains(&offset), "{name}:\n{log}");
                }
            }
        }
    }
}

#[test]
fn broken_twice_a_message_is_the_same_or_a_value_unknown() {
    for line in lines() {
        for first in (22..line.len()).step_by(4) {
            for second in (first + 1..line.len()).step_by(3) {
                broken(line, &[first, second], MARKS[0]).iter().for_each(|log| _ = unknown(line, log));
            }
        }
    }
}

/// Of a message in many lines, the first ones are read.
#[test]
fn broken_by_a_terminal_a_message_is_the_same_or_a_value_unknown() {
    for (line, marks) in lines().flat_map(|line| MARKS.map(|marks| (line, marks))) {
        for (width, first) in (20..100).flat_map(|width| [(width, 22), (width, width)]) {
            let offsets: Vec<_> = (first.max(22)..line.len()).step_by(width).collect();
            broken(line, &offsets, marks).iter().for_each(|log| _ = unknown(line, log));
        }
    }
}

/// A line wrapped at blanks, with room for this many characters in a line.
fn wrapped_at_blanks(line: &str, width: usize, (first, next): (&str, &str)) -> String {
    let mut wrapped = first.to_owned();
    let mut length = first.len();
    for (at, word) in line.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if at > 0 && length + 1 + word.len() > width {
            wrapped += &format!("\n{next}");
            length = next.len();
        } else if at > 0 {
            wrapped += " ";
            length += 1;
        }
        wrapped += word;
        length += word.len();
    }
    wrapped
}

#[test]
fn wrapped_at_blanks_by_a_mail_program_a_message_is_the_same_or_a_name_unknown() {
    for (line, marks) in lines().flat_map(|line| MARKS.map(|marks| (line, marks))) {
        for width in 48..100 {
            let log = format!("{}\n{NEXT}", wrapped_at_blanks(line, width, marks));
            let names = unknown(line, &log);
            assert!(names.iter().all(|(name, _)| name == "common_name"), "{names:?}\n{log}");
        }
    }
}

/// In a log with other wrapped lines, names are known too.
#[test]
fn a_log_in_a_mail_is_the_same() {
    let names = ["Example Phones, Inc.", "A", "a long name of an organization with many words in it"].map(|name| {
        format!(
            "0531135522|tls  |*|00|New Certificate Common Name '{name}' Fingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'\n\
             0531135522|tls  |3|00|Custom platform device certificate 2 common name \"{name}\"\n"
        )
    });
    let log = lines().map(|line| format!("{line}\n")).chain(names).collect::<String>();
    let whole = digest(&log);
    for (width, marks) in (60..100).flat_map(|width| MARKS.map(|marks| (width, marks))) {
        let lines = log.lines().map(|line| wrapped_at_blanks(line, width, marks));
        let digest = digest(&(lines.collect::<Vec<_>>().join("\n") + "\n"));
        let (expected, found) = (messages(&whole), messages(&digest));
        assert_eq!(found.len(), expected.len(), "{width}");
        for (expected, found) in expected.into_iter().zip(found) {
            let text = String::from_utf8_lossy(digest.text(found)).into_owned();
            assert_eq!(unknown_of(expected, found, &text), [], "{width}: {text}");
        }
    }
}

/// Another message that was broken at another column shows that blanks are where a name was broken.
#[test]
fn a_name_is_known_if_two_messages_are_wrapped_at_blanks() {
    let fingerprint = "0531135522|tls  |3|00|Custom platform device certificate 2 SHA1 fingerprint:\n\
                       70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17:CA:70:79:D5\n";
    let name = |name: &str| {
        format!("0531135522|tls  |3|00|Custom platform device certificate 2 common name \"{name}\"\n{NEXT}")
    };
    let last = |log: &str| events(log).pop();
    let whole = last(&name("Example Phones, Inc."));
    assert!(whole.is_some());
    assert_eq!(last(&[fingerprint, &name("Example Phones,\nInc.")].concat()), whole);
    assert_ne!(last(&name("Example Phones,\nInc.")), whole, "no other line shows how it was broken");
    // No name begins with a blank.
    assert_eq!(last(&name("\nExample Phones, Inc.")), whole);
    // Both are broken after the same column.
    assert_ne!(last(&[fingerprint, &name("ABCD\nE")].concat()), last(&name("ABCD E")));
}

#[test]
fn a_log_from_a_terminal_is_the_same_or_a_value_unknown() {
    let log = lines().collect::<Vec<_>>().join("\n");
    let whole = digest(&(log.clone() + "\n"));
    for (width, (first, _)) in (0..96).flat_map(|room| MARKS.map(|marks| (marks.0.len() + 12 + room, marks)))
    {
        let offsets = |line: &str| (width..line.len()).step_by(width).collect::<Vec<_>>();
        let lines = log.lines().flat_map(|line| {
            let [kept, dropped] = broken(&format!("{first}{line}"), &offsets(line), ("", ""));
            [kept, dropped].map(|log| log.replace(&format!("\n{NEXT}"), ""))
        });
        let lines: Vec<_> = lines.collect();
        for log in [lines.iter().step_by(2).collect::<Vec<_>>(), lines.iter().skip(1).step_by(2).collect()] {
            let log: String = log.into_iter().map(|lines| format!("{lines}\n")).collect();
            let digest = digest(&log);
            let (expected, found) = (messages(&whole), messages(&digest));
            assert_eq!(found.len(), expected.len(), "{width}:\n{log}");
            for (expected, found) in expected.into_iter().zip(found) {
                let text = String::from_utf8_lossy(digest.text(found)).into_owned();
                let unknown = unknown_of(expected, found, &format!("{width}: {text}"));
                assert!(unknown.len() < 4, "{unknown:?} {text}");
            }
        }
    }
}

/// What the grammar decides by the form of a value.
#[test]
fn values_at_a_break_are_known_if_they_have_the_form_of_one() {
    for (log, name, value) in [
        ("Polycom device certificate common name \"0004F20000\n01\"", "common_name", "0004F2000001"),
        ("Polycom device certificate common name \"0004F2000001\n\"", "common_name", "0004F2000001"),
        (
            "Application, main: Label=SIP, Version=Codename 4.0.1\n0.0689 18-Sep-17 23:27",
            "version",
            "4.0.10.0689",
        ),
        ("Application, main: Label=SIP, Version=4.0.10.0689\n18-Sep-17 23:27", "version", "4.0.10.0689"),
        ("Application, main: Label=SIP, Version=4.\n0.10.0689 18-Sep-17 23:27", "version", "4.0.10.0689"),
        ("Application, main: Label=SI\nP, Version=4.0.10.0689", "label", "SIP"),
        ("Platform: Model=VVX\n500, Assembly=3111-44500-001 Rev=A Region=0", "model", "VVX 500"),
        ("Platform: Model=VVX 5\n00, Assembly=3111-44500-001 Rev=A Region=0", "model", "VVX 500"),
        ("Platform: Model=VVX 150\n0, Assembly=3111-44500-001 Rev=A Region=0", "model", "VVX 1500"),
        ("Platform: Model=Sound\nPoint IP 335, Assembly=2345-12375-001", "model", "SoundPoint IP 335"),
        ("Platform: Model=VVX 500, Assembly=3111-\n44500-001 Rev=A Region=0", "assembly", "3111-44500-001"),
        ("Platform: Model=VVX 500, Assembly=3111-44500-001\nRev=A Region=0", "assembly_revision", "A"),
        ("Prov|Invalid STS-URI: 'https://exam\nple.com/x'", "uri", "https://example.com/x"),
        ("Server certificate verification failed, Untrusted\nCertificate", "reason", "Untrusted Certificate"),
    ] {
        let found = events(&format!("0531131822|x    |4|00|{log}\n{NEXT}"));
        assert_eq!(
            found.iter().map(|event| event.fields()[name].clone()).collect::<Vec<_>>(),
            [value],
            "{log}"
        );
    }
}

/// A number in the next line can be the rest of one, or of something else.
#[test]
fn a_number_behind_a_number_makes_it_unknown() {
    for (text, name) in [
        ("Polycom device certificate length 80", "length"),
        ("Could not store key for custom device key1, length 4677 is bigger than maximum 40", "maximum"),
        ("MakeTlsConnection: SSL_connect error 1", "error"),
        ("Application, main: Label=SIP, Version=4.0.1", "version"),
        ("UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = -1", "result"),
    ] {
        let value = |next: &str| {
            let found = events(&format!("0531131822|x    |4|00|{text}\n{next}\n{NEXT}"));
            found.iter().map(|event| event.fields()[name].clone()).collect::<Vec<_>>()
        };
        assert_eq!(value("2"), [Value::Null], "{text}");
        assert_eq!(value("0\n2"), [Value::Null], "{text}");
        assert_ne!(value("2 things"), [Value::Null], "{text}");
        assert_ne!(value("\n2"), [Value::Null], "{text}");
    }
}

#[test]
fn an_ordinary_line_behind_a_message_changes_nothing() {
    for line in lines() {
        for next in [
            "nothing of interest",
            "-----",
            "5 things to know",
            "1) reboot",
            "12. reboot",
            "-- ",
            ".",
            "|",
            "it's done",
            "Sent from my phone",
            "beef",
            "be",
            "BEGIN:VCARD",
            "192.0.2.1",
            "see error 5",
            "Mar  9 19:06:50 host x: 12",
            "> ",
            "==",
            "nothing\n-----\n5 things",
            "0531131822|hw",
        ] {
            let log = format!("{line}\n{next}\n{NEXT}");
            let log = if next == "192.0.2.1" && line.contains("Version=4") { continue } else { log };
            assert_eq!(unknown(line, &log), [], "{log}");
        }
    }
}

/// A message of its own does not complete another one.
#[test]
fn messages_without_headers_stay_apart() {
    let kinds = |log: &str| events(log).iter().map(Event::kind).collect::<Vec<_>>();
    let all: Vec<_> = lines().map(|line| line.splitn(5, '|').last().unwrap()).collect();
    let expected: Vec<_> = all.iter().flat_map(|text| kinds(text)).collect();
    assert_eq!(kinds(&all.join("\n")), expected);
    for begun in [
        "Polycom device certificate common name \"0004F2",
        "Prov|Invalid STS-URI:",
        "MakeTlsConnection: SSL_conn",
        "New Certificate Common Name 'a",
        "Platform: Updater=5.5.2",
        "Polycom device certificate MD5 fingerprint: CA:70",
    ] {
        let log = format!(
            "0531131822|x    |4|00|{begun}\nCustom platform device certificate 1 common name \"x\"\n"
        );
        let found = events(&log);
        assert_eq!(found.last().and_then(Event::slot), Some(Slot::Platform(1)), "{begun}");
        assert_eq!(found.last().unwrap().fields()["common_name"], "x", "{begun}");
    }
}

#[test]
fn a_line_broken_in_its_header_is_of_its_phone() {
    let syslog = |last: u8| format!("May  1 08:00:00 192.0.2.{last} ");
    let (first, second) = (syslog(7), syslog(8));
    let log = format!(
        "{first}0501075900|tls  |3|00|Polycom device key length 636\n\
         {second}0501080001|hw\n|4|00|Could not decode cert\nchain, results 0\n\
         {first}0501080100|so   |2|00|goes on\n"
    );
    let parts = read(Bytes::Whole(log.as_bytes()), &Window::default(), None).parts;
    let found = parts.iter().map(|part| (part.name.clone(), messages(&part.digest).len()));
    let name = |last: u8| Some(PartName::Sender(format!("192.0.2.{last}").into()));
    assert_eq!(found.collect::<Vec<_>>(), [(name(7), 1), (name(8), 1)]);
    let [entry] = messages(&parts[1].digest)[..] else { panic!("a message") };
    assert_eq!((entry.line_in_file(), entry.stamp.unwrap().to_string()), (2, "0501080001".to_owned()));
}

/// The rest of the line is in the next log.
#[test]
fn a_header_at_the_end_of_a_log_is_open() {
    let begin = "0501075900|tls  |3|00|goes on\n0501080001|hw\n";
    let tail = digest(begin).tail;
    assert_eq!((tail.line, &tail.bytes[..]), (2, &b"0501080001|hw\n"[..]));
    let rest = "|4|00|Could not decode cert chain, results 0\n";
    assert_eq!(digest(rest).head.bytes, rest.as_bytes());
    let (joined, _) = read_split(&[&tail.bytes, rest.as_bytes()].concat());
    assert_eq!(messages(&joined)[0].stamp.unwrap().to_string(), "0501080001");
    let cut = digest(&format!("{begin}{}", rest.trim_end()));
    assert_eq!(cut.tail.bytes, format!("0501080001|hw\n{}", rest.trim_end()).as_bytes());
}

#[test]
fn a_line_that_begins_with_the_end_of_a_header_continues_no_complete_message() {
    let refused = "Server certificate verification failed, Untrusted Certificate";
    let reason = |log: &str| match &events(log)[..] {
        [Event::ServerCertificateUntrusted { reason }] => reason.as_deref().map(str::to_owned),
        other => panic!("{other:?}"),
    };
    for before in ["0531080000|sip  |4|00|", "sip  |4|00|", "4|00|"] {
        for next in ["sip  |4|00|Registration of 4411 failed", "|4|00|Registration of 4411 failed"] {
            let found = reason(&format!("{before}{refused}\n{next}\n{NEXT}"));
            assert_eq!(found.as_deref(), Some("Untrusted Certificate"), "{before} {next}");
        }
    }
    // A line without any header continues one with a header.
    let wrapped = reason(&format!("0531080000|sip  |4|00|{refused}\nof the server\n{NEXT}"));
    assert_eq!(wrapped.as_deref(), Some("Untrusted Certificate of the server"));
    let without_headers = reason(&format!("{refused}\nof the server\n{NEXT}"));
    assert_eq!(without_headers.as_deref(), Some("Untrusted Certificate"));
}
