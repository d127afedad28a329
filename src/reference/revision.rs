//! Revisions on labels, and their order.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The revision of a part: letters (`B`, `AA`) or, on some SpectraLink phones, a number (`3`).
///
/// Letters are ordered A < B < … < Z < AA < AB …, numbers as numbers. A letter and a number are not
/// comparable, since the guide does not say which of the two schemes came first.
///
/// ```
/// use phonecert::reference::Revision;
/// let revision = |text: &str| text.parse::<Revision>().unwrap();
/// assert!(revision("z") < revision("Rev AA"));
/// assert_eq!(revision("B").partial_cmp(&revision("3")), None);
/// ```
///
/// The text is stored with blanks before it, so that the order of the bytes is that of the revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision([u8; 4]);

impl Revision {
    const fn is_number(self) -> bool {
        self.0[3].is_ascii_digit()
    }
}

impl PartialOrd for Revision {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.is_number() == other.is_number()).then(|| self.0.cmp(&other.0))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default().trim_start())
    }
}

/// The error for a text that is not a revision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a revision: one to three letters or a number are expected, such as B, AA or 3")]
pub struct NotARevision;

impl FromStr for Revision {
    type Err = NotARevision;

    /// Accepts any case, and `Rev` or `Revision` before it.
    fn from_str(text: &str) -> Result<Self, NotARevision> {
        let text = text.trim().to_ascii_uppercase();
        let captioned = ["REVISION", "REV"].iter().find_map(|caption| text.strip_prefix(caption));
        let text = captioned.map_or(text.as_str(), |rest| {
            rest.trim_start_matches(|c: char| c.is_whitespace() || ".:=-".contains(c))
        });
        let text = match text.len() {
            1..=3 if text.bytes().all(|byte| byte.is_ascii_uppercase()) => text.to_owned(),
            1..=4 if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse::<u16>().map_err(|_| NotARevision)?.to_string()
            }
            _ => return Err(NotARevision),
        };
        let mut stored = [b' '; 4];
        stored[4 - text.len()..].copy_from_slice(text.as_bytes());
        Ok(Self(stored))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn revision(text: &str) -> Revision {
        text.parse().unwrap()
    }

    #[test]
    fn captions_and_case() {
        for text in ["B", "b", " B ", "Rev B", "REV.B", "Rev:b", "Revision B", "rev=B"] {
            assert_eq!(revision(text).to_string(), "B", "{text}");
        }
        assert_eq!(revision("03").to_string(), "3");
        for text in ["", "Rev", "B2", "2B", "-1", "ABCD", "12345", "É", "B C"] {
            assert_eq!(text.parse::<Revision>(), Err(NotARevision), "{text}");
        }
    }

    #[test]
    fn order_of_letters_and_numbers() {
        let ordered = ["A", "B", "H", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "ZZZ"];
        assert!(ordered.windows(2).all(|pair| revision(pair[0]) < revision(pair[1])));
        assert!(revision("2") < revision("10"));
        assert_eq!(revision("A").partial_cmp(&revision("1")), None);
    }

    proptest! {
        #[test]
        fn letters_order_by_length_then_alphabet(left in "[A-Z]{1,3}", right in "[A-Z]{1,3}") {
            prop_assume!(left != "REV" && right != "REV");
            let expected = left.len().cmp(&right.len()).then_with(|| left.cmp(&right));
            prop_assert_eq!(revision(&left).partial_cmp(&revision(&right)), Some(expected));
            prop_assert_eq!(revision(&left).to_string(), left);
        }

        #[test]
        fn numbers_order_as_numbers(left in 0_u16..10_000, right in 0_u16..10_000) {
            let order = revision(&left.to_string()).partial_cmp(&revision(&right.to_string()));
            prop_assert_eq!(order, Some(left.cmp(&right)));
        }

        #[test]
        fn letter_and_number_never_compare(letters in "[A-Za-z]{1,3}", number in 0_u16..10_000) {
            prop_assume!(!letters.eq_ignore_ascii_case("rev"));
            let (letters, number) = (revision(&letters), revision(&number.to_string()));
            prop_assert_eq!(letters.partial_cmp(&number), None);
            prop_assert_eq!(number.partial_cmp(&letters), None);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
            if let Ok(read) = text.parse::<Revision>() {
                prop_assert_eq!(revision(&read.to_string()), read);
            }
        }
    }
}
