//! Which diagnoses of a phone are shown and counted: `--select` and `--ignore`.

use super::Phone;
use crate::check::RuleFinding;
use crate::model::Severity;
use crate::report::shape::is_counted;

/// Which diagnoses are shown and counted, by what their codes begin with: `INS001`, or `INS` for all INS codes.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these; all if empty.
    pub select: Vec<String>,
    /// But not these.
    pub ignore: Vec<String>,
}

impl Selection {
    /// Whether the diagnosis of a code is shown and counted.
    pub fn has(&self, code: &str) -> bool {
        is_counted(code, &self.select, &self.ignore)
    }

    /// The highest severity of the active findings that it leaves out.
    pub fn worst_left_out<'f>(&self, found: impl IntoIterator<Item = &'f RuleFinding>) -> Option<Severity> {
        let is_left_out = |found: &&RuleFinding| found.is_active() && !self.has(found.rule().code);
        found.into_iter().filter(is_left_out).map(RuleFinding::severity).min()
    }
}

impl Phone {
    /// Notes the highest severity of active findings that are left out because they were not selected.
    pub fn leave_out(&mut self, worst: Option<Severity>) {
        self.left_out = self.left_out.into_iter().chain(worst).min();
    }

    /// Whether an active error or warning is left out because it was not selected.
    pub fn has_others(&self) -> bool {
        self.left_out.is_some_and(|severity| severity < Severity::Info)
    }
}
