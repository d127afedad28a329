//! The formats of `events`. Each event is written as it comes, so that memory does not grow with their
//! number.

mod csv;
pub(super) mod jsonl;
mod table;

use std::io::{self, Write};

use super::shape::EventRow;
use super::{Format, Style};

/// The formats of `events`, the default first.
pub const EVENT_FORMATS: [Format<EventsWriter>; 3] = [table::FORMAT, jsonl::FORMAT, csv::FORMAT];

/// Calls a function with each event, in order.
pub type EachEvent<'e> = dyn FnMut(&mut dyn FnMut(EventRow) -> io::Result<()>) -> io::Result<()> + 'e;

/// Writes events one after the other.
pub type EventsWriter = fn(&mut EachEvent<'_>, &Style, &mut dyn Write) -> io::Result<()>;

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn written(format: &Format<EventsWriter>, style: &Style, events: Vec<EventRow>) -> String {
        let mut out = Vec::new();
        let mut each =
            |write: &mut dyn FnMut(EventRow) -> io::Result<()>| events.iter().cloned().try_for_each(write);
        (format.write)(&mut each, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn table_at_three_widths() {
        for width in [80, 120, 160] {
            let style = Style { width, ..Style::default() };
            insta::assert_snapshot!(
                format!("events_table_{width}"),
                written(&table::FORMAT, &style, fixture::events())
            );
        }
    }

    #[test]
    fn no_line_of_the_table_is_wider_than_the_terminal() {
        for width in 40..=200 {
            let style = Style { width, ..Style::default() };
            for line in written(&table::FORMAT, &style, fixture::events()).lines() {
                assert!(super::super::text::width::width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn an_object_a_line() {
        let text = written(&jsonl::FORMAT, &Style::default(), fixture::events());
        for line in text.lines() {
            let _: serde_json::Value = serde_json::from_str(line).unwrap();
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_line_an_event() {
        let text = written(&csv::FORMAT, &Style::default(), fixture::events());
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.records().map(Result::unwrap).count(), fixture::events().len());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn no_events() {
        assert_eq!(written(&table::FORMAT, &Style::default(), Vec::new()), "No events.\n");
        assert_eq!(written(&jsonl::FORMAT, &Style::default(), Vec::new()), "");
        assert_eq!(written(&csv::FORMAT, &Style::default(), Vec::new()).lines().count(), 1);
    }
}
