//! What the head of the page counts over all phones.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::date;
use crate::check::Rule;
use crate::report::Devices;
use crate::report::findings::{Findings, PhoneFindings, Phones, Severities};
use crate::report::group::Counts;
use crate::report::shape::{Baseline, Device, Severity, State, Status};

/// How many models or versions of software are listed at most.
const MAX_LISTED: usize = 100;
/// How many models are named beside a diagnosis.
const MAX_MODELS_NAMED: usize = 3;
/// How many causes or remedies of a diagnosis are shown.
const MAX_TEXTS: usize = 3;

/// The cause or the remedy of a diagnosis. Phones with the same code can have different ones.
type Text = Cow<'static, str>;

/// What is counted of one phone.
struct PhoneFacts {
    status: Status,
    /// [`Device::is_ok_of_selected`].
    is_ok_of_selected: bool,
    model: Option<String>,
    software: Option<String>,
    findings: PhoneFindings,
    /// The codes of the active diagnoses with their causes.
    causes: BTreeSet<(&'static str, Text)>,
    /// The same with their remedies.
    remedies: BTreeSet<(&'static str, Text)>,
    /// If an error or a warning is active: the index of the worse one, and the first day of it.
    trouble: Option<(usize, Option<NaiveDate>)>,
    /// Whether the phone has something new since the baseline; None without a baseline.
    is_new: Option<bool>,
}

/// A diagnosis of the fleet.
pub(super) struct DiagnosisTotal {
    pub(super) rule: &'static Rule,
    /// The severities in the phones in which it is active, or if there are none, in those in which it is resolved.
    pub(super) severities: Severities,
    /// Phones in which it is active.
    pub(super) active: u64,
    /// Phones in which it is resolved, perhaps in one slot only.
    pub(super) resolved: u64,
    /// The most frequent models among the phones in which it is active.
    pub(super) models: Vec<(String, u64)>,
    /// The causes in these phones.
    pub(super) causes: Texts,
    /// The remedies in these phones.
    pub(super) remedies: Texts,
}

/// The texts that diagnoses of one code have.
pub(super) struct Texts {
    /// The most frequent ones, with the number of phones.
    pub(super) listed: Vec<(Text, u64)>,
    /// How many more there are.
    pub(super) more: usize,
}

/// Counts over a whole fleet. Memory grows with the number of models, versions and days.
#[derive(Default)]
pub(super) struct FleetTotals {
    pub(super) statuses: Counts,
    /// The phones of each model (None if the logs don't show it), most failures first.
    pub(super) models: Vec<(Option<String>, Counts)>,
    /// The number of models that are not listed.
    pub(super) more_models: usize,
    /// The phones with each version, most failures first.
    pub(super) software: Vec<(Option<String>, Counts)>,
    /// The number of versions that are not listed.
    pub(super) more_software: usize,
    /// By the highest severity in a phone, then the number of phones with it.
    pub(super) diagnoses: Vec<DiagnosisTotal>,
    /// By day: the number of phones whose active errors began then, and of those whose active warnings did
    /// and that have no error.
    pub(super) days: BTreeMap<NaiveDate, [u64; 2]>,
    /// Phones with active errors or warnings, none of which has a date.
    pub(super) undated: u64,
    pub(super) findings: Findings,
    /// Phones with something new since the baseline; None without a baseline.
    pub(super) new: Option<u64>,
}

/// The phones in which a diagnosis is active.
#[derive(Default)]
struct ActivePhones {
    models: HashMap<Option<String>, u64>,
    causes: HashMap<Text, u64>,
    remedies: HashMap<Text, u64>,
}

/// By name.
type CountsByName = HashMap<Option<String>, Counts>;

impl FleetTotals {
    /// Counts over all phones, on all threads.
    pub(super) fn of(devices: &dyn Devices) -> Self {
        let mut totals = Self::default();
        let (mut models, mut software) = (CountsByName::new(), CountsByName::new());
        let mut active: BTreeMap<&str, ActivePhones> = BTreeMap::new();
        for facts in devices.par_map(|_, device| PhoneFacts::of(device)) {
            totals.add(&facts);
            for code in facts.findings.codes.iter().filter(|code| code.state == State::Active) {
                let phones = active.entry(code.code).or_default();
                *phones.models.entry(facts.model.clone()).or_default() += 1;
            }
            for (code, cause) in facts.causes {
                *active.entry(code).or_default().causes.entry(cause).or_default() += 1;
            }
            for (code, remedy) in facts.remedies {
                *active.entry(code).or_default().remedies.entry(remedy).or_default() += 1;
            }
            totals.findings.add(facts.findings);
            models.entry(facts.model).or_default().add(facts.status, facts.is_ok_of_selected);
            software.entry(facts.software).or_default().add(facts.status, facts.is_ok_of_selected);
        }
        let rank = |counts: &Counts| (counts.failed, counts.attention, counts.total());
        (totals.models, totals.more_models) = highest(models, MAX_LISTED, rank);
        (totals.software, totals.more_software) = highest(software, MAX_LISTED, rank);
        let diagnoses = totals.findings.by_code().filter_map(|(code, phones)| {
            DiagnosisTotal::of(code, phones, active.remove(code).unwrap_or_default())
        });
        totals.diagnoses = diagnoses.collect();
        totals.diagnoses.sort_by_key(|total| {
            let (severity, phones) = total.severities.worst();
            (severity, Reverse(phones), total.rule.code)
        });
        totals
    }

    fn add(&mut self, facts: &PhoneFacts) {
        self.statuses.add(facts.status, facts.is_ok_of_selected);
        match facts.trouble {
            Some((severity, Some(day))) => self.days.entry(day).or_default()[severity] += 1,
            Some((_, None)) => self.undated += 1,
            None => {}
        }
        if let Some(is_new) = facts.is_new {
            *self.new.get_or_insert(0) += u64::from(is_new);
        }
    }

    /// How many phones have a diagnosis of this code active.
    pub(super) fn active(&self, code: &str) -> u64 {
        self.diagnoses.iter().find(|total| total.rule.code == code).map_or(0, |total| total.active)
    }

    /// The first day on which a still active error began, and the day on which most did, with the number of
    /// phones.
    pub(super) fn errors_began(&self) -> Option<(NaiveDate, NaiveDate, u64)> {
        let days = || self.days.iter().filter(|(_, [errors, _])| *errors > 0);
        let (first, _) = days().next()?;
        let (worst, [most, _]) = days().max_by_key(|(day, [errors, _])| (*errors, Reverse(**day)))?;
        Some((*first, *worst, *most))
    }
}

impl PhoneFacts {
    fn of(device: &Device) -> Self {
        let worst = device.active().map(|diagnosis| diagnosis.severity).min();
        let trouble = worst.filter(|severity| *severity != Severity::Info).map(|severity| {
            let worst = device.active().filter(|diagnosis| diagnosis.severity == severity);
            (severity as usize, worst.filter_map(|diagnosis| date(diagnosis.first_seen.as_deref()?)).min())
        });
        Self {
            status: device.status,
            is_ok_of_selected: device.is_ok_of_selected(),
            model: device.model.clone(),
            software: device.software.clone(),
            findings: PhoneFindings::of(device),
            causes: device.active().map(|diagnosis| (diagnosis.code, diagnosis.cause.clone())).collect(),
            remedies: device.active().map(|diagnosis| (diagnosis.code, diagnosis.remedy.clone())).collect(),
            trouble,
            is_new: device.baseline.map(|baseline| baseline == Baseline::New),
        }
    }
}

impl DiagnosisTotal {
    fn of(code: &str, [active, resolved]: &[Phones; 2], phones: ActivePhones) -> Option<Self> {
        let rule = Rule::find(code)?;
        let named = |(model, phones): (Option<String>, _)| {
            (model.unwrap_or_else(|| "unknown model".to_owned()), phones)
        };
        let ActivePhones { models, causes, remedies } = phones;
        let severities = if active.number > 0 { active.severities } else { resolved.severities };
        let (active, resolved) = (active.number, resolved.number);
        let (models, _) = highest(models.into_iter().map(named), MAX_MODELS_NAMED, |phones| *phones);
        let causes = Texts::of(causes, (rule.cause, resolved));
        let remedies = Texts::of(remedies, (rule.remedy, resolved));
        Some(Self { rule, severities, active, resolved, models, causes, remedies })
    }

    /// The highest severity in a phone.
    pub(super) fn severity(&self) -> Severity {
        self.severities.worst().0
    }

    /// The number of phones of models that are not named.
    pub(super) fn other_models(&self) -> u64 {
        self.active - self.models.iter().map(|(_, phones)| phones).sum::<u64>()
    }
}

impl Texts {
    /// Those of active diagnoses; if none is active, the general one.
    fn of(mut texts: HashMap<Text, u64>, (general, phones): (&'static str, u64)) -> Self {
        if texts.is_empty() {
            texts.insert(general.into(), phones);
        }
        let (listed, more) = highest(texts, MAX_TEXTS, |phones| *phones);
        Self { listed, more }
    }
}

/// The names of the highest rank, and how many names there are besides.
fn highest<N: Ord, C, R: Ord>(
    names: impl IntoIterator<Item = (N, C)>,
    most: usize,
    rank: impl Fn(&C) -> R,
) -> (Vec<(N, C)>, usize) {
    let mut all: Vec<_> = names.into_iter().collect();
    all.sort_by(|(a, of_a), (b, of_b)| rank(of_b).cmp(&rank(of_a)).then_with(|| a.cmp(b)));
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    (all, more)
}

const _: () =
    assert!(Severity::Error as usize == 0 && Severity::Warning as usize == 1, "the order of a day's counts");
