//! Properties: the digest of a log does not depend on the size of the pieces, nor on the fast path.

mod wrapped;

use proptest::prelude::*;
use proptest::sample::select;

use super::reader::Reader;
use super::{PartName, digest_of};
use crate::digest::LogDigest;
use crate::input::Bytes;
use crate::window::Window;

/// Texts of all kinds, known messages and others.
const TEXTS: &[&str] = &[
    "---------- Initial log entry ----------",
    "---------- Final log entry ----------",
    "Initial log entry. Current logging level 3",
    "Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0",
    "Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27",
    "Polycom device certificate length 802",
    "Polycom device certificate MD5 fingerprint:",
    "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
    "Custom platform device certificate 1 is not",
    "available",
    "Saving new Custom platform device certificate 1",
    "New Certificate Common Name 'x' Fingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'",
    "Device credential invalid: Cert is not proper in the",
    "certificate",
    "hwDescSecurityDeviceCredentialsStore:",
    "Could not store key for custom device key1, length 4677 is bigger than maximum 4096",
    "Server certificate verification failed, Untrusted Certificate",
    "MakeTlsConnection: connection failed error -1",
    "Skipped uploading of failed log file x",
    "m_bCertExists [0]",
    "nothing of interest",
    "goes on0531131529|so   |4|00|Could not decode cert chain, results 0",
    "maximum 4096000007.100|so   |4|00|goes on",
    "Polycom device certificate length 80",
    "2",
    "----",
    "------ Initial log entry ----------",
    "common name 'O'",
    "0531130928|hw",
    "|4|00|Could not decode cert chain, results 0",
    "Application, main: Label=SIP, Version=Codename 5.5",
    ".2.11338 18-Sep-17",
    "\u{1b}[31mgoes on\u{1b}[0m",
    "Device \u{1b}[01;31m\u{1b}[Kcredential\u{1b}[m\u{1b}[K invalid: Cert is not proper in the certificate",
    "Server certi\u{ad}ficate verification failed, Untrusted Certificate",
    "caf\u{e9} \u{202e}|more|bars",
    "",
];

const STAMPS: &[&str] = &[
    "000005.930",
    "000007.100",
    "010203.004",
    "016003.004",
    "0531130928",
    "0531130929",
    "0531131529",
    "0531139529",
    "0531140000",
    "0601000000",
    "1231235959",
    "1231235960",
    "0101000002",
    "0100000000",
    "1305311318",
    "x531130928",
];

fn line() -> impl Strategy<Value = String> {
    let columns = (
        select(STAMPS),
        select(&["tls  ", "so   ", "tls ", "log", "sip  ", "sip  ", "sip  "][..]),
        select(&["0", "3", "4", "*", "4", "4"][..]),
        select(&["00", "00", "00", "03", "3", "120"][..]),
    );
    let columns = columns
        .prop_map(|(stamp, component, level, missed)| format!("{stamp}|{component}|{level}|{missed}|"));
    let header = prop_oneof![
        12 => columns,
        2 => Just(String::new()),
        1 => Just("<131>Mar  9 19:06:50 192.0.2.7 ".to_owned()),
        1 => Just("\u{feff}".to_owned()),
    ];
    let text = prop_oneof![12 => select(TEXTS).prop_map(str::to_owned), 1 => "\\PC{0,40}"];
    let end = select(&["\n", "\n", "\n", "\n", "\r\n", " \n", "\n\n"][..]);
    (header, text, end).prop_map(|(header, text, end)| header + &text + end)
}

fn log() -> impl Strategy<Value = String> {
    // Repeated lines, as in a log of one second, and lines that are written twice each.
    (prop::collection::vec((line(), 1_usize..3), 1..40), 1_usize..3, any::<bool>()).prop_map(
        |(lines, times, doubled)| {
            let lines = lines.into_iter().map(|(line, times)| line.repeat(if doubled { times } else { 1 }));
            lines.collect::<String>().repeat(times)
        },
    )
}

fn in_pieces(log: &[u8], lengths: &[usize]) -> LogDigest {
    let mut reader = Reader::new(Window::default(), false);
    let mut rest = log;
    for &length in lengths.iter().cycle() {
        let (piece, more) = rest.split_at(length.min(rest.len()));
        reader.feed(piece);
        rest = more;
        if rest.is_empty() {
            break;
        }
    }
    reader.finish()
}

#[test]
fn addresses_beside_the_lines_are_kept_of_all_parts_of_a_log() {
    let part = |mac: &str| {
        in_pieces(format!("0531131822|sip  |4|03|text\n\nThe log of {mac}:\n\n").as_bytes(), &[64])
    };
    let mut whole = part("0004f2a1b2c3");
    whole.append(part("64167f000001"), &Window::default());
    assert_eq!(whole.macs_beside, ["0004F2A1B2C3", "64167F000001"].map(|mac| mac.parse().unwrap()));
}

/// The digest without the fast path.
fn by_grammar(log: &[u8]) -> LogDigest {
    let mut reader = Reader::new(Window::default(), false);
    reader.fast_path.switch_off();
    reader.feed(log);
    reader.finish()
}

/// The parts of a digest that must be equal. Without the fast path, dates that go back within an hour are
/// kept too, which has no effect.
fn deciding(digest: &LogDigest) -> impl PartialEq + std::fmt::Debug + use<> {
    let entries = digest.entries.iter().filter(|entry| entry.event.is_some() || !entry.is_dated());
    let entries =
        entries.map(|entry| (entry.line, entry.stamp, entry.missed, entry.hash, entry.event.clone()));
    let ends = (digest.head.clone(), digest.tail.clone(), digest.is_doubled);
    (entries.collect::<Vec<_>>(), digest.counts, digest.macs.clone(), ends)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn pieces_of_any_length_give_what_the_whole_gives(log in log(), lengths in prop::collection::vec(1_usize..200, 1..8)) {
        prop_assert_eq!(in_pieces(log.as_bytes(), &lengths), digest_of(log.as_bytes(), &Window::default()));
    }

    #[test]
    fn lines_that_pass_in_pieces_are_known_as_in_the_whole(
        lines in prop::collection::vec(select(&[0, 1, 2, 3][..]), 1..40), length in 1_usize..60
    ) {
        let lines = lines.into_iter().map(|line| [
            "1231235959|sip  |0|00|nothing of interest\n", "1231235959|tls  |0|00|certificate\n",
            "0531130928|tls  |0|00|---------- Initial log entry ----------\n", "000005.930|sip  |0|00|nothing\n",
        ][line]);
        let log = lines.collect::<String>();
        prop_assert_eq!(in_pieces(log.as_bytes(), &[length]), digest_of(log.as_bytes(), &Window::default()));
    }

    #[test]
    fn the_fast_path_decides_what_the_grammar_decides(log in log()) {
        prop_assert_eq!(deciding(&digest_of(log.as_bytes(), &Window::default())), deciding(&by_grammar(log.as_bytes())));
    }

    #[test]
    fn lines_between_those_of_a_phone_change_nothing(
        lines in prop::collection::vec((any::<bool>(), select(&STAMPS[..STAMPS.len() - 1]), select(TEXTS)), 1..40)
    ) {
        let phones = ["192.0.2.7 0004f2a0e001 ", "192.0.2.8 0004f2a0e002 "];
        let line = |phone: usize, stamp: &str, text: &str| format!("{}{stamp}|so   |4|00|{text}\n", phones[phone]);
        let file: Vec<_> =
            lines.iter().map(|(other, stamp, text)| (usize::from(*other), line(usize::from(*other), stamp, text))).collect();
        let text: String = file.iter().map(|(_, line)| line.as_str()).collect();
        let parts = super::read(Bytes::Whole(text.as_bytes()), &Window::default(), None).parts;
        for mut part in parts.into_iter().filter(|part| part.name.is_some()) {
            let phone = usize::from(part.name == Some(PartName::Mac("0004f2a0e002".parse().unwrap())));
            let own = file.iter().enumerate().filter(|(_, (other, _))| *other == phone);
            let (numbers, own): (Vec<_>, Vec<_>) = own.map(|(at, (_, line))| (at as u64 + 1, line.as_str())).unzip();
            for entry in &mut part.digest.entries {
                prop_assert_eq!(entry.line + std::mem::take(&mut entry.skipped), numbers[entry.line as usize - 1]);
            }
            (part.digest.head.skipped, part.digest.tail.skipped) = (0, 0);
            prop_assert_eq!(part.digest, digest_of(own.concat().as_bytes(), &Window::default()));
        }
    }

    #[test]
    fn logs_that_tail_joined_are_read_as_alone(logs in prop::collection::vec((log(), any::<prop::sample::Index>()), 1..4)) {
        let has_sender = |log: &str| log.contains("192.0.2.7");
        let cut = |(log, cut): (String, prop::sample::Index)| {
            let end = cut.index(log.len() + 1);
            let log = String::from_utf8_lossy(&log.as_bytes()[..end]).into_owned();
            // A cut line of blanks is like the empty line that `tail` writes.
            if log.ends_with('\n') { log } else { log + "|" }
        };
        let logs: Vec<_> = logs.into_iter().map(cut).filter(|log| !has_sender(log)).collect();
        let headed = logs.iter().enumerate().map(|(at, log)| format!("==> {at}.log <==\n{log}"));
        let text = headed.collect::<Vec<_>>().join("\n");
        let parts = super::read(Bytes::Whole(text.as_bytes()), &Window::default(), None).parts;
        for mut part in parts.into_iter().filter(|part| part.file.is_some()) {
            let at: usize = part.file.unwrap().trim_end_matches(".log").parse().unwrap();
            let begin = text[..text.find(&format!("==> {at}.log")).unwrap()].lines().count() as u64 + 1;
            for entry in &mut part.digest.entries {
                prop_assert_eq!(std::mem::take(&mut entry.skipped), begin);
            }
            (part.digest.head.skipped, part.digest.tail.skipped) = (0, 0);
            prop_assert_eq!(part.digest, digest_of(logs[at].as_bytes(), &Window::default()));
        }
    }

    #[test]
    fn each_line_of_a_syslog_file_is_read_once_and_in_order(
        lines in prop::collection::vec((1..4, prop::sample::select(&SYSLOG_TEXTS[..])), 1..40),
    ) {
        let lines: Vec<String> =
            lines.iter().map(|(sender, text)| format!("May  1 08:00:00 192.0.2.{sender} {text}\n")).collect();
        let parts = super::read(Bytes::Whole(lines.concat().as_bytes()), &Window::default(), None).parts;
        let count: u64 = parts.iter().map(|part| part.digest.counts.lines).sum();
        prop_assert_eq!(count, lines.len() as u64);
        // By chance, eight lines in a row can be twice each: then the log counts as written twice.
        if parts.iter().any(|part| part.is_mixed || part.digest.is_doubled) {
            return Ok(());
        }
        let mut numbers = Vec::new();
        for part in &parts {
            prop_assert!(part.digest.entries.is_sorted_by_key(|entry| entry.line_in_file()));
            numbers.extend(part.digest.entries.iter().map(|entry| entry.line_in_file()));
        }
        numbers.sort_unstable();
        // All of them are known messages.
        prop_assert_eq!(numbers, (1..=lines.len() as u64).collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_are_too_odd(log in prop::collection::vec(any::<u8>(), 0..2000), piece in 1_usize..100) {
        let whole = digest_of(&log, &Window::default());
        prop_assert_eq!(whole.counts.bytes, log.len() as u64);
        prop_assert_eq!(&in_pieces(&log, &[piece]), &whole);
        prop_assert_eq!(deciding(&by_grammar(&log)), deciding(&whole));
    }
}

/// What phones write, of which some name themselves.
const SYSLOG_TEXTS: [&str; 5] = [
    "000015.800|log  |*|00|---------- Initial log entry ----------",
    "000015.900|so   |*|00|Platform: Interface eth0 MAC=0004f2000001",
    "000015.900|so   |*|00|Platform: Interface eth0 MAC=0004f2000002",
    "0501080000|sip  |4|00|MakeTlsConnection: SSL_connect error 1",
    "0501080000|log  |*|00|---------- Final log entry ----------",
];

/// `tail -f` goes back to a file, also within a line.
#[test]
fn a_file_goes_on_after_its_name_comes_again() {
    let (begin, end) =
        ("0531130928|so   |4|00|one\n0531130929|hw   |4|00|Could not dec", "ode cert chain, results 0\n");
    let text =
        format!("==> a.log <==\n{begin}\n==> b.log <==\n0531130930|so   |4|00|two\n\n==> a.log <==\n{end}");
    let parts = super::read(Bytes::Whole(text.as_bytes()), &Window::default(), None).parts;
    let files: Vec<_> = parts.iter().map(|part| part.file.as_deref()).collect();
    assert_eq!(files, [Some("a.log"), Some("b.log")]);
    let numbers = parts[0].digest.entries.iter().map(|entry| entry.line_in_file());
    assert_eq!(numbers.collect::<Vec<_>>(), [2, 3]);
    assert_eq!(
        deciding(&parts[0].digest),
        deciding(&digest_of(format!("{begin}{end}").as_bytes(), &Window::default()))
    );
}

/// Lines for which the fast path and the grammar once disagreed: a count of lost events in other columns,
/// columns of NUL bytes, a byte order mark before a text.
#[test]
fn lines_in_no_usual_columns() {
    let hole = |from: usize, to: usize| {
        let mut line = b"0531130928|sip  |4|00|goes on".to_vec();
        line[from..to].fill(0);
        [&line[..], b"\n0531130929|sip  |4|00|goes on\n000012.345|so   |4|00|up\n"].concat()
    };
    let mut logs: Vec<Vec<u8>> = [(0, 8), (0, 6), (10, 18), (18, 22), (10, 22), (0, 22)]
        .map(|(from, to)| hole(from, to).repeat(2))
        .into();
    logs.push(
        b"1305311318|so   |4|00|\n0101000002|t|3|0|\n1231235960|s|4|9|o\n1231235959|so   |4|00|i 0o\no"
            .to_vec(),
    );
    let mark = "\u{feff}";
    logs.push(
        format!(
            "{mark}0531081200|tls  |*|00|Saving new Custom application device certificate 1\n\
             0531081200|tls  |*|00|New configuration\n{mark}0531081200|tls  |*|00|{mark}No previous certificate stored\n"
        )
        .repeat(2)
        .into(),
    );
    for log in logs {
        let whole = digest_of(&log, &Window::default());
        assert_eq!(deciding(&by_grammar(&log)), deciding(&whole), "{}", String::from_utf8_lossy(&log));
        for piece in 1..log.len() {
            assert_eq!(
                in_pieces(&log, &[piece]),
                whole,
                "pieces of {piece}: {}",
                String::from_utf8_lossy(&log)
            );
        }
    }
}

/// Also where a file is split into its parts, NUL bytes before a line do not make it longer.
#[test]
fn a_hole_is_not_of_the_width_of_a_log() {
    let log = b"\0\0x0004f2a0aa11-app.log:12:0531165947|sip  |4|00|goes on\n";
    let parts = super::read(Bytes::Whole(log), &Window::default(), None).parts;
    let [part] = &parts[..] else { panic!("{} parts", parts.len()) };
    assert_eq!(part.digest, digest_of(log, &Window::default()));
}

/// Dates that go back by five seconds do not show that the clock was set.
#[test]
fn dates_slightly_out_of_order_tell_nothing() {
    let kept = |before: &str, stamp: &str| {
        let lines = ["0501080000", before, stamp].map(|stamp| format!("{stamp}|so   |4|00|goes on\n"));
        digest_of(lines.concat().as_bytes(), &Window::default()).entries.len()
    };
    // The first and the last line are always kept.
    assert_eq!(kept("0501090003", "0501085958"), 2);
    assert_eq!(kept("0501090003", "0501085957"), 3);
    assert_eq!(kept("0501091003", "0501090958"), 2);
    assert_eq!(kept("0501091003", "0501090957"), 3);
    // The order within a minute is not known.
    assert_eq!(kept("0501091059", "0501091000"), 2);
}

/// Each message counts if line feeds between messages were lost.
#[test]
fn messages_of_one_line_are_told_apart() {
    let chain = "Could not decode cert chain, results 0";
    let kinds = |log: &str| {
        let digest = digest_of(log.as_bytes(), &Window::default());
        assert_eq!(digest.counts.lines, log.lines().count() as u64);
        let events = digest.entries.iter().filter(|entry| entry.event.is_some());
        events.map(|entry| (entry.line, entry.stamp.map(|stamp| stamp.to_string()))).collect::<Vec<_>>()
    };
    let stamp = |text: &str| Some(text.to_owned());
    assert_eq!(
        kinds(&format!("0531130928|hw   |4|00|{chain}0531130929|so   |4|00|on\n")),
        [(1, stamp("0531130928"))]
    );
    assert_eq!(
        kinds(&format!(
            "0531130928|hw   |4|00|{chain}000007.100|hw|4|120|{chain} 0531130930|hw   |4|00|{chain}\n"
        )),
        [(1, stamp("0531130928")), (1, stamp("000007.100")), (1, stamp("0531130930"))]
    );
    // The continuation of the line before ends where the next line begins.
    assert_eq!(
        kinds(&format!(
            "0531130928|hw   |4|00|Could not decode cert\nchain, results 00531130929|hw   |4|00|{chain}\n"
        )),
        [(1, stamp("0531130928")), (2, stamp("0531130929"))]
    );
    assert_eq!(kinds(&format!("goes on0531130929|hw   |4|00|{chain}\n")), [(1, stamp("0531130929"))]);
    // Prose and messages may cite a line.
    assert_eq!(kinds(&format!("he said 0531130929|hw   |4|00|{chain}\n")), []);
    for mark in ["\"", "'", "(", "[", "“"] {
        assert_eq!(kinds(&format!("0531130928|hw   |4|00|shows {mark}0531130929|hw   |4|00|{chain}\n")), []);
    }
    let closed = format!("0531130928|so   |4|00|shows 'a'0531130929|hw   |4|00|{chain}\n");
    assert_eq!(kinds(&closed), [(1, stamp("0531130929"))]);
    for no_time in ["1331130929", "0531136029.", "0531240000", "16003.0004"] {
        assert_eq!(
            kinds(&format!("0531130928|hw   |4|00|on {no_time}|hw   |4|00|{chain}\n")),
            [],
            "{no_time}"
        );
    }
}

/// A line longer than the limit counts as one line, whatever the size of the pieces.
#[test]
fn a_line_is_looked_at_up_to_its_longest() {
    for (length, too_long) in [(super::MAX_LINE_LENGTH, 0), (super::MAX_LINE_LENGTH + 1, 1)] {
        let mut log = b"0531130928|sip  |4|00|".to_vec();
        log.resize(length, b'x');
        log.extend_from_slice(b"\n0531130929|sip  |4|00|next\n");
        let whole = digest_of(&log, &Window::default());
        assert_eq!((whole.counts.lines, whole.counts.too_long), (2, too_long));
        assert_eq!(in_pieces(&log, &[1_000, 77]), whole);
    }
}

#[test]
fn lines_cut_off_at_one_width_lose_messages() {
    const REFUSAL: &str = "0531082901|hw   |4|00|hwDescSecurityDeviceCredentialsStore: Could not st";
    const OTHER: &str = "0531082902|sip  |4|00|Registration of line 1 failed, server sip.example.co";
    const FINGERPRINT: &str = "0531082903|tls  |3|00|Polycom device certificate MD5 fingerprint: 70:8B:85:9C";
    let cut_off = |lines: &[&str]| {
        super::digest_of(lines.join("\n").as_bytes(), &Window::default()).counts.width.cut_off()
    };
    let [refusal, other] = [REFUSAL, OTHER].map(|line| &line[..72]);
    assert_eq!(cut_off(&[refusal, other, ""]), 1);
    assert_eq!(cut_off(&[other, refusal, &FINGERPRINT[..72], ""]), 2);
    assert_eq!(cut_off(&[refusal, &FINGERPRINT[..72], ""]), 0);
    // A log that is cut off at a size ends there by chance.
    assert_eq!(cut_off(&[other, refusal]), 0);
    // Other messages of the software only begin like the known ones.
    let part = "0531082900|so   |*|00|Application, main: P/N=3150-11530-552";
    assert_eq!(cut_off(&[part, &other[..part.len()], ""]), 0);
    // A longer line shows that the lines are whole; a shorter message ends for another reason.
    assert_eq!(cut_off(&[refusal, other, OTHER, ""]), 0);
    assert_eq!(cut_off(&[&refusal[..71], other, other, ""]), 0);
    // One line has a width of its own.
    assert_eq!(cut_off(&[refusal, &other[..71], ""]), 0);
    // Characters count, not bytes, and not the mark of the encoding.
    let letter = other.replace("line 1", "line é");
    assert_eq!((letter.len(), cut_off(&[refusal, &letter, other, ""])), (73, 1));
    assert_eq!(cut_off(&[&format!("\u{feff}{other}"), refusal, ""]), 1);
    // Other programs cut lines by bytes: then a line with such a letter has a character less.
    let by_bytes = letter.replace("server", "erver");
    assert_eq!((by_bytes.len(), cut_off(&[refusal, &by_bytes, ""])), (72, 1));
    // Text around the log has a width of its own, unless no line has a header.
    assert_eq!(
        cut_off(&[
            "A sentence of a mail that is longer than all lines of the log, as these are cut off",
            refusal,
            other,
            ""
        ]),
        1
    );
    let bare = |line: &'static str| &line[22..72];
    assert_eq!(cut_off(&[bare(REFUSAL), bare(OTHER), ""]), 1);
    // A program marked where it cut the line.
    for mark in [">", "$"] {
        assert_eq!(cut_off(&[&format!("{refusal}{mark}"), &other[..71], ""]), 1, "{mark}");
    }
    assert_eq!(cut_off(&[&format!("{refusal}<br>"), &other[..71], ""]), 0);
    // The next line is the rest.
    let rest = "ore key for custom device key1, length 4677 is bigger than maximum 4096";
    assert_eq!(cut_off(&[refusal, rest, other, ""]), 0);
}

#[test]
fn a_line_is_the_same_in_an_export_that_escapes_its_quotation_marks() {
    let hash = |text: &str| {
        let log = format!("0531080000|app1 |4|00|{text}\n");
        digest_of(log.as_bytes(), &Window::default()).entries.first().map(|entry| entry.hash)
    };
    let plain = hash("PickUp(): \"Reception\" line 1");
    assert!(plain.is_some());
    for escaped in ["PickUp(): \"\"Reception\"\" line 1", "PickUp(): \\\"Reception\\\" line 1"] {
        assert_eq!(hash(escaped), plain, "{escaped}");
    }
    assert_ne!(hash("PickUp(): \"Reception\" line 2"), plain);
}
