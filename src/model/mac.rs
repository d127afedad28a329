//! A phone's MAC address.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::hex::{hex, hex_byte};

/// A phone's MAC address: six bytes, shown as 12 upper-case hex digits.
///
/// ```
/// use phonecert::model::Mac;
/// let mac: Mac = "00:04:f2-06075D".parse().unwrap();
/// assert_eq!(mac.to_string(), "0004F206075D");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mac([u8; 6]);

impl Mac {
    /// Parses an address that a person wrote: as [`FromStr`] does, also with blanks between the digits.
    ///
    /// # Errors
    /// [`NotAMac`] if it is not 12 hex digits with or without separators.
    pub fn in_any_notation(text: &str) -> Result<Self, NotAMac> {
        text.split_whitespace().collect::<String>().parse()
    }

    /// All zeros, which means every phone in the name of a master file.
    pub const EVERYONE: Self = Self::new([0; 6]);

    /// The vendor's address blocks (OUI).
    pub const VENDOR_BLOCKS: [[u8; 3]; 3] = [[0x00, 0x04, 0xF2], [0x64, 0x16, 0x7F], [0x48, 0x25, 0x67]];

    /// The address of these six bytes, first byte first.
    #[must_use]
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// The six bytes, first byte first.
    #[must_use]
    pub const fn bytes(self) -> [u8; 6] {
        self.0
    }

    /// Whether it is of the vendor's blocks.
    pub(crate) fn is_vendors(self) -> bool {
        Self::VENDOR_BLOCKS.iter().any(|block| self.0.starts_with(block))
    }

    /// Reads an address at the beginning of `text`: 12 hex digits of any case, with an optional
    /// `:`, `-` or `.` between two bytes. Returns the address and what follows it.
    #[must_use]
    pub fn prefix(text: &[u8]) -> Option<(Self, &[u8])> {
        let mut bytes = [0; 6];
        let mut rest = text;
        for (index, byte) in bytes.iter_mut().enumerate() {
            if index > 0
                && let [b':' | b'-' | b'.', after @ ..] = rest
            {
                rest = after;
            }
            let [high, low, after @ ..] = rest else {
                return None;
            };
            *byte = hex_byte(*high, *low)?;
            rest = after;
        }
        Some((Self(bytes), rest))
    }

    /// Whether 12 hex digits with this before and after them are a part of a UUID, not an address.
    pub(crate) fn is_in_uuid(before: &[u8], behind: &[u8]) -> bool {
        let is_word = |word: &[u8]| word.iter().all(u8::is_ascii_hexdigit);
        matches!(*before, [.., b'-', a, b, c, d, b'-'] if is_word(&[a, b, c, d]))
            || matches!(*behind, [b'-', a, b, c, d, ..] if is_word(&[a, b, c, d]))
    }

    /// The addresses of the vendor's blocks in a text, each as a word of its own.
    pub(crate) fn vendors_in(text: &[u8]) -> impl Iterator<Item = Self> {
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let begins = (0..text.len()).filter(move |at| {
            matches!(text[*at], b'0' | b'4' | b'6')
                && !is_digit(at.checked_sub(1).and_then(|at| text.get(at)))
        });
        begins.filter_map(move |at| {
            let (mac, rest) = Self::prefix(&text[at..])?;
            (mac.is_vendors() && !is_digit(rest.first())).then_some(mac)
        })
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.map(hex);
        f.write_str(std::str::from_utf8(digits.as_flattened()).unwrap_or_default())
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a MAC address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a MAC address: 12 hex digits are expected, with or without ':', '-' or '.' between the bytes")]
pub struct NotAMac;

impl FromStr for Mac {
    type Err = NotAMac;

    /// Accepts 12 hex digits of any case, with or without `:`, `-` or `.` between two bytes, and blanks around them.
    fn from_str(text: &str) -> Result<Self, NotAMac> {
        match Self::prefix(text.trim().as_bytes()) {
            Some((mac, [])) => Ok(mac),
            _ => Err(NotAMac),
        }
    }
}
