//! Writes notices to standard error, beside the answer.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use phonecert::input::{SkipReason, SkippedFiles, shown_path};
use phonecert::model::Mac;
use phonecert::problem::Problem;
use phonecert::quantity::{self, counted};
use phonecert::redact::Shown;
use phonecert::report::shape::AnswerSelection;
use phonecert::report::text::visible::visible;
use phonecert::report::{Overview, Verbosity};
use phonecert::scan::Scan;

/// How many problems are written without `--verbose`.
const MAX_PROBLEMS_SHOWN: usize = 10;

/// Writes one line.
pub(super) fn write_line(text: &str) {
    // If standard error is closed, there is nowhere to report it.
    let _ = writeln!(io::stderr(), "phonecert: {text}");
}

/// Writes one line, unless the user wants none.
pub(super) fn say(text: &str, verbosity: Verbosity) {
    if verbosity != Verbosity::Quiet {
        write_line(text);
    }
}

/// Says that there is no log of a phone that was asked for.
pub(super) fn no_log(mac: Mac, shown: Shown<'_>) {
    write_line(&format!("no log of {} was found", shown.mac(mac)));
}

/// Says what the options of the scan leave out.
pub(super) fn selection(selection: Option<&AnswerSelection>, verbosity: Verbosity) {
    let left_out = selection.iter().flat_map(|selection| selection.in_words());
    left_out.for_each(|text| say(&text, verbosity));
}

/// Warns if two answers that are compared leave out different things: then what is only left out looks new or gone.
pub(super) fn other_selection([old, new]: [(&str, Option<&AnswerSelection>); 2]) {
    if !AnswerSelection::differ(old.1, new.1) {
        return;
    }
    for (name, selection) in [old, new] {
        let left_out = selection.map(AnswerSelection::in_words).unwrap_or_default();
        let left_out =
            if left_out.is_empty() { "nothing is left out".to_owned() } else { left_out.join(" ") };
        write_line(&format!("{name}: {left_out}"));
    }
    write_line(
        "the two answers leave out different things: what one of them leaves out can be listed as new, broke, gone or no longer found",
    );
}

/// Explains why something that the user may expect is not in the answer.
pub(super) fn left_out(scan: &Scan, overview: &Overview, shown: Shown<'_>, verbosity: Verbosity) {
    skipped_files(&scan.skipped, shown, verbosity);
    undecided(scan, shown, verbosity);
    nothing_found(scan.found_any, &overview.problems, &scan.skipped, verbosity);
}

/// Says that no log was found, unless a problem says why.
pub(super) fn nothing_found(
    found_any: bool,
    problems: &[Problem],
    skipped: &SkippedFiles,
    verbosity: Verbosity,
) {
    if !found_any && problems.is_empty() {
        let text = format!(
            "no log was found{}: logs are named like 0004f2a1b2c3-app.log; a file with another name is read only if you name it, and a configuration file only beside logs",
            other_files(skipped)
        );
        say(&text, verbosity);
    }
}

/// Says that an output file was not replaced.
pub(super) fn left_as_it_was(path: &Path, shown: Shown<'_>, verbosity: Verbosity) {
    let path = shown.path(&shown_path(path));
    say(&format!("{path}: left as it was, since no log was found"), verbosity);
}

/// The problems of paths that the user named. They are written even if the answer has all problems, since a mistyped
/// path is easily overlooked there.
pub(super) fn of_named_paths(problems: &[Problem], paths: &[PathBuf]) -> Vec<Problem> {
    let named: HashSet<String> = paths.iter().map(|path| shown_path(path)).collect();
    problems.iter().filter(|problem| named.contains(&problem.path)).cloned().collect()
}

/// Says of which phones it is not known which configuration files they read.
pub(super) fn undecided(scan: &Scan, shown: Shown<'_>, verbosity: Verbosity) {
    scan.undecided.in_words(shown).iter().for_each(|text| say(&visible(text), verbosity));
}

/// Describes the files in the searched directories if there is no log: ` among 212 files, 40 of them
/// *-boot.log`.
fn other_files(skipped: &SkippedFiles) -> String {
    if skipped.files == 0 {
        return String::new();
    }
    let named = skipped.kinds.iter().filter_map(|(kind, (count, _))| {
        let (.., pattern) = described(*kind);
        Some(format!("{} of them {}", quantity::count(*count), pattern?))
    });
    let total = format!(" among {}", counted(skipped.files, "file"));
    std::iter::once(total).chain(named).collect::<Vec<_>>().join(", ")
}

/// Lists files that look like logs or archives but were not read.
pub(super) fn skipped_files(files: &SkippedFiles, shown: Shown<'_>, verbosity: Verbosity) {
    sentences(files, shown).for_each(|(_, text)| say(&visible(&text), verbosity));
}

/// A sentence about each kind of files that look like logs or archives and can have messages about certificates, but were
/// not read.
pub(super) fn passed_over(files: &SkippedFiles, shown: Shown<'_>) -> Vec<String> {
    let can_have_messages = |(kind, _): &(SkipReason, String)| *kind != SkipReason::BootLog;
    sentences(files, shown).filter(can_have_messages).map(|(_, text)| text).collect()
}

fn sentences(files: &SkippedFiles, shown: Shown<'_>) -> impl Iterator<Item = (SkipReason, String)> {
    files.kinds.iter().map(move |(kind, (count, first))| {
        let (what, why, _) = described(*kind);
        let were = if *count == 1 { " was" } else { "s were" };
        let example = example(*count, &shown.path(first));
        (*kind, format!("{} {what}{were} not read ({why}){example}", quantity::count(*count)))
    })
}

/// Says that the answer includes logs whose files are gone, from their kept records.
pub(super) fn gone(gone: &(u64, Option<Box<str>>), shown: Shown<'_>, verbosity: Verbosity) {
    if let (count @ 1.., Some(first)) = gone {
        let (verb, them) = if *count == 1 { ("is", "it") } else { ("are", "them") };
        let logs = format!("{} {verb}", counted(*count, "log"));
        let example = example(*count, &shown.path(first));
        say(&visible(&format!("{logs} gone; the records kept of {them} are used{example}")), verbosity);
    }
}

/// Lists what could not be read.
pub(super) fn problems(problems: &[Problem], verbosity: Verbosity) {
    let shown = match verbosity {
        Verbosity::Quiet => return,
        Verbosity::Normal => MAX_PROBLEMS_SHOWN,
        Verbosity::Verbose => problems.len(),
    };
    for problem in problems.iter().take(shown) {
        write_line(&format!(
            "{}: {} ({})",
            visible(&problem.path),
            visible(&problem.message.to_string()),
            problem.kind.name()
        ));
    }
    if problems.len() > shown {
        let more = (problems.len() - shown) as u64;
        let problems = if more == 1 { "problem" } else { "problems" };
        write_line(&format!("and {} more {problems}; -v shows all", quantity::count(more)));
    }
}

/// The path of the only file, or one of several as an example.
fn example(count: u64, path: &str) -> String {
    format!("{}{path}", if count == 1 { ": " } else { ", such as " })
}

/// What such a file is, why it is not read, and the pattern of its name if that tells it from others.
const fn described(kind: SkipReason) -> (&'static str, &'static str, Option<&'static str>) {
    match kind {
        SkipReason::SevenZip => ("7-Zip archive", "can't be read; unpack it first", Some("*.7z")),
        SkipReason::Rar => ("RAR archive", "can't be read; unpack it first", Some("*.rar")),
        SkipReason::OtherCompression => {
            ("compressed log", "this compression can't be read; decompress it first", None)
        }
        SkipReason::BootLog => {
            ("boot log", "such a log contains no messages about certificates", Some("*-boot.log"))
        }
        SkipReason::OtherLog => ("other log", "such a file is read only if you name it", Some("other *.log")),
        SkipReason::LogAsReport => (
            "log export",
            "such a file is read only if you name it",
            Some("*-app.log.csv, .html and the like"),
        ),
        SkipReason::Document => {
            ("document", "can't be read; save it as plain text first", Some("*-app.log.docx and the like"))
        }
        SkipReason::Mail => ("saved mail", "such a file is read only if you name it", Some("*.eml or *.msg")),
        SkipReason::RenamedArchive => {
            ("renamed archive", "such a file is read only if you name it", Some("*.zip.txt and the like"))
        }
        SkipReason::ArchivePiece => {
            ("archive piece", "can't be read; unpack the whole archive first", Some("*.zip.001 and the like"))
        }
        SkipReason::Archive => ("archive", "because of --no-archives", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_named_and_of_several_one_is_an_example() {
        assert_eq!(example(1, "a.log"), ": a.log");
        assert_eq!(example(2, "a.log"), ", such as a.log");
    }

    #[test]
    fn a_directory_without_logs_says_what_it_holds() {
        let mut there = SkippedFiles::default();
        assert_eq!(other_files(&there), "");
        there.files = 1;
        assert_eq!(other_files(&there), " among 1 file");
        there.files = 1212;
        there.merge(SkippedFiles { kinds: [(SkipReason::BootLog, (40, String::new()))].into(), files: 0 });
        there.add(SkipReason::Archive, String::new);
        assert_eq!(other_files(&there), " among 1,212 files, 40 of them *-boot.log");
        there.add(SkipReason::SevenZip, String::new);
        assert!(other_files(&there).contains(", 1 of them *.7z"));
    }
}
