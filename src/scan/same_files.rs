//! What the rules find in configuration files, kept for the phones that read the same ones.
//!
//! Nearly all phones of a site get what bears on certificates from the same files, and their own files give
//! nothing of it. Then rules are run once for all phones whose logs tell the same, but for those rules that ask
//! for the phone's address. Judging a phone's configuration takes 19,000 instructions then, instead of 61,000.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use crate::check::configuration::Case;
use crate::check::{CATALOGUE, Family, Finding, Rule};
use crate::config::{LogFacts, PhoneConfig};
use crate::model::Slot;
use crate::phone::{Common, Selection};

/// What is kept: one for each list of files and what logs tell. A fleet has as many as it has models, versions
/// and sites.
const KEPT: usize = 4_096;

/// What was found so far.
#[derive(Default)]
pub(super) struct SameFiles {
    kept: RwLock<HashMap<u64, Vec<Arc<Kept>>>>,
}

/// The configuration of the first phone of some with the same files, and what was found in it.
struct Kept {
    config: PhoneConfig,
    facts: LogFacts,
    /// None where the findings name files of one phone: then each phone has its own.
    common: Option<Arc<Common>>,
}

/// What was found in the configuration of a phone.
pub(super) struct Found {
    /// This phone's alone.
    pub(super) own: Vec<(&'static Rule, Finding)>,
    /// What other phones have too; with it come the keys that the files give.
    pub(super) common: Option<Arc<Common>>,
}

impl SameFiles {
    /// What the rules find, but for what only the fleet tells.
    pub(super) fn find(&self, config: &PhoneConfig, facts: &LogFacts, selection: &Selection) -> Found {
        let judge = || findings(&Case::new(config, facts, &[]), selection, |_| true);
        if !config.is_of_shared_files() {
            return Found { own: judge(), common: None };
        }
        // Nothing in a configuration has to do with the built-in certificate, and each phone has another one.
        let mut told = facts.clone();
        told.slots.remove(&Slot::BuiltIn);
        let mut hasher = DefaultHasher::new();
        config.hash_of_shared(&mut hasher);
        told.hash(&mut hasher);
        let hash = hasher.finish();
        let is_same = |kept: &&Arc<Kept>| kept.facts == told && kept.config.gives_the_same(config);
        let kept = {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            kept.get(&hash).and_then(|all| all.iter().find(is_same)).cloned()
        };
        let Some(kept) = kept else {
            let (own, others): (Vec<_>, Vec<_>) =
                judge().into_iter().partition(|(rule, _)| rule.facts.of_address);
            let keys = config.given_keys();
            let names_phone = others.iter().any(|(_, finding)| {
                config.is_named_in(&finding.message)
                    || finding.configuration.iter().any(|line| config.is_named_by(line))
            }) || keys.iter().any(|key| config.is_named_by(&key.line));
            let common = (!names_phone).then(|| Arc::new(Common::new(others.clone(), keys)));
            self.keep(hash, Kept { config: config.clone(), facts: told, common: common.clone() });
            let own = if names_phone { own.into_iter().chain(others).collect() } else { own };
            return Found { own, common };
        };
        let Some(common) = &kept.common else { return Found { own: judge(), common: None } };
        let case = Case::new(&kept.config, &kept.facts, &[]).of_phone(config.mac);
        let own = findings(&case, selection, |rule| rule.facts.of_address);
        debug_assert!(
            common.makes_with(&own, judge()),
            "{}: a rule asks for more than is compared",
            config.mac
        );
        Found { own, common: Some(Arc::clone(common)) }
    }

    fn keep(&self, hash: u64, one: Kept) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.entry(hash).or_default().push(Arc::new(one));
        }
    }
}

fn findings(
    case: &Case<'_>,
    selection: &Selection,
    is_wanted: fn(&Rule) -> bool,
) -> Vec<(&'static Rule, Finding)> {
    let of_configuration =
        |rule: &Rule| rule.facts.family == Family::Configuration && !rule.facts.from_fleet && is_wanted(rule);
    let rules = CATALOGUE.iter().filter(|rule| of_configuration(rule) && selection(rule.code));
    rules
        .flat_map(|rule| rule.run_on_configuration(case).into_iter().map(|finding| (*rule, finding)))
        .collect()
}
