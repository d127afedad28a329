//! Finds MAC addresses in a text, in the notations of phones, switches, servers and URLs.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Redactor, pseudonym};
use crate::model::{Mac, hex_digit};
use crate::secrets::pattern;

/// The notations of addresses.
const NOTATIONS: &str = concat!(
    // `%3A` between bytes.
    r"(?<escaped>(?:[0-9A-Fa-f]{2}%3[Aa]){5}[0-9A-Fa-f]{2})",
    // `:`, `-`, `.`, `_`, `,` or a blank between bytes.
    r"|(?<bytes>[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5,}|(?:-[0-9A-Fa-f]{2}){5,}|(?:\.[0-9A-Fa-f]{2}){5,}|(?:_[0-9A-Fa-f]{2}){5,}|(?:,[0-9A-Fa-f]{2}){5,}|(?: [0-9A-Fa-f]{2}){5,}))",
    // Bytes without their leading zero.
    r"|[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}",
    // Three or two groups of digits.
    r"|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}\.|-[0-9A-Fa-f]{4}-|:[0-9A-Fa-f]{4}:)[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}[-:.][0-9A-Fa-f]{6}",
    // No separator.
    r"|(?<digits>[0-9A-Fa-f]{12,})",
    // A colon and a blank between bytes.
    r"|(?<spaced>[0-9A-Fa-f]{2}(?:: [0-9A-Fa-f]{2}){5,})",
    // Two groups with a blank between them.
    r"|(?<halves>[0-9A-Fa-f]{6}\s[0-9A-Fa-f]{6})"
);

static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(NOTATIONS));

/// Finds addresses; returns their ranges in order, with replacements in the same notation.
pub(super) fn all(text: &str, redactor: &Redactor) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(groups) = PATTERN.captures_at(text, at) {
        let whole = groups.get_match();
        let (start, end) = (whole.start(), whole.end());
        at = end;
        let has = |notation| groups.name(notation).is_some();
        let step =
            [("escaped", 5), ("bytes", 3), ("spaced", 4)].into_iter().find(|(notation, _)| has(notation));
        if let Some((_, step)) = step {
            let pairs = in_pairs(text, start..end, step, redactor);
            if continues_word(text, end) && pairs.last().is_none_or(|last| last.end < end) {
                // The last two digits are the beginning of the word that follows.
                at = end - 2;
            }
            for range in pairs {
                push(text, range, redactor, &mut found);
            }
        } else if has("digits") {
            for range in in_digits(text, start..end, redactor) {
                push(text, range, redactor, &mut found);
            }
        } else if has("halves") && !is_known(whole.as_str(), redactor) {
            // Not a known address, so probably two words or numbers.
            at = start + 1;
        } else if is_apart(text, start..end) {
            push(text, start..end, redactor, &mut found);
        } else {
            at = start + 1;
        }
    }
    found
}

/// The replacement of `text` if all of it is an address.
pub(super) fn whole(text: &str, redactor: &Redactor) -> Option<String> {
    if !(11..=32).contains(&text.len()) {
        return None;
    }
    match all(text, redactor).pop() {
        Some((range, instead)) if range == (0..text.len()) => Some(instead),
        _ => None,
    }
}

fn push(text: &str, range: Range<usize>, redactor: &Redactor, found: &mut Vec<(Range<usize>, String)>) {
    let written = &text[range.clone()];
    let done = found.last().map_or(0, |(before, _)| before.end);
    if let Some(mac) = read(written).filter(|_| range.start >= done) {
        let new = pseudonym::of_mac(mac, redactor);
        found.push((range, if new == mac { written.to_owned() } else { in_same_notation(written, new) }));
    }
}

/// The addresses in a run of digit pairs that begin every `step` bytes.
fn in_pairs(text: &str, run: Range<usize>, step: usize, redactor: &Redactor) -> Vec<Range<usize>> {
    let window = |first: usize| run.start + first * step..run.start + (first + 5) * step + 2;
    let count = (run.len() + step - 2) / step;
    let is_dump = matches!(text.as_bytes()[run.start + 2], b' ' | b',');
    let has_letter = || text[run.clone()].bytes().any(|byte| byte.is_ascii_alphabetic());
    if count == 6 {
        let is_address = !is_dump || has_letter() || is_known(&text[window(0)], redactor);
        return if is_address { vec![window(0)] } else { Vec::new() };
    }
    if matches!(count, 16 | 20 | 32) {
        return Vec::new();
    }
    let mut found = known_in(text, run.clone(), step, window(0).len(), redactor);
    let comes_from_word = text[..run.start].ends_with(|c: char| c.is_ascii_alphanumeric());
    match (continues_word(text, run.end), comes_from_word) {
        _ if !found.is_empty() || is_dump => {}
        (true, _) if count == 7 => found.push(window(0)),
        // `MAC:00:04:…`
        (false, true) if count == 7 => found.push(window(1)),
        (true, true) if count == 8 => found.push(window(1)),
        _ => {}
    }
    found
}

fn continues_word(text: &str, end: usize) -> bool {
    text.as_bytes().get(end).is_some_and(u8::is_ascii_alphanumeric)
}

/// The addresses in a run of digits without separators: the whole run, or known addresses in a longer one
/// (`MAC0004F2…`).
fn in_digits(text: &str, run: Range<usize>, redactor: &Redactor) -> Vec<Range<usize>> {
    if run.len() == 12 { vec![run] } else { known_in(text, run, 1, 12, redactor) }
}

/// The known addresses of this length in a run, in which one may begin every `step` bytes.
fn known_in(
    text: &str,
    run: Range<usize>,
    step: usize,
    length: usize,
    redactor: &Redactor,
) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in run.clone().step_by(step).take_while(|start| start + length <= run.end) {
        let is_free = found.last().is_none_or(|before| before.end <= start);
        if is_free && is_known(&text[start..start + length], redactor) {
            found.push(start..start + length);
        }
    }
    found
}

/// Whether an address is recognized in a run of more than 12 digits.
fn is_known(written: &str, redactor: &Redactor) -> bool {
    let Some(mac) = read(written) else { return false };
    let [a, b, c, ..] = mac.bytes();
    let is_ours = a == 0x02 && matches!(b, 0x00 | 0x80) && c == 0;
    is_ours || mac.is_vendors() || redactor.number_of_phone(mac).is_some()
}

/// Whether the digits stand alone: no further digits directly beside them or after a colon.
fn is_apart(text: &str, range: Range<usize>) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(|byte| hex_digit(*byte).is_some());
    let (before, after) = (&text.as_bytes()[..range.start], &text.as_bytes()[range.end..]);
    let last = before.strip_suffix(b":").unwrap_or(before).last();
    let next = after.strip_prefix(b":").unwrap_or(after).first();
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let starts_short = hex_digit(text.as_bytes()[range.start + 1]).is_none();
    let goes_on = is_digit(last) || is_digit(next) || (starts_short && is_word(before.last()));
    !goes_on
}

fn read(written: &str) -> Option<Mac> {
    let plain = written.replace("%3A", "").replace("%3a", "");
    let plain = plain.replace(": ", ":");
    let groups: Vec<&str> = plain.split(|sign: char| !sign.is_ascii_hexdigit()).collect();
    let digits: String = if groups.len() == 6 {
        groups.iter().map(|group| format!("{group:0>2}")).collect()
    } else {
        groups.concat()
    };
    digits.parse().ok()
}

/// Writes `mac` in the notation of `written`: the same separators, the same case.
fn in_same_notation(written: &str, mac: Mac) -> String {
    let between = if written.contains('%') { &written[2..5] } else { "" };
    let plain = if between.is_empty() { written.to_owned() } else { written.replace(between, "") };
    let is_lower = plain.bytes().any(|byte| byte.is_ascii_lowercase());
    let digits = if is_lower { mac.to_string().to_lowercase() } else { mac.to_string() };
    if !between.is_empty() {
        return pairs(&digits).collect::<Vec<_>>().join(between);
    }
    if written.bytes().filter(u8::is_ascii_hexdigit).count() < digits.len() {
        let short = |pair: &str| pair.strip_prefix('0').unwrap_or(pair).to_owned();
        return pairs(&digits).map(short).collect::<Vec<_>>().join(":");
    }
    let mut digits = digits.chars();
    written.chars().map(|c| if c.is_ascii_hexdigit() { digits.next().unwrap_or(c) } else { c }).collect()
}

fn pairs(digits: &str) -> impl Iterator<Item = &str> {
    (0..digits.len() / 2).map(move |pair| &digits[pair * 2..pair * 2 + 2])
}
