//! Part numbers as printed on labels: `2201-12360-001`, alone or followed by a revision.

use std::fmt;
use std::str::FromStr;

use super::revision::Revision;

const DIGITS: usize = 12;

/// The part number of a console label or a shipping box label: four, five and three digits.
///
/// This is not the assembly number in logs (3111-…, 2345-…), which looks the same: the guide's tables have
/// only the numbers on labels.
///
/// ```
/// use phonecert::reference::PartNumber;
/// let part: PartNumber = "2201 12360 001".parse().unwrap();
/// assert_eq!(part.to_string(), "2201-12360-001");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartNumber(u64);

impl PartNumber {
    /// The twelve digits without dashes.
    pub fn digits(self) -> String {
        format!("{:012}", self.0)
    }
}

impl fmt::Display for PartNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second, third) = (self.0 / 100_000_000, self.0 / 1000 % 100_000, self.0 % 1000);
        write!(f, "{first:04}-{second:05}-{third:03}")
    }
}

/// The error for a text that is not a part number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a part number: twelve digits are expected, such as 2201-12360-001")]
pub struct NotAPartNumber;

impl FromStr for PartNumber {
    type Err = NotAPartNumber;

    fn from_str(text: &str) -> Result<Self, NotAPartNumber> {
        match text.parse() {
            Ok(Label { part_number, revision: None }) => Ok(part_number),
            _ => Err(NotAPartNumber),
        }
    }
}

/// The content of a label: a part number, and its revision if that is given.
///
/// Read from `2201-12360-001`, `2201 12360 001 Rev B`, `P/N: 220112360001-b` and the like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// The part number.
    pub part_number: PartNumber,
    /// The revision after it.
    pub revision: Option<Revision>,
}

impl FromStr for Label {
    type Err = NotAPartNumber;

    fn from_str(text: &str) -> Result<Self, NotAPartNumber> {
        let text = without_caption(text.trim());
        let is_digit = |c: char| c.is_ascii_digit();
        let (last, _) = text.match_indices(is_digit).nth(DIGITS - 1).ok_or(NotAPartNumber)?;
        let (number, rest) = text.split_at(last + 1);
        if rest.starts_with(is_digit) || !number.chars().all(|c| is_digit(c) || is_separator(c)) {
            return Err(NotAPartNumber);
        }
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let part_number = PartNumber(digits.parse().map_err(|_| NotAPartNumber)?);
        let rest = rest.trim_matches(|c: char| is_separator(c) || matches!(c, ',' | ';' | '/' | '(' | ')'));
        if rest.is_empty() {
            return Ok(Self { part_number, revision: None });
        }
        let revision = rest.parse().map_err(|_| NotAPartNumber)?;
        Ok(Self { part_number, revision: Some(revision) })
    }
}

/// `text` without a leading `P/N`, `PN` or `Part Number` and the colon or hash sign after it.
fn without_caption(text: &str) -> &str {
    ["PART NUMBER", "PART NO", "P/N", "PN"]
        .iter()
        .find_map(|caption| {
            let head = text.get(..caption.len())?;
            head.eq_ignore_ascii_case(caption).then_some(&text[caption.len()..])
        })
        .map_or(text, |rest| rest.trim_start_matches(|c: char| c.is_whitespace() || ".:#=".contains(c)))
}

/// Whether it is a blank or one of the dashes by which word processors replace `-`.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '_' | '.' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_one_number() {
        for text in [
            "2201-12360-001",
            " 2201 12360 001 ",
            "220112360001",
            "2201\u{2011}12360\u{2013}001",
            "P/N: 2201-12360-001",
            "pn 2201-12360-001",
            "Part Number 2201-12360-001",
        ] {
            assert_eq!(text.parse::<PartNumber>().unwrap().to_string(), "2201-12360-001", "{text}");
        }
    }

    #[test]
    fn no_part_numbers() {
        for text in [
            "",
            "2201-12360-01",
            "2201-12360-0011",
            "2201-1236O-001",
            "2201-12360-001 rev B",
            "VVX 500",
            "0004f206075d",
            "2201-12360-001!",
            "P/N",
        ] {
            assert_eq!(text.parse::<PartNumber>(), Err(NotAPartNumber), "{text}");
        }
    }

    #[test]
    fn revision_behind_the_number() {
        for text in [
            "2201-12360-001 B",
            "2201-12360-001B",
            "2201-12360-001-b",
            "2201 12360 001 Rev. B",
            "2201-12360-001 (REV:B)",
        ] {
            let label: Label = text.parse().unwrap();
            assert_eq!(label.revision.unwrap().to_string(), "B", "{text}");
        }
        assert_eq!("2201-36172-302 2".parse::<Label>().unwrap().revision.unwrap().to_string(), "2");
        assert_eq!("2201-36172-302 x9".parse::<Label>(), Err(NotAPartNumber));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(part) = text.parse::<PartNumber>() {
                prop_assert_eq!(part.to_string().parse::<PartNumber>(), Ok(part));
            }
        }

        #[test]
        fn every_number_reads_back(number in 0_u64..1_000_000_000_000) {
            let part = PartNumber(number);
            prop_assert_eq!(part.to_string().parse::<PartNumber>(), Ok(part));
            prop_assert_eq!(part.digits().parse::<PartNumber>(), Ok(part));
        }
    }
}
