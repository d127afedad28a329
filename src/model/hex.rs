//! Hexadecimal digits.

/// The byte that two hex digits stand for.
pub(crate) fn hex_byte(high: u8, low: u8) -> Option<u8> {
    Some(hex_digit(high)? << 4 | hex_digit(low)?)
}

/// The value of one hex digit of any case.
#[must_use]
pub const fn hex_digit(digit: u8) -> Option<u8> {
    match HEX_DIGITS[digit as usize] {
        NO_DIGIT => None,
        value => Some(value),
    }
}

const NO_DIGIT: u8 = 0xFF;

/// The values of all bytes. A table, since a branch on digit or letter is not predictable in fingerprints.
static HEX_DIGITS: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Two upper-case hex digits, from a table: reports have many of them.
pub(super) fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}
