//! What a log's file name tells: the phone, and how old the log is.

use std::cmp::Reverse;

use chrono::NaiveDate;

use crate::model::Mac;

/// How old a log is by its name; older ones are less. `.3` is older than `.2`, which is older than
/// `.1`; all are older than the log without a suffix. Dated suffixes order by their date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rotation {
    /// `.1`, `.2.gz`, or `.old` and `.bak`, which count as 1.
    Numbered(Reverse<u64>),
    /// `-20130531`, with an optional number behind it.
    Dated(NaiveDate, u64),
    /// No suffix: the log that is being written.
    Current,
}

/// What the base name of a log tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The phone.
    pub mac: Mac,
    /// The log's age.
    pub rotation: Rotation,
}

impl Named {
    /// Reads `<12 hex digits>-app.log`, with an optional `-now`, and suffixes of rotation and
    /// compression. None for any other name.
    #[must_use]
    pub fn parse(base: &[u8]) -> Option<Self> {
        let (mac, rest) = Mac::prefix(base)?;
        let rest = rest.to_ascii_lowercase();
        let rest = std::str::from_utf8(&rest).ok()?;
        let starts = ["-app.log", "-now-app.log", "-app-now.log", "-app.log-now", "-app.now.log"];
        let suffixes = starts.iter().find_map(|start| {
            let suffixes = rest.strip_prefix(start)?;
            (suffixes.is_empty() || suffixes.starts_with(['.', '-', '_'])).then_some(suffixes)
        })?;
        Some(Self { mac, rotation: rotation(suffixes)? })
    }
}

/// The age that a chain of suffixes tells; none if one of them is neither of rotation nor of compression.
fn rotation(suffixes: &str) -> Option<Rotation> {
    let mut date = None;
    let mut number = None;
    for suffix in suffixes.split(['.', '-', '_']).skip(1) {
        match suffix {
            "gz" | "z" | "zst" | "zstd" | "gzip" => {}
            "old" | "bak" | "prev" => number = number.or(Some(1)),
            digits
                if !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit()) =>
            {
                match as_date(digits) {
                    Some(day) if date.is_none() => date = Some(day),
                    _ => number = Some(digits.parse().ok()?),
                }
            }
            _ => return None,
        }
    }
    Some(match (date, number) {
        (Some(date), number) => Rotation::Dated(date, number.unwrap_or(0)),
        (None, Some(number)) => Rotation::Numbered(Reverse(number)),
        (None, None) => Rotation::Current,
    })
}

/// `20130531`, or with a time behind it.
fn as_date(digits: &str) -> Option<NaiveDate> {
    if !matches!(digits.len(), 8 | 10 | 12 | 14) {
        return None;
    }
    NaiveDate::parse_from_str(digits.get(..8)?, "%Y%m%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation_of(name: &str) -> Option<Rotation> {
        Named::parse(name.as_bytes()).map(|named| named.rotation)
    }

    #[test]
    fn names_of_logs() {
        for name in [
            "0004f2a1b2c3-app.log",
            "0004F2A1B2C3-APP.LOG",
            "00:04:f2:a1:b2:c3-app.log",
            "00-04-F2-A1-B2-C3-app.log",
            "0004f2a1b2c3-now-app.log",
            "0004f2a1b2c3-app-now.log",
            "0004f2a1b2c3-app.log.gz",
            "0004f2a1b2c3-app.log.zst",
        ] {
            assert_eq!(rotation_of(name), Some(Rotation::Current), "{name}");
        }
        for name in [
            "0004f2a1b2c3-boot.log",
            "0004f2a1b2c3.cfg",
            "0004f2a1b2c3-app.log.cfg",
            "0004f2a1b2c3-app.logs",
            "0004f2a1b2c-app.log",
            "0004f2a1b2c3d-app.log",
            "x0004f2a1b2c3-app.log",
            "0004f2a1b2c3-app.log.xml",
        ] {
            assert_eq!(rotation_of(name), None, "{name}");
        }
    }

    #[test]
    fn older_ones_come_first() {
        let names = [
            "0004f2a1b2c3-app.log.10.gz",
            "0004f2a1b2c3-app.log.2.gz",
            "0004f2a1b2c3-app.log.1",
            "0004f2a1b2c3-app.log-20130531",
            "0004f2a1b2c3-app.log.20130601.gz",
            "0004f2a1b2c3-app.log",
        ];
        let ages: Vec<_> = names.iter().map(|name| rotation_of(name).unwrap()).collect();
        assert!(ages.windows(2).all(|pair| pair[0] < pair[1]), "{ages:?}");
    }
}
