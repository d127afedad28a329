//! `table`: a heading per log and a line per event. The column widths are taken from the first events, so
//! that only these have to be buffered.

use std::borrow::Cow;
use std::io::{self, Write};

use super::csv::plain;
use super::{EventWriter, MakeEventWriter};
use crate::report::shape::EventRow;
use crate::report::text::paint::Tone;
use crate::report::text::quantity::counted;
use crate::report::text::visible::visible;
use crate::report::text::width::{cut, cut_front, width};
use crate::report::{Format, Style};

pub(super) const FORMAT: Format<MakeEventWriter> = Format {
    name: "table",
    endings: &["txt"],
    about: "Lines for people, log by log",
    write: |style| Box::new(Table::new(style)),
};

/// The number of events that the widths are taken from.
const SAMPLE: usize = 200;
/// From this width on, the full time is shown instead of the log's time stamp.
const ROOMY: usize = 100;

struct Table {
    style: Style,
    /// The first events, buffered until the widths are known.
    buffered: Vec<Line>,
    widths: Option<[usize; 4]>,
    heading: String,
    number: u64,
}

/// An event as texts.
struct Line {
    heading: String,
    /// Line number, time, kind, slot.
    columns: [String; 4],
    details: String,
}

impl Table {
    fn new(style: &Style) -> Self {
        Self { style: *style, buffered: Vec::new(), widths: None, heading: String::new(), number: 0 }
    }

    /// Computes the widths from the buffered events, and writes these.
    fn flush_buffered(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut widths = [4, 10, 12, 8];
        for line in &self.buffered {
            for (widest, text) in widths.iter_mut().zip(&line.columns) {
                *widest = (*widest).max(width(text));
            }
        }
        self.widths = Some(widths);
        for line in std::mem::take(&mut self.buffered) {
            self.write(line, widths, out)?;
        }
        Ok(())
    }

    fn write(&mut self, line: Line, widths: [usize; 4], out: &mut dyn Write) -> io::Result<()> {
        let columns = self.style.width;
        let color = self.style.color;
        if line.heading != self.heading {
            if !self.heading.is_empty() {
                writeln!(out)?;
            }
            writeln!(out, "{}", Tone::Strong.paint(&cut_front(&line.heading, columns), color))?;
            self.heading = line.heading;
        }
        let [number, time, kind, slot] = &line.columns;
        let head = format!("{number:>0$}  {1}", widths[0], padded(time, widths[1]));
        let tail = if line.details.is_empty() && slot.is_empty() {
            kind.clone()
        } else {
            format!("{}  {}  {}", padded(kind, widths[2]), padded(slot, widths[3]), line.details)
        };
        let head = cut(&head, columns);
        let tail = cut(tail.trim_end(), columns.saturating_sub(width(&head) + 2)).into_owned();
        writeln!(out, "{}", format!("{}  {tail}", Tone::Dim.paint(&head, color)).trim_end())
    }
}

impl EventWriter for Table {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn row(&mut self, event: EventRow, out: &mut dyn Write) -> io::Result<()> {
        self.number += 1;
        let line = Line::of(&event, self.style.width);
        match self.widths {
            Some(widths) => self.write(line, widths, out),
            None => {
                self.buffered.push(line);
                if self.buffered.len() < SAMPLE { Ok(()) } else { self.flush_buffered(out) }
            }
        }
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.number == 0 {
            return writeln!(out, "No events.");
        }
        if self.widths.is_none() {
            self.flush_buffered(out)?;
        }
        let total = cut(&counted(self.number, "event"), self.style.width).into_owned();
        writeln!(out, "\n{}", Tone::Strong.paint(&total, self.style.color))
    }
}

impl Line {
    fn of(event: &EventRow, columns: usize) -> Self {
        let file = visible(&event.file);
        let heading = match &event.mac {
            Some(mac) => format!("{}  {file}", visible(mac)),
            None => file.into_owned(),
        };
        let slot = event.slot.as_deref().map(visible).unwrap_or_default();
        Self {
            heading,
            columns: [
                event.line.to_string(),
                time(event, columns).into_owned(),
                event.kind.to_owned(),
                slot.into_owned(),
            ],
            details: details(event),
        }
    }
}

fn time(event: &EventRow, columns: usize) -> Cow<'_, str> {
    let stamp = event.stamp.as_deref().map(visible).unwrap_or(Cow::Borrowed("-"));
    match &event.time {
        Some(time) if columns >= ROOMY => Cow::Owned(visible(time).replacen('T', " ", 1)),
        _ => stamp,
    }
}

/// The kind's own fields: names are shown alone since they are clear, numbers after the name of their field.
fn details(event: &EventRow) -> String {
    let shown = event.fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let text = plain(value);
        match name.as_str() {
            "common_name" => format!("\"{}\"", visible(&text)),
            "reason" | "fingerprint" | "algorithm" | "model" | "label" | "version" => {
                visible(&text).into_owned()
            }
            _ => format!("{} {}", name.replace('_', " "), visible(&text)),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn padded(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}
