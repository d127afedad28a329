//! Where boots begin, which lines are within the time window, and to which phone logs belong.

use phonecert::timeline::Timeline;
use phonecert::window::Window;

use super::sample::{CONNECTION, File, UNTRUSTED, boot, joined, lines, ordinary};

const BANNER: &str = "log  |*|00|---------- Initial log entry ----------";
const END: &str = "log  |*|00|---------- Final log entry ----------";
const INVENTORY: &str = "tls  |3|00|Polycom device certificate length 802";
const PLATFORM: &str = "so   |*|00|Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0";

/// What the timeline shows of a phone with this log, last changed in July 2016.
fn look_within<T>(log: &str, window: Window, read: impl Fn(&Timeline<'_>) -> T) -> T {
    let (joined, clock) = joined(&[File::new("", log.as_bytes())], window);
    read(&Timeline::new(None, &joined, &clock))
}

fn look<T>(log: &str, read: impl Fn(&Timeline<'_>) -> T) -> T {
    look_within(log, Window::default(), read)
}

/// How many boots these stamps show. Each stamp is followed by its own text, or by a failed connection.
fn boots(all: &[&str]) -> usize {
    let line = |line: &&str| match line.split_once('|') {
        Some(_) => format!("{line}\n"),
        None => format!("{line}|{CONNECTION}\n"),
    };
    look(&all.iter().map(line).collect::<String>(), |timeline| timeline.boots)
}

/// This text with this stamp.
fn at(stamp: &str, text: &str) -> String {
    format!("{stamp}|{text}")
}

#[test]
fn lines_of_the_time_that_is_asked_for_are_in() {
    // Lines without a date are between dated ones.
    let names = ["u1", "0501080000", "u2", "0502080000", "u3", "0503080000", "u4"];
    let log: String = names
        .iter()
        .map(|name| match name.strip_prefix('u') {
            Some(number) => format!("sip  |4|00|MakeTlsConnection: connection failed error -{number}\n"),
            None => format!("{name}|{UNTRUSTED}\n"),
        })
        .collect();
    let of = |since: Option<&str>, until: Option<&str>| {
        let time = |text: &str| text.parse().unwrap();
        let window = Window { since: since.map(time), until: until.map(time) };
        let lines: Vec<u64> =
            look_within(&log, window, |timeline| timeline.records.iter().map(|record| record.line).collect());
        lines.into_iter().map(|line| names[line as usize - 1]).collect::<Vec<_>>()
    };
    assert_eq!(of(None, None), names);
    assert_eq!(of(Some("2016-05-02T08:00:00"), None), names[2..]);
    assert_eq!(of(Some("2016-05-02T08:00:01"), None), names[4..]);
    assert_eq!(of(None, Some("2016-05-02T08:00:00")), names[..5]);
    assert_eq!(of(None, Some("2016-05-02T07:59:59")), names[..3]);
    assert_eq!(of(Some("2016-05-02T00:00:00"), Some("2016-05-02T12:00:00")), names[2..5]);
}

#[test]
fn the_first_address_of_the_logs_is_the_phones() {
    let other = boot(&[]).replace("0004f2a1b2c3", "0004f2a1b2ff");
    let mac = |log: &str| look(log, |timeline| timeline.mac.map(|mac| mac.to_string()));
    assert_eq!(mac(&(boot(&[]) + &other)).as_deref(), Some("0004F2A1B2C3"));
    assert_eq!(mac(&(other + &boot(&[]))).as_deref(), Some("0004F2A1B2FF"));
    // A log that names no address is not of another phone.
    let is_of_another = |log: &str| look(log, |timeline| timeline.logs[0].is_of_another_phone);
    assert!(!is_of_another(&ordinary("0501080000")) && !is_of_another(&boot(&[])));
}

#[test]
fn software_is_what_the_application_is_called() {
    let count = |label: &str| {
        let log =
            format!("000015.875|so   |*|00|Application, main: {label}Version=5.9.5.0614 11-Feb-16 10:02\n");
        look(&log, |timeline| timeline.software().count())
    };
    assert_eq!(["Label=SIP, ", "Label=Updater, ", "Label=BOOT, ", ""].map(count), [1, 0, 0, 0]);
}

#[test]
fn the_same_banner_twice_is_one() {
    let banner = at("000015.871", BANNER);
    assert_eq!(boots(&[&banner, &banner, "000016.000"]), 1);
    assert_eq!(boots(&[&banner, "000016.000", &banner, "000016.000"]), 2);
    assert_eq!(boots(&[&banner, &at("000015.872", BANNER)]), 2);
}

#[test]
fn lines_before_the_first_banner_are_of_its_boot() {
    let log = lines(&[("000015.000", UNTRUSTED), ("000015.871", BANNER), ("000016.000", CONNECTION)]);
    assert_eq!(look(&log, |timeline| timeline.records.iter().map(|record| record.boot).max()), Some(0));
}

#[test]
fn the_end_of_the_log_makes_one_line_a_start() {
    assert_eq!(boots(&["000100.000", &at("000100.100", END), "000005.000"]), 1, "nothing follows");
    assert_eq!(boots(&["000100.000", &at("000100.100", END), "000005.000", "0501080000"]), 2);
    assert_eq!(boots(&["000100.000", "000100.100", "000005.000", "0501080000"]), 1);
    // A line between the end and a banner belongs to the next boot.
    let log =
        [("000012.000", END), ("000013.000", UNTRUSTED), ("000013.500", BANNER), ("000014.000", CONNECTION)];
    let log = lines(&[("000011.000", BANNER)]) + &lines(&log);
    assert_eq!(
        look(&log, |timeline| timeline.records.iter().map(|record| record.boot).collect::<Vec<_>>()),
        [0, 0, 1, 1, 1]
    );
}

#[test]
fn an_inventory_with_uptime_after_dates_begins_a_boot() {
    let inventory =
        [at("000016.100", INVENTORY), at("000016.200", "tls  |3|00|Polycom device key length 636")];
    let [first, second] = [inventory[0].as_str(), inventory[1].as_str()];
    let dated = [at("0501080001", INVENTORY), at("0501080002", "tls  |3|00|Polycom device key length 636")];
    assert_eq!(boots(&["0501080000", first, second]), 2);
    assert_eq!(boots(&["0501080000", first, "000016.200"]), 1);
    assert_eq!(boots(&["0501080000", "000016.100", second]), 1);
    assert_eq!(boots(&["0501080000", "000016.100", "000016.200"]), 1);
    assert_eq!(boots(&["0501080000", &dated[0], &dated[1]]), 1);
    // It is written again where the start was read.
    assert_eq!(boots(&["000010.000", "0501080000", first, second]), 1);
}

#[test]
fn a_phone_tells_of_itself_behind_its_banner() {
    let (platform, banner) = (at("000010.000", PLATFORM), at("000010.100", BANNER));
    assert_eq!(boots(&["000100.000", &platform, &banner, "000011.000"]), 2);
}

#[test]
fn uptime_that_starts_over_goes_on_from_there() {
    assert_eq!(boots(&["000100.000", "000050.000", "000010.000", "000010.100"]), 2);
    assert_eq!(boots(&["000100.000", "000050.000", "000048.000", "000048.100"]), 2);
    assert_eq!(boots(&["000100.000", "000010.000", "000005.000", "000005.100", "000006.000"]), 2);
    // Also if uptime between dates shows it.
    assert_eq!(boots(&["000010.000", "0501080000", "010000.000", "000500.000", "000500.000"]), 2);
    assert_eq!(boots(&["000010.000", "0501080000", "000400.000", "000500.000", "000500.000"]), 1);
}

/// The time between dates limits the uptime that a later line can have.
#[test]
fn dates_tell_how_long_a_boot_has_gone_on() {
    for (first, last, enough, too_little) in [
        ("0127210000", "0128010000", "050000.000", "045000.000"),
        ("0228210000", "0228230000", "030000.000", "025000.000"),
        ("0131230000", "0201010000", "030000.000", "025000.000"),
        ("1205080000", "1205100000", "030000.000", "025000.000"),
        ("1231230000", "0101010000", "030000.000", "025000.000"),
        // The first hours of a clock that was not set.
        ("0101000010", "0101020010", "030000.000", "025000.000"),
    ] {
        assert_eq!(boots(&["010000.000", first, last, enough, enough]), 1, "{first} {last}");
        assert_eq!(boots(&["010000.000", first, last, too_little, too_little]), 2, "{first} {last}");
    }
}

#[test]
fn time_passes_by_dates_that_are_made_up_or_wrong() {
    let elapsed = |stamps: &[&str]| {
        let log: String = stamps.iter().map(|stamp| format!("{stamp}|{CONNECTION}\n")).collect();
        look(&log, |timeline| {
            timeline.records.iter().map(|record| record.elapsed / 1_000).collect::<Vec<_>>()
        })
    };
    assert_eq!(
        elapsed(&["000010.000", "0101000010", "0101000110", "0501080000", "0501080100"]),
        [0, 0, 60, 60, 120]
    );
    assert_eq!(
        elapsed(&["000010.000", "0510080000", "0510080100", "0501080200", "0501080300"]),
        [0, 0, 60, 60, 120]
    );
    // Once there are dates, they determine the elapsed time.
    assert_eq!(elapsed(&["000010.000", "0501080000", "0501080100", "000130.000"]), [0, 0, 60, 60]);
}
