//! IP addresses and host names in a text, and the software versions that look like addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use regex::Regex;

pub(super) struct Patterns {
    ipv4: Regex,
    ipv6: Regex,
    dashed: Regex,
    /// What stands before a version, at the end of the text before it.
    version: Regex,
}

impl Patterns {
    pub(super) fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            ipv4: Regex::new(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")?,
            ipv6: Regex::new("[0-9A-Fa-f:.]{3,}")?,
            dashed: Regex::new("[0-9]+(?:-[0-9]+)+")?,
            version: Regex::new(concat!(
                r"(?i)(?:(version|updater|bootblock|bootrom|label)\s*=[^,;|=()]*",
                r"|\b(?:version|ver|updater|bootblock|bootrom|firmware|software|v)[\s:]*)\z"
            ))?,
        })
    }
}

/// How far before a version the word can stand that says so.
const VERSION_WINDOW: usize = 48;

/// Where IPv4 addresses stand. A port may follow one as a fifth part.
pub(super) fn ipv4(patterns: &Patterns, text: &str) -> Vec<(Range<usize>, Ipv4Addr)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(run) = patterns.ipv4.find_at(text, at) {
        let (before, after) = (&text[..run.start()], &text[run.end()..]);
        let is_part = is_digit_last(before)
            || is_digit_last(before.strip_suffix('.').unwrap_or(""))
            || after.starts_with(|c: char| c.is_ascii_digit())
            || has_two_more_parts(after);
        match parse_ipv4(run.as_str()) {
            Some(address) if !is_part && !is_version(patterns, before, address) => {
                found.push((run.range(), address));
                at = run.end();
            }
            _ => {
                // The rest of a longer run of numbers is no address either.
                let rest = &text[run.start()..];
                let length = rest.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(rest.len());
                at = run.start() + length;
            }
        }
    }
    found
}

/// Where IPv4 addresses stand with dashes for dots. Leading zeros are rather those of a date.
pub(super) fn dashed(patterns: &Patterns, text: &str) -> Vec<(Range<usize>, Ipv4Addr)> {
    let runs = patterns.dashed.find_iter(text);
    runs.filter_map(|run| {
        let is_padded = run.as_str().split('-').any(|part| part.len() > 1 && part.starts_with('0'));
        let address =
            (!is_padded && run.len() <= 15).then(|| parse_ipv4(&run.as_str().replace('-', ".")))??;
        Some((run.range(), address))
    })
    .collect()
}

fn is_digit_last(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether more follows than a port.
fn has_two_more_parts(after: &str) -> bool {
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let mut parts = after.strip_prefix('.').unwrap_or("").splitn(3, '.');
    parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number)
}

/// `Version=Codename 3.3.5.247` is no address; neither is a small number right after `version`.
fn is_version(patterns: &Patterns, before: &str, address: Ipv4Addr) -> bool {
    let mut near = before.len().saturating_sub(VERSION_WINDOW);
    while !before.is_char_boundary(near) {
        near += 1;
    }
    let Some(word) = patterns.version.captures(&before[near..]) else { return false };
    word.get(1).is_some() || address.octets()[0] < 10
}

/// Numbers with leading zeros are decimal: phones pad them.
fn parse_ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| !part.is_empty() && part.len() <= 3)?;
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        *octet = if is_number { part.parse().ok()? } else { return None };
    }
    parts.next().is_none().then(|| octets.into())
}

/// Where IPv6 addresses stand.
pub(super) fn ipv6(patterns: &Patterns, text: &str) -> Vec<(Range<usize>, Ipv6Addr)> {
    let runs = patterns.ipv6.find_iter(text).filter(|run| run.as_str().contains(':'));
    runs.filter_map(|run| {
        let mut range = run.range();
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        if text[..range.start].ends_with(is_letter) {
            // `IPv6:2001:…`: the first group is the end of a word.
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
        // The longest address with an IPv4 part has 45 characters.
        let address = (is_told && has_digit && shown.len() <= 45).then(|| shown.parse().ok())??;
        Some((range, address))
    })
    .collect()
}

/// The address that is all of `text`, with or without brackets.
pub(super) fn whole(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    parse_ipv4(text).map(IpAddr::V4).or_else(|| text.parse().ok())
}

/// Endings of file names, which no domain has.
const FILE_ENDINGS: [&str; 30] = [
    "log", "cfg", "xml", "csv", "gz", "zst", "zip", "tar", "tgz", "ld", "bin", "pem", "key", "crt", "csr",
    "der", "txt", "json", "jsonl", "md", "conf", "html", "htm", "old", "bak", "wav", "cert", "pfx", "tmp",
    "dat",
];

/// How names of configuration parameters begin (`device.sec.TLS.…`).
const PARAMETERS: [&str; 12] =
    ["device", "log", "reg", "sec", "voipprot", "prov", "tcpipapp", "feature", "up", "se", "msg", "apps"];

/// Whether a word with dots is a host's name, and not a file's, a parameter's or two sentences.
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
    let is_file = FILE_ENDINGS.contains(&ending.as_str());
    let is_sentence = is_capitalized(last) && !labels.iter().all(is_capitalized);
    let is_parameter = labels.iter().any(is_camel) || (PARAMETERS.contains(first) && labels.len() > 2);
    let has_letter = |label: &&str| label.chars().any(char::is_alphabetic);
    if word.len() > 253 || is_file || is_sentence || is_parameter {
        return false;
    }
    is_top
        && labels.iter().all(is_label)
        && (labels.len() == 2 || labels.iter().rev().skip(1).any(has_letter))
}
