//! One phone's logs in order: times, boots, the certificate slots over time. Here, and nowhere else,
//! is decided what a stamp means.

mod calendar;
mod join;
mod order;
mod slots;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

pub use calendar::Calendar;
pub use slots::{Content, NotKept, Slots};

use crate::digest::{Context, Digest, Observation, Sightings};
use crate::event::Event;
use crate::input::Rotation;
use crate::model::{Mac, SoftwareVersion};
use crate::stamp::Stamp;
use crate::window::Window;

/// One log of a phone, as it was read.
#[derive(Clone, Debug)]
pub struct Record {
    /// What tells it from the phone's other logs.
    pub number: usize,
    /// The log's path, as reports show it.
    pub path: Box<str>,
    /// What the name tells of its age.
    pub rotation: Rotation,
    /// When the file was last changed, local time.
    pub modified: Option<NaiveDateTime>,
    /// What it amounts to.
    pub digest: Digest,
}

/// What the user said of times.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// `--since` and `--until`.
    pub window: Window,
    /// `--year`.
    pub year: Option<i32>,
    /// The time of the run, local.
    pub now: NaiveDateTime,
}

/// One log with what its stamps mean, for those who want each line's time.
#[derive(Clone, Debug)]
pub struct DatedLog {
    /// The record's [`number`](Record::number).
    pub number: usize,
    /// The log's path.
    pub path: Box<str>,
    calendar: Calendar,
    segments: Vec<DatedSegment>,
}

#[derive(Clone, Copy, Debug)]
struct DatedSegment {
    year: i32,
    clock_unset: bool,
    within: bool,
}

impl DatedLog {
    /// These logs of one phone in time order.
    #[must_use]
    pub fn in_order(records: Vec<Record>, clock: &Clock) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut logs = Vec::new();
        for (file, (record, calendar)) in order::in_time_order(records, clock).into_iter().enumerate() {
            logs.push(Self { number: record.number, path: record.path, calendar, segments: Vec::new() });
            join::add_log(&mut parts, file, record.digest, calendar);
        }
        for (file, year, clock_unset, within) in join::dated(&parts, &clock.window) {
            logs[file].segments.push(DatedSegment { year, clock_unset, within });
        }
        logs
    }

    /// Whether what is in this segment is within `--since` and `--until`.
    #[must_use]
    pub fn is_within(&self, segment: usize) -> bool {
        self.segments.get(segment).is_none_or(|segment| segment.within)
    }

    /// The time of a stamp in this segment.
    #[must_use]
    pub fn time(&self, stamp: &Stamp, segment: usize) -> Option<NaiveDateTime> {
        let segment = self.segments.get(segment).filter(|segment| !segment.clock_unset)?;
        self.calendar.time(stamp, segment.year)
    }
}

/// One phone's story, as far as its logs tell.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The phone's address, from the logs' names or else from the logs.
    pub mac: Option<Mac>,
    /// The paths of its logs, in time order.
    pub files: Vec<Box<str>>,
    /// Its boots in order; boots alike, one after the other, stand as one.
    pub boots: Vec<Boot>,
    /// The first and the last dated line.
    pub times: Option<(NaiveDateTime, NaiveDateTime)>,
    /// The model, as the newest line that names it has it.
    pub model: Option<Box<str>>,
    /// The assembly number.
    pub assembly: Option<Box<str>>,
    /// The assembly's revision.
    pub assembly_revision: Option<Box<str>>,
    /// The certificate slots over time.
    pub slots: Slots,
    /// Lines of logs, known messages or not.
    pub messages: u64,
}

/// One boot, or several alike.
#[derive(Clone, Debug, Default)]
pub struct Boot {
    /// How many boots this stands for.
    pub count: u64,
    /// What was seen in it, by the order in which it was seen last.
    pub moments: Vec<Moment>,
    /// Some line of it has a date.
    pub dated: bool,
    /// The inventory ended: a line of something else follows it.
    pub inventory_ended: bool,
    /// Lines were lost while the inventory was written.
    pub inventory_holed: bool,
}

/// Something that was seen in a boot.
#[derive(Clone, Debug)]
pub struct Moment {
    /// What.
    pub what: Observation,
    /// What the lines before it make of it.
    pub context: Context,
    /// How often and where.
    pub seen: Sightings<Place>,
}

impl Moment {
    /// The known message, if it is one.
    #[must_use]
    pub const fn event(&self) -> Option<&Event> {
        match &self.what {
            Observation::Event(event) => Some(event),
            _ => None,
        }
    }
}

/// A line, with what its stamp means. Places order as the lines do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Which of the timeline's files.
    pub file: usize,
    /// 1-based number of the message's header line.
    pub line: u64,
    /// The line's stamp.
    pub stamp: Option<Stamp>,
    /// Local time of the phone, in whole seconds.
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    pub time: Option<NaiveDateTime>,
    /// The message, without its header.
    pub text: Box<str>,
}

/// A point in a phone's story: later points are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Which of the timeline's boots.
    pub boot: usize,
    /// Which of the boot's moments.
    pub moment: usize,
}

impl Timeline {
    /// The story that these logs tell. Their order does not matter.
    #[must_use]
    pub fn new(mac: Option<Mac>, records: Vec<Record>, clock: &Clock) -> Self {
        let mut timeline = Self { mac, ..Self::default() };
        let mut parts = Vec::new();
        for (file, (record, calendar)) in order::in_time_order(records, clock).into_iter().enumerate() {
            timeline.mac = timeline.mac.or(record.digest.mac);
            timeline.messages += record.digest.counts.messages;
            timeline.files.push(record.path);
            join::add_log(&mut parts, file, record.digest, calendar);
        }
        (timeline.boots, timeline.times) = join::boots(parts, &clock.window);
        timeline.identify();
        timeline.slots = Slots::over(&timeline.boots);
        timeline
    }

    /// Every moment with its point in the story, in order.
    pub fn moments(&self) -> impl DoubleEndedIterator<Item = (At, &Moment)> {
        self.boots.iter().enumerate().flat_map(|(boot, told)| {
            told.moments.iter().enumerate().map(move |(moment, seen)| (At { boot, moment }, seen))
        })
    }

    /// Every known message with its point in the story, in order.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = (At, &Event, &Moment)> {
        self.moments().filter_map(|(at, moment)| Some((at, moment.event()?, moment)))
    }

    /// How many boots the logs show.
    #[must_use]
    pub fn boot_count(&self) -> u64 {
        self.boots.iter().map(|boot| boot.count).sum()
    }

    /// The versions of the phone's application that the logs name, in order. The boot program and
    /// the updater are others.
    pub fn software(&self) -> impl DoubleEndedIterator<Item = (At, &SoftwareVersion, &Moment)> {
        self.events().filter_map(|(at, event, moment)| match event {
            Event::Software { label, version } if is_application(label) => Some((at, version, moment)),
            _ => None,
        })
    }

    fn identify(&mut self) {
        let (mut latest_model, mut latest_assembly, mut latest_revision) = (None, None, None);
        for (_, event, _) in self.events() {
            if let Event::Platform { model, assembly, assembly_revision, .. } = event {
                latest_model = model.clone().or(latest_model);
                if assembly.is_some() {
                    latest_assembly.clone_from(assembly);
                    latest_revision.clone_from(assembly_revision);
                }
            }
        }
        (self.model, self.assembly, self.assembly_revision) =
            (latest_model, latest_assembly, latest_revision);
    }
}

/// Whether this label of `Application, main` is the phone's application.
fn is_application(label: &str) -> bool {
    !["boot", "bootrom", "updater"].iter().any(|other| label.eq_ignore_ascii_case(other))
}
