//! LOG001: which levels in the files keep the certificate lines out of the log.

use std::borrow::Cow;
use std::sync::Arc;

use crate::config::{ConfigurationLine, File, Given, LogFacts, PhoneConfig, ReadOutcome, SourceRole};
use crate::sentence::{Part, Sentence, sentence};

const TLS_LEVEL: &str = "log.level.change.tls";
const RENDER_LEVEL: &str = "log.render.level";
const HW_LEVEL: &str = "log.level.change.hw";

fn level_of<'a>(config: &'a PhoneConfig, name: &str) -> Option<(Given<'a>, u8)> {
    let given = config.get(name)?;
    Some((given, given.value.as_text()?.parse::<u8>().ok()?))
}

/// The lines that give another level than the log shows, and what it shows.
fn contradicted<'a>(config: &'a PhoneConfig, log: &LogFacts) -> Vec<(Given<'a>, Cow<'static, str>)> {
    let tls = level_of(config, TLS_LEVEL).and_then(|(given, level)| {
        let in_force = log.tls_level.filter(|shown| *shown != level);
        let in_force = in_force.map(|shown| format!("TLS logging at level {shown}"));
        let lowest = log.lowest_tls_level.filter(|lowest| *lowest < level);
        let lowest = || lowest.map(|lowest| format!("lines of tls of level {lowest}"));
        Some((given, in_force.or_else(lowest)?.into()))
    });
    let render = level_of(config, RENDER_LEVEL).and_then(|(given, level)| {
        let lowest = log.lowest_level.filter(|lowest| *lowest < level)?;
        Some((given, format!("lines of level {lowest}").into()))
    });
    let hw = level_of(config, HW_LEVEL)
        .and_then(|(given, level)| (level > 4 && log.has_refusal_by_hw).then(|| (given, "a refusal".into())));
    tls.into_iter().chain(render).chain(hw).collect()
}

/// The levels in the files that keep certificate lines out of a log that is written at them: the line, what it hides, the
/// level to set.
fn high_levels(config: &PhoneConfig) -> impl Iterator<Item = (Given<'_>, &'static str, u8)> {
    let levels = [TLS_LEVEL, RENDER_LEVEL, HW_LEVEL].into_iter().filter_map(|name| level_of(config, name));
    levels.filter_map(|(given, level)| match given.name() {
        HW_LEVEL if level > 4 => Some((given, "refusals", 4)),
        RENDER_LEVEL if level > 4 => Some((given, "the inventory and refusals", 3)),
        TLS_LEVEL | RENDER_LEVEL if level > 3 => Some((given, "the inventory", 3)),
        _ => None,
    })
}

/// Those that kept certificate lines out of this log. A level that the log shows otherwise hides nothing.
pub(in crate::check) fn hiding_levels<'a>(
    config: &'a PhoneConfig,
    log: &LogFacts,
) -> Vec<(Given<'a>, &'static str, u8)> {
    let contradicted = contradicted(config, log);
    high_levels(config).filter(|(given, ..)| !is_among(&contradicted, given.name())).collect()
}

/// Whether the line of this parameter is one of those that the log contradicts.
fn is_among(contradicted: &[(Given<'_>, Cow<'_, str>)], name: &str) -> bool {
    contradicted.iter().any(|(given, _)| given.name() == name)
}

pub(super) fn no_evidence(
    config: &PhoneConfig,
    log: &LogFacts,
) -> (Option<Sentence>, Vec<ConfigurationLine>) {
    let mut lines = Vec::new();
    let mut steps = Vec::new();
    let contradicted = contradicted(config, log);
    for (given, hidden, wanted) in high_levels(config).filter(|(.., wanted)| *wanted == 3) {
        // A level that the log contradicts may have been set since: then it would hide the next inventory.
        if !is_among(&contradicted, given.name()) {
            lines.push(given.says_of_value(format!(" keeps {hidden} out of the log: change it to {wanted}")));
        }
        let (name, value) = (given.name(), given.value.in_short());
        let step = sentence![name, " from ", value, format!(" to {wanted} in "), given.place()];
        steps.push((["Change ", "change "], step));
    }
    for (given, shown) in contradicted.iter().filter(|(given, _)| given.name() != HW_LEVEL) {
        let but = format!(", and the log shows {shown}: changed since, or set another way?");
        lines.push(given.says_of_value(but));
    }
    if let Some(file) = file_without_level(config, log) {
        lines.push(file.says(None, Some(TLS_LEVEL), format!("missing: add {TLS_LEVEL}=\"3\" to this file")));
        let step = sentence![format!("{TLS_LEVEL}=\"3\" to "), Part::Path(file.path.clone())];
        steps.push((["Add ", "add "], step));
    }
    if steps.is_empty() {
        let given = config.get(TLS_LEVEL).filter(|_| !is_among(&contradicted, TLS_LEVEL));
        lines.extend(given.map(|given| {
            given.says_of_value(match level_of(config, TLS_LEVEL) {
                Some(_) => ": it does not keep the inventory out",
                None => {
                    " is not a level: the phone may use its default, 4, which keeps the inventory out of the log"
                }
            })
        }));
        return (None, lines);
    }
    let mut remedy = Sentence::default();
    for (number, ([first, other], step)) in steps.into_iter().enumerate() {
        remedy = if number == 0 { sentence![first, step] } else { sentence![remedy, ", and ", other, step] };
    }
    remedy = remedy.and("; then restart the phone and read its log again.".into());
    (Some(remedy), lines)
}

/// The file to add the level of TLS logging to, if no file has it and the log does not show that it is low enough. None if
/// a file was not read, which may have it.
fn file_without_level<'a>(config: &'a PhoneConfig, log: &LogFacts) -> Option<&'a Arc<File>> {
    let is_low = log.tls_level.or(log.lowest_tls_level).is_some_and(|level| level <= 3);
    if is_low || !config.is_absent(TLS_LEVEL) || config.may_have().is_some() {
        return None;
    }
    // A file that wins over those after it, and that is not written by the phone itself.
    let mut listed = config.sources.iter().filter(|source| source.role == SourceRole::Listed);
    let file = listed.find(|source| source.file.outcome == ReadOutcome::Read).map(|source| &source.file);
    file.or_else(|| config.master())
}
