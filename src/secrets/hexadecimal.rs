//! Finds keys in hexadecimal digits, as tools print them, also in the lines of a dump.

use std::sync::LazyLock;

use regex::Regex;

use super::keys::sign;
use super::{Secret, pattern};

/// Digits without blanks; pairs with colons; the groups of a dump; more pairs than a fingerprint has, with other signs
/// between them, as `30-82-04`, `0x30, 0x82` and `\x30\x82`.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    let pair = "[0-9A-Fa-f]{2}";
    let group = format!("(?:{pair}|(?:{pair}){{2}}|(?:{pair}){{4}})");
    pattern(&format!(
        r"\b(?<plain>[0-9A-Fa-f]{{32,}})\b|[0-9A-Fa-f]{{48,}}|\b{pair}(?::\s*{pair})+\b:?|\b(?<dump>{group}(?:\s+{group})+)\b|(?<pairs>(?:\b0x|\\x|%|\b){pair}(?:[^0-9A-Za-z]{{1,3}}(?:0x|x)?{pair}){{32,}})\b"
    ))
});

/// The beginning of a key in DER: a sequence whose first element is the integer 0, 1 or 3.
static BEGINNING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\A30(?:82[0-9a-f]{4}|81[0-9a-f]{2}|[0-7][0-9a-f])02010[013]"));

/// The digits of the shortest line of a dump, and of the shortest fingerprint: 16 bytes.
const MIN_DIGITS: usize = 32;

/// What is longer than any fingerprint, begins like a key, or is a line of a dump. Fingerprints have colons.
pub(super) fn keys(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    for found in DIGITS.captures_iter(text) {
        let run = found.get_match();
        let without_signs = run.as_str().replace("0x", "");
        let digits: String = without_signs.chars().filter(char::is_ascii_hexdigit).collect();
        let is_alone = || text.trim().len() == run.len();
        let has_letters = || has_letter(&digits);
        let is_key = match digits.len() {
            ..16 => false,
            _ if BEGINNING.is_match(&digits) => true,
            // A dump by `openssl` has 15 bytes a line, and a colon after the last.
            16..MIN_DIGITS => digits.len() == 30 && run.as_str().ends_with(':') && is_alone(),
            _ if found.name("dump").or(found.name("pairs")).is_some() => has_letters(),
            48..=64 | 96 | 128 => ["3082", "3081", "302e0201", "30770201"].iter().any(|start| {
                digits.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
            }),
            MIN_DIGITS..48 => false,
            _ => true,
        };
        if is_key {
            secrets.push(Secret { range: run.range(), instead: sign("…") });
        }
    }
    secrets
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
            ("00000490  4e cb 9b de db 70 36 65  99 44 10 9f 3c 45 08 28  |N|", format!("{HIDDEN}  |N|")),
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

    #[test]
    fn fingerprints_and_numbers_stay() {
        for text in [
            "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
            "fingerprint 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17:01:02:03:04",
            "Call-ID 4ecb9bdedb7036659944109f3c450828 ended",
            "4ecb9bde-db70-3665-9944-109f3c450828",
            "0004f2a0b001 0004f2a0b002 0004f2a0b003 0004f2a0b004",
            "2013 05 31 13 18 22 2013 05 31 13 18 22 2013 05 31 13 18 22",
            "00000000000000000000000000000000",
        ] {
            assert_eq!(conceal(text), text);
        }
    }
}
