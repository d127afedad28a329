//! From the notes of a reader to a digest: where boots begin, what each message is about, what repeats.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::{BootState, Context, Digest, Finding, Observation, Segment, Sighting, Sightings, is_soon};
use crate::event::Event;
use crate::line::{Header, lossy};
use crate::model::Slot;
use crate::reader::{Counts, Note, Notes};
use crate::secrets::conceal;
use crate::stamp::{Stamp, Yearless};
use crate::window::Window;

/// How many distinct findings of one log are kept. A real log has some dozens.
pub const LIMIT: usize = 4_096;

/// So many distinct things a boot usually tells.
const USUAL: usize = 16;

/// So few findings are looked through one by one.
const FEW: usize = 32;

/// A text in evidence is cut here, in bytes.
const LONGEST_TEXT: usize = 500;

/// In how many seconds after midnight of January 1 a boot is one without a clock.
const NEW_YEAR_BOOT: u32 = 600;

/// A clock that was not set jumps when it is set. Less than this, in days, is no jump.
const CLOCK_JUMP_DAYS: i64 = 1;

/// Collects what the notes of one log tell.
pub struct Fold {
    digest: Digest,
    window: Window,
    segment: Segment,
    /// Places in `segment.findings`, by hash: only where there are many.
    index: HashMap<u64, Vec<usize>>,
    hasher: RandomState,
    /// How often findings of this segment were seen so far: the order of their last places.
    last_seen: Vec<u64>,
    order: u64,
    kept: usize,
    /// The finished boot before the one that is being read, as a range of `digest.segments`.
    boot_before: Option<usize>,
    boot_begin: usize,
    saving: Context,
    /// The stamp of the last untrusted certificate of this boot, where its line has one.
    untrusted: Option<Option<Stamp>>,
    inventory_line: Option<u64>,
    date: Option<Yearless>,
    unset_date: Option<Yearless>,
    year: i32,
    lines_of_boot: bool,
    is_first_boot: bool,
    recorder: Option<Box<dyn Recorder>>,
}

/// Takes every event, for those who want them all and not what they amount to.
pub trait Recorder {
    /// Takes the next event of a log. It is in the digest's segment of this number.
    fn record(&mut self, note: &Note<'_>, event: &Event, segment: usize);
}

impl Fold {
    /// An empty fold. `window` tells the bounds of time, so that dates on different sides of a bound
    /// come into different segments.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self {
            digest: Digest::default(),
            window,
            segment: Segment { boots: 1, ..Segment::default() },
            index: HashMap::new(),
            hasher: RandomState::new(),
            last_seen: Vec::new(),
            order: 0,
            kept: 0,
            boot_before: None,
            boot_begin: 0,
            saving: Context::SavingBefore,
            untrusted: None,
            inventory_line: None,
            date: None,
            unset_date: None,
            year: 0,
            lines_of_boot: false,
            is_first_boot: true,
            recorder: None,
        }
    }

    /// The same, and every event goes to `recorder` too. Boots alike are not folded into one then,
    /// so that each event finds its segment.
    #[must_use]
    pub fn recording(window: Window, recorder: Box<dyn Recorder>) -> Self {
        Self { recorder: Some(recorder), ..Self::new(window) }
    }

    /// The digest of all that was noted.
    #[must_use]
    pub fn finish(mut self, counts: Counts) -> Digest {
        self.end_segment();
        self.end_boot();
        self.digest.counts = counts;
        self.digest
    }

    fn begin_boot(&mut self) {
        if self.digest.segments.len() >= LIMIT {
            self.digest.dropped += 1;
            self.segment.boot = BootState::default();
        } else {
            self.end_segment();
            self.end_boot();
            self.segment = Segment { starts_boot: true, boots: 1, year: self.year, ..Segment::default() };
        }
        self.saving = Context::None;
        self.untrusted = None;
        self.inventory_line = None;
        self.unset_date = None;
        self.lines_of_boot = false;
        self.is_first_boot = false;
    }

    /// Goes on with the same boot in a new segment.
    fn divide(&mut self) {
        if self.digest.segments.len() >= LIMIT {
            self.digest.dropped += 1;
            return;
        }
        self.end_segment();
        self.segment = Segment { boots: 1, boot: self.segment.boot, year: self.year, ..Segment::default() };
    }

    fn end_segment(&mut self) {
        let mut findings = std::mem::take(&mut self.segment.findings);
        if !self.last_seen.is_sorted() {
            let mut order: Vec<_> = self.last_seen.iter().zip(findings).collect();
            order.sort_unstable_by_key(|(last, _)| **last);
            findings = order.into_iter().map(|(_, finding)| finding).collect();
        }
        self.last_seen.clear();
        self.index.clear();
        let next = Segment { findings: Vec::new(), ..self.segment };
        self.digest.segments.push(Segment { findings, ..std::mem::replace(&mut self.segment, next) });
    }

    /// Folds the boot that ends into the one before, if both tell the same.
    fn end_boot(&mut self) {
        let begin = std::mem::replace(&mut self.boot_begin, self.digest.segments.len());
        let Some(before) = self.boot_before.replace(begin) else { return };
        let (earlier, later) = self.digest.segments.split_at(begin);
        let alike = self.recorder.is_none()
            && earlier.len() - before == later.len()
            && earlier[before..].iter().zip(later).all(|(earlier, later)| tells_the_same(earlier, later));
        if !alike {
            return;
        }
        let later = self.digest.segments.split_off(begin);
        for (earlier, later) in self.digest.segments[before..].iter_mut().zip(later) {
            self.kept -= later.findings.len();
            earlier.boots += later.boots;
            earlier.boot = later.boot;
            earlier.dates = join_dates(earlier.dates, later.dates);
            for (finding, again) in earlier.findings.iter_mut().zip(later.findings) {
                finding.seen.append(again.seen);
            }
        }
        self.boot_before = Some(before);
        self.boot_begin = begin;
    }

    /// Whether this note is of the next boot: by its stamp, by the banner, or because the inventory,
    /// which is written at boot, begins again.
    fn begins_boot(&self, note: &Note<'_>) -> bool {
        let boot = &self.segment.boot;
        let by_event = match &note.event {
            Some(Event::LogStart { banner: true, .. }) => boot.ends_before_banner(),
            Some(event) => boot.inventoried && is_first_of_inventory(event),
            None => false,
        };
        by_event || note.header.is_some_and(|header| boot.ends_before(&header.stamp))
    }

    fn stamp(&mut self, stamp: &Stamp, line: u64, text: &[u8]) {
        self.date(stamp, line, text);
        self.lines_of_boot = true;
        self.segment.boot.uptime = self.segment.boot.uptime.max(stamp.uptime());
        if self.inventory_line.is_some_and(|inventory| line > inventory) {
            self.segment.inventory_ended = true;
        }
    }

    fn missed(&mut self, header: &Header<'_>, line: u64, text: &[u8]) {
        if header.missed <= self.segment.boot.missed {
            return;
        }
        self.segment.boot.missed = header.missed;
        // The line after the inventory can be the first to tell what was lost within it.
        if self.inventory_line.is_some_and(|inventory| line <= inventory + 2) {
            self.segment.inventory_holed = true;
        }
        self.find(Observation::Missed, Context::None, line, Some(header.stamp), text);
    }

    /// What a stamp tells of the clock: a date, whether it can be one, another year.
    fn date(&mut self, stamp: &Stamp, line: u64, text: &[u8]) {
        if stamp.digits().is_none() {
            return;
        }
        let Some(date) = stamp.yearless() else {
            if stamp.is_unset() {
                self.unset(stamp, line, text);
            } else if stamp.with_year().is_some() {
                self.dated(stamp);
            }
            return;
        };
        if self.is_unset_date(date) {
            self.unset_date = Some(date);
            self.unset(stamp, line, text);
            return;
        }
        self.unset_date = None;
        if let Some(before) = self.date {
            let (was, is) = (before.month(), date.month());
            if was >= is + 2 {
                self.year += 1;
            } else if (was, is) == (1, 12) && before.day() == 1 && date.day() == 31 {
                // Lines of several processes in disorder at midnight.
                self.year -= 1;
            }
        }
        self.date = Some(date);
        self.dated(stamp);
    }

    fn is_unset_date(&self, date: Yearless) -> bool {
        let new_year = date.month() == 1 && date.day() == 1;
        if let Some(before) = self.unset_date {
            return before.days_until(date).abs() < CLOCK_JUMP_DAYS;
        }
        if !self.segment.boot.fresh {
            return false;
        }
        let clock_was_unset = self.segment.clock_unset;
        let is_booting = self.segment.boot.uptime.is_some()
            || self.segment.boot.banner
            || !self.lines_of_boot && self.segment.starts_boot;
        new_year && (clock_was_unset || (is_booting && date.seconds_of_day() < NEW_YEAR_BOOT))
    }

    fn unset(&mut self, stamp: &Stamp, line: u64, text: &[u8]) {
        if !self.segment.clock_unset {
            if self.segment.dates.is_some() {
                self.divide();
            }
            self.segment.clock_unset = true;
            self.find(Observation::ClockUnset, Context::None, line, Some(*stamp), text);
        }
    }

    fn dated(&mut self, stamp: &Stamp) {
        let sides = self.window.sides(stamp);
        let is_other = self.segment.clock_unset
            || (self.segment.dates.is_some()
                && (self.segment.sides != sides || self.segment.year != self.year));
        if is_other {
            self.divide();
        }
        self.segment.boot.fresh = false;
        self.segment.year = self.year;
        self.segment.sides = sides;
        self.segment.dates = join_dates(self.segment.dates, Some((*stamp, *stamp)));
    }

    fn event(&mut self, event: Event, note: &Note<'_>) {
        self.segment.boot.inventoried |= is_first_of_inventory(&event);
        self.lines_of_boot = true;
        let context = self.context(&event, note);
        let observation = match event {
            Event::LogStart { log_level, .. } => {
                let is_tls = note.header.is_some_and(|header| header.component == b"tls");
                let Some(level) = log_level.filter(|_| is_tls) else { return };
                Observation::TlsLogLevel(level)
            }
            Event::LogEnd => {
                self.segment.boot.ended = true;
                return;
            }
            event => Observation::Event(event),
        };
        self.find(observation, context, note.line, note.header.map(|header| header.stamp), note.text);
    }

    /// What the messages before this one make of it.
    fn context(&mut self, event: &Event, note: &Note<'_>) -> Context {
        if event.is_inventory() {
            self.inventory_line = Some(note.line);
            self.segment.inventory_ended = false;
        }
        match event {
            Event::CertificateSaving { slot } => {
                self.saving = Context::Saving(*slot);
                Context::None
            }
            Event::NewCertificate { .. }
            | Event::PreviousCertificate { .. }
            | Event::NoPreviousCertificate => self.saving,
            Event::ServerCertificateUntrusted { .. } => {
                self.untrusted = Some(note.header.map(|header| header.stamp));
                Context::None
            }
            Event::TlsConnectionFailed { .. } => match (self.untrusted, note.header) {
                (Some(Some(untrusted)), Some(header)) if !is_soon(&untrusted, &header.stamp) => Context::None,
                // Without a stamp nothing says that the two are apart.
                (Some(_), _) => Context::Untrusted,
                (None, Some(header)) if self.is_beginning(&header.stamp) => Context::UntrustedBefore,
                (None, _) => Context::None,
            },
            Event::Platform { mac: Some(mac), .. } => {
                self.digest.mac.get_or_insert(*mac);
                Context::None
            }
            _ => Context::None,
        }
    }

    /// Whether what this log does not tell can stand at the end of the log before.
    fn is_beginning(&self, stamp: &Stamp) -> bool {
        let opening = self.digest.segments.first().unwrap_or(&self.segment).opening;
        self.is_first_boot && opening.is_none_or(|opening| is_soon(&opening, stamp))
    }

    fn find(&mut self, what: Observation, context: Context, line: u64, stamp: Option<Stamp>, text: &[u8]) {
        self.order += 1;
        let is_free = match &what {
            Observation::Event(Event::CertificateCommonName { .. }) => true,
            Observation::Event(event) => !event.is_inventory(),
            _ => true,
        };
        let seen = Sightings::once(Sighting { line, stamp, text: evidence_text(text, is_free) });
        let finding = Finding { what, context, seen };
        if let Some(place) = self.place_of(&finding) {
            self.segment.findings[place].seen.append(finding.seen);
            self.last_seen[place] = self.order;
            return;
        }
        if self.kept >= LIMIT {
            self.digest.dropped += 1;
            return;
        }
        self.kept += 1;
        if self.segment.findings.is_empty() {
            self.segment.findings.reserve(USUAL);
        }
        self.segment.findings.push(finding);
        self.last_seen.push(self.order);
        if self.segment.findings.len() > FEW {
            self.index();
        }
    }

    /// Where the same thing stands already.
    fn place_of(&self, finding: &Finding) -> Option<usize> {
        let findings = &self.segment.findings;
        if findings.len() <= FEW {
            return findings.iter().position(|known| known.is_like(finding));
        }
        let places = self.index.get(&self.hash(finding))?;
        places.iter().copied().find(|&place| findings[place].is_like(finding))
    }

    /// Enters what is not in the index yet.
    fn index(&mut self) {
        let indexed = if self.index.is_empty() { 0 } else { self.segment.findings.len() - 1 };
        for place in indexed..self.segment.findings.len() {
            let hash = self.hash(&self.segment.findings[place]);
            self.index.entry(hash).or_default().push(place);
        }
    }

    fn hash(&self, finding: &Finding) -> u64 {
        self.hasher.hash_one((&finding.what, &finding.context))
    }
}

impl Notes for Fold {
    fn note(&mut self, mut note: Note<'_>) {
        if self.begins_boot(&note) {
            self.begin_boot();
        }
        let is_banner = matches!(note.event, Some(Event::LogStart { banner: true, .. }));
        self.segment.boot.banner |= is_banner;
        if let Some(header) = &note.header {
            self.stamp(&header.stamp, note.line, note.text);
            if self.segment.opening.is_none() {
                self.segment.opening = Some(header.stamp);
                self.segment.opening_missed = header.missed;
            }
            self.missed(header, note.line, note.text);
        }
        if let Some(event) = note.event.take() {
            if let Some(recorder) = &mut self.recorder {
                recorder.record(&note, &event, self.digest.segments.len());
            }
            self.event(event, &note);
        }
    }

    fn seen(&mut self, line: u64, stamp: Stamp) {
        self.stamp(&stamp, line, b"");
    }
}

/// The first thing that a phone's inventory tells: of the built-in certificate.
const fn is_first_of_inventory(event: &Event) -> bool {
    matches!(
        event,
        Event::CertificateLength { slot: Slot::BuiltIn, .. }
            | Event::CertificateUnavailable { slot: Slot::BuiltIn }
    )
}

fn tells_the_same(earlier: &Segment, later: &Segment) -> bool {
    let same_findings = earlier.findings.len() == later.findings.len()
        && earlier.findings.iter().zip(&later.findings).all(|(earlier, later)| earlier.is_like(later));
    same_findings
        && (earlier.year, earlier.sides, earlier.clock_unset) == (later.year, later.sides, later.clock_unset)
        && (earlier.inventory_ended, earlier.inventory_holed)
            == (later.inventory_ended, later.inventory_holed)
        && (earlier.boot.banner, earlier.boot.fresh) == (later.boot.banner, later.boot.fresh)
}

fn join_dates(earlier: Option<(Stamp, Stamp)>, later: Option<(Stamp, Stamp)>) -> Option<(Stamp, Stamp)> {
    match (earlier, later) {
        (Some((first, _)), Some((_, last))) => Some((first, last)),
        (earlier, later) => earlier.or(later),
    }
}

/// A line's text. Where its words are free it can hold a secret.
fn evidence_text(text: &[u8], is_free: bool) -> Box<str> {
    let text = lossy(&text[..text.len().min(LONGEST_TEXT)]);
    if is_free { conceal(&text).into() } else { text.into() }
}
