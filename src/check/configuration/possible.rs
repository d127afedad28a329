//! What the rules find where it is not known which values or files of a phone count: they run over each configuration that
//! the phone may have. What they find in all of these is certain; what they find only in some says that it may not hold.

use super::{
    ConfigurationCase, Finding, LogFacts, Part, PhoneConfig, Sentence, SharedKey, no_error, sentence,
};
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
    groups: Vec<Group>,
    /// The slots that the errors in each of them are about.
    errors: Vec<Vec<Option<Slot>>>,
}

/// A finding, and the index of each configuration that has it.
struct Group {
    /// Its rule, slot and parameter, and how many before it in its configuration have the same.
    key: (usize, Option<Slot>, Option<String>, usize),
    found: Vec<(usize, RuleFinding)>,
}

impl<'a> Merged<'a> {
    fn new(cases: &'a [ConfigurationCase<'a>], rules: &[&Rule]) -> Self {
        let mut merged = Self { cases, groups: Vec::new(), errors: vec![Vec::new(); cases.len()] };
        for rule in rules {
            for (index, case) in cases.iter().enumerate() {
                rule.run_on_configuration(case).into_iter().for_each(|found| merged.add(index, found));
            }
        }
        merged
    }

    fn add(&mut self, index: usize, found: RuleFinding) {
        let slot = found.finding.slot;
        if found.severity() == Severity::Error {
            self.errors[index].push(slot);
        }
        let parameter = found.finding.configuration.first().and_then(|line| line.parameter.clone());
        let mut key = (found.index(), slot, parameter, 0);
        loop {
            match self.groups.iter_mut().find(|group| group.key == key) {
                Some(group) if group.found.iter().any(|(other, _)| *other == index) => key.3 += 1,
                Some(group) => break group.found.push((index, found)),
                None => break self.groups.push(Group { key, found: vec![(index, found)] }),
            }
        }
    }

    fn findings(&self) -> impl Iterator<Item = RuleFinding> {
        self.groups.iter().filter_map(|group| self.merge(&group.found))
    }

    /// What is told of a finding; None if it is only information and holds in some of the configurations, or if the log
    /// shows that it does not hold.
    fn merge(&self, group: &[(usize, RuleFinding)]) -> Option<RuleFinding> {
        let (of_files, found): (Vec<_>, Vec<_>) = group.iter().partition(|(index, _)| *index == 0);
        let (index, worst) = found.iter().min_by_key(|(_, one)| one.severity())?;
        let severity = worst.severity();
        let is_certain =
            found.len() == self.cases.len() - 1 && found.iter().all(|(_, one)| one.severity() == severity);
        // It does not depend on which value counts.
        if let [(_, one)] = of_files[..]
            && is_certain
            && one.severity() == severity
        {
            return Some(one.clone());
        }
        let (rule, finding) = (worst.rule(), worst.finding.clone());
        let (what, counts) = self.open(&finding);
        let is_faulty = || self.errors[1..].iter().all(|errors| errors.contains(&finding.slot));
        let words = if is_certain {
            sentence![" This holds whichever ", what, format!(" {counts}.")]
        } else if severity == Severity::Error && is_faulty() {
            sentence![" This holds for one ", what, "; with each other one there is another error."]
        } else if severity == Severity::Info || self.shows_another(finding.slot, &found) {
            return None;
        } else {
            let why = sentence![" It may not hold: which ", what, format!(" {counts} is not known.")];
            let finding = no_error(&self.cases[*index], rule.severity, finding, why);
            return Some(RuleFinding::new(rule, finding));
        };
        let lines = found.iter().flat_map(|(_, one)| &one.finding.configuration).filter(|_| is_certain);
        let more: Vec<_> = lines.filter(|line| !finding.configuration.contains(line)).cloned().collect();
        let message = finding.message.clone().and(words);
        Some(RuleFinding::new(rule, Finding { message, ..finding }.with_lines(more)))
    }

    /// Whether the certificate that the log shows in the slot is that of another configuration than these.
    fn shows_another(&self, slot: Option<Slot>, found: &[&(usize, RuleFinding)]) -> bool {
        let has_it = |case: &ConfigurationCase<'_>| {
            let credential = slot.and_then(|slot| case.config.credential_of(slot));
            credential.and_then(|credential| case.slot_of(&credential)).is_some_and(|(facts, certificate)| {
                facts.installed().is_some_and(|shown| certificate.has(shown))
            })
        };
        !found.iter().any(|(index, _)| has_it(&self.cases[*index])) && self.cases[1..].iter().any(has_it)
    }

    /// What is not known: the list, or the value of the parameter that a finding is about; and the verb for it.
    fn open(&self, finding: &Finding) -> (Sentence, &'static str) {
        let config = self.cases[0].config;
        if config.has_lists()
            && let Some(master) = config.master()
        {
            return (sentence!["list of ", Part::Path(master.path.clone())], "the phone reads");
        }
        let names = finding.configuration.iter().filter_map(|line| line.parameter.as_deref());
        let name = config.open_parameter(names).unwrap_or("a parameter");
        (format!("value of {name}").into(), "counts")
    }
}
