//! The formats of `events`. Each event is written as it comes, so that memory does not grow with their
//! number.

mod csv;
pub(super) mod jsonl;
mod table;

use std::io::{self, Write};

use super::shape::EventRow;
use super::{Format, Style};

/// The formats of `events`, the default first.
pub const EVENT_FORMATS: [Format<MakeEventWriter>; 3] = [table::FORMAT, jsonl::FORMAT, csv::FORMAT];

/// Writes events one after the other: `begin`, any number of `row`s, `end`.
pub trait EventWriter {
    /// Writes what comes before the first event.
    ///
    /// # Errors
    /// What the place written to returns.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// Writes an event.
    ///
    /// # Errors
    /// What the place written to returns.
    fn row(&mut self, event: EventRow, out: &mut dyn Write) -> io::Result<()>;

    /// Writes what comes after the last event.
    ///
    /// # Errors
    /// What the place written to returns.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

/// Makes the writer of a format.
pub type MakeEventWriter = fn(&Style) -> Box<dyn EventWriter>;

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn written(format: &Format<MakeEventWriter>, style: &Style, events: Vec<EventRow>) -> String {
        let mut out = Vec::new();
        let mut writer = (format.write)(style);
        writer.begin(&mut out).unwrap();
        for event in events {
            writer.row(event, &mut out).unwrap();
        }
        writer.end(&mut out).unwrap();
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
