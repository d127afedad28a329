//! The identity of the phone, and its status.

use super::Story;
use super::page::Block;
use crate::quantity::{count, counted};
use crate::report::selection::NONE_SELECTED_SIGN;
use crate::report::shape::{AnswerSelection, Device, Status};
use crate::report::text::paint::{Tone, status_sign};
use crate::report::text::prose::Prose;
use crate::report::text::time::minute;

/// The most files that are named; if there are more, they are counted.
const MAX_FILES_NAMED: usize = 12;

/// The title, the status and the phone's identity.
pub(super) fn blocks(story: &Story<'_>) -> Vec<Block> {
    let device = story.device;
    let mut title = Prose::foreign(device.name());
    if let Some(model) = &device.model {
        title = title.and(", ").and_foreign(model);
    }
    let (sign, tone) = match device.is_ok_of_selected() {
        true => (NONE_SELECTED_SIGN, Tone::Plain),
        false => (status_sign(device.status), Tone::of_status(device.status)),
    };
    let mut facts = vec![("Status", Prose::own(status_in_words(story)))];
    let left_out = story.selection.map(AnswerSelection::of_phone_in_words).unwrap_or_default();
    facts.extend(left_out.into_iter().map(|sentence| ("Left out", Prose::own(sentence))));
    facts.extend(fact("Model", device.model.as_deref()));
    facts.extend(assembly(device));
    facts.extend(fact("Software", device.software.as_deref()));
    facts.push(("Logs", Prose::own(seen(story))));
    let files = device.files.iter().take(MAX_FILES_NAMED).zip(1..);
    facts.extend(files.map(|(file, number)| {
        let number = if device.files.len() == 1 { String::new() } else { format!("{number}. ") };
        ("", Prose::own(number).and_foreign(file))
    }));
    if device.files.len() > MAX_FILES_NAMED {
        let more = count((device.files.len() - MAX_FILES_NAMED) as u64);
        facts.push(("", Prose::own(format!("and {more} more, newer ones"))));
    }
    let problems = story.problems.iter().take(MAX_FILES_NAMED);
    facts.extend(problems.map(|problem| {
        let message = format!("{} ({})", problem.message, problem.kind.name());
        ("Not read", Prose::foreign(&problem.path).and(": ").and_foreign(&message))
    }));
    if story.problems.len() > MAX_FILES_NAMED {
        let more = count((story.problems.len() - MAX_FILES_NAMED) as u64);
        facts.push(("Not read", Prose::own(format!("{more} more"))));
    }
    facts.extend(story.not_judged.iter().map(|text| ("Not judged", Prose::foreign(text))));
    vec![Block::Title(sign, tone, title), Block::Facts(facts)]
}

/// A row of [`Block::Facts`] with a text from a log, if there is one.
fn fact(label: &'static str, text: Option<&str>) -> Option<(&'static str, Prose)> {
    text.map(|text| (label, Prose::foreign(text)))
}

/// A sentence on what the status means.
fn status_in_words(story: &Story<'_>) -> &'static str {
    match story.device.status {
        Status::Failed => "failed: at least one error is active",
        Status::Attention if story.device.has_others() => {
            "attention: at least one warning is active, and others are left out"
        }
        Status::Attention => "attention: no error, but at least one warning is active",
        Status::Unknown => "unknown: the logs say too little about its certificates",
        Status::Ok if story.device.has_others() => {
            "others: all of its active errors and warnings are left out"
        }
        Status::Ok if !story.is_whole() => "ok: nothing is wrong in what was judged, which is not all",
        Status::Ok => "ok: nothing is wrong in the evidence",
    }
}

fn assembly(device: &Device) -> Option<(&'static str, Prose)> {
    let number = device.assembly.as_deref()?;
    let mut prose = Prose::foreign(number);
    if let Some(revision) = &device.assembly_revision {
        prose = prose.and(" revision ").and_foreign(revision);
    }
    Some(("Assembly", prose.and(" (not the part number and revision of the label)")))
}

fn seen(story: &Story<'_>) -> String {
    let device = story.device;
    if device.files.is_empty() {
        return "none was found".to_owned();
    }
    let logs = counted(device.files.len() as u64, "log");
    if device.boots == 0 && device.first_time.is_none() {
        let is_unread = !story.problems.is_empty();
        return format!("{logs}, {}", if is_unread { "not read" } else { "no line that counts" });
    }
    let boots = counted(device.boots, "boot");
    match (&device.first_time, &device.last_time) {
        (Some(first), Some(last)) => {
            format!("{logs}, {boots}, dated {} to {}", minute(first), minute(last))
        }
        _ if story.selection.is_some_and(AnswerSelection::has_window) => {
            format!("{logs}, {boots}, no dated line in that time")
        }
        _ => format!("{logs}, {boots}, no dated line"),
    }
}
