//! What a check found in one phone: its message in typed parts, and its evidence.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{CATALOGUE, Rule};
use crate::config::ConfigurationLine;
use crate::model::{Severity, Slot, State};
use crate::sentence::Sentence;
use crate::timeline::Occurrences;

/// Lines of configuration files that one finding shows as its evidence.
const MAX_LINES: usize = 6;

/// What a check found in one phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The slot it is about, if it is about one.
    pub slot: Option<Slot>,
    /// Whether it is still active.
    pub state: State,
    /// When what is active began, in seconds since 1970 of the phone's local time, if it was gone before that. None if
    /// it began with the first line of its evidence.
    pub since: Option<i64>,
    /// Its severity, if it differs from that of the rule.
    pub severity: Option<Severity>,
    /// What this phone's logs show, with its figures.
    pub message: Sentence,
    /// The cause, if it differs from that of the rule.
    pub cause: Option<Sentence>,
    /// The remedy, if it differs from that of the rule.
    pub remedy: Option<Sentence>,
    /// Its evidence in the logs.
    pub seen: Occurrences,
    /// Related lines of configuration files.
    pub configuration: Vec<ConfigurationLine>,
}

impl Finding {
    /// A finding that is about no slot.
    pub const fn new(state: State, message: Sentence, seen: Occurrences) -> Self {
        Self {
            slot: None,
            state,
            since: None,
            severity: None,
            message,
            cause: None,
            remedy: None,
            seen,
            configuration: Vec::new(),
        }
    }

    /// A finding in configuration files; these lines are its evidence. It is active as long as the files say so.
    pub(super) fn of_files(
        slot: Option<Slot>,
        message: Sentence,
        lines: impl IntoIterator<Item = ConfigurationLine>,
    ) -> Self {
        let configuration = lines.into_iter().take(MAX_LINES).collect();
        Self { slot, configuration, ..Self::active(message, Occurrences::without_lines()) }
    }

    /// The same with more lines of configuration files as evidence.
    pub(super) fn with_lines(mut self, lines: impl IntoIterator<Item = ConfigurationLine>) -> Self {
        let room = MAX_LINES.saturating_sub(self.configuration.len());
        self.configuration.extend(lines.into_iter().take(room));
        self
    }

    pub(super) const fn active(message: Sentence, seen: Occurrences) -> Self {
        Self::new(State::Active, message, seen)
    }

    /// The same, active since then.
    pub(super) fn since(mut self, since: Option<NaiveDateTime>) -> Self {
        let since = since.map(|time| time.and_utc().timestamp());
        self.since = since.filter(|since| self.seen.times().is_some_and(|(first, _)| first < *since));
        self
    }

    pub(super) const fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub(super) const fn of_slot(mut self, slot: Option<Slot>) -> Self {
        self.slot = slot;
        self
    }
}

/// A finding, and the rule that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFinding {
    rule: u8,
    /// What it found.
    pub finding: Finding,
}

impl RuleFinding {
    /// What this rule found.
    pub fn new(rule: &Rule, finding: Finding) -> Self {
        Self { rule: rule.index() as u8, finding }
    }

    /// The rule's index in the catalogue.
    pub const fn index(&self) -> usize {
        // The number in packed bytes could be any.
        self.rule as usize % CATALOGUE.len()
    }

    /// The rule.
    pub fn rule(&self) -> &'static Rule {
        CATALOGUE[self.index()]
    }

    /// The severity: the finding's own, else the rule's.
    pub fn severity(&self) -> Severity {
        self.finding.severity.unwrap_or(self.rule().severity)
    }

    /// Whether it is still active.
    pub fn is_active(&self) -> bool {
        self.finding.state == State::Active
    }

    /// The sort key of findings.
    pub fn order(&self) -> (Severity, &'static str, Option<Slot>) {
        (self.severity(), self.rule().code, self.finding.slot)
    }
}
