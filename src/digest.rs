//! What one log amounts to, in little room: its boots, and in each the distinct things that were seen.
//!
//! A digest grows with the number of distinct findings, not with the log. Findings that repeat are
//! counted, and keep their first three and last three lines; boots that tell the same, one after the
//! other, are one boot with a count. Packed, it is also what one machine would send to another.

mod fold;
mod sightings;
mod untrusted;

use serde::{Deserialize, Serialize};

pub use fold::{Fold, LIMIT, Recorder};
pub use sightings::{Sighting, Sightings};
pub(crate) use untrusted::is_soon;

use crate::event::Event;
use crate::model::{Mac, Slot};
use crate::reader::Counts;
use crate::stamp::Stamp;

/// What one log amounts to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// What was counted of all its lines.
    pub counts: Counts,
    /// Its parts in order.
    pub segments: Vec<Segment>,
    /// The first address that the log itself names.
    pub mac: Option<Mac>,
    /// Findings that were not kept, since there were too many distinct ones.
    pub dropped: u64,
}

impl Digest {
    /// The digest in as few bytes as it takes.
    ///
    /// # Errors
    /// None that a digest can cause; the encoder's, should it have any.
    pub fn pack(&self) -> Result<Box<[u8]>, postcard::Error> {
        postcard::to_stdvec(self).map(Vec::into_boxed_slice)
    }

    /// What [`pack`](Self::pack) was given.
    ///
    /// # Errors
    /// If the bytes are no digest.
    pub fn unpack(bytes: &[u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(bytes)
    }
}

/// A part of a log in which the boot, the year, the side of `--since` and `--until`, and whether the
/// clock is set, do not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Whether a boot begins here. If not, it goes on with the segment before, or with the log before.
    pub starts_boot: bool,
    /// The boot, as far as this log tells, up to the end of this segment.
    pub boot: BootState,
    /// The stamp of its first line with a header.
    pub opening: Option<Stamp>,
    /// The count of missed events in that line.
    pub opening_missed: u64,
    /// How often the year had changed, by stamps of type 2, since the log's beginning.
    pub year: i32,
    /// On which sides of the bounds of time its dates are; see [`crate::window`].
    pub sides: u8,
    /// Whether the clock is not set: its dates are none.
    pub clock_unset: bool,
    /// The first and the last dated stamp.
    pub dates: Option<(Stamp, Stamp)>,
    /// How many boots alike this stands for.
    pub boots: u64,
    /// What was seen, by the order in which it was seen last.
    pub findings: Vec<Finding>,
    /// Whether the inventory ended: a line of something else follows it.
    pub inventory_ended: bool,
    /// Whether lines were lost while the inventory was written.
    pub inventory_holed: bool,
}

/// What tells whether the next line is of the same boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootState {
    /// No line of it was dated yet.
    pub fresh: bool,
    /// The banner of its beginning was seen.
    pub banner: bool,
    /// The banner of its end was seen.
    pub ended: bool,
    /// The highest uptime, in milliseconds.
    pub uptime: Option<u64>,
    /// The highest count of missed events.
    pub missed: u64,
    /// The built-in certificate's place in the inventory was seen.
    pub inventoried: bool,
}

impl Default for BootState {
    fn default() -> Self {
        Self { fresh: true, banner: false, ended: false, uptime: None, missed: 0, inventoried: false }
    }
}

/// Stamps of several processes can be in disorder by this much, in milliseconds.
const DISORDER: u64 = 1_000;

/// After the log's end, lines of other processes can still come. Such a phone has been up for longer.
const SURELY_BOOTING: u64 = 60_000;

impl BootState {
    /// Whether a line with this stamp is of the next boot.
    #[must_use]
    pub fn ends_before(&self, stamp: &Stamp) -> bool {
        let Some(uptime) = stamp.uptime() else {
            return stamp.is_unset() && !self.fresh;
        };
        let went_back = self.uptime.is_some_and(|highest| uptime + DISORDER < highest);
        let fell_back = !self.fresh && (!self.ended || uptime < SURELY_BOOTING);
        went_back || fell_back
    }

    /// Whether the banner is of the next boot. A few lines of a boot come before its banner.
    #[must_use]
    pub const fn ends_before_banner(&self) -> bool {
        !self.fresh || self.banner || self.ended
    }
}

/// One distinct thing that was seen in a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub what: Observation,
    /// What the lines before it make of it.
    pub context: Context,
    /// How often and where.
    pub seen: Sightings,
}

impl Finding {
    /// Whether it is the same thing, wherever it was seen.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.what == other.what && self.context == other.context
    }
}

/// What was seen: a known message, or what the headers tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Observation {
    /// A known message.
    Event(Event),
    /// The first line of the component `tls`, with the level that it names.
    TlsLogLevel(u8),
    /// A line whose count of missed events is higher than before.
    Missed,
    /// A stamp from before the clock was set.
    ClockUnset,
}

/// What the lines before a message make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Context {
    /// Nothing.
    None,
    /// It is about the certificate that is being saved to this slot.
    Saving(Slot),
    /// It is about a certificate that is being saved, and the log before this one tells where.
    SavingBefore,
    /// A connection that failed because a server's certificate was not trusted.
    Untrusted,
    /// A connection that failed at the log's beginning, and the log before this one tells why.
    UntrustedBefore,
}
