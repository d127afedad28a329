//! Caches the findings of the rules about configuration for phones that read the same files.
//!
//! Nearly all phones of a site get all parameters that concern certificates from the same files, and none
//! from files of their own. For such phones whose logs show the same facts too, the rules are run only once,
//! except those that depend on the phone's address. Without this, 20,000 phones of such a site take a third longer.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use parking_lot::RwLock;

use crate::check::RuleFinding;
use crate::check::configuration::findings;
use crate::config::{LogFacts, PhoneConfig};
use crate::model::{Severity, Slot};
use crate::phone::{Common, Selection, error_slots};

/// The most hashes in the cache. There is one for each combination of files and facts from logs, so a fleet
/// needs about as many as it has combinations of models, versions and sites.
const MAX_CACHED: usize = 4_096;

/// The cache, by the hash of files and facts.
#[derive(Default)]
pub(super) struct FindingsCache {
    cached: RwLock<HashMap<u64, Vec<Arc<CachedFindings>>>>,
}

/// The configuration and the facts of the first of several phones with the same files, and the findings.
struct CachedFindings {
    config: PhoneConfig,
    facts: LogFacts,
    /// None if the findings name files of one phone: then nothing can be shared.
    common: Option<Arc<Common>>,
    /// The facts about the findings that other phones have too.
    of_common: FindingsFacts,
}

/// The findings in the configuration of a phone.
pub(super) struct ConfigFindings {
    /// The findings of this phone alone.
    pub(super) own: Vec<RuleFinding>,
    /// The findings that other phones have too, with the keys that the files give.
    pub(super) common: Option<Arc<Common>>,
    /// The facts about all of them, selected or not.
    pub(super) facts: FindingsFacts,
}

/// What counts of findings, selected or not.
#[derive(Clone)]
pub(super) struct FindingsFacts {
    /// The slots that the errors are about; None for an error about no slot.
    pub(super) error_slots: Vec<Option<Slot>>,
    /// The highest severity of those that are active and not selected.
    pub(super) left_out: Option<Severity>,
}

impl FindingsFacts {
    fn of(found: &[RuleFinding], selection: &Selection) -> Self {
        Self { error_slots: error_slots(found), left_out: selection.worst_left_out(found) }
    }

    /// The facts about these findings and `more`.
    fn and(&self, more: Self) -> Self {
        Self {
            error_slots: [self.error_slots.clone(), more.error_slots].concat(),
            left_out: self.left_out.into_iter().chain(more.left_out).min(),
        }
    }
}

impl FindingsCache {
    /// Runs the rules, except those that need the whole fleet, and returns the selected findings.
    pub(super) fn find(
        &self,
        config: &PhoneConfig,
        facts: &LogFacts,
        selection: &Selection,
    ) -> ConfigFindings {
        let all_findings = || findings(config, facts, &[], config.mac, |rule| !rule.facts.from_fleet);
        let selected = |mut found: Vec<RuleFinding>| {
            found.retain(|one| selection.has(one.rule().code));
            found
        };
        let without_common = |found: Vec<_>| {
            let facts = FindingsFacts::of(&found, selection);
            ConfigFindings { own: selected(found), common: None, facts }
        };
        if !config.is_of_shared_files() {
            return without_common(all_findings());
        }
        // The built-in certificate is ignored: it differs between phones, and no rule about configuration
        // uses it.
        let mut facts_compared = facts.clone();
        facts_compared.slots.remove(&Slot::BuiltIn);
        let (hash, cached) = self.cached(config, &facts_compared);
        let Some(cached) = cached else {
            let (own, others): (Vec<_>, Vec<_>) =
                all_findings().into_iter().partition(|found| found.rule().facts.depends_on_mac);
            let keys = config.configured_keys();
            let names_phone = others.iter().any(|found| {
                config.is_named_in(&found.finding.message)
                    || found.finding.configuration.iter().any(|line| config.is_named_by(line))
            }) || keys.iter().any(|key| config.is_named_by(&key.line));
            let common = (!names_phone).then(|| Arc::new(Common::new(selected(others.clone()), keys)));
            let (config, of_common) = (config.clone(), FindingsFacts::of(&others, selection));
            let facts = facts_compared;
            let kept = CachedFindings { config, facts, common: common.clone(), of_common: of_common.clone() };
            self.keep(hash, kept);
            if names_phone {
                return without_common([own, others].concat());
            }
            let facts = of_common.and(FindingsFacts::of(&own, selection));
            return ConfigFindings { own: selected(own), common, facts };
        };
        let Some(common) = &cached.common else { return without_common(all_findings()) };
        let own = findings(&cached.config, &cached.facts, &[], config.mac, |rule| {
            rule.facts.depends_on_mac && !rule.facts.from_fleet
        });
        let facts = cached.of_common.and(FindingsFacts::of(&own, selection));
        let own = selected(own);
        debug_assert!(
            common.makes_with(&own, selected(all_findings())),
            "{}: a rule asks for more than is compared",
            config.mac
        );
        ConfigFindings { own, common: Some(Arc::clone(common)), facts }
    }

    /// The findings of the first phone with these files and facts, and the hash under which they are kept.
    fn cached(&self, config: &PhoneConfig, facts: &LogFacts) -> (u64, Option<Arc<CachedFindings>>) {
        let mut hasher = DefaultHasher::new();
        config.hash_of_shared(&mut hasher);
        facts.hash(&mut hasher);
        let hash = hasher.finish();
        let is_same =
            |cached: &&Arc<CachedFindings>| cached.facts == *facts && cached.config.reads_equal_files(config);
        (hash, self.cached.read().get(&hash).and_then(|all| all.iter().find(is_same)).cloned())
    }

    fn keep(&self, hash: u64, one: CachedFindings) {
        let mut cached = self.cached.write();
        if cached.len() < MAX_CACHED {
            cached.entry(hash).or_default().push(Arc::new(one));
        }
    }
}
