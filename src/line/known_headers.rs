//! Remembers the headers of syslog servers, which are the same before most lines but for their date.

use std::collections::HashMap;
use std::ops::Range;

use super::prefix::{dated, origin};
use super::{Line, LineOrigin, line_with, range_in};
use crate::model::Mac;

/// More headers than these are not remembered. The senders of one file are fewer, and headers that are counted or have
/// two dates are seen once.
const MAX_HEADERS: usize = 4_096;

/// What follows the date in a header, where no file is named, and the phone or the sender that it names. A syslog file of
/// 60 MB takes a third of the time with it.
#[derive(Debug, Default)]
pub(crate) struct KnownHeaders(HashMap<Box<[u8]>, KnownOrigin>);

/// The phone, and the position of the sender.
#[derive(Clone, Debug)]
struct KnownOrigin {
    mac: Option<Mac>,
    sender: Option<Range<usize>>,
}

impl KnownHeaders {
    /// Parses one line, as [`line`](super::line) does.
    pub(crate) fn line<'a>(&mut self, bytes: &'a [u8]) -> Line<'a> {
        line_with(bytes, |before| self.origin(before))
    }

    fn origin<'a>(&mut self, before: &'a [u8]) -> Option<LineOrigin<'a>> {
        let Some(header) = dated(before) else { return origin(before) };
        if let Some(known) = self.0.get(header) {
            let sender = known.sender.clone().map(|range| &header[range]);
            return Some(LineOrigin { mac: known.mac, sender, file: None });
        }
        let origin = origin(before)?;
        let sender = origin.sender.and_then(|sender| range_in(header, sender));
        if self.0.len() < MAX_HEADERS {
            self.0.insert(header.into(), KnownOrigin { mac: origin.mac, sender });
        }
        Some(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::super::line;
    use super::*;

    #[test]
    fn a_known_header_names_the_same_sender() {
        let mut headers = KnownHeaders::default();
        for (before, sender) in [
            ("<131>May  1 08:00:00 192.0.2.7 ", "192.0.2.7"),
            ("<131>May  1 08:00:01 192.0.2.7 ", "192.0.2.7"),
            ("<131>May  1 08:00:01 192.0.2.8 ", "192.0.2.8"),
            ("May 11 08:00:02 192.0.2.7 ", "192.0.2.7"),
            ("<131>1 2026-05-11T08:00:02Z 192.0.2.7 ", "192.0.2.7"),
        ] {
            let origin = headers.origin(before.as_bytes());
            assert_eq!(origin.and_then(|origin| origin.sender), Some(sender.as_bytes()), "{before}");
        }
        assert_eq!(headers.0.len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn lines_are_parsed_as_without_known_headers(
            befores in proptest::collection::vec(
                r"(<131>1 |<131>|1 |> )?(May  [1-3] 08:00:00|2026-05-01T08:00:0[0-2]Z)?( 192.0.2.[1-3]|,| phone-[1-2]| app\[12\]:| -| May  1 08:00:00){0,4} ",
                1..20,
            ),
        ) {
            let mut headers = KnownHeaders::default();
            for before in befores {
                let whole = format!("{before}0501080000|so   |4|00|text");
                proptest::prop_assert_eq!(headers.line(whole.as_bytes()), line(whole.as_bytes()));
            }
        }
    }
}
