//! Redacts paths: directories and file names, also inside archives.

use std::sync::LazyLock;

use regex::Regex;

use super::{Pseudonym, Redactor, mac, word};
use crate::input::packed_endings;
use crate::secrets::{REDACTED, pattern, until_stable};

/// Parts that occur in the names of phones' files and of their copies, beside the endings of archives and
/// compressed files.
const WORDS: &str = "app|boot|now|log|phone|web|license|directory|calls|private|cfg|xml|csr|key|pem|crt|txt|csv|json\
    |jsonl|ndjson|md|markdown|html|htm|old|bak";

/// The pattern of one of these parts, with what separates it from the one before.
static WORD: LazyLock<String> =
    LazyLock::new(|| format!(r"[-._](?:{WORDS}|{})", packed_endings().collect::<Vec<_>>().join("|")));

/// Rotation date and number, `-20130531.2`.
const ROTATION: &str = r"(?:[-.](?:[0-9]{8}|[0-9]{14}))?(?:\.[0-9]{1,3})?";

/// What follows the name of a log that is gone, and of which a record is kept.
const GONE: &str = r"(?: \(gone, [0-9TZ:-]{1,32}\))?";

/// What may follow a name that itself may end with a number: an ending.
static ENDING: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)(?:{}{ROTATION})+{GONE}\z", *WORD)));

/// Everything that may follow a phone's address in a file name.
static AFTER_MAC: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)\A{ROTATION}(?:{}{ROTATION})*{GONE}\z", *WORD)));

/// Replaces directories and names: `/srv/acme/0004f2a1b2c3-app.log` becomes `/dir-1/020000000001-app.log`.
pub(super) fn rewrite(path: &str, redactor: &Redactor) -> String {
    if path == "-" || path == REDACTED {
        return path.to_owned();
    }
    until_stable(path, |path| {
        let parts: Vec<String> = path.split("!/").map(|part| of_part(part, redactor)).collect();
        parts.join("!/")
    })
    .into_owned()
}

fn of_part(part: &str, redactor: &Redactor) -> String {
    let (directory, base) = match part.rfind(['/', '\\']) {
        Some(end) => (&part[..end], &part[end + 1..]),
        None => return of_base(part, redactor),
    };
    let base = of_base(base, redactor);
    let bare = directory.trim_start_matches('/');
    let root = if part.starts_with('/') { "/" } else { "" };
    if bare.is_empty() {
        return format!("{root}{base}");
    }
    let has_no_name = bare.bytes().all(|byte| matches!(byte, b'.' | b'/' | b'\\'));
    if has_no_name || word::is_pseudonym(bare, redactor) {
        return format!("{root}{bare}/{base}");
    }
    let number = redactor.number(Pseudonym::Directory, &directory.replace('\\', "/"));
    format!("{root}dir-{number}/{base}")
}

/// Redacts the last part of a path. A name that consists of a MAC address and known parts keeps its form; of
/// any other name only the ending is kept.
fn of_base(base: &str, redactor: &Redactor) -> String {
    if base.is_empty() {
        return String::new();
    }
    let ending = |name: &str| ENDING.find(name).map_or(name.len(), |ending| ending.start());
    let macs = mac::all(base, redactor);
    if let Some((place, mac)) = macs.first()
        && place.start == 0
        && AFTER_MAC.is_match(&base[place.end..])
    {
        return format!("{mac}{}", &base[place.end..]);
    }
    let named = macs.last().map_or(0, |(place, _)| place.end);
    let (stem, ending) = match named + ending(&base[named..]) {
        0 => (base, ""),
        end => base.split_at(end),
    };
    if !macs.is_empty() {
        return format!("{}{ending}", word::of_name(Pseudonym::File, stem, redactor));
    }
    if word::is_pseudonym(stem, redactor) {
        return base.to_owned();
    }
    format!("file-{}{ending}", redactor.number(Pseudonym::File, base))
}
