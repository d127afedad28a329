//! Parses a log's file name: whose log it is, and its age by rotation.
//!
//! A phone uploads its log as `<12 hex digits>-app.log`. Servers, browsers, mail programs and people add to
//! that: `-now`, `.1`, `.2.gz`, `-20130531`, `.bak`, `.txt`, ` (1)`, ` - Copy`. All of these are accepted,
//! but only rotation numbers and dates determine a log's age.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::kind::{has_ending, is_compression_ending};
use crate::model::{Mac, hex_byte};

/// The age of a log by its name, relative to the others of its rotation chain (see [`chain`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rotation {
    /// No rotation in the name: the log that is being written, the newest of its chain.
    Newest,
    /// `.1`, `.2.gz`, `.1.log`: a higher number is older.
    Number(u32),
    /// `-20130531`, `.2021-10-05`: the log was written up to that day.
    Dated {
        /// The day.
        date: NaiveDate,
        /// The time after the date as a number, such as 1230 or seconds since 1970; 0 if there is none.
        time: u64,
    },
    /// A file in a directory that is named like a log. The names in natural order (see [`natural_order`]) go
    /// from oldest to newest.
    Piece,
    /// ` (1)`, ` - Copy`, `.bak`, `-now` and anything else that is not rotation: the age is unknown.
    Copy,
    /// The file was deleted or begun anew, and a record of its content is kept: it is older than the log that has its
    /// path now, and only its dates determine its age among others.
    Gone,
}

/// Whether no log of a chain is missing between two, by their numbers. `newer` has none if it is the newest log.
pub fn is_directly_before(older: u32, newer: Option<u32>) -> bool {
    newer.map_or(older <= 1, |newer| older.checked_sub(1) == Some(newer))
}

/// The rotation chain of a log's path: its directory, and its name without what rotation, compression and
/// copying add. Two logs belong to one chain if these are equal.
pub fn chain(path: &str) -> String {
    let (directory, name) = split_path(path);
    if let Some(app) = AppName::parse(name.as_bytes()) {
        return format!("{directory}{}{}-app", String::from_utf8_lossy(app.prefix), app.mac);
    }
    let parent = directory.trim_end_matches('/');
    if log_mac(split_path(parent).1.as_bytes()).is_some() {
        return parent.to_owned();
    }
    let end = name.len() - general_decorations(name.as_bytes()).len();
    format!("{directory}{}", &name[..end])
}

/// Whether the last name of a path says that the file is an earlier state of the one without this addition: `.bak`, `.old`,
/// `-backup`, `~`.
pub fn is_backup(path: &str) -> bool {
    const WORDS: [&str; 3] = ["bak", "backup", "old"];
    let (_, name) = split_path(path);
    let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    name.ends_with('~') || words.any(|word| WORDS.iter().any(|other| word.eq_ignore_ascii_case(other)))
}

/// Splits a path into its directory, including the separator at the end, and its last name.
pub(super) fn split_path(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}

/// The phone of a file that is named like a log: the name contains `<12 hex digits>-app` and `log`, and its
/// ending is not that of another kind of file.
pub fn log_mac(name: &[u8]) -> Option<Mac> {
    let app = AppName::parse(name)?;
    // As phones name their logs, and nearly all are named.
    if app.rest == b".log" {
        return Some(app.mac);
    }
    let is_other = |endings: &[&str]| endings.iter().any(|ending| has_ending(name, ending));
    let is_log = ![REPORT_ENDINGS, DOCUMENT_ENDINGS].into_iter().any(is_other) && !is_companion(name);
    (app.has_log() && is_log).then_some(app.mac)
}

/// Whether the name is that of a log but for its ending, which is one of these.
pub(super) fn is_log_with_ending(name: &[u8], endings: &[&str]) -> bool {
    endings.iter().any(|ending| has_ending(name, ending))
        && AppName::parse(name).is_some_and(|app| app.has_log())
}

/// The phone in the name of any file: the address before `-app`, else the only address in the name.
pub fn mac_in_name(name: &[u8]) -> Option<Mac> {
    AppName::parse(name).map(|app| app.mac).or_else(|| only_mac(name))
}

/// The age of a log with this name.
pub fn rotation(name: &[u8]) -> Rotation {
    match AppName::parse(name) {
        Some(app) => Decorations { is_uncertain: app.is_now, ..Decorations::default() }.read(app.rest),
        None => Decorations { is_behind_log: true, ..Decorations::default() }.read(general_decorations(name)),
    }
}

/// Whether this is the name of an AppleDouble file, in which macOS keeps metadata of another file where the file system
/// or the archive has no place for them: `._0004f2a1b2c3-app.log`, also in `__MACOSX` of a zip archive. It holds no log.
pub(super) fn is_apple_double(name: &[u8]) -> bool {
    name.starts_with(b"._")
}

/// Whether this is the name of a phone's boot log, `<12 hex digits>-boot.log`. Boot logs have no messages
/// about certificates.
pub(super) fn is_boot_log(name: &[u8]) -> bool {
    find_ignoring_case(name, b"-boot").is_some_and(|at| mac_at_end(&name[..at]).is_some())
        && has_word(name, b"log")
}

/// Endings of reports and documents. A file with one of them is not taken for a log, even if the rest of its name is a
/// log's. A test of `report` requires those of all formats of the output.
pub(super) const REPORT_ENDINGS: &[&str] =
    &["json", "jsonl", "ndjson", "csv", "html", "htm", "md", "markdown", "pdf", "png", "jpg"];

/// Endings of documents that are archives, so that their text can't be read.
pub(super) const DOCUMENT_ENDINGS: &[&str] = &["docx", "xlsx"];

/// Endings of files that lie beside a log and hold no lines of it, even if the rest of the name is a log's. A copy from
/// Windows leaves the origin of `x.log` in `x.log:Zone.Identifier`, and Explorer names its links `x.log - Shortcut.lnk`.
const COMPANION_ENDINGS: &[&str] =
    &["cfg", "xml", "pcr", "swp", "lock", "md5", "sha1", "sha256", "asc", "sig", "Identifier", "lnk"];

/// Files in which Windows keeps how it shows a directory.
const DIRECTORY_VIEWS: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// Whether a file of this name lies beside a log and holds no lines of it.
pub(super) fn is_companion(name: &[u8]) -> bool {
    COMPANION_ENDINGS.iter().any(|ending| has_ending(name, ending))
        || DIRECTORY_VIEWS.iter().any(|view| name.eq_ignore_ascii_case(view.as_bytes()))
}

/// The parts of a name that contains `<12 hex digits>-app`.
struct AppName<'n> {
    prefix: &'n [u8],
    mac: Mac,
    /// Whether `-now` comes before `-app`: the log was uploaded on demand.
    is_now: bool,
    /// What follows `-app`.
    rest: &'n [u8],
}

impl<'n> AppName<'n> {
    /// Whether the rest of the name says that it is a log.
    fn has_log(&self) -> bool {
        has_word(self.rest, b"log") || has_word(self.prefix, b"log")
    }

    fn parse(name: &'n [u8]) -> Option<Self> {
        memchr::memchr_iter(b'-', name).find_map(|at| {
            let (word, rest) = name[at + 1..].split_at_checked(3)?;
            let is_word = word.eq_ignore_ascii_case(b"app")
                && (!rest.first().is_some_and(u8::is_ascii_alphabetic) || starts_ignoring_case(rest, b"log"));
            if !is_word {
                return None;
            }
            let before = &name[..at];
            let (before, is_now) = match before.len().checked_sub(4).map(|at| before.split_at(at)) {
                Some((before, now)) if now.eq_ignore_ascii_case(b"-now") => (before, true),
                _ => (before, false),
            };
            let (prefix, mac) = mac_at_end(before)?;
            Some(Self { prefix, mac, is_now, rest })
        })
    }
}

/// The address at the end of `text`, with an optional separator between two bytes, and the text before it.
/// None if a hex digit comes directly before it, since it is part of a longer number then.
fn mac_at_end(text: &[u8]) -> Option<(&[u8], Mac)> {
    let mut bytes = [0; 6];
    let mut rest = text;
    for (index, byte) in bytes.iter_mut().enumerate().rev() {
        let [before @ .., high, low] = rest else { return None };
        *byte = hex_byte(*high, *low)?;
        rest = before;
        if index > 0
            && let [before @ .., b':' | b'-' | b'.' | b'_'] = rest
        {
            rest = before;
        }
    }
    (!rest.last().is_some_and(u8::is_ascii_hexdigit)).then_some((rest, Mac::new(bytes)))
}

/// The only address in a name: 12 hex digits together, or in pairs with the same separator everywhere. The end of a UUID
/// is not an address, and neither are 12 digits without a letter that are not the vendor's: a date and a time, or a ticket's number.
fn only_mac(name: &[u8]) -> Option<Mac> {
    let mut found = None;
    for at in 0..name.len() {
        let starts = at == 0 || !name[at - 1].is_ascii_hexdigit();
        let mac = starts.then(|| mac_at(&name[at..])).flatten();
        if let Some(mac) = mac.filter(|mac| mac.is_vendors() || !Mac::is_in_uuid(&name[..at], &[])) {
            if found.is_some_and(|found| found != mac) {
                return None;
            }
            found = Some(mac);
        }
    }
    found
}

fn mac_at(text: &[u8]) -> Option<Mac> {
    let separator = text.get(2).copied().filter(|byte| b":-_.".contains(byte));
    let length = if separator.is_some() { 17 } else { 12 };
    let (written, behind) = text.split_at_checked(length)?;
    let is_separated = |(index, byte): (usize, &u8)| index % 3 != 2 || Some(*byte) == separator;
    if separator.is_some() && !written.iter().enumerate().all(is_separated) {
        return None;
    }
    let (mac, []) = Mac::prefix(&written.iter().copied().filter(|&byte| byte != b'_').collect::<Vec<_>>())?
    else {
        return None;
    };
    let digits: Vec<u8> = written.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let is_time = |digits: &str| NaiveDateTime::parse_from_str(digits, "%y%m%d%H%M%S").is_ok();
    let is_number = digits.iter().all(u8::is_ascii_digit)
        && (separator.is_none() || std::str::from_utf8(&digits).is_ok_and(is_time));
    let is_whole = digits.len() == 12 && !behind.first().is_some_and(u8::is_ascii_hexdigit);
    (is_whole && (mac.is_vendors() || !is_number)).then_some(mac)
}

/// What follows the last `log` in a name without a phone's address, such as `polycom.log.1`.
pub(super) fn general_decorations(name: &[u8]) -> &[u8] {
    let lower = name.to_ascii_lowercase();
    memchr::memmem::rfind(&lower, b"log").map_or(&[], |at| &name[at + 3..])
}

/// What rotation and copying added after a log's own name, read from left to right.
#[derive(Default)]
struct Decorations {
    date: Option<NaiveDate>,
    time: u64,
    number: Option<u32>,
    is_uncertain: bool,
    /// The word `log` comes before what is read.
    is_behind_log: bool,
}

impl Decorations {
    fn read(mut self, text: &[u8]) -> Rotation {
        let text = join_dates(&text.to_ascii_lowercase());
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
        let mut before = b'-';
        for run in text.chunk_by(|a, b| is_word(a) == is_word(b)) {
            if !is_word(&run[0]) {
                before = run.last().copied().unwrap_or(before);
            } else if is_neutral(run) {
                self.is_behind_log |= run == b"log";
            } else {
                for part in run.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
                    match std::str::from_utf8(part) {
                        Ok(digits) if part[0].is_ascii_digit() => self.digits(digits, before),
                        _ if is_neutral(part) => self.is_behind_log |= part == b"log",
                        _ => self.is_uncertain = true,
                    }
                }
            }
        }
        match self {
            Self { is_uncertain: true, .. } | Self { date: Some(_), number: Some(_), .. } => Rotation::Copy,
            Self { date: Some(date), time, .. } => Rotation::Dated { date, time },
            Self { number: Some(number), .. } => Rotation::Number(number),
            _ => Rotation::Newest,
        }
    }

    /// Takes a number; `before` is the character before it.
    fn digits(&mut self, digits: &str, before: u8) {
        if self.date.is_none()
            && let Some((date, time)) = dated(digits)
        {
            (self.date, self.time) = (Some(date), time);
        } else if b"([ ~".contains(&before) {
            self.is_uncertain = true;
        } else if self.date.is_some() {
            // A time after the date. Other numbers there are ignored: some programs count them up with age,
            // others down.
            if matches!(digits.len(), 2 | 4 | 6 | 10)
                && let Ok(time) = digits.parse::<u64>()
            {
                self.time = self.time.saturating_mul(10_u64.pow(digits.len() as u32)).saturating_add(time);
            }
        } else {
            // Mail programs number the copies of a file with `-1.log`. A number with zeros before it usually counts upward.
            let is_of_copy = !self.is_behind_log && before != b'.';
            let is_padded = digits.len() > 1 && digits.starts_with('0');
            self.is_uncertain |= self.number.is_some() || digits.len() > 6 || is_of_copy || is_padded;
            self.number = digits.parse().ok();
        }
    }
}

/// Words that say nothing about age: endings, and the `t` and `z` of a date with a time.
fn is_neutral(word: &[u8]) -> bool {
    matches!(word, b"log" | b"txt" | b"text" | b"t" | b"z") || is_compression_ending(word)
}

/// Replaces `2021-10-05` by `20211005`, so that a date is one number.
pub(super) fn join_dates(text: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        let is_date = !joined.last().is_some_and(u8::is_ascii_digit)
            && rest.len() >= 10
            && rest[..10].iter().enumerate().all(|(index, byte)| match index {
                4 | 7 => b"-_.".contains(byte),
                _ => byte.is_ascii_digit(),
            })
            && !rest.get(10).is_some_and(u8::is_ascii_digit);
        if is_date {
            joined.extend(rest[..10].iter().filter(|byte| byte.is_ascii_digit()));
            rest = &rest[10..];
        } else {
            joined.push(*first);
            rest = behind;
        }
    }
    joined
}

/// Parses `20130531`, optionally followed by hours, minutes and seconds, or seconds since 1970.
pub(super) fn dated(digits: &str) -> Option<(NaiveDate, u64)> {
    let date = |digits: &str| {
        let date = NaiveDate::parse_from_str(digits.get(..8)?, "%Y%m%d").ok()?;
        matches!(digits.as_bytes(), [b'1', b'9', ..] | [b'2', b'0', ..]).then_some(date)
    };
    match digits.len() {
        8 => date(digits).map(|date| (date, 0)),
        10 if digits.starts_with('1') => {
            let seconds = digits.parse::<u32>().ok()?;
            Some((DateTime::from_timestamp(i64::from(seconds), 0)?.date_naive(), u64::from(seconds)))
        }
        10 | 12 | 14 => Some((date(digits)?, digits.get(8..)?.parse().ok()?)),
        _ => None,
    }
}

/// Natural order of names: numbers in them compare as numbers, so `2` comes before `10`.
pub fn natural_order(one: &[u8], other: &[u8]) -> Ordering {
    let parts = |name| <[u8]>::chunk_by(name, |a: &u8, b: &u8| a.is_ascii_digit() == b.is_ascii_digit());
    let (mut mine, mut others) = (parts(one), parts(other));
    loop {
        let order = match (mine.next(), others.next()) {
            (Some(a), Some(b)) if a[0].is_ascii_digit() && b[0].is_ascii_digit() => {
                let [a, b] = [a, b].map(|digits| {
                    &digits[digits.iter().position(|&digit| digit != b'0').unwrap_or(digits.len())..]
                });
                a.len().cmp(&b.len()).then_with(|| a.cmp(b))
            }
            (None, None) => return one.cmp(other),
            (a, b) => a.cmp(&b),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Whether a text contains this word, ignoring case, with no letter on either side.
fn has_word(text: &[u8], word: &[u8]) -> bool {
    let mut windows = text.windows(word.len()).enumerate();
    windows.any(|(at, window)| {
        window.eq_ignore_ascii_case(word)
            && !text.get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_alphabetic)
            && !text.get(at + word.len()).is_some_and(u8::is_ascii_alphabetic)
    })
}

pub(super) fn find_ignoring_case(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word))
}

fn starts_ignoring_case(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

#[cfg(test)]
#[path = "log_name_tests.rs"]
mod tests;
