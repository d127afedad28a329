//! Finds keys in the digits of their bytes, hexadecimal or decimal, as tools print them, also in the lines of a dump.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::keys::placeholder;
use super::{Secret, merged, pattern};

/// Digits without blanks; pairs with colons; groups of any length with blanks between them; more pairs than a
/// fingerprint has, with other characters between them, as `30-82-04`, `0x30, 0x82` and `\x30\x82`.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    let (digit, pair) = ("[0-9A-Fa-f]", "[0-9A-Fa-f]{2}");
    pattern(&format!(
        r"\b(?<plain>{digit}{{32,}})\b|{digit}{{48,}}|\b{pair}(?::\s*{pair})+\b:?|\b(?<groups>{digit}+(?:\s+{digit}+)+)\b|(?<pairs>(?:\b0x|\\x|%|\b){pair}(?:[^0-9A-Za-z]{{1,3}}(?:0x|x)?{pair}){{32,}})\b"
    ))
});

/// A list of decimal numbers of at most three digits. No dot is between them, since IP addresses and versions have it.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9]{1,3}(?:[\s,;:-]{1,3}[0-9]{1,3})+\b"));

/// The beginning of a key in DER: a sequence whose first element is the integer 0, 1 or 3.
static BEGINNING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\A30(?:82[0-9a-f]{4}|81[0-9a-f]{2}|[0-7][0-9a-f])02010[013]"));

/// The word that marks digits after it as a key, as in `Key=…` and `Master-Key: …`, unless it is a public one; `HA1` is
/// the hash in place of the password of HTTP and SIP (RFC 7616, section 3.4.2).
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?:(?<public>pub(?:lic)?[ _-]?)?key|\bha1)\\?["']?\s*[:=]\s*\\?["']?\z"#)
});

/// What marks digits after it as a fingerprint.
static FINGERPRINT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:fingerprint|md5|sha-?[0-9]+)\W{0,4}\z"));

/// The longest text before digits in which [`LABEL`] or [`FINGERPRINT`] is looked for, in bytes.
const MAX_LABEL_LENGTH: usize = 24;

/// The digits of the shortest line of a dump, and of the shortest fingerprint: 16 bytes.
const MIN_DIGITS: usize = 32;

/// The shortest private keys in use, those for P-256 and Ed25519, in bytes.
const MIN_BYTES: usize = 32;

/// What is longer than any fingerprint, begins like a key, or is a line of a dump. Fingerprints have colons.
pub(super) fn keys(text: &str) -> Vec<Secret> {
    let mut keys: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(found) = DIGITS.captures_at(text, at) {
        let run = found.get_match();
        at = run.end();
        if found.name("groups").is_some() {
            let mut groups = groups(run.as_str(), run.start());
            if text[at..].starts_with(':') {
                // `key 30:82:…`, or the offset of the next line: the last one belongs to what follows.
                at = groups.pop().map_or(at, |last| last.start);
            }
            keys.extend(of_groups(text, &groups));
            continue;
        }
        let without_signs = run.as_str().replace("0x", "");
        let digits: String = without_signs.chars().filter(char::is_ascii_hexdigit).collect();
        let is_alone = || text.trim().len() == run.len();
        let is_key = match digits.len() {
            // A dump by `openssl` has 15 bytes a line, and a colon after the last.
            30 if run.as_str().ends_with(':') && is_alone() => true,
            _ if found.name("pairs").is_some() => is_begun(&digits) || has_letter(&digits),
            _ => is_key(&digits) || found.name("plain").is_some() && is_marked(text, run.start()),
        };
        keys.extend(is_key.then(|| run.range()));
    }
    keys.extend(NUMBERS.find_iter(text).filter(|list| has_bytes(list.as_str())).map(|list| list.range()));
    merged(keys.into_iter().map(|range| Secret { range, instead: placeholder("…") }).collect())
}

/// The groups of digits in a text that begins at this offset.
fn groups(text: &str, offset: usize) -> Vec<Range<usize>> {
    let mut end = offset;
    let groups = text.split_inclusive(char::is_whitespace).map(|group| {
        let start = end;
        end += group.len();
        start..start + group.trim_end().len()
    });
    groups.filter(|group| !group.is_empty()).collect()
}

/// The keys in groups of digits. Those of one key have the same length, and the last one can be shorter.
fn of_groups(text: &str, mut groups: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut keys = Vec::new();
    while let [first, ..] = groups {
        let length = first.len();
        let mut count = groups.iter().take_while(|group| group.len() == length).count();
        if length >= MIN_DIGITS {
            // Keys and fingerprints, one after another.
            count = 1;
        } else if let [last, rest @ ..] = &groups[count..]
            && count > 1
            && last.len() < length
            && rest.first().is_none_or(|next| next.len() != last.len())
        {
            count += 1;
        }
        let (these, rest) = groups.split_at(count);
        groups = rest;
        let texts: Vec<&str> = these.iter().map(|group| &text[group.clone()]).collect();
        let digits = texts.concat();
        let is_fingerprint = || {
            matches!(digits.len(), 32 | 40 | 56 | 64 | 96 | 128)
                && FINGERPRINT.is_match(label(text, first.start))
        };
        let is_line_of_dump = matches!(length, 2 | 4 | 8) && digits.len() >= MIN_DIGITS && !is_fingerprint();
        let is_secret = is_begun(&digits)
            || has_letter(&digits) && (is_line_of_dump || is_key(&digits)) && !are_addresses(&texts)
            || count == 1 && digits.len() >= MIN_DIGITS && (is_key(&digits) || is_marked(text, first.start));
        keys.extend(is_secret.then(|| first.start..these[count - 1].end));
    }
    keys
}

/// Whether these are MAC addresses: of several, two are of one vendor, so they begin with the same three bytes.
fn are_addresses(groups: &[&str]) -> bool {
    let mut vendors: Vec<&str> = groups.iter().filter_map(|group| group.get(..6)).collect();
    let count = vendors.len();
    vendors.sort_unstable();
    vendors.dedup();
    groups.iter().all(|group| group.len() == 12) && vendors.len() < count
}

/// Whether digits without separators are a key: there are more than of any fingerprint, or they begin like one.
fn is_key(digits: &str) -> bool {
    match digits.len() {
        48..=64 | 96 | 128 => ["3082", "3081", "302e0201", "30770201"]
            .iter()
            .any(|start| digits.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))),
        ..48 => is_begun(digits),
        _ => true,
    }
}

fn is_begun(digits: &str) -> bool {
    digits.len() >= 16 && BEGINNING.is_match(digits)
}

fn is_marked(text: &str, digits: usize) -> bool {
    LABEL.captures(label(text, digits)).is_some_and(|label| label.name("public").is_none())
}

/// What is directly before these digits.
fn label(text: &str, digits: usize) -> &str {
    &text[text.ceil_char_boundary(digits.saturating_sub(MAX_LABEL_LENGTH))..digits]
}

/// Whether a list has the decimal bytes of a key: of random ones, 61 in 100 have three digits, or 22 in 100 if they have
/// signs. Numbers of a list in order are no key.
fn has_bytes(list: &str) -> bool {
    let numbers = list.split(|sign: char| !sign.is_ascii_digit()).filter_map(|number| number.parse().ok());
    let numbers: Vec<u16> = numbers.collect();
    numbers.split(|number| *number > 255).any(|bytes| {
        let large = bytes.iter().filter(|byte| **byte >= 100).count();
        bytes.len() >= MIN_BYTES && large * 8 >= bytes.len() && !bytes.is_sorted()
    })
}

/// Whether a line of nothing but digits can be of a key: a name or a fingerprint can have this form too.
pub(super) fn is_line(line: &str) -> bool {
    line.len() >= MIN_DIGITS && line.bytes().all(|byte| byte.is_ascii_hexdigit()) && has_letter(line)
}

/// Whether hexadecimal digits are no decimal number.
fn has_letter(digits: &str) -> bool {
    digits.contains(|digit: char| digit.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::super::{conceal, conceal_line};

    const HIDDEN: &str = "-----BEGIN … PRIVATE KEY----- [redacted]";

    #[test]
    fn lines_of_dumps() {
        for (text, shown) in [
            ("0490: 4e cb 9b de db 70 36 65 99 44 10 9f 3c 45 08 28", format!("0490: {HIDDEN}")),
            (
                "00000490  4e cb 9b de db 70 36 65  99 44 10 9f 3c 45 08 28  |N|",
                format!("00000490  {HIDDEN}  |N|"),
            ),
            ("0490: 4ecb 9bde db70 3665 9944 109f 3c45 0828  N..p", format!("0490: {HIDDEN}  N..p")),
            ("4ecb9bde db703665 9944109f 3c450828", HIDDEN.to_owned()),
            ("    00:c4:cb:9b:de:db:70:36:65:99:44:10:9f:3c:45:", format!("    {HIDDEN}")),
            ("a.key 4E-CB-9B x", "a.key 4E-CB-9B x".to_owned()),
            ("value 308204bc020100300d06092a864886f7 x", format!("value {HIDDEN} x")),
            ("value 302e020100300506 x", "value 302e020100300506 x".to_owned()),
        ] {
            assert_eq!(conceal(text), shown);
            assert_eq!(conceal(&shown), shown);
        }
    }

    #[test]
    fn what_is_alone_in_a_line() {
        for (line, shown) in [
            ("4ecb9bdedb7036659944109f3c450828", HIDDEN.to_owned()),
            (" 4ecb9bdedb7036659944109f3c4508284ecb9bdedb7036659944109f3c450828", format!(" {HIDDEN}")),
            ("VwAXciod2OSrFkcm", HIDDEN.to_owned()),
            ("vUoWTA1IskQ5+/dZ", HIDDEN.to_owned()),
            ("VwAXciod2OSrFkc", "VwAXciod2OSrFkc".to_owned()),
            ("00000000000000000000000000000000", "00000000000000000000000000000000".to_owned()),
        ] {
            assert_eq!(conceal_line(line), shown);
            assert_eq!(conceal_line(&shown), shown);
            assert_eq!(conceal(line), line, "a name can have this form");
        }
    }

    #[test]
    fn pairs_with_other_signs() {
        let pairs = |count: usize, begin: &str, between: &str| {
            format!(
                "x {}",
                (0..count).map(|at| format!("{begin}{:02X}", at * 7 + 3)).collect::<Vec<_>>().join(between)
            )
        };
        for (begin, between) in [
            ("", "-"),
            ("", "."),
            ("", ", "),
            ("", ";"),
            ("", "|"),
            ("0x", ", "),
            ("\\x", ""),
            ("%", ""),
            ("", "_"),
        ] {
            assert_eq!(conceal(&pairs(33, begin, between)), format!("x {HIDDEN}"), "{begin}{between}");
            let fingerprint = pairs(32, begin, between);
            assert_eq!(conceal(&fingerprint), fingerprint);
        }
        let numbers = (10..60).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
        assert_eq!(conceal(&numbers), numbers);
    }

    /// The bytes of an invented key.
    fn bytes(count: u32) -> Vec<u8> {
        (0..count).map(|at| (at.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect()
    }

    /// Longer than a fingerprint of SHA-256; in groups of 2, 4 and 8 digits, a line of 16 bytes is enough.
    #[test]
    fn groups_of_any_length() {
        let groups = |count: u32, length: usize| {
            let digits: String = bytes(count).iter().map(|byte| format!("{byte:02x}")).collect();
            let groups = digits.as_bytes().chunks(length);
            groups.map(|group| str::from_utf8(group).unwrap()).collect::<Vec<_>>().join(" ")
        };
        for length in [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 20, 24, 31] {
            for count in [33, 47, 66, 121] {
                for before in ["", "bad ", "00000490  "] {
                    let text = format!("x: {before}{} end", groups(count, length));
                    let shown = conceal(&text);
                    assert!(shown.contains(HIDDEN) && shown.len() < 70 + before.len(), "{text}: {shown}");
                    assert_eq!(conceal(&shown), shown);
                }
            }
            for count in [20, 32] {
                let text = format!("SHA fingerprint: {} end", groups(count, length));
                assert_eq!(conceal(&text), text);
            }
        }
        let mixed = format!("a key 30:82:04:bc:02:01:00:30:0d, {}", groups(40, 6));
        assert_eq!(conceal(&mixed), format!("a key {HIDDEN}, {HIDDEN}"));
    }

    #[test]
    fn decimal_bytes() {
        let list =
            |count: u32, sign: &str| bytes(count).iter().map(u8::to_string).collect::<Vec<_>>().join(sign);
        for sign in [" ", ",", ", ", ":", ";", "-", "\n"] {
            assert_eq!(
                conceal(&format!("key[32]: 300, [{}]", list(32, sign))),
                format!("key[32]: 300, [{HIDDEN}]")
            );
            let short = format!("[{}]", list(31, sign));
            assert_eq!(conceal(&short), short);
        }
        let signed: Vec<String> = bytes(40).iter().map(|byte| byte.cast_signed().to_string()).collect();
        assert!(conceal(&signed.join(", ")).contains(HIDDEN));
    }

    #[test]
    fn digits_that_a_word_marks() {
        let digits = "4ecb9bdedb7036659944109f3c450828";
        for label in ["Crypt=1;Key=", "Master-Key: ", "\"key\": \"", "encryption key: "] {
            assert_eq!(conceal(&format!("{label}{digits}; x")), format!("{label}{HIDDEN}; x"));
        }
        for label in ["public key: ", "pubkey=", "key fingerprint: ", "monkey ", "Session-ID: "] {
            let text = format!("{label}{digits}; x");
            assert_eq!(conceal(&text), text);
        }
    }

    #[test]
    fn fingerprints_and_numbers_stay() {
        for text in [
            "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
            "fingerprint 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17:01:02:03:04",
            "Call-ID 4ecb9bdedb7036659944109f3c450828 ended",
            "4ecb9bde-db70-3665-9944-109f3c450828",
            "0004f2a0b001 0004f2a0b002 0004f2a0b003 0004f2a0b004",
            "2013 05 31 13 18 22 2013 05 31 13 18 22 2013 05 31 13 18 22",
            "fingerprint: 708B859C 494E28E2 3C034CD8 AA0D8E17",
            "SHA1 CA70 79D5 FAB8 3E6A DFA0 F680 3D53 0BFC 9F86 D081",
            "0004f2a0b001 0004f2a0b002 64167fa0b001 482567a0b001 64167fa0b002 00e0dba0b001 0004f2a0b003",
            "add bad dad fed be a face cafe deed bead",
            "192.0.2.101 192.0.2.102 192.0.2.203 192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7 192.0.2.8 192.0.2.200",
            "36, 40, 44, 48, 52, 56, 60, 64, 100, 104, 108, 112, 116, 120, 124, 128, 132, 136, 140, 144, 149, 153, 157, 161, 165, 169, 173, 177, 181, 185, 189, 193, 197",
            "00000000000000000000000000000000",
        ] {
            assert_eq!(conceal(text), text);
        }
    }
}
