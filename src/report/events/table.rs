//! `table`: a heading per log and a line per event. The column widths are taken from the first events, so
//! that only these have to be buffered.

use std::borrow::Cow;
use std::io::{self, Write};

use super::csv::plain;
use super::{EachEvent, EventsWriter};
use crate::quantity::counted;
use crate::report::shape::EventRow;
use crate::report::text::paint::Tone;
use crate::report::text::time::second;
use crate::report::text::visible::visible;
use crate::report::text::width::{cut, cut_front, width};
use crate::report::{Format, Style};

pub(super) const FORMAT: Format<EventsWriter> =
    Format::new("table", &["txt"], "A table for people, log by log", write);

/// The number of events that the widths are taken from.
const SAMPLE: u64 = 200;
/// The least widths of the columns.
const MIN_WIDTHS: [usize; 4] = [4, 10, 12, 8];
/// From this width on, the full time is shown instead of the log's time stamp.
const WIDE: usize = 100;

/// An event as texts.
struct EventLine {
    heading: String,
    /// Line number, time, kind, slot.
    columns: [String; 4],
    details: String,
}

fn write(each: &mut EachEvent<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table { style, widths: MIN_WIDTHS, heading: String::new() };
    // The first events wait here until the widths are known.
    let mut first: Vec<EventLine> = Vec::new();
    let mut number = 0;
    each(&mut |event| {
        number += 1;
        let line = EventLine::of(&event, style.width);
        if number > SAMPLE {
            return table.write(line, out);
        }
        first.push(line);
        if number == SAMPLE { table.write_first(std::mem::take(&mut first), out) } else { Ok(()) }
    })?;
    if number == 0 {
        return writeln!(out, "No events.");
    }
    table.write_first(first, out)?;
    let total = cut(&counted(number, "event"), style.width).into_owned();
    writeln!(out, "\n{}", Tone::Strong.paint(&total, style.color))
}

struct Table<'s> {
    style: &'s Style,
    /// Of the four columns.
    widths: [usize; 4],
    /// The heading of the lines written last.
    heading: String,
}

impl Table<'_> {
    /// Takes the widths from the first events, and writes these.
    fn write_first(&mut self, lines: Vec<EventLine>, out: &mut dyn Write) -> io::Result<()> {
        for line in &lines {
            for (widest, text) in self.widths.iter_mut().zip(&line.columns) {
                *widest = (*widest).max(width(text));
            }
        }
        lines.into_iter().try_for_each(|line| self.write(line, out))
    }

    fn write(&mut self, line: EventLine, out: &mut dyn Write) -> io::Result<()> {
        let Style { width: columns, color, .. } = *self.style;
        if line.heading != self.heading {
            if !self.heading.is_empty() {
                writeln!(out)?;
            }
            writeln!(out, "{}", Tone::Strong.paint(&cut_front(&line.heading, columns), color))?;
            self.heading = line.heading;
        }
        let [number, time, kind, slot] = &line.columns;
        let widths = self.widths;
        let head = format!("{number:>0$}  {time:<1$}", widths[0], widths[1]);
        let tail = if line.details.is_empty() && slot.is_empty() {
            kind.clone()
        } else {
            format!("{kind:<0$}  {slot:<1$}  {2}", widths[2], widths[3], line.details)
        };
        let head = cut(&head, columns);
        let tail = cut(tail.trim_end(), columns.saturating_sub(width(&head) + 2)).into_owned();
        writeln!(out, "{}", format!("{}  {tail}", Tone::Dim.paint(&head, color)).trim_end())
    }
}

impl EventLine {
    fn of(event: &EventRow, columns: usize) -> Self {
        let file = visible(&event.file);
        let heading = match &event.mac {
            Some(mac) => format!("{}  {file}", visible(mac)),
            None => file.into_owned(),
        };
        Self {
            heading,
            columns: [
                event.line.to_string(),
                time(event, columns).into_owned(),
                event.kind.to_owned(),
                event.slot.map(|slot| slot.to_string()).unwrap_or_default(),
            ],
            details: details(event),
        }
    }
}

fn time(event: &EventRow, columns: usize) -> Cow<'_, str> {
    let stamp = event.stamp.as_deref().map(visible).unwrap_or(Cow::Borrowed("-"));
    match &event.time {
        Some(time) if columns >= WIDE => Cow::Owned(second(time)),
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
            "platform_mac" => format!("mac {}", visible(&text)),
            _ => format!("{} {}", name.replace('_', " "), visible(&text)),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}
