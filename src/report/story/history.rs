//! What happened, boot by boot. Boots in which the same happened, one after the other, are counted.

use serde_json::Value;

use super::entry::Entry;
use super::inventory::Inventory;
use super::page::{Block, Line};
use crate::report::shape::{Device, EventRow};
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;
use crate::report::text::quantity::{count, counted};
use crate::report::text::time::minute;
use crate::stamp::{Stamp, stamp};

/// Lines that are kept of the beginning of a long history; the middle is cut.
const FIRST_LINES: usize = 50;
/// Lines that are kept of its end.
const LAST_LINES: usize = 150;

/// A repeated event is counted in its earlier entry if that is among the last so many entries.
const LOOKED_BACK: usize = 200;

/// The part that tells what happened.
pub(super) fn blocks(device: &Device, events: &[EventRow]) -> Vec<Block> {
    let mut blocks = vec![Block::Part("What happened".to_owned())];
    if events.is_empty() {
        let silence = match device.files.is_empty() {
            true => "No log of this phone was found.",
            false => "The logs have no event that bears on certificates.",
        };
        blocks.push(Block::Paragraph(false, Prose::ours(silence)));
        return blocks;
    }
    let mut boots: Vec<Boot> = Vec::new();
    for event in events {
        match boots.last_mut() {
            Some(boot) if !boot.ends_before(event) => boot.add(event),
            _ => boots.push(Boot::beginning_with(event)),
        }
    }
    blocks.push(Block::Happened(shortened(lines(boots, device))));
    blocks
}

/// A boot, as far as events tell.
struct Boot {
    /// Its number among the phone's.
    number: usize,
    /// Its first event is one of a boot's beginning.
    from_beginning: bool,
    first_time: Option<String>,
    last_time: Option<String>,
    /// Model, software, as far as its lines tell.
    model: Option<String>,
    software: Option<String>,
    inventory: Inventory,
    entries: Vec<Entry>,
    /// Where in the entries the inventory is told.
    inventoried: Option<(usize, Entry)>,
}

impl Boot {
    fn beginning_with(event: &EventRow) -> Self {
        let mut boot = Self {
            number: event.boot,
            from_beginning: stamp_of(event).is_some_and(|stamp| stamp.is_uptime()) || is_banner(event),
            first_time: None,
            last_time: None,
            model: None,
            software: None,
            inventory: Inventory::default(),
            entries: Vec::new(),
            inventoried: None,
        };
        boot.add(event);
        boot
    }

    /// Whether this event is of the next boot.
    fn ends_before(&self, event: &EventRow) -> bool {
        event.boot != self.number
    }

    fn add(&mut self, event: &EventRow) {
        if let Some(time) = &event.time {
            self.first_time.get_or_insert_with(|| time.clone());
            self.last_time = Some(time.clone());
        }
        if self.inventory.add(event) {
            let at = self.entries.len();
            self.inventoried
                .get_or_insert_with(|| (at, Entry::new(event, Tone::Plain, true, Prose::default())));
            return;
        }
        let text = |name| event.fields.get(name).and_then(Value::as_str).map(str::to_owned);
        match event.kind {
            "platform" => self.model = text("model").or(self.model.take()),
            "software" => {
                let told = text("version").map(|version| match text("label") {
                    Some(label) => format!("{label} {version}"),
                    None => version,
                });
                self.software = told.or(self.software.take());
            }
            _ => self.tell(event),
        }
    }

    fn tell(&mut self, event: &EventRow) {
        if let Some(last) = self.entries.last_mut()
            && last.absorb(event)
        {
            return;
        }
        let Some(entry) = Entry::of(event) else { return };
        let since_turn = self.entries.iter_mut().rev().take(LOOKED_BACK);
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

/// The story so far, as far as the next boot is compared with it.
#[derive(Default)]
struct SoFar {
    model: Option<String>,
    software: Option<String>,
    listed: Inventory,
    /// The last boot's own list and texts.
    inventory: Option<Inventory>,
    texts: Vec<Prose>,
    /// How many boots were like the last one that was told, and when the last of them was.
    alike: u64,
    until: Option<String>,
}

fn lines(boots: Vec<Boot>, device: &Device) -> Vec<Line> {
    let mut told = SoFar::default();
    let mut lines = Vec::new();
    for boot in boots {
        let news = news(&boot, &told);
        let is_silent = boot.entries.is_empty() && boot.inventoried.is_none();
        let texts: Vec<Prose> = boot.entries.iter().map(|entry| entry.what.clone()).collect();
        if news.is_empty() && told.inventory.as_ref() == Some(&boot.inventory) && told.texts == texts {
            told.alike += 1;
            told.until = boot.last_time.or(told.until.take());
            continue;
        }
        lines.extend(told.end_of_alike());
        let head = heading(&boot).join(news);
        lines.push(Line::Head(if is_silent { head.and("; nothing about certificates") } else { head }));
        lines.extend(entries(&boot, &told).into_iter().map(|entry| within(entry, device)));
        told.model = boot.model.or(told.model);
        told.software = boot.software.or(told.software);
        if boot.inventoried.is_some() {
            told.listed = boot.inventory.clone();
        }
        told.inventory = Some(boot.inventory);
        told.texts = texts;
    }
    lines.extend(told.end_of_alike());
    lines
}

impl SoFar {
    /// The line for boots that were not told, if there were any.
    fn end_of_alike(&mut self) -> Option<Line> {
        let boots = counted(std::mem::take(&mut self.alike), "boot");
        let until = self.until.take().map(|time| format!(", until {}", minute(&time))).unwrap_or_default();
        (boots != counted(0, "boot")).then(|| Line::Head(Prose::ours(format!("… {boots} alike{until}"))))
    }
}

/// `Boot, first dated event 2013-05-31 13:09`: the first lines of a boot have no date, so it began before.
fn heading(boot: &Boot) -> Prose {
    let time = boot.first_time.as_deref().map(minute);
    Prose::ours(match (boot.from_beginning, time) {
        (true, Some(time)) => format!("Boot, first dated event {time}"),
        (true, None) => "Boot, its events without dates".to_owned(),
        (false, Some(time)) => format!("From within a boot, from {time}"),
        (false, None) => "From within a boot, its events without dates".to_owned(),
    })
}

/// What is known anew of the phone: `: VVX 500, SIP 5.5.2.11338`.
fn news(boot: &Boot, told: &SoFar) -> Prose {
    let pairs = [(&boot.model, &told.model), (&boot.software, &told.software)];
    let changed = pairs.into_iter().filter(|(now, before)| now.is_some() && now != before);
    let mut news = Prose::default();
    for (place, (now, before)) in changed.enumerate() {
        let link = if place == 0 { ": " } else { ", " };
        let now_is = if before.is_some() { "now " } else { "" };
        news = news.and(format!("{link}{now_is}")).and_theirs(now.as_deref().unwrap_or_default());
    }
    news
}

/// What is told of a boot, its list of certificates among it.
fn entries(boot: &Boot, told: &SoFar) -> Vec<Entry> {
    let mut entries = boot.entries.clone();
    if let Some((at, entry)) = &boot.inventoried {
        let what = match boot.inventory == told.listed {
            true => Prose::ours("the same certificates as before"),
            false => boot.inventory.in_words(),
        };
        entries.insert((*at).min(entries.len()), Entry { what, ..entry.clone() });
    }
    entries
}

fn within(entry: Entry, device: &Device) -> Line {
    let (file, line) = &entry.place;
    let log = device.files.iter().position(|known| known == file);
    let place = match log {
        Some(_) if device.files.len() == 1 => Prose::ours(format!("line {line}")),
        Some(place) => Prose::ours(format!("log {}, line {line}", place + 1)),
        None => Prose::theirs(file).and(format!(", line {line}")),
    };
    let repeats = match (entry.count, entry.last) {
        (0 | 1, _) => String::new(),
        (times, Some(last)) => format!("; {} times, until {last}", count(times)),
        (times, None) => format!("; {} times", count(times)),
    };
    let what = entry.what.and(" (").join(place).and(format!("{repeats})"));
    Line::Within(entry.when, entry.tone, what)
}

/// The lines, without the middle of too many.
fn shortened(mut lines: Vec<Line>) -> Vec<Line> {
    let Some(left_out) = lines.len().checked_sub(FIRST_LINES + LAST_LINES).filter(|number| *number > 1)
    else {
        return lines;
    };
    let told =
        format!("… {} left out here; `phonecert events` has every event", counted(left_out as u64, "line"));
    lines.splice(FIRST_LINES..FIRST_LINES + left_out, [Line::Head(Prose::ours(told))]);
    lines
}

fn stamp_of(event: &EventRow) -> Option<Stamp> {
    let (rest, stamp) = stamp(event.stamp.as_deref()?.as_bytes()).ok()?;
    rest.is_empty().then_some(stamp)
}

/// The banner of a log's beginning, not a component's own first line.
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
    fn what_happens_again_is_looked_for_among_few() {
        let first = 2 * LOOKED_BACK;
        let mut boot = Boot::beginning_with(&untrusted(0));
        (1..first).for_each(|reason| boot.add(&untrusted(reason)));
        assert_eq!(boot.entries.len(), first);
        boot.add(&untrusted(first - LOOKED_BACK));
        assert_eq!((boot.entries.len(), boot.entries[first - LOOKED_BACK].count), (first, 2));
        boot.add(&untrusted(0));
        assert_eq!((boot.entries.len(), boot.entries[0].count), (first + 1, 1), "too long ago");
    }
}
