//! Texts in which characters are escaped, as in URLs, HTML, XML and JSON: a secret is recognized in what they mean.

use super::Secret;

/// The most escapes within each other that are resolved, as in `%2526` for `&`.
const LEVELS: usize = 3;

/// The named entities that can enclose a value.
const ENTITIES: [(&str, char); 5] =
    [("&amp;", '&'), ("&quot;", '"'), ("&apos;", '\''), ("&lt;", '<'), ("&gt;", '>')];

/// A text with the characters that are escaped in another one.
pub(super) struct Unescaped {
    pub(super) text: String,
    /// The offset in the other text of each byte, and that of the end.
    offsets: Vec<usize>,
}

impl Unescaped {
    /// The text after one to [`LEVELS`] replacements of its escapes; none if it has no escapes.
    pub(super) fn levels(text: &str) -> impl Iterator<Item = Self> {
        let deeper = |outer: &Self| {
            let inner = Self::of(&outer.text)?;
            let offsets = inner.offsets.iter().map(|offset| outer.offsets[*offset]).collect();
            Some(Self { offsets, ..inner })
        };
        std::iter::successors(Self::of(text), deeper).take(LEVELS)
    }

    /// Only escapes of printable ASCII are replaced. None if there are none.
    fn of(text: &str) -> Option<Self> {
        let is_sign = |byte: u8| matches!(byte, b'%' | b'&' | b'\\');
        let mut next = memchr::memchr3(b'%', b'&', b'\\', text.as_bytes())?;
        let mut offsets: Vec<usize> = (0..next).collect();
        let mut unescaped = text[..next].to_owned();
        while next < text.len() {
            let rest = &text[next..];
            match escaped(rest) {
                Some((character, length)) => {
                    unescaped.push(character);
                    offsets.push(next);
                    next += length;
                }
                None => {
                    let plain = rest.bytes().skip(1).position(is_sign).map_or(rest.len(), |sign| sign + 1);
                    unescaped.push_str(&rest[..plain]);
                    offsets.extend(next..next + plain);
                    next += plain;
                }
            }
        }
        offsets.push(text.len());
        (unescaped.len() < text.len()).then_some(Self { text: unescaped, offsets })
    }

    /// A secret in this text, where it is in the other one.
    pub(super) fn outer(&self, secret: Secret) -> Secret {
        let range = self.offsets[secret.range.start]..self.offsets[secret.range.end];
        Secret { range, ..secret }
    }
}

/// The character that is escaped at the beginning of a text, and the length of the escape in bytes.
fn escaped(text: &str) -> Option<(char, usize)> {
    let numbered = |digits: &str, radix, length| {
        let number =
            u32::from_str_radix(digits, radix).ok().filter(|number| (0x20..0x7f).contains(number))?;
        Some((char::from_u32(number)?, length))
    };
    match text.as_bytes() {
        [b'%', ..] => numbered(text.get(1..3)?, 16, 3),
        [b'\\', b'u', ..] => numbered(text.get(2..6)?, 16, 6),
        [b'\\', b'x', ..] => numbered(text.get(2..4)?, 16, 4),
        [b'&', b'#', ..] => {
            let end = text.bytes().take(10).position(|byte| byte == b';')?;
            match text.as_bytes()[2] {
                b'x' | b'X' => numbered(&text[3..end], 16, end + 1),
                _ => numbered(&text[2..end], 10, end + 1),
            }
        }
        [b'&', ..] => {
            let (entity, character) = ENTITIES.into_iter().find(|(entity, _)| text.starts_with(entity))?;
            Some((character, entity.len()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_all_forms_and_levels() {
        for (text, levels) in [
            ("a%3Db", &["a=b"][..]),
            ("a%253db", &["a%3db", "a=b"]),
            ("&quot;é&#61;&#x3D;&amp;amp;", &["\"é==&amp;", "\"é==&"]),
            (r"\u003d\x22", &["=\""]),
            ("100 % of &x; %zz %é %0a \\", &[]),
            ("&#;&#x;&#x3D", &[]),
            ("%", &[]),
        ] {
            let found: Vec<String> = Unescaped::levels(text).map(|level| level.text).collect();
            assert_eq!(found, levels, "{text}");
        }
        let whole = Unescaped::levels("x%253Dé").last().unwrap();
        let secret = whole.outer(Secret::new(1..whole.text.len()).unwrap());
        assert_eq!(secret.range, 1.."x%253Dé".len());
    }
}
