//! What an answer leaves out because the user selected a part of it: JSON records it, and the other formats say it, so
//! that nobody takes a phone for healthy whose diagnoses were left out.

use std::collections::BTreeSet;

use super::shape::AnswerSelection;
use super::text::and;
use super::text::time::second;
use crate::check::CATALOGUE;
use crate::phone::{Selection, shown_time};
use crate::quantity::counted;
use crate::window::Window;

/// The word of formats for people for a phone that is `ok` only because active errors or warnings are left out.
pub(super) const NONE_SELECTED: &str = "others";

/// What such phones are called where they are counted.
pub(super) const NONE_SELECTED_PHONES: &str = "with others only";

/// Its sign.
pub(super) const NONE_SELECTED_SIGN: &str = "–";

impl AnswerSelection {
    /// What these options leave out; None if nothing.
    pub fn of(codes: &Selection, status: &[super::shape::Status], window: &Window) -> Option<Self> {
        let Selection { select, ignore } = codes.clone();
        let (since, until) = (window.since.map(shown_time), window.until.map(shown_time));
        let selection = Self { select, ignore, status: status.to_vec(), since, until, ..Self::default() };
        (selection != Self::default()).then_some(selection)
    }

    /// What it leaves out, in sentences.
    pub fn in_words(&self) -> Vec<String> {
        let others = match self.phones_with_others {
            0 => "no phone has".to_owned(),
            1 => "1 phone has".to_owned(),
            phones => format!("{} have", counted(phones, "phone")),
        };
        [self.codes(&others), self.phones(), self.window()].into_iter().flatten().collect()
    }

    /// What it leaves out of the answer about one phone, in sentences.
    pub(super) fn of_phone_in_words(&self) -> Vec<String> {
        let others = if self.phones_with_others == 0 { "this phone has no" } else { "this phone has" };
        [self.codes(others), self.window()].into_iter().flatten().collect()
    }

    /// Whether lines are left out.
    pub(super) const fn has_window(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Whether diagnoses are left out.
    pub(super) const fn leaves_out_diagnoses(&self) -> bool {
        !self.select.is_empty() || !self.ignore.is_empty() || self.new
    }

    /// `Only diagnoses LOG… are counted; 13 phones have other active errors or warnings.`
    fn codes(&self, others: &str) -> Option<String> {
        let which = self.which_codes()?;
        // With `--ignore` alone, those that are left out are named before.
        let is_named = self.select.is_empty() && !self.new;
        Some(match is_named {
            true => format!("{which}; {others} active errors or warnings of these."),
            false => format!("{which}; {others} other active errors or warnings."),
        })
    }

    /// `Only diagnoses LOG… are counted`; None if all are.
    fn which_codes(&self) -> Option<String> {
        let new = if self.new { "new " } else { "" };
        let listed = |codes: &[String]| and(codes.iter().map(|code| prefix(code)));
        let (select, ignore) = (listed(&self.select), listed(&self.ignore));
        Some(match (self.select.is_empty(), self.ignore.is_empty()) {
            (true, true) if !self.new => return None,
            (true, true) => "Only new diagnoses are counted".to_owned(),
            (true, false) if !self.new => format!("Diagnoses {ignore} are not counted"),
            (true, false) => format!("Only new diagnoses other than {ignore} are counted"),
            (false, true) => format!("Only {new}diagnoses {select} are counted"),
            (false, false) => format!("Only {new}diagnoses {select}, but not {ignore}, are counted"),
        })
    }

    /// `Only phones of status failed are shown; 22 others are left out.`
    fn phones(&self) -> Option<String> {
        let status = and(self.status.iter().map(|status| status.name().to_owned()));
        let which = match (self.status.is_empty(), self.new) {
            (true, false) => return None,
            (true, true) => "with new diagnoses".to_owned(),
            (false, false) => format!("of status {status}"),
            (false, true) => format!("of status {status} with new diagnoses"),
        };
        let others = match self.phones_left_out {
            0 => "there are no others".to_owned(),
            1 => "1 other is left out".to_owned(),
            phones => format!("{} others are left out", crate::quantity::count(phones)),
        };
        Some(format!("Only phones {which} are shown; {others}."))
    }

    /// `Only lines from 2026-11-20 08:00:00 on are judged.`
    fn window(&self) -> Option<String> {
        let bound = |time: &Option<String>| time.as_deref().map(second);
        let lines = match (bound(&self.since), bound(&self.until)) {
            (None, None) => return None,
            (Some(since), None) => format!("from {since} on"),
            (None, Some(until)) => format!("up to {until}"),
            (Some(since), Some(until)) => format!("from {since} to {until}"),
        };
        Some(format!("Only lines {lines} are judged."))
    }

    /// Whether the answers of these two can't be compared without a word, because they leave out different things. The
    /// times of `--since` and `--until` may differ: those of an age do from day to day.
    pub fn differ(one: Option<&Self>, other: Option<&Self>) -> bool {
        let options = |selection: Option<&Self>| {
            let Self { select, ignore, status, new, since, until, .. } =
                selection.cloned().unwrap_or_default();
            let [select, ignore] = [select, ignore].map(BTreeSet::from_iter);
            (select, ignore, BTreeSet::from_iter(status), new, since.is_some(), until.is_some())
        };
        options(one) != options(other)
    }
}

/// `INS…` for all codes that begin so; a whole code as it is.
fn prefix(code: &str) -> String {
    let is_whole = CATALOGUE.iter().any(|rule| rule.code == code);
    if is_whole { code.to_owned() } else { format!("{code}…") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::shape::Status;

    #[test]
    fn what_is_left_out_in_words() {
        let codes = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect::<Vec<_>>();
        let none = AnswerSelection::default;
        assert_eq!(none().in_words(), [""; 0]);
        for (selection, expected) in [
            (
                AnswerSelection { select: codes(&["LOG"]), phones_with_others: 13, ..none() },
                "Only diagnoses LOG… are counted; 13 phones have other active errors or warnings.",
            ),
            (
                AnswerSelection {
                    select: codes(&["CFG017", "INS", "TLS"]),
                    ignore: codes(&["TLS002"]),
                    phones_with_others: 1,
                    ..none()
                },
                "Only diagnoses CFG017, INS… and TLS…, but not TLS002, are counted; 1 phone has other active errors or \
                 warnings.",
            ),
            (
                AnswerSelection { ignore: codes(&["INS"]), ..none() },
                "Diagnoses INS… are not counted; no phone has active errors or warnings of these.",
            ),
            (
                AnswerSelection { new: true, phones_left_out: 9, phones_with_others: 2, ..none() },
                "Only new diagnoses are counted; 2 phones have other active errors or warnings. Only phones with new \
                 diagnoses are shown; 9 others are left out.",
            ),
            (
                AnswerSelection { status: vec![Status::Failed, Status::Ok], phones_left_out: 1, ..none() },
                "Only phones of status failed and ok are shown; 1 other is left out.",
            ),
            (
                AnswerSelection { since: Some("2026-11-20T08:00:00".to_owned()), ..none() },
                "Only lines from 2026-11-20 08:00:00 on are judged.",
            ),
        ] {
            assert_eq!(selection.in_words().join(" "), expected);
        }
    }

    #[test]
    fn answers_with_other_selections_differ() {
        let of = |select: &[&str], since: Option<&str>| AnswerSelection {
            select: select.iter().map(|&code| code.to_owned()).collect(),
            since: since.map(str::to_owned),
            ..AnswerSelection::default()
        };
        let differ = |a: &AnswerSelection, b: &AnswerSelection| AnswerSelection::differ(Some(a), Some(b));
        assert!(!differ(&of(&["INS", "TLS"], Some("2026-11-20")), &of(&["TLS", "INS"], Some("2026-11-21"))));
        assert!(differ(&of(&["INS"], None), &of(&["TLS"], None)));
        assert!(differ(&of(&[], Some("2026-11-20")), &of(&[], None)));
        assert!(AnswerSelection::differ(None, Some(&of(&["INS"], None))));
        assert!(!AnswerSelection::differ(None, None));
    }
}
