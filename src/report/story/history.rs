//! What happened, boot by boot. Consecutive boots with the same events are counted.

use serde_json::Value;

use super::entry::StoryEntry;
use super::inventory::BootInventory;
use super::page::{Block, StoryLine};
use crate::quantity::{count, counted};
use crate::report::shape::{Device, EventRow};
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;
use crate::report::text::time::minute;

/// Number of lines shown of the beginning of a long history, whose middle is left out.
const FIRST_LINES: usize = 50;
/// Number of lines shown of its end.
const LAST_LINES: usize = 150;

/// A repeated event is counted in its earlier entry if that is among this many last entries.
const MAX_LOOKBACK: usize = 200;

/// The part "What happened".
pub(super) fn blocks(device: &Device, events: &[EventRow]) -> Vec<Block> {
    let mut blocks = vec![Block::Part("What happened".to_owned())];
    if events.is_empty() {
        let silence = match device.files.is_empty() {
            true => "No log of this phone was found.",
            false => "The logs have no event about certificates.",
        };
        blocks.push(Block::Paragraph(false, Prose::own(silence)));
        return blocks;
    }
    let boots = events.chunk_by(|a, b| a.boot == b.boot).map(Boot::of);
    blocks.push(Block::Happened(shortened(lines(boots, device))));
    blocks
}

/// A boot, as far as its events show it.
#[derive(Default)]
struct Boot {
    /// The first event is from the beginning of a boot, so the boot's beginning is in the logs.
    from_beginning: bool,
    first_time: Option<String>,
    last_time: Option<String>,
    /// The model, if an event shows it.
    model: Option<String>,
    software: Option<String>,
    inventory: BootInventory,
    entries: Vec<StoryEntry>,
    /// The index in `entries` at which the inventory is shown, and its entry.
    inventory_entry: Option<(usize, StoryEntry)>,
}

impl Boot {
    fn of(events: &[EventRow]) -> Self {
        let is_beginning = |event: &EventRow| event.uptime.is_some() || is_banner(event);
        let mut boot = Self { from_beginning: events.first().is_some_and(is_beginning), ..Self::default() };
        events.iter().for_each(|event| boot.add(event));
        boot
    }

    fn add(&mut self, event: &EventRow) {
        if let Some(time) = &event.time {
            self.first_time.get_or_insert_with(|| time.clone());
            self.last_time = Some(time.clone());
        }
        if self.inventory.add(event) {
            let at = self.entries.len();
            self.inventory_entry
                .get_or_insert_with(|| (at, StoryEntry::new(event, Tone::Plain, true, Prose::default())));
            return;
        }
        match event.kind {
            "platform" => self.model = event.text("model").map(str::to_owned).or(self.model.take()),
            "software" => {
                let software = event.text("version").map(|version| match event.text("label") {
                    Some(label) => format!("{label} {version}"),
                    None => version.to_owned(),
                });
                self.software = software.or(self.software.take());
            }
            _ => self.add_entry(event),
        }
    }

    fn add_entry(&mut self, event: &EventRow) {
        if let Some(last) = self.entries.last_mut()
            && last.absorb(event)
        {
            return;
        }
        let Some(entry) = StoryEntry::of(event) else { return };
        let since_turn = self.entries.iter_mut().rev().take(MAX_LOOKBACK);
        for earlier in since_turn {
            if earlier.what == entry.what {
                earlier.count += 1;
                earlier.last = Some(entry.when);
                return;
            }
            if earlier.is_turn {
                break;
            }
        }
        self.entries.push(entry);
    }
}

/// What was shown so far, with which the next boot is compared.
#[derive(Default)]
struct Previous {
    model: Option<String>,
    software: Option<String>,
    listed: BootInventory,
    /// The list and the descriptions of the last boot that was shown.
    inventory: Option<BootInventory>,
    texts: Vec<Prose>,
    /// The number of equal boots after the last one that was shown, and the time of the last of them.
    repeats: u64,
    until: Option<String>,
}

fn lines(boots: impl Iterator<Item = Boot>, device: &Device) -> Vec<StoryLine> {
    let mut previous = Previous::default();
    let mut lines = Vec::new();
    for boot in boots {
        let changes = changes(&boot, &previous);
        let is_empty = boot.entries.is_empty() && boot.inventory_entry.is_none();
        let texts: Vec<Prose> = boot.entries.iter().map(|entry| entry.what.clone()).collect();
        if changes.is_empty()
            && previous.inventory.as_ref() == Some(&boot.inventory)
            && previous.texts == texts
        {
            previous.repeats += 1;
            previous.until = boot.last_time.or(previous.until.take());
            continue;
        }
        lines.extend(previous.line_for_repeats());
        let head = heading(&boot).join(changes);
        lines.push(StoryLine::Head(if is_empty { head.and("; nothing about certificates") } else { head }));
        lines.extend(entries(&boot, &previous).into_iter().map(|entry| within(entry, device)));
        previous.model = boot.model.or(previous.model);
        previous.software = boot.software.or(previous.software);
        if boot.inventory_entry.is_some() {
            previous.listed = boot.inventory.clone();
        }
        previous.inventory = Some(boot.inventory);
        previous.texts = texts;
    }
    lines.extend(previous.line_for_repeats());
    lines
}

impl Previous {
    /// The line that counts the equal boots, if there are any.
    fn line_for_repeats(&mut self) -> Option<StoryLine> {
        let boots = counted(std::mem::take(&mut self.repeats), "boot");
        let until = self.until.take().map(|time| format!(", until {}", minute(&time))).unwrap_or_default();
        (boots != counted(0, "boot")).then(|| StoryLine::Head(Prose::own(format!("… {boots} alike{until}"))))
    }
}

/// `Boot, first dated event 2013-05-31 13:09`. The boot began earlier, since its first lines have no date.
fn heading(boot: &Boot) -> Prose {
    let time = boot.first_time.as_deref().map(minute);
    Prose::own(match (boot.from_beginning, time) {
        (true, Some(time)) => format!("Boot, first dated event {time}"),
        (true, None) => "Boot, its events without dates".to_owned(),
        (false, Some(time)) => format!("From within a boot, from {time}"),
        (false, None) => "From within a boot, its events without dates".to_owned(),
    })
}

/// The model and the software, if they were not known or changed: `: VVX 500, SIP 5.5.2.11338`.
fn changes(boot: &Boot, previous: &Previous) -> Prose {
    let pairs = [(&boot.model, &previous.model), (&boot.software, &previous.software)];
    let changed = pairs.into_iter().filter(|(now, before)| now.is_some() && now != before);
    let mut changes = Prose::default();
    for (place, (now, before)) in changed.enumerate() {
        let link = if place == 0 { ": " } else { ", " };
        let now_is = if before.is_some() { "now " } else { "" };
        changes = changes.and(format!("{link}{now_is}")).and_foreign(now.as_deref().unwrap_or_default());
    }
    changes
}

/// The entries of a boot, including its list of certificates.
fn entries(boot: &Boot, previous: &Previous) -> Vec<StoryEntry> {
    let mut entries = boot.entries.clone();
    if let Some((at, entry)) = &boot.inventory_entry {
        let what = match boot.inventory == previous.listed {
            true => Prose::own("the same certificates as before"),
            false => boot.inventory.in_words(),
        };
        entries.insert((*at).min(entries.len()), StoryEntry { what, ..entry.clone() });
    }
    entries
}

fn within(entry: StoryEntry, device: &Device) -> StoryLine {
    let (file, line) = &entry.place;
    let log = device.files.iter().position(|known| known == file);
    let place = match log {
        Some(_) if device.files.len() == 1 => Prose::own(format!("line {line}")),
        Some(place) => Prose::own(format!("log {}, line {line}", place + 1)),
        None => Prose::foreign(file).and(format!(", line {line}")),
    };
    let repeats = match (entry.count, entry.last) {
        (0 | 1, _) => String::new(),
        (times, Some(last)) => format!("; {} times, until {last}", count(times)),
        (times, None) => format!("; {} times", count(times)),
    };
    let what = entry.what.and(" (").join(place).and(format!("{repeats})"));
    StoryLine::Within(entry.when, entry.tone, what)
}

/// The lines, without the middle if there are too many.
fn shortened(mut lines: Vec<StoryLine>) -> Vec<StoryLine> {
    let Some(left_out) = lines.len().checked_sub(FIRST_LINES + LAST_LINES).filter(|number| *number > 1)
    else {
        return lines;
    };
    let note =
        format!("… {} left out here; `phonecert events` has every event", counted(left_out as u64, "line"));
    lines.splice(FIRST_LINES..FIRST_LINES + left_out, [StoryLine::Head(Prose::own(note))]);
    lines
}

/// Whether the event is the banner at the beginning of a log, not the first line of a component.
fn is_banner(event: &EventRow) -> bool {
    event.kind == "log_start"
        && event.fields.get("log_level").is_none_or(Value::is_null)
        && event.component.as_deref().is_none_or(|component| component.trim() == "log")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untrusted(reason: usize) -> EventRow {
        EventRow {
            mac: None,
            file: "a-app.log".to_owned(),
            line: 1,
            stamp: None,
            time: None,
            uptime: None,
            component: None,
            level: None,
            missed: None,
            kind: "server_certificate_untrusted",
            slot: None,
            boot: 0,
            fields: [("reason".to_owned(), reason.to_string().into())].into_iter().collect(),
        }
    }

    #[test]
    fn repeats_are_searched_among_the_last_entries() {
        let first = 2 * MAX_LOOKBACK;
        let mut boot = Boot::default();
        (0..first).for_each(|reason| boot.add(&untrusted(reason)));
        assert_eq!(boot.entries.len(), first);
        boot.add(&untrusted(first - MAX_LOOKBACK));
        assert_eq!((boot.entries.len(), boot.entries[first - MAX_LOOKBACK].count), (first, 2));
        boot.add(&untrusted(0));
        assert_eq!((boot.entries.len(), boot.entries[0].count), (first + 1, 1), "too long ago");
    }
}
