//! Finds whether the rows of an export that name no sender are of several ones.
//!
//! Collectors write the sender in any field, as an address or a name, beside those of relays and of themselves. Which
//! one it is can't be known, but if rows name different hosts, they are not of one phone.

use memchr::memmem;

use super::PartName;
use crate::line::{canonical_host, hosts_of_member, hosts_of_row, is_address};

/// The hosts that the rows of a part name.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The most hosts of a row so far, sorted. A row that lacks some of them can be of the same sender.
    hosts: Vec<String>,
    /// Those of the current row.
    current: Vec<String>,
    differ: bool,
}

impl Rows {
    /// Takes a row, which is the first line of an object that has one member per line.
    pub(super) fn row(&mut self, line: &[u8]) {
        self.end_row();
        self.current.extend(hosts_of_row(line).into_iter().flatten().map(canonical_host));
    }

    /// Takes an object whose sender can be a relay, or the collector. Only addresses beside it are those of phones.
    pub(super) fn row_of_relay(&mut self, line: &[u8]) {
        self.end_row();
        let hosts = hosts_of_row(line).into_iter().flatten();
        self.current.extend(hosts.filter(|host| is_address(host)).map(canonical_host));
    }

    /// Takes a line between two rows.
    pub(super) fn between(&mut self, line: &[u8]) {
        self.current.extend(hosts_of_member(line).map(canonical_host));
    }

    fn end_row(&mut self) {
        let mut hosts = std::mem::take(&mut self.current);
        hosts.sort();
        hosts.dedup();
        let is_within = |these: &[String], those: &[String]| these.iter().all(|host| those.contains(host));
        if is_within(&self.hosts, &hosts) {
            self.hosts = hosts;
        } else {
            self.differ |= !is_within(&hosts, &self.hosts);
        }
    }

    /// Whether the rows are of several senders.
    pub(super) fn differ(&mut self) -> bool {
        self.end_row();
        self.differ
    }
}

/// Whether the sender of a JSON object can be a relay: it is an address, and not the value of `host` itself.
pub(super) fn may_be_relay(line: &[u8], name: &PartName) -> bool {
    let PartName::Sender(sender) = name else { return false };
    let line = line.trim_ascii_start();
    let is_host = || {
        let behind =
            memmem::find(line, b"\"host\":").map_or(&b""[..], |at| line[at + 7..].trim_ascii_start());
        let value = behind.strip_prefix(b"\"").and_then(|value| value.split(|byte| *byte == b'"').next());
        value.is_some_and(|value| {
            value.starts_with(sender.as_bytes()) || canonical_host(value).as_str() == &**sender
        })
    };
    line.starts_with(b"{") && is_address(sender.as_bytes()) && !is_host()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_several_senders() {
        let message = "0501080000|so   |4|00|text";
        for (rows, expected) in [
            (
                &[r#"{"m":"#, r#","host":"a.example.com"}"#, r#"{"m":"#, r#","host":"b.example.com"}"#][..],
                true,
            ),
            (&[r#"{"m":"#, r#","host":"a.example.com"}"#, r#"{"m":"#, r#","host":"a.example.com"}"#], false),
            (&[r#"{"m":"#, r#","host":"phone-1"}"#, r#"{"m":"#, r#","host":"phone-2"}"#], true),
            (&[r#"{"m":"#, r#","host": {"name": "a"}}"#, r#"{"m":"#, r#","host": {"name": "b"}}"#], true),
            (&[r#"{"m":"#, r#","tag":"phone-1"}"#, r#"{"m":"#, r#","tag":"phone-2"}"#], false),
            (
                &[r#"{"m":"#, r#","a":"192.0.2.1","b":"192.0.2.9"}"#, r#"{"m":"#, r#","a":"192.0.2.9"}"#],
                false,
            ),
            (&[r#"{"m":"#, r#","a":"192.0.2.1:1031"}"#, r#"{"m":"#, r#","a":"192.0.2.1:1032"}"#], false),
            (
                &["", ",\"2026-05-01T08:00:00.1Z\",\"udp:514\"", "", ",\"2026-05-01T08:00:01.2Z\",\"a\""],
                false,
            ),
            (
                &[
                    "1,",
                    ",\"a.example.com\",\"idx.example.com\"",
                    "2,",
                    ",\"b.example.com\",\"idx.example.com\"",
                ],
                true,
            ),
        ] {
            let mut found = Rows::default();
            for row in rows.chunks(2) {
                found.row(format!("{}\"{message}\"{}", row[0], row[1]).as_bytes());
            }
            assert_eq!(found.differ(), expected, "{rows:?}");
        }
    }

    #[test]
    fn rows_with_a_member_per_line() {
        for (second, expected) in [("192.0.2.2", true), ("192.0.2.1", false)] {
            let mut rows = Rows::default();
            for host in ["192.0.2.1", second] {
                rows.row(br#" "message": "0501080000|so   |4|00|text","#);
                rows.between(br#" "host": {"#);
                rows.between(format!("  \"ip\": \"{host}\"").as_bytes());
            }
            assert_eq!(rows.differ(), expected);
        }
    }
}
