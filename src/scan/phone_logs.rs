//! The logs of one phone before they are joined.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::events::Chunks;
use super::origin::LogOrigin;
use crate::digest::LogDigest;
use crate::event::Event;
use crate::input::Rotation;
use crate::log::{self, SenderSpan};
use crate::model::Mac;
use crate::problem::{self, Problem, ProblemKind};
use crate::quantity;
use crate::timeline::{self, Clock, Joined, Log};

/// A log that was read, with the metadata of its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ReadLog {
    pub(super) path: Box<str>,
    /// See [`Log::path_within`].
    pub(super) path_within: Option<Box<str>>,
    /// Distinguishes logs with the same path: the parts of a file, members of an archive with equal names.
    pub(super) number: u32,
    pub(super) rotation: Rotation,
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    pub(super) modified: Option<NaiveDateTime>,
    pub(super) identity: Option<(u64, u64)>,
    pub(super) digest: LogDigest,
    /// The log has lines of several phones, and nothing shows which line belongs to which.
    pub(super) is_mixed: bool,
    /// If it is a part of a file of a syslog server: the senders of its lines.
    pub(super) spans: Vec<SenderSpan>,
    /// Its events in the spool, if they are wanted.
    pub(super) events: Chunks,
    /// Only for records: further metadata of the file.
    pub(super) origin: Option<Box<LogOrigin>>,
}

/// The logs of one phone.
#[derive(Default)]
pub(super) struct PhoneLogs {
    pub(super) logs: Vec<ReadLog>,
    /// Lines of a mixture, or of a log without an address, can be of this phone.
    pub(super) may_lack_lines: bool,
}

/// The joined logs of a phone.
pub(super) struct JoinedPhone {
    pub(super) joined: Joined,
    /// The events of each log in the spool, indexed by the log's number.
    pub(super) events: Vec<Chunks>,
    /// A log was left out because its lines are of several phones, or can be of this one.
    pub(super) is_mixed: bool,
}

impl PhoneLogs {
    pub(super) fn append(&mut self, more: Self) {
        self.logs.extend(more.logs);
        self.may_lack_lines |= more.may_lack_lines;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// Whether all its lines are of several phones.
    pub(super) fn is_mixture(&self) -> bool {
        self.logs.iter().all(|log| log.is_mixed)
    }

    /// Whether the logs may show one of these fingerprints in a slot. Always true if a message may be split
    /// over two logs, since it is known only after joining.
    pub(super) fn may_show(&self, fingerprints: &HashSet<Box<[u8]>>) -> bool {
        let is_one = |event: &Event| {
            event.fingerprint().is_some_and(|fingerprint| fingerprints.contains(fingerprint.bytes()))
        };
        let digests = || self.logs.iter().map(|log| &log.digest);
        let is_across = digests().any(|digest| !digest.tail.bytes.is_empty())
            && digests().any(|digest| !digest.head.bytes.is_empty());
        is_across
            || digests()
                .flat_map(|digest| &digest.entries)
                .any(|entry| entry.event.as_ref().is_some_and(is_one))
    }

    /// Drops all but one of several paths to the same file.
    pub(super) fn drop_repeated_files(&mut self) {
        if self.logs.len() < 2 {
            return;
        }
        self.logs.sort_by(|a, b| (&a.path, a.number).cmp(&(&b.path, b.number)));
        let mut seen = HashSet::new();
        self.logs.retain(|log| log.identity.is_none_or(|identity| seen.insert(identity)));
    }

    /// Joins the logs of this phone and reports problems with their content.
    pub(super) fn join(
        mut self,
        mac: Option<Mac>,
        clock: &Clock,
        problems: &mut Vec<Problem>,
    ) -> JoinedPhone {
        let fragments = self.report_problems(mac, problems);
        self.join_sorted(fragments, clock, problems)
    }

    /// Reports the problems of logs that are not diagnosed. They are joined only if that may settle a
    /// problem.
    pub(super) fn only_report_problems(
        mut self,
        mac: Option<Mac>,
        clock: &Clock,
        problems: &mut Vec<Problem>,
    ) {
        let fragments = self.report_problems(mac, problems);
        if !fragments.is_empty() {
            self.join_sorted(fragments, clock, problems);
        }
    }

    /// Sorts the logs, drops duplicates and reports problems with their content. Problems of logs without a
    /// valid line are returned instead, with the log's number: joining shows whether such a log is a piece of
    /// a message, which is not a problem.
    fn report_problems(&mut self, mac: Option<Mac>, problems: &mut Vec<Problem>) -> Vec<(usize, Problem)> {
        self.drop_repeated_files();
        sort_and_dedup_records(&mut self.logs, mac, problems);
        let has_content = self.logs.iter().any(|log| !log.digest.is_empty());
        let before = problems.len();
        let mut fragments = Vec::new();
        for (number, log) in self.logs.iter().enumerate() {
            log.report_problems(has_content, problems);
            let is_fragment = |problem: &mut Problem| has_content && problem.kind == ProblemKind::NotALog;
            fragments.extend(problems.extract_if(before.., is_fragment).map(|problem| (number, problem)));
        }
        fragments
    }

    fn join_sorted(
        mut self,
        fragments: Vec<(usize, Problem)>,
        clock: &Clock,
        problems: &mut Vec<Problem>,
    ) -> JoinedPhone {
        let is_mixed = self.may_lack_lines || self.logs.iter().any(|log| log.is_mixed);
        let events = self.logs.iter_mut().map(|log| std::mem::take(&mut log.events)).collect();
        let logs = self.logs.into_iter().enumerate().map(|(number, log)| Log {
            number,
            path: log.path,
            path_within: log.path_within,
            rotation: log.rotation,
            modified: log.modified,
            digest: log.digest,
        });
        let joined = timeline::join(logs.collect(), clock);
        let alone = fragments.into_iter().filter(|(number, _)| !joined.is_piece(*number));
        problems.extend(alone.map(|(_, problem)| problem));
        JoinedPhone { joined, events, is_mixed }
    }
}

impl ReadLog {
    /// Marks it as a log of several phones, of which only the counts are used.
    pub(super) fn mix(&mut self) {
        self.is_mixed = true;
        self.digest = std::mem::take(&mut self.digest).of_several_phones();
        self.events = Chunks::new();
    }

    /// Reports problems with the content. `has_content`: whether any log of the phone has lines; if so, an
    /// empty log is not a problem.
    pub(super) fn report_problems(&self, has_content: bool, problems: &mut Vec<Problem>) {
        let mut report =
            |kind, message: String| problems.push(Problem::new(self.path.to_string(), kind, message));
        let counts = &self.digest.counts;
        if self.is_mixed {
            let message = "contains lines of several phones that can't be told apart; it is not diagnosed";
            report(ProblemKind::MixedPhones, message.to_owned());
        } else if self.digest.is_empty() && (counts.bytes > 0 || !has_content) {
            let message = match (counts.bytes, counts.lines) {
                (0, _) => problem::EMPTY.to_owned(),
                (_, 1) => "its only line is not a line of a phone's log".to_owned(),
                (_, lines) => format!("none of its {lines} lines is a line of a phone's log"),
            };
            report(ProblemKind::NotALog, message);
        }
        if counts.foreign > 0 {
            let lines = counted_with_verb(counts.foreign, "line");
            report(
                ProblemKind::Unreadable,
                format!("{lines} in another encoding than the first line, and can't be read"),
            );
        }
        if counts.has_hidden_lines() {
            let message = format!(
                "{} lines have other text before the phone's own line, and can't be read",
                counts.hidden
            );
            report(ProblemKind::Unreadable, message);
        }
        if counts.too_long > 0 {
            let (lines, longest) = (counted_with_verb(counts.too_long, "line"), log::MAX_LINE_LENGTH);
            report(
                ProblemKind::LimitExceeded,
                format!("{lines} longer than {longest} bytes; the rest of each such line was not read"),
            );
        }
        if counts.in_further_fields > 0 {
            let message = format!(
                "only the first message of each line is read; {} in further fields of a line",
                counted_with_verb(counts.in_further_fields, "message")
            );
            report(ProblemKind::Unreadable, message);
        }
        let cut_off = counts.width.cut_off();
        if cut_off > 0 {
            let message = format!(
                "its lines are cut off at one width, as by a terminal; {} about certificates cut off there",
                counted_with_verb(cut_off, "message")
            );
            report(ProblemKind::Unreadable, message);
        }
    }
}

/// `1 line is`, `7 lines are`.
fn counted_with_verb(count: u64, noun: &str) -> String {
    format!("{} {}", quantity::counted(count, noun), if count == 1 { "is" } else { "are" })
}

/// The problem of a phone whose records do not fit together.
pub(super) fn digested_apart(mac: Mac) -> Problem {
    let message = "its logs and configuration files did not all go through the same run of `digest`, or records of \
                   different days were read together; all are used, but an earlier upload may count twice";
    Problem::new(mac.to_string(), ProblemKind::DigestedApart, message)
}

/// Sorts the logs of records and drops duplicates, since files of records can be given in any order and
/// overlap. Reports a problem if the logs were not all digested together.
fn sort_and_dedup_records(logs: &mut Vec<ReadLog>, mac: Option<Mac>, problems: &mut Vec<Problem>) {
    if logs.iter().all(|log| log.origin.is_none()) {
        return;
    }
    let content = |log: &ReadLog| log.origin.as_ref().map(|origin| (origin.is_gone, origin.content));
    let key = |log: &ReadLog| (log.path.clone(), log.number, log.modified, content(log));
    let group = |log: &ReadLog| log.origin.as_ref().map_or(0, |origin| origin.group);
    logs.sort_by_cached_key(|log| (key(log), group(log)));
    // The logs were digested together if one run of `digest` has a record of each of them.
    let mut common: Option<HashSet<u64>> = None;
    let mut is_apart = false;
    // A part whose phone only another file names has no group.
    let is_present =
        |log: &&ReadLog| log.origin.as_ref().is_some_and(|origin| !origin.is_gone && origin.group != 0);
    let present: Vec<&ReadLog> = logs.iter().filter(is_present).collect();
    for same in present.chunk_by(|a, b| key(a) == key(b)) {
        let groups: HashSet<u64> = same.iter().map(|log| group(log)).collect();
        common = Some(match common {
            Some(common) => &common & &groups,
            None => groups,
        });
    }
    for two in present.windows(2) {
        is_apart |=
            (&two[0].path, two[0].number) == (&two[1].path, two[1].number) && key(two[0]) != key(two[1]);
    }
    is_apart |= common.is_some_and(|common| common.is_empty());
    if let Some(mac) = mac.filter(|_| is_apart) {
        problems.push(digested_apart(mac));
    }
    logs.dedup_by(|later, kept| key(later) == key(kept));
}
