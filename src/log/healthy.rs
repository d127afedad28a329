//! Reads a log of one boot in which nothing is wrong, as most logs of a fleet, directly into the result of its
//! phone: without digest, timeline and checks. A scan of 200,000 logs of 2 KB takes a quarter less time.
//!
//! Lost events are no fault of the certificates; they are counted (LOG002). A log is read in this way only if no
//! other line can change the result; all other logs are read in the general way. In debug builds, each phone that
//! is read in this way is also read in the general way, and the results are compared.

use crate::digest::{Counts, shown_text};
use crate::event::{self, Event, START};
use crate::line::{COLUMNS, Header, TextBounds, bounds_of_text, glued_line, has_odd_bytes, in_columns};
use crate::model::{CertificateDetails, Mac, Slot, SoftwareVersion};
use crate::stamp::{Stamp, Yearless};

/// What a log without a fault shows about its phone.
#[derive(Debug, Default)]
pub struct HealthyLog {
    /// What is counted in any log. All lines are messages.
    pub counts: Counts,
    /// The first and the last date: in order, valid as `MMDDhhmmss`, and no default dates of a clock.
    pub dates: Option<(Stamp, Stamp)>,
    /// It has the banner of a boot.
    pub has_banner: bool,
    /// A date is a day or more after the one before it.
    pub has_jump: bool,
    /// The level of TLS logging that it last shows in force.
    pub tls_level: Option<u8>,
    /// The lines at which the count of lost events, which begins with 0, is higher than before.
    pub rises: Vec<MissedRise>,
    /// The address that it names.
    pub mac: Option<Mac>,
    /// The model.
    pub model: Option<Box<str>>,
    /// The assembly number.
    pub assembly: Option<Box<str>>,
    /// The assembly's revision.
    pub assembly_revision: Option<Box<str>>,
    /// The version of the phone's application.
    pub software: Option<SoftwareVersion>,
    /// The certificate slots of its only inventory, which is before the first date, by slot. Each has all lines of
    /// a certificate and its key, or the line that there is none.
    pub slots: Vec<HealthySlot>,
}

/// A line at which the count of lost events is higher than before.
#[derive(Debug)]
pub struct MissedRise {
    /// 1-based number of the line.
    pub line: u64,
    /// Its stamp, a date.
    pub stamp: Stamp,
    /// The count.
    pub missed: u64,
    /// Its text.
    pub text: Box<str>,
    /// It is a known message.
    pub is_message: bool,
}

/// One slot of the inventory.
#[derive(Debug)]
pub struct HealthySlot {
    /// Which.
    pub slot: Slot,
    /// What is known of the certificate and its key: nothing if the slot is empty, else all.
    pub details: CertificateDetails,
    /// The number and the stamp of the line with the fingerprint.
    pub line: Option<(u64, Stamp)>,
    is_empty: bool,
}

impl HealthySlot {
    fn new(slot: Slot) -> Self {
        Self { slot, details: CertificateDetails::default(), line: None, is_empty: false }
    }

    /// Whether both show the same, in any line.
    fn shows_same(&self, other: &Self) -> bool {
        self.slot == other.slot && self.details == other.details
    }

    fn is_whole(&self) -> bool {
        let CertificateDetails { common_name, fingerprint, certificate_length, key_length } = &self.details;
        let has = [
            common_name.is_some(),
            fingerprint.is_some(),
            certificate_length.is_some(),
            key_length.is_some(),
        ];
        has == [!self.is_empty; 4]
    }
}

/// Longer logs are read in the general way, in bytes: most of their lines are skipped, which is as fast there, and
/// something is wrong in most of them.
const MAX_LENGTH: usize = 16 * 1024;

/// What the next line is compared with.
#[derive(Default)]
struct LineState {
    /// `MMDDhhmm` of the last date.
    minute: [u8; 8],
    /// The first date of that minute.
    date: Option<Yearless>,
    /// The last stamp.
    last: Option<Stamp>,
    /// How many lines equal the one before.
    repeats: u32,
    /// The last count of lost events.
    missed: u64,
    /// The number of the last line of the inventory.
    inventory_end: u64,
}

/// The log, if nothing is wrong in it.
pub fn read_healthy(log: &[u8]) -> Option<HealthyLog> {
    if log.len() > MAX_LENGTH || log.last() != Some(&b'\n') || has_odd_bytes(log) {
        return None;
    }
    let (mut healthy, mut state) = (HealthyLog::default(), LineState::default());
    healthy.counts.bytes = log.len() as u64;
    let (mut rest, mut before) = (log, &log[..0]);
    while !rest.is_empty() {
        // A line that is shorter than the columns of a header is not in columns.
        let TextBounds { length, may_be_glued } = bounds_of_text(rest.get(COLUMNS..)?)?;
        let line;
        (line, rest) = rest.split_at(COLUMNS + length);
        rest = &rest[1..];
        state.repeats += u32::from(line == before);
        before = line;
        if state.repeats >= super::reader::doubled::DOUBLED_LINES {
            return None;
        }
        healthy.take(line, may_be_glued, &mut state)?;
    }
    healthy.slots.sort_unstable_by_key(|slot| slot.slot);
    healthy.dates.is_some().then_some(healthy)
}

impl HealthyLog {
    /// Whether another log shows the same phone with the same software, certificates and level of TLS logging.
    pub fn shows_same(&self, other: &Self) -> bool {
        self.mac == other.mac
            && self.model == other.model
            && self.assembly == other.assembly
            && self.assembly_revision == other.assembly_revision
            && self.software == other.software
            && self.tls_level == other.tls_level
            && self.slots.len() == other.slots.len()
            && self.slots.iter().zip(&other.slots).all(|(slot, other)| slot.shows_same(other))
    }

    /// Takes a line. None if it can change the result.
    fn take(&mut self, line: &[u8], may_be_glued: bool, state: &mut LineState) -> Option<()> {
        self.counts.lines += 1;
        self.counts.messages += 1;
        let (header, text) = in_columns(line)?;
        let Header { stamp, missed, level, .. } = header;
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let is_plain = text.first()?.is_ascii_graphic()
            && text.last()?.is_ascii_graphic()
            && (!may_be_glued || glued_line(text).is_none());
        if !is_plain {
            return None;
        }
        let stamp = stamp?;
        let is_first_date = self.dates.is_none() && !stamp.is_uptime();
        self.take_stamp(stamp, state)?;
        let is_tls = header.is_tls();
        self.counts.add_level(level, is_tls);
        let is_message = self.take_text(text, is_tls, stamp, state)?;
        if missed != state.missed {
            // A line that was lost in the inventory, or directly after it, may have been a part of it. So the count may
            // rise only after the line after the inventory, or at the first date.
            let behind = self.counts.lines - state.inventory_end;
            let is_apart = self.dates.is_some() && (behind > 2 || (behind == 2 && is_first_date));
            if missed < state.missed || !is_apart {
                return None;
            }
            state.missed = missed;
            let (line, text) = (self.counts.lines, shown_text(text));
            self.rises.push(MissedRise { line, stamp, missed, text, is_message });
        }
        Some(())
    }

    /// Takes the text of a line. Returns whether it is a known message; None if it can change the result.
    fn take_text(&mut self, text: &[u8], is_tls: bool, stamp: Stamp, state: &mut LineState) -> Option<bool> {
        let start = text.first_chunk::<START>();
        if start.is_some_and(|start| start.iter().all(u8::is_ascii_graphic) && !event::may_start(*start)) {
            return Some(false);
        }
        match event::read_verbatim(text) {
            // The evidence is rebuilt from the event, with upper-case digits, so it would differ from this text: the log
            // must be read in the general way.
            Some(Some(Event::CertificateFingerprint { .. })) if has_lower_case_digits(text) => None,
            Some(Some(event)) => {
                if let (Event::LogStart { log_level: level @ Some(_), .. }, true) = (&event, is_tls) {
                    self.tls_level = *level;
                }
                if event.is_inventory() {
                    state.inventory_end = self.counts.lines;
                }
                self.take_event(event, stamp).map(|()| true)
            }
            Some(None) => Some(false),
            None => (!event::may_begin(text)).then_some(false),
        }
    }

    /// Takes a stamp: uptime up to the first date, then dates of one year, all in order.
    fn take_stamp(&mut self, stamp: Stamp, state: &mut LineState) -> Option<()> {
        let is_later = state.last.is_none_or(|last| last.is_uptime() != stamp.is_uptime() || last <= stamp);
        let is_in_order = match stamp.digits() {
            None => is_later && self.dates.is_none() && stamp.uptime().is_some(),
            Some(digits) if digits[..8] == state.minute => is_later && digits[8] <= b'5',
            Some(digits) => {
                state.minute = *digits.first_chunk()?;
                self.counts.digits.add(digits);
                let date = stamp.yearless()?;
                let before = state.date.replace(date);
                self.has_jump |= before.is_some_and(|before| before.days_until(date) > 0);
                // In January, and on a February 29, the stamps alone are not sufficient.
                is_later && date.month() > 1 && (date.month(), date.day()) != (2, 29)
            }
        };
        if !stamp.is_uptime() {
            // A phone writes its inventory before it knows the date. Most logs that can't be read in this way are
            // recognized here.
            if self.dates.is_none() && !self.has_whole_inventory() {
                return None;
            }
            self.dates = Some((self.dates.map_or(stamp, |(first, _)| first), stamp));
        }
        state.last = Some(stamp);
        is_in_order.then_some(())
    }

    fn has_whole_inventory(&self) -> bool {
        self.slots.iter().all(HealthySlot::is_whole)
            && self.slots.iter().any(|slot| slot.slot == Slot::BuiltIn && !slot.is_empty)
    }

    fn take_event(&mut self, event: Event, stamp: Stamp) -> Option<()> {
        self.counts.events += 1;
        if event.is_inventory() && self.dates.is_some() {
            return None;
        }
        let is_expected = match event {
            // A phone writes lines about itself only after the banner.
            Event::LogStart { banner: true, .. } => {
                self.counts.events == 1
                    && self.dates.is_none()
                    && !std::mem::replace(&mut self.has_banner, true)
            }
            Event::LogStart { .. } => true,
            Event::Platform { model, assembly, assembly_revision, mac } => {
                self.model = model.or_else(|| self.model.take());
                if assembly.is_some() {
                    (self.assembly, self.assembly_revision) = (assembly, assembly_revision);
                }
                let is_one = mac.is_none() || self.mac.is_none_or(|known| Some(known) == mac);
                self.mac = mac.or(self.mac);
                is_one
            }
            Event::Software { label, version } => {
                label.as_deref() == Some("SIP") && version.is_some() && fill(&mut self.software, version)
            }
            Event::CertificateLength { slot, length } => {
                fill(&mut self.slot(slot).details.certificate_length, length)
            }
            Event::KeyLength { slot, length } => fill(&mut self.slot(slot).details.key_length, length),
            Event::CertificateCommonName { slot, common_name } => {
                fill(&mut self.slot(slot).details.common_name, common_name)
            }
            Event::CertificateFingerprint { slot, fingerprint, .. } => {
                let line = self.counts.lines;
                let slot = self.slot(slot);
                slot.line = Some((line, stamp));
                fill(&mut slot.details.fingerprint, fingerprint)
            }
            Event::CertificateUnavailable { slot } => !std::mem::replace(&mut self.slot(slot).is_empty, true),
            _ => false,
        };
        is_expected.then_some(())
    }

    fn slot(&mut self, slot: Slot) -> &mut HealthySlot {
        let index = self.slots.iter().position(|known| known.slot == slot).unwrap_or_else(|| {
            self.slots.push(HealthySlot::new(slot));
            self.slots.len() - 1
        });
        &mut self.slots[index]
    }
}

/// Whether the word at the end, a fingerprint, has letters in lower case.
fn has_lower_case_digits(text: &[u8]) -> bool {
    text.iter().rev().take_while(|byte| **byte != b' ').any(u8::is_ascii_lowercase)
}

/// Fills an empty value; returns whether it was empty.
fn fill<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let is_empty = field.is_none();
    *field = value;
    is_empty
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
000003.104|cfg  |3|00|Parameter lcl.ml.lang requested type 2 but is of type 1
000005.871|log  |*|00|---------- Initial log entry ----------
000005.872|so   |*|00|Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0
000005.874|so   |*|00|Platform: Updater=5.5.2.11338 18-Sep-17 23:27
000005.875|so   |*|00|Application, main: Label=SIP, Version=5.5.2.11338 18-Sep-17 23:27
000005.880|tls  |*|00|Initial log entry. Current logging level 3
000005.930|tls  |3|00|Polycom device certificate length 802
000005.932|tls  |3|00|Polycom device certificate MD5 fingerprint: A6:66:46:E4:E5:C7:E6:53:D8:FA:1B:2B:99:79:90:01
000005.932|tls  |3|00|Polycom device certificate common name \"0004F2000000\"
000005.934|tls  |3|00|Polycom device key length 636
000005.944|tls  |3|00|Custom platform device certificate 1 is not available
0417042316|so   |4|00|an ordinary line
0418042316|so   |4|00|another one
0419042316|so   |4|00|a third one
";

    #[test]
    fn a_boot_without_a_fault_is_read() {
        let log = read_healthy(LOG.as_bytes()).unwrap();
        assert_eq!((log.counts.lines, log.counts.events), (14, 9));
        assert_eq!(log.model.as_deref(), Some("VVX 500"));
        assert_eq!(log.software.unwrap().to_string(), "5.5.2.11338");
        let slots: Vec<_> =
            log.slots.iter().map(|slot| (slot.slot, slot.details.certificate_length)).collect();
        assert_eq!(slots, [(Slot::BuiltIn, Some(802)), (Slot::Platform(1), None)]);
        assert_eq!(log.slots[0].line.map(|(line, _)| line), Some(8));
        let dates = log.dates.map(|(first, last)| (first.to_string(), last.to_string()));
        assert_eq!(dates, Some(("0417042316".to_owned(), "0419042316".to_owned())));
    }

    #[test]
    fn what_changes_nothing_is_read_too() {
        for (from, to) in [
            ("\n", "\r\n"),
            ("000003.104|cfg  |3|00|Parameter lcl.ml.lang requested type 2 but is of type 1\n", ""),
            ("000005.871|log  |*|00|---------- Initial log entry ----------\n", ""),
            ("0418042316", "0417042316"),
            (
                "000005.932|tls  |3|00|Polycom device certificate c",
                "000005.931|tls  |3|00|Custom application device certificate 9 is not available\n000005.932|tls  |3|00|Polycom device certificate c",
            ),
        ] {
            let log = LOG.replace(from, to);
            let is_read = read_healthy(log.as_bytes()).is_some();
            // The added line is out of order; one with the same stamp is not.
            assert_eq!(is_read, !to.starts_with("000005.931"), "{to}");
        }
    }

    #[test]
    fn lost_events_are_counted_behind_the_inventory() {
        let rises = |from: &str| {
            let lines = LOG.lines().skip_while(|line| !line.starts_with(from)).count();
            let begin = LOG.lines().count() - lines;
            let count = |(at, line): (usize, &str)| {
                if at < begin { format!("{line}\n") } else { line.replace("|00|", "|02|") + "\n" }
            };
            let log: String = LOG.lines().enumerate().map(count).collect();
            let log = read_healthy(log.as_bytes())?;
            Some(log.rises.iter().map(|rise| (rise.line, rise.missed)).collect::<Vec<_>>())
        };
        assert_eq!(rises("x"), Some(vec![]));
        assert_eq!(rises("0418042316"), None, "it is the second line behind the inventory");
        assert_eq!(rises("0419042316"), Some(vec![(14, 2)]));
        let net = "000009.310|net  |3|00|eth0 link up\n";
        let log = LOG.replacen("0417", &format!("{net}0417"), 1).replace("4|00|", "4|02|");
        let first = read_healthy(log.as_bytes()).map(|log| log.rises[0].line);
        assert_eq!(first, Some(13), "a line of something else is between");
        assert_eq!(rises("000005.944"), None);
    }

    #[test]
    fn whatever_can_change_the_verdict_is_not_read() {
        for (from, to) in [
            ("a third one\n", "a third one"),
            ("|00|an ordinary", "|01|an ordinary"),
            ("an ordinary line", "Polycom device certificate is not available"),
            ("an ordinary line", "MakeTlsConnection: SSL_connect error 12"),
            ("an ordinary line", "---------- Initial log entry ----------"),
            ("an ordinary line", "---------- Final log entry ----------"),
            ("an ordinary line", "x0417042316|so   |4|00|Polycom device certificate is not available"),
            ("an ordinary line", " an ordinary line"),
            ("an ordinary line", "Pol"),
            ("0417042316", "000004.000"),
            ("0418042316", "0417042315"),
            ("0418042316", "0417042360"),
            ("0418042316", "0431042316"),
            ("0417042316", "0131042316"),
            ("0418042316", "000006.000"),
            ("000005.944", "000005.933"),
            (
                "0417042316|so   |4|00|an ordinary line\n0418042316|so   |4|00|another one\n0419042316|so   |4|00|a third one\n",
                "",
            ),
            ("A6:66", "a6:66"),
            ("certificate 1 is", "certificate 01 is"),
            ("Polycom device key length 636", "an ordinary line"),
            ("Polycom device certificate length 802", "Custom platform device key 1 length 802"),
            ("Label=SIP", "Label=Updater"),
            ("Platform: Updater=5", "Platform: Model=,5"),
        ] {
            let log = LOG.replacen(from, to, 1);
            assert_ne!(log, LOG, "{from}");
            assert!(read_healthy(log.as_bytes()).is_none(), "{to}");
        }
        let repeated = |times| {
            LOG.to_owned()
                + &(0..times)
                    .map(|line| format!("0419042316|so   |4|00|{line} x\n").repeat(2))
                    .collect::<String>()
        };
        assert!(read_healthy(repeated(7).as_bytes()).is_some());
        assert!(read_healthy(repeated(8).as_bytes()).is_none());
        let long = |lines: usize| {
            LOG.to_owned()
                + &"0419042316|so   |4|00|0123456789\n0419042316|so   |4|00|123456789\n".repeat(lines)
        };
        assert!(read_healthy(long(230).as_bytes()).is_some());
        assert!(read_healthy(long(300).as_bytes()).is_none());
    }
}
