//! Finds IP addresses and host names in a text, and the software versions that look like addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::input::packed_endings;
use crate::secrets::pattern;

static IPV4: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"));

static IPV6: LazyLock<Regex> = LazyLock::new(|| pattern("[0-9A-Fa-f:.]{3,}"));

/// What marks a version, at the end of the text before it.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:(version|updater|bootblock|bootrom|label)\s*=[^,;|=()]*",
        r"|\b(?:version|ver|updater|bootblock|bootrom|firmware|software|v)[\s:]*)\z"
    ))
});

/// How many bytes before a version the word that marks it may begin.
const VERSION_WINDOW: usize = 48;

/// Finds IPv4 addresses. A port may follow one as a fifth part.
pub(super) fn ipv4(text: &str) -> Vec<(Range<usize>, Ipv4Addr)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(run) = IPV4.find_at(text, at) {
        let (before, after) = (&text[..run.start()], &text[run.end()..]);
        let is_part = is_digit_last(before)
            || is_digit_last(before.strip_suffix('.').unwrap_or(""))
            || after.starts_with(|c: char| c.is_ascii_digit())
            || has_two_more_parts(after);
        match parse_ipv4(run.as_str()) {
            Some(address) if !is_part && !is_version(before, address) => {
                found.push((run.range(), address));
                at = run.end();
            }
            _ => {
                // The rest of a longer run of numbers is not an address either.
                let rest = &text[run.start()..];
                let length = rest.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(rest.len());
                at = run.start() + length;
            }
        }
    }
    found
}

/// Parses an IPv4 address written with dashes instead of dots. A part with a leading zero is refused, since
/// the text is probably a date.
pub(super) fn dashed(text: &str) -> Option<Ipv4Addr> {
    let is_padded = text.split('-').any(|part| part.len() > 1 && part.starts_with('0'));
    if is_padded || text.len() > 15 { None } else { parse_ipv4(&text.replace('-', ".")) }
}

fn is_digit_last(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether at least two more parts follow, so that the first of them is not a port.
fn has_two_more_parts(after: &str) -> bool {
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let mut parts = after.strip_prefix('.').unwrap_or("").splitn(3, '.');
    parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number)
}

/// Whether the number is a software version, as in `Version=Codename 3.3.5.247`, or a small one directly
/// after `version`.
fn is_version(before: &str, address: Ipv4Addr) -> bool {
    let near = before.ceil_char_boundary(before.len().saturating_sub(VERSION_WINDOW));
    let Some(word) = VERSION.captures(&before[near..]) else { return false };
    word.get(1).is_some() || address.octets()[0] < 10
}

/// Parses an IPv4 address. Numbers with leading zeros are read as decimal, since phones pad them.
fn parse_ipv4(text: &str) -> Option<Ipv4Addr> {
    let is_number = |part: &&str| part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let octets = text.split('.').map(|part| Some(part).filter(is_number)?.parse::<u8>().ok());
    let octets: [u8; 4] = octets.collect::<Option<Vec<u8>>>()?.try_into().ok()?;
    Some(octets.into())
}

/// Finds IPv6 addresses.
pub(super) fn ipv6(text: &str) -> Vec<(Range<usize>, Ipv6Addr)> {
    let runs = IPV6.find_iter(text).filter(|run| run.as_str().contains(':'));
    runs.filter_map(|run| {
        let mut range = run.range();
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        if text[..range.start].ends_with(is_letter) {
            // In `IPv6:2001:…`, the first group is the end of a word.
            range.start += text[range.clone()].find(':')?;
        }
        if text[range.end..].starts_with(is_letter) {
            range.end = range.start + text[range.clone()].rfind(':')? + 1;
        }
        let shown = text[range.clone()].trim_end_matches('.');
        range.end = range.start + shown.len();
        if shown.ends_with(':') && !shown.ends_with("::") {
            range.end -= 1;
        }
        if shown.starts_with(':') && !shown.starts_with("::") {
            range.start += 1;
        }
        let shown = text.get(range.clone())?;
        let mut groups = shown.split([':', '.']).filter(|group| !group.is_empty());
        let is_told = groups.clone().count() > 1 || groups.any(|group| group.len() > 2);
        let has_digit = shown.bytes().any(|byte| byte.is_ascii_digit());
        // The longest form, with an IPv4 part, has 45 characters.
        let address = (is_told && has_digit && shown.len() <= 45).then(|| shown.parse().ok())??;
        Some((range, address))
    })
    .collect()
}

/// Parses `text` as an address, with or without brackets around it.
pub(super) fn whole(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    parse_ipv4(text).map(IpAddr::V4).or_else(|| text.parse().ok())
}

/// Endings of file names beside those of archives and compressed files. None is a top-level domain.
const FILE_ENDINGS: &str = "\
    log cfg xml csv ld bin pem key crt csr der txt json jsonl ndjson md markdown conf html htm old bak wav cert \
    pfx tmp dat";

/// First parts of names of configuration parameters (`device.sec.TLS.…`).
const PARAMETERS: &str = "\
    device log reg sec voipprot prov tcpipapp feature up se msg apps";

/// Whether a word with dots is a host name, not the name of a file or a parameter, nor the end and the
/// beginning of two sentences.
pub(super) fn is_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    let [first, .., last] = &labels[..] else { return false };
    let is_label = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    let is_capitalized = |label: &&str| {
        let mut letters = label.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.clone().all(char::is_lowercase)
    };
    let is_camel = |label: &&str| {
        label.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    };
    let ending = last.to_lowercase();
    let is_top = ending.starts_with("xn--")
        || (ending.chars().count() >= 2 && ending.chars().all(char::is_alphabetic) && ending.len() <= 24);
    // Belize has the top-level domain `bz`.
    let packed = packed_endings().filter(|known| *known != "bz");
    let is_file = FILE_ENDINGS.split(' ').chain(packed).any(|known| known == ending);
    let is_sentence = is_capitalized(last) && !labels.iter().all(is_capitalized);
    let is_parameter = labels.iter().any(is_camel)
        || (PARAMETERS.split(' ').any(|known| known == *first) && labels.len() > 2);
    let has_letter = |label: &&str| label.chars().any(char::is_alphabetic);
    if word.len() > 253 || is_file || is_sentence || is_parameter {
        return false;
    }
    is_top
        && labels.iter().all(is_label)
        && (labels.len() == 2 || labels.iter().rev().skip(1).any(has_letter))
}
