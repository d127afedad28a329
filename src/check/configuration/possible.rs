//! What the rules find where it is not known which values of a phone's files count: they run over each configuration that
//! the phone may have. What they find in all of these is certain; what they find only in some says that it may not hold.

use std::collections::{BTreeMap, HashMap};

use super::{ConfigurationCase, Finding, LogFacts, PhoneConfig, SharedKey, uncertain};
use crate::check::{CATALOGUE, Family, Rule, RuleFinding};
use crate::model::{Mac, Severity, Slot};

/// What the wanted rules find in the files of a phone; `config` can be that of another phone with the same files.
pub fn findings(
    config: &PhoneConfig,
    log: &LogFacts,
    shared: &[SharedKey],
    mac: Mac,
    is_wanted: impl Fn(&Rule) -> bool,
) -> Vec<RuleFinding> {
    let is_wanted = |rule: &&Rule| rule.facts.family == Family::Configuration && is_wanted(rule);
    let rules = CATALOGUE.iter().copied().filter(is_wanted);
    let possible = config.possible();
    let configs = std::iter::once(config).chain(&possible);
    let cases: Vec<_> =
        configs.map(|config| ConfigurationCase::new(config, log, shared).of_phone(mac)).collect();
    let (several, once): (Vec<&Rule>, Vec<&Rule>) =
        rules.partition(|rule| !possible.is_empty() && !rule.facts.names_rivals);
    let mut found: Vec<_> = once.iter().flat_map(|rule| rule.run_on_configuration(&cases[0])).collect();
    if !several.is_empty() {
        found.extend(Merged::new(&cases, &several).findings());
        found.sort_by_key(RuleFinding::index);
    }
    found
}

/// The findings in the configuration in which it is not known which values count, and in each that the phone may have.
struct Merged<'a> {
    /// The first one is that in which it is not known.
    cases: &'a [ConfigurationCase<'a>],
    groups: BTreeMap<Key, Vec<FoundIn>>,
}

/// What findings of several configurations have in common: the rule, the slot, the parameter, and how many before it in its
/// configuration have the same.
type Key = (usize, Option<Slot>, Option<String>, usize);

/// A finding, and the index of the configuration that has it.
type FoundIn = (usize, RuleFinding);

impl<'a> Merged<'a> {
    fn new(cases: &'a [ConfigurationCase<'a>], rules: &[&Rule]) -> Self {
        let mut merged = Self { cases, groups: BTreeMap::new() };
        for rule in rules {
            for (index, case) in cases.iter().enumerate() {
                let mut before = HashMap::new();
                for found in rule.run_on_configuration(case) {
                    merged.add(index, found, &mut before);
                }
            }
        }
        merged
    }

    /// `before` counts the findings of this rule in this configuration.
    fn add(
        &mut self,
        index: usize,
        found: RuleFinding,
        before: &mut HashMap<(Option<Slot>, Option<String>), usize>,
    ) {
        let slot = found.finding.slot;
        let parameter = found.finding.configuration.first().and_then(|line| line.parameter.clone());
        let count = before.entry((slot, parameter.clone())).or_default();
        let key = (found.index(), slot, parameter, *count);
        *count += 1;
        self.groups.entry(key).or_default().push((index, found));
    }

    fn findings(&self) -> impl Iterator<Item = RuleFinding> {
        self.groups.iter().filter_map(|(key, group)| self.merge(key, group))
    }

    /// The finding as it is reported; None if it is only information and holds in some of the configurations, or if the log
    /// shows that it does not hold.
    fn merge(&self, key: &Key, group: &[FoundIn]) -> Option<RuleFinding> {
        let (of_files, found): (Vec<_>, Vec<_>) = group.iter().partition(|(index, _)| *index == 0);
        let (index, worst) = found.iter().min_by_key(|(_, one)| one.severity())?;
        let severity = worst.severity();
        let is_certain = self.is_certain(group);
        // It does not depend on which value counts.
        if let [(_, one)] = of_files[..]
            && is_certain
            && one.severity() == severity
        {
            return Some(one.clone());
        }
        let (rule, finding) = (worst.rule(), worst.finding.clone());
        let open = self.open(&finding);
        let words = if is_certain {
            format!(" This holds whichever value of {open} counts.")
        } else if severity == Severity::Error && self.is_faulty(key) {
            format!(" This holds for one value of {open}; with each other one there is another error.")
        } else if severity == Severity::Info || self.shows_another(finding.slot, &found) {
            return None;
        } else {
            let why = format!(" It may not hold: which value of {open} counts is not known.");
            let finding = uncertain(&self.cases[*index], rule.severity, finding, why.into());
            return (finding.severity != Some(Severity::Info)).then(|| RuleFinding::new(rule, finding));
        };
        let lines = found.iter().flat_map(|(_, one)| &one.finding.configuration).filter(|_| is_certain);
        let more: Vec<_> = lines.filter(|line| !finding.configuration.contains(line)).cloned().collect();
        let message = finding.message.clone().and(words.into());
        Some(RuleFinding::new(rule, Finding { message, ..finding }.with_lines(more)))
    }

    /// Whether each configuration that the phone may have has this finding, and as severe.
    fn is_certain(&self, group: &[FoundIn]) -> bool {
        let possible = group.iter().filter(|(index, _)| *index > 0).map(|(_, one)| one.severity());
        let severities: Vec<Severity> = possible.collect();
        severities.len() == self.cases.len() - 1 && severities.windows(2).all(|two| two[0] == two[1])
    }

    /// Whether each configuration that the phone may have has an error about the slot of this finding, or else about its
    /// parameter. Errors that all of them have are not of the open value.
    fn is_faulty(&self, (_, slot, parameter, _): &Key) -> bool {
        let is_about = |(_, other, of, _): &Key| other == slot && (slot.is_some() || of == parameter);
        let groups = self.groups.iter().filter(|(key, group)| is_about(key) && !self.is_certain(group));
        let groups: Vec<_> = groups.map(|(_, group)| group).collect();
        (1..self.cases.len()).all(|index| {
            let mut found = groups.iter().copied().flatten();
            found.any(|(of, one)| *of == index && one.severity() == Severity::Error)
        })
    }

    /// Whether the certificate that the log shows in the slot is that of another configuration than these.
    fn shows_another(&self, slot: Option<Slot>, found: &[&FoundIn]) -> bool {
        let has_it = |case: &ConfigurationCase<'_>| {
            let credential = slot.and_then(|slot| case.config.credential_of(slot));
            credential.and_then(|credential| case.slot_of(&credential)).is_some_and(|(facts, certificate)| {
                facts.installed().is_some_and(|shown| certificate.has(shown))
            })
        };
        !found.iter().any(|(index, _)| has_it(&self.cases[*index])) && self.cases[1..].iter().any(has_it)
    }

    /// The parameter with several values that a finding is about.
    fn open(&self, finding: &Finding) -> &str {
        let names = finding.configuration.iter().filter_map(|line| line.parameter.as_deref());
        self.cases[0].config.open_parameter(names).unwrap_or("a parameter")
    }
}
