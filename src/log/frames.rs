//! Syslog that was saved as it came over TCP with octet counting (RFC 6587, 3.4.1): `109 <131>Mar  9 …`. The count is all
//! that is between two messages, so each message is given a line feed.

/// No count has more digits: it is that of one message.
const MAX_DIGITS: usize = 6;

/// Gives each message of a stream a line of its own, with its count.
#[derive(Debug)]
pub(super) struct Frames {
    /// How many bytes of the current message are missing.
    missing: usize,
    /// The last byte. Some senders count a line feed at the end of a message.
    last: u8,
    /// The end of the piece before, which may be within a count.
    undecided: Vec<u8>,
}

impl Frames {
    /// For a stream that begins with these bytes. None if it does not begin with two counted messages without line feed
    /// between them.
    pub(super) fn of(begin: &[u8]) -> Option<Self> {
        let Next::Message(length) = Next::at(begin) else { return None };
        let (message, behind) = begin.split_at_checked(length)?;
        let is_apart = message.contains(&b'\n') || !matches!(Next::at(behind), Next::Message(_));
        (!is_apart).then_some(Self { missing: 0, last: b'\n', undecided: Vec::new() })
    }

    /// The next piece of the stream, as lines.
    pub(super) fn lines(&mut self, piece: &[u8]) -> Vec<u8> {
        let joined = [std::mem::take(&mut self.undecided).as_slice(), piece].concat();
        let (mut lines, mut rest) = (Vec::with_capacity(joined.len()), joined.as_slice());
        loop {
            let (message, behind) = rest.split_at(self.missing.min(rest.len()));
            lines.extend_from_slice(message);
            self.missing -= message.len();
            self.last = message.last().copied().unwrap_or(self.last);
            rest = behind;
            let Some(first) = rest.first() else { return lines };
            match Next::at(rest) {
                Next::Message(length) => {
                    if self.last != b'\n' {
                        lines.push(b'\n');
                    }
                    self.missing = length;
                }
                Next::Undecided => {
                    self.undecided = rest.to_vec();
                    return lines;
                }
                // A part of the stream is missing.
                Next::Other => {
                    lines.push(*first);
                    (self.last, rest) = (*first, &rest[1..]);
                }
            }
        }
    }

    /// The end of the stream.
    pub(super) fn rest(self) -> Vec<u8> {
        self.undecided
    }
}

/// What follows a message.
enum Next {
    /// Another one, of this length with its count.
    Message(usize),
    /// Perhaps another one: the piece ends within the count.
    Undecided,
    Other,
}

impl Next {
    fn at(bytes: &[u8]) -> Self {
        let digits = bytes.iter().take(MAX_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let (count, behind) = bytes.split_at(digits);
        if !(1..=MAX_DIGITS).contains(&digits) || count[0] == b'0' {
            return Self::Other;
        }
        match behind {
            [] | [b' '] => Self::Undecided,
            [b' ', b'<', ..] => {
                let length = digits + 1 + crate::line::value(count) as usize;
                // Where a part of the stream is missing, digits of a message can be before a count.
                let is_end = bytes.get(length).is_none_or(|next| next.is_ascii_digit() || *next == b'\n');
                if is_end { Self::Message(length) } else { Self::Other }
            }
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(stream: &str, piece: usize) -> Option<String> {
        let mut frames = Frames::of(stream.as_bytes())?;
        let mut lines = Vec::new();
        stream.as_bytes().chunks(piece).for_each(|piece| lines.extend(frames.lines(piece)));
        lines.extend(frames.rest());
        Some(String::from_utf8(lines).unwrap())
    }

    #[test]
    fn counted_messages_get_lines() {
        for (stream, expected) in [
            ("5 <1>ab6 <1>abc", Some("5 <1>ab\n6 <1>abc")),
            ("5 <1>a07 <1>ab 25 <1>cd", Some("5 <1>a0\n7 <1>ab 2\n5 <1>cd")),
            // A line feed that is counted.
            ("5 <1>a\n5 <1>b\n", None),
            ("5 <1>ab5 <1>b\n5 <1>c\n", Some("5 <1>ab\n5 <1>b\n5 <1>c\n")),
            // A part of the third message is missing, and the last one is cut.
            (
                "5 <1>ab5 <1>cd9 <1>ab5 <1>ef5 <1>gh9 <1>a",
                Some("5 <1>ab\n5 <1>cd9 <1>ab\n5 <1>ef\n5 <1>gh\n9 <1>a"),
            ),
            ("5 <1>ab", None),
            ("5 <1>ab\n5 <1>cd", None),
            ("<1>ab<1>cd", None),
            ("5 ab 5 cd", None),
        ] {
            assert_eq!(lines(stream, stream.len()).as_deref(), expected, "{stream}");
        }
        let stream = "5 <1>ab12 <1>abcdefghi6 <1>abc";
        for piece in 1..stream.len() {
            let lines = lines(stream, piece).unwrap();
            assert_eq!(lines, "5 <1>ab\n12 <1>abcdefghi\n6 <1>abc", "{piece}");
        }
    }
}
