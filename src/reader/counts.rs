//! What is counted of every line, whether it matters or not.

use serde::{Deserialize, Serialize};

/// What a reader counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Bytes.
    pub bytes: u64,
    /// All lines, the last one without a line feed too.
    pub lines: u64,
    /// Lines without a header, before the first message.
    pub unrecognized: u64,
    /// Lines without a header in which NUL bytes alternate with others: text in UTF-16 behind text in UTF-8.
    pub foreign: u64,
    /// Lines that were longer than [`LONGEST_LINE`](super::LONGEST_LINE).
    pub cut: u64,
    /// Lines with a header, and known messages without one.
    pub messages: u64,
    /// Known messages.
    pub events: u64,
    /// What the ten-digit stamps are, taken together.
    pub digits: Digits,
}

impl Counts {
    /// What two parts of a log come to together.
    pub const fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.unrecognized += other.unrecognized;
        self.foreign += other.foreign;
        self.cut += other.cut;
        self.messages += other.messages;
        self.events += other.events;
        self.digits.add(&other.digits);
    }
}

/// What tells type 1 from type 2: both are ten digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digits {
    /// Some stamp is a date as `MMDDhhmmss`.
    pub dated_as_2: bool,
    /// Some stamp is a date as `YYMMDDhhmm`.
    pub dated_as_1: bool,
    /// Some stamp is a date as `MMDDhhmmss` alone.
    pub only_2: bool,
    /// Some stamp is a date as `YYMMDDhhmm` alone.
    pub only_1: bool,
    /// Which values the third pair has: hours of type 2, days of type 1.
    pub third_pair: u128,
}

impl Digits {
    const fn add(&mut self, other: &Self) {
        self.dated_as_2 |= other.dated_as_2;
        self.dated_as_1 |= other.dated_as_1;
        self.only_2 |= other.only_2;
        self.only_1 |= other.only_1;
        self.third_pair |= other.third_pair;
    }

    pub(super) fn see(&mut self, digits: &[u8; 10]) {
        let [first, second, third, fourth, fifth] =
            std::array::from_fn(|pair| (digits[2 * pair] & 15) * 10 + (digits[2 * pair + 1] & 15));
        let as_2 = is_day(first, second) && third < 24 && fourth < 60 && fifth < 60;
        let as_1 = is_day(second, third) && fourth < 24 && fifth < 60;
        self.dated_as_2 |= as_2;
        self.dated_as_1 |= as_1;
        self.only_2 |= as_2 && !as_1;
        self.only_1 |= as_1 && !as_2;
        if as_1 || as_2 {
            self.third_pair |= 1 << third;
        }
    }
}

fn is_day(month: u8, day: u8) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}
