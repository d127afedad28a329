//! The active diagnoses, worst first, with their evidence; then the resolved ones.

use super::Story;
use super::page::Block;
use crate::quantity::counted;
use crate::report::shape::{Diagnosis, State, Status};
use crate::report::text::paint::{Tone, severity_sign};
use crate::report::text::prose::Prose;
use crate::report::text::time::span;

/// The part about diagnoses.
pub(super) fn blocks(story: &Story<'_>) -> Vec<Block> {
    let device = story.device;
    let mut blocks = vec![Block::Part("Diagnoses")];
    let (active, resolved): (Vec<_>, Vec<_>) =
        device.diagnoses.iter().partition(|diagnosis| diagnosis.state == State::Active);
    if active.is_empty() {
        blocks.push(Block::Paragraph(nothing_wrong(story)));
    }
    for diagnosis in active.into_iter().chain(resolved) {
        let is_active = diagnosis.state == State::Active;
        let (sign, tone, state) = match is_active {
            true => {
                let severity = diagnosis.severity;
                (severity_sign(severity), Tone::of_severity(severity), severity.name())
            }
            false => ("✓", Tone::Good, "mended since, nothing to do"),
        };
        let title = title(diagnosis).and(format!(": {state}{}", when(diagnosis)));
        blocks.push(Block::Item(sign, tone, title));
        blocks.push(Block::ItemParagraph(Prose::foreign(&diagnosis.message)));
        if is_active {
            blocks.push(Block::Facts(vec![
                ("Cause", Prose::foreign(&diagnosis.cause)),
                ("Remedy", Prose::foreign(&diagnosis.remedy)),
                ("Guide", Prose::foreign(diagnosis.reference)),
            ]));
        }
        if !diagnosis.evidence.is_empty() {
            blocks.push(Block::Evidence(diagnosis.evidence.clone()));
        }
        let lines = diagnosis.related_lines().iter().filter(|_| is_active);
        let lines: Vec<_> = lines.map(|line| ("Config", Prose::foreign(&line.to_string()))).collect();
        if !lines.is_empty() {
            blocks.push(Block::Facts(lines));
        }
    }
    blocks
}

/// `INS001 key-too-large, platform slot 1`.
pub(super) fn title(diagnosis: &Diagnosis) -> Prose {
    let title = Prose::foreign(diagnosis.code).and(" ").and_foreign(diagnosis.name);
    match diagnosis.slot {
        Some(slot) => title.and(format!(", {}", slot.in_words())),
        None => title,
    }
}

/// `, 14 lines, 2026-01-11 08:00 to 2026-02-03 06:31`.
fn when(diagnosis: &Diagnosis) -> String {
    diagnosis.how_often().into_iter().chain(span(diagnosis)).map(|part| format!(", {part}")).collect()
}

/// The evidence for "nothing is wrong". Logs without any evidence, and files that were not judged, do not show that a
/// phone is healthy.
fn nothing_wrong(story: &Story<'_>) -> Prose {
    let device = story.device;
    let evidence = format!(
        "{} in {}, which show {}",
        counted(device.boots, "boot"),
        counted(device.files.len() as u64, "log"),
        counted(device.certificates.len() as u64, "certificate slot"),
    );
    if device.has_others() {
        return Prose::own(format!(
            "No diagnosis that is counted is active, but errors or warnings are left out, as said above: {evidence}."
        ));
    }
    Prose::own(match (device.status, device.certificates.is_empty()) {
        (Status::Ok, false) if story.is_whole() => format!("Nothing is wrong in the evidence: {evidence}."),
        (Status::Ok, false) => format!(
            "No diagnosis is active, but not all files were read or judged, as said above: {evidence}. Whether all is well is not known."
        ),
        _ => format!(
            "No diagnosis is active, but the evidence may be too little to show one: {evidence}. Whether all is well is not known."
        ),
    })
}
