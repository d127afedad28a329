//! What happened, boot by boot. Consecutive boots with the same events are counted.

use serde_json::Value;

use super::entry::StoryEntry;
use super::inventory::BootInventory;
use super::page::{Block, StoryLine};
use crate::event::UploadAttempts;
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
    let mut blocks = vec![Block::Part("What happened")];
    if events.is_empty() {
        let silence = match device.files.is_empty() {
            true => "No log of this phone was found.",
            false => "The logs have no event about certificates.",
        };
        blocks.push(Block::Paragraph(Prose::own(silence)));
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
    /// The first date of any of its lines.
    first_time: Option<String>,
    /// The last date of its events, else the first date of its lines.
    last_time: Option<String>,
    /// The model, if an event shows it.
    model: Option<String>,
    software: Option<String>,
    /// Its lists of certificates. A line about a slot after an installation belongs to a new list.
    lists: Vec<CertificateList>,
    entries: Vec<StoryEntry>,
    uploads: UploadAttempts<(usize, Option<String>)>,
}

/// The certificates that a phone lists.
struct CertificateList {
    inventory: BootInventory,
    /// The index in the boot's `entries` at which the list is shown.
    at: usize,
    /// Its entry, without the description.
    entry: StoryEntry,
}

impl Boot {
    fn of(events: &[EventRow]) -> Self {
        let is_beginning = |event: &EventRow| event.uptime.is_some() || is_banner(event);
        let mut boot = Self { from_beginning: events.first().is_some_and(is_beginning), ..Self::default() };
        events.iter().for_each(|event| boot.add(event));
        boot
    }

    fn add(&mut self, event: &EventRow) {
        self.first_time = self.first_time.take().or_else(|| event.boot_time.clone());
        self.last_time = event.time.clone().or(self.last_time.take()).or_else(|| event.boot_time.clone());
        if self.add_to_list(event) {
            return;
        }
        match event.kind {
            "platform" => {
                self.model = event.text("model").map(str::to_owned).or(self.model.take());
                let address = event.text("platform_mac");
                if address.is_some_and(|address| event.mac.as_deref().is_some_and(|mac| mac != address)) {
                    self.add_entry(event);
                }
            }
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

    /// Adds an event of a list of certificates; `false` if it is another event.
    fn add_to_list(&mut self, event: &EventRow) -> bool {
        let mut inventory = BootInventory::default();
        if !inventory.add(event) {
            return false;
        }
        match self.lists.last_mut() {
            Some(list) if !self.entries[list.at..].iter().any(StoryEntry::may_change_slot) => {
                list.inventory.add(event);
            }
            _ => {
                let entry = StoryEntry::new(event, Tone::Plain, true, Prose::default());
                self.lists.push(CertificateList { inventory, at: self.entries.len(), entry });
            }
        }
        true
    }

    fn add_entry(&mut self, event: &EventRow) {
        if let Some(upload) = event.upload
            && !self.uploads.is_another((event.boot, second_of(event)), upload)
        {
            return;
        }
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
    /// What the last list showed, if nothing was saved or refused since.
    listed: Option<BootInventory>,
    /// The lists and the descriptions of the last boot that was shown.
    boot: Option<(Vec<BootInventory>, Vec<Prose>)>,
    /// The number of equal boots after the last one that was shown, and the time of the last of them.
    repeats: u64,
    until: Option<String>,
}

fn lines(boots: impl Iterator<Item = Boot>, device: &Device) -> Vec<StoryLine> {
    let mut previous = Previous::default();
    let mut lines = Vec::new();
    for boot in boots {
        let changes = changes(&boot, &previous);
        let is_empty = boot.entries.is_empty() && boot.lists.is_empty();
        let texts = boot.entries.iter().map(|entry| entry.what.clone()).collect();
        let content = Some((boot.lists.iter().map(|list| list.inventory.clone()).collect(), texts));
        if changes.is_empty() && previous.boot == content {
            previous.repeats += 1;
            previous.until = boot.last_time.or(previous.until.take());
            continue;
        }
        lines.extend(previous.line_for_repeats());
        let head = heading(&boot).join(changes);
        lines.push(StoryLine::Head(if is_empty { head.and("; nothing about certificates") } else { head }));
        previous.model = boot.model.or(previous.model);
        previous.software = boot.software.or(previous.software);
        previous.boot = content;
        let entries = entries(boot.entries, boot.lists, &mut previous.listed);
        lines.extend(entries.into_iter().map(|entry| within(entry, device)));
    }
    lines.extend(previous.line_for_repeats());
    lines
}

impl Previous {
    /// The line that counts the equal boots, if there are any.
    fn line_for_repeats(&mut self) -> Option<StoryLine> {
        let repeats = std::mem::take(&mut self.repeats);
        let until = self.until.take().map(|time| format!(", until {}", minute(&time))).unwrap_or_default();
        let text = || format!("… {} alike{until}", counted(repeats, "boot"));
        (repeats > 0).then(|| StoryLine::Head(Prose::own(text())))
    }
}

/// `Boot, first dated line 2013-05-31 13:09`. The boot began earlier, since its first lines have no date.
fn heading(boot: &Boot) -> Prose {
    let time = boot.first_time.as_deref().map(minute);
    Prose::own(match (boot.from_beginning, time) {
        (true, Some(time)) => format!("Boot, first dated line {time}"),
        (true, None) => "Boot, its lines without dates".to_owned(),
        (false, Some(time)) => format!("From within a boot, from {time}"),
        (false, None) => "From within a boot, its lines without dates".to_owned(),
    })
}

/// The model and the software, if they were not known or changed: `: VVX 500, SIP 5.5.2.11338`.
fn changes(boot: &Boot, previous: &Previous) -> Prose {
    let pairs = [(&boot.model, &previous.model), (&boot.software, &previous.software)];
    let changed = pairs.into_iter().filter(|(now, before)| now.is_some() && now != before);
    let mut changes = Prose::default();
    for (index, (now, before)) in changed.enumerate() {
        let link = if index == 0 { ": " } else { ", " };
        let now_is = if before.is_some() { "now " } else { "" };
        changes = changes.and(format!("{link}{now_is}")).and_foreign(now.as_deref().unwrap_or_default());
    }
    changes
}

/// The entries of a boot, including its lists of certificates. `listed` is what the last list showed, if nothing was
/// saved or refused since.
fn entries(
    entries: Vec<StoryEntry>,
    lists: Vec<CertificateList>,
    listed: &mut Option<BootInventory>,
) -> Vec<StoryEntry> {
    let mut all = Vec::with_capacity(entries.len() + lists.len());
    let mut lists = lists.into_iter().peekable();
    for (at, entry) in entries.into_iter().enumerate() {
        if let Some(list) = lists.next_if(|list| list.at == at) {
            all.push(list.compared(listed));
        }
        if entry.may_change_slot() {
            *listed = None;
        }
        all.push(entry);
    }
    all.extend(lists.map(|list| list.compared(listed)));
    all
}

impl CertificateList {
    /// Its entry: the slots by name, unless they are as in the last list.
    fn compared(self, listed: &mut Option<BootInventory>) -> StoryEntry {
        let what = match listed.as_ref() == Some(&self.inventory) {
            true => Prose::own("the same certificates as before"),
            false => self.inventory.in_words(),
        };
        *listed = Some(self.inventory);
        StoryEntry { what, ..self.entry }
    }
}

/// The second in which an event was logged, as its stamp shows it.
fn second_of(event: &EventRow) -> Option<String> {
    event.uptime.map(|uptime| uptime.floor().to_string()).or_else(|| event.stamp.clone())
}

fn within(entry: StoryEntry, device: &Device) -> StoryLine {
    let (file, line) = &entry.location;
    let log = device.files.iter().position(|known| known == file);
    let location = match log {
        Some(_) if device.files.len() == 1 => Prose::own(format!("line {line}")),
        Some(index) => Prose::own(format!("log {}, line {line}", index + 1)),
        None => Prose::foreign(file).and(format!(", line {line}")),
    };
    let repeats = match (entry.count, entry.last) {
        (0 | 1, _) => String::new(),
        (times, Some(last)) => format!("; {} times, until {last}", count(times)),
        (times, None) => format!("; {} times", count(times)),
    };
    let what = entry.what.and(" (").join(location).and(format!("{repeats})"));
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
            boot_time: None,
            upload: None,
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
