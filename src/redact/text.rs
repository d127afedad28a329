//! Redacts text of a log. [`STEPS`] has the patterns in the order of search. A part found by an earlier step
//! is not searched by later ones, so the most certain patterns come first.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::replacements::Replacements;
use super::{Pseudonym, Redactor};
use crate::secrets::{conceal, pattern, until_stable};

/// A pattern, and the function that handles each match.
type Step = (Regex, fn(&mut Replacements<'_>, &Captures<'_>));

/// A setting's value: in quotes, or up to a blank or another separator.
const VALUE: &str = r#"(?:"([^"]*)"?|'([^']*)'?|([^\s"'<>(),;&]+))"#;

/// A character of a name in a path.
const NAME: &str = r#"[^\s"'<>|,;:=()/]"#;

/// What shows that a relative path is one of a phone's files.
const LOG_OR_SETTINGS: &str =
    r"(?i:-app|-boot|\.log|\.cfg|\.xml|\.key|\.pem|\.crt|\.csr|\.gz|\.zip|\.tar|\.tgz)";

/// The steps before the search for addresses, and those after it.
static STEPS: LazyLock<[Vec<Step>; 2]> = LazyLock::new(|| {
    let step = |text: &str, handle| -> Step { (pattern(text), handle) };
    let user = format!(
        r"(?i)(?:user(?:[ _-]?(?:name|id))?|\blogin|\baccount|display[ _-]?name)(?:\s*=\s*|:\s*){VALUE}"
    );
    let host = format!(
        r"(?i)\b(?:host|server|proxy|realm|domain|gateway|registrar|fqdn)(?:[ _-]?(?:name|addr(?:ess)?))?(?:\.\d+)?\s*=\s*{VALUE}"
    );
    let before_addresses = vec![
        step("(?:[0-9A-Fa-f]{2} ?: ?){6,}[0-9A-Fa-f]{2}", |replacements, found| {
            replacements.fingerprint(range(found, 0))
        }),
        step(r#"(?i)common\s+name(?:\s+is)?\s*["'`‘’“”]"#, |replacements, found| {
            replacements.common_name(range(found, 0))
        }),
        step(r#"\b(?:CN|OU?|DC|UID)\s*=\s*([^,/"'=<>]+)"#, |replacements, found| {
            replacements.name(range(found, 1))
        }),
        step(r#"(?i)\b[a-z][a-z0-9+.-]*://([^\s"'<>]+)"#, |replacements, found| {
            replacements.urls(range(found, 1))
        }),
        step(
            &format!(r#"(?:^|[\s"'(=,:])((?:{NAME}+/)+{NAME}*{LOG_OR_SETTINGS}{NAME}*)"#),
            |replacements, found| replacements.path(range(found, 1)),
        ),
        step(
            r"([\w.+%~!$*=-]+)(?::\[redacted\])?@(\[[0-9A-Fa-f:.]+\]|[\p{L}\p{N}_][\p{L}\p{N}_.-]*)",
            |replacements, found| {
                replacements.word(Pseudonym::User, range(found, 1));
                replacements.host(range(found, 2));
            },
        ),
        step(r#"(?i)\b(?:(sips?)|tel):([^\s@:;<>"',()]+)"#, |replacements, found| {
            replacements.uri(found.get(1).map(|scheme| scheme.as_str()), range(found, 2));
        }),
        step(
            r#"(?i)(?:serial(?:[ _-]?(?:numbers?|num|nbr|no))?\.?|\bS/?N)(\s*#?\s*[:=#]\s*|\s+(?:is\s+)?)["'‘“]?([A-Za-z0-9][A-Za-z0-9:.-]*)"#,
            |replacements, found| replacements.serial(&found[1], range(found, 2)),
        ),
        step(r"(?i)could not load time from\s+([^\s()]+)(?:\s*\(([^\s()]*))?", |replacements, found| {
            replacements.host(range(found, 1));
            replacements.host(range(found, 2));
        }),
        step(&user, |replacements, found| replacements.word(Pseudonym::User, first_of(found))),
        step(
            r#"(?i)\b(?:user(?:[ _-]?(?:name|id))?|log[io]n|account) ["']?([\p{L}\p{N}_][\p{L}\p{N}_.+@-]*)"#,
            |replacements, found| replacements.user_after_word(range(found, 1)),
        ),
        step(r#"(?i)\bext(?:ension|n)?\b\.?(?: |:\s*|=)["']?(\+?[0-9]{3,})\b"#, |replacements, found| {
            replacements.word(Pseudonym::User, range(found, 1));
        }),
        step(&host, |replacements, found| replacements.host(first_of(found))),
        step(
            r#"(?i)connect(?:ed|ing|ion)?\s+(?:to|with)\s+["']?([\p{L}\p{N}_\[][^\s"'<>,;()]*)"#,
            |replacements, found| {
                replacements.host_after_word(range(found, 1));
            },
        ),
        step(
            r#"(?:^|[\s(\[=:,])["'`‘“]([^"'`‘’“”]*[^"'`‘’“”\s])["'`’”](?:$|[\s)\].,;:])"#,
            |replacements, found| replacements.name(range(found, 1)),
        ),
        step(
            r"(?:(?i:\b(?:subject|issuer|owner)|\b(?:cert(?:ificate)?|credential) (?:of|for|from|by)|\bissued (?:to|by|for))[\s:=]+)(\p{Lu}[\p{L}\p{N}.-]*(?: \p{Lu}[\p{L}\p{N}.-]*)*)",
            |replacements, found| replacements.name(range(found, 1)),
        ),
    ];
    let after_addresses = vec![
        step(
            r#"(?:^|[\s"'(=,])((?:/[^\s/"'<>|,;()]+){2,}/?|~/[^\s"'<>|,;()]+|(?:[A-Za-z]:\\|\\\\)[^\s"'<>|,;()]+)"#,
            |replacements, found| replacements.path(range(found, 1)),
        ),
        step(
            r"[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?(?:\.[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?)+",
            |replacements, found| replacements.dotted_word(range(found, 0)),
        ),
        step("[0-9]+(?:-[0-9]+)+", |replacements, found| replacements.dashed_address(range(found, 0))),
    ];
    [before_addresses, after_addresses]
});

/// Replaces all names in a text.
pub(super) fn rewrite(text: &str, redactor: &Redactor) -> String {
    until_stable(text, |text| {
        let text = conceal(text);
        let mut replacements = Replacements::new(&text, redactor);
        let [before_addresses, after_addresses] = &*STEPS;
        before_addresses.iter().for_each(|(pattern, handle)| replacements.each_match(pattern, *handle));
        replacements.addresses();
        after_addresses.iter().for_each(|(pattern, handle)| replacements.each_match(pattern, *handle));
        replacements.rest_of_queries();
        replacements.rewritten()
    })
    .into_owned()
}

fn range(found: &Captures<'_>, group: usize) -> std::ops::Range<usize> {
    found.get(group).map_or(0..0, |found| found.range())
}

/// The range of the first group that matched.
fn first_of(found: &Captures<'_>) -> std::ops::Range<usize> {
    found.iter().skip(1).flatten().next().map_or(0..0, |group| group.range())
}
