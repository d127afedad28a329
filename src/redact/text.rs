//! What a text names, kind by kind. Each kind is looked for in the whole text; what is found first
//! holds its place against the kinds after it, so the surest come first.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::names::Kind;
use super::{Namer, address, mac, path, pseudonym, spoken};
use crate::secrets::{self, REDACTED};

/// What is looked for beside the usual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Whether four numbers with dots between are an address: not where versions stand.
    pub(super) ipv4: bool,
    /// Whether what stands in quotes is a name: in our own sentences it comes from a user's file.
    pub(super) quotes: bool,
}

impl Manner {
    /// A line of a log.
    pub(super) const LOG: Self = Self { ipv4: true, quotes: false };
    /// A sentence of ours that quotes.
    pub(super) const QUOTING: Self = Self { ipv4: true, quotes: true };
    /// A text about models and versions.
    pub(super) const VERSIONS: Self = Self { ipv4: false, quotes: false };
}

struct Patterns {
    addresses: address::Patterns,
    fingerprint: Regex,
    common_name: Regex,
    common_name_end: Regex,
    subject: Regex,
    quoted: Regex,
    url: Regex,
    mail: Regex,
    uri: Regex,
    serial: Regex,
    time_server: Regex,
    user: Regex,
    /// The word behind `user`, and the number behind `ext`.
    spoken: Regex,
    host: Regex,
    path: Regex,
    dotted: Regex,
}

/// A setting's value: in quotes, or up to a blank or another sign.
const VALUE: &str = r#"(?:"([^"]*)"?|'([^']*)'?|([^\s"'<>(),;&]+))"#;

impl Patterns {
    fn new() -> Result<Self, regex::Error> {
        let quote = r#"["'`‘’“”]"#;
        Ok(Self {
            addresses: address::Patterns::new()?,
            fingerprint: Regex::new("(?:[0-9A-Fa-f]{2} ?: ?){6,}[0-9A-Fa-f]{2}")?,
            common_name: Regex::new(&format!(r"(?i)common\s+name(?:\s+is)?\s*{quote}"))?,
            common_name_end: Regex::new(&format!(r"{quote}(?:\s+Fingerprint\b|, and this phone is )"))?,
            subject: Regex::new(r#"\b(?:CN|OU?|DC|UID)\s*=\s*([^,/"'=<>]+)"#)?,
            quoted: Regex::new("\"([^\"]+)\"")?,
            url: Regex::new(r#"(?i)\b[a-z][a-z0-9+.-]*://([^\s"'<>]+)"#)?,
            mail: Regex::new(
                r"([\w.+%~!$*=-]+)(?::\[redacted\])?@(\[[0-9A-Fa-f:.]+\]|[\p{L}\p{N}_][\p{L}\p{N}_.-]*)",
            )?,
            uri: Regex::new(r#"(?i)\b(?:(sips?)|tel):([^\s@:;<>"',()]+)"#)?,
            serial: Regex::new(
                r#"(?i)(?:serial(?:[ _-]?(?:numbers?|num|nbr|no))?\.?|\bS/?N)(\s*#?\s*[:=#]\s*|\s+(?:is\s+)?)["'‘“]?([A-Za-z0-9][A-Za-z0-9:.-]*)"#,
            )?,
            time_server: Regex::new(r"(?i)could not load time from\s+([^\s()]+)(?:\s*\(([^\s()]*))?")?,
            user: Regex::new(&format!(
                r"(?i)(?:user(?:[ _-]?(?:name|id))?|\blogin|\baccount|display[ _-]?name)(?:\s*=\s*|:\s*){VALUE}"
            ))?,
            spoken: Regex::new(
                r#"(?i)\b(?:(?:user(?:[ _-]?(?:name|id))?|log[io]n|account) ["']?([\p{L}\p{N}_][\p{L}\p{N}_.+@-]*)|ext(?:ension|n)?\b\.?(?: |:\s*|=)["']?(\+?[0-9]{3,})\b)"#,
            )?,
            host: Regex::new(&format!(
                r"(?i)\b(?:host|server|proxy|realm|domain|gateway|registrar|fqdn)(?:[ _-]?(?:name|addr(?:ess)?))?(?:\.\d+)?\s*=\s*{VALUE}"
            ))?,
            path: Regex::new(
                r#"(?:^|[\s"'(=,])((?:/[^\s/"'<>|,;()]+){2,}/?|~/[^\s"'<>|,;()]+|(?:[A-Za-z]:\\|\\\\)[^\s"'<>|,;()]+)"#,
            )?,
            dotted: Regex::new(
                r"[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?(?:\.[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?)+",
            )?,
        })
    }
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| Patterns::new().ok());

/// The text with all that names something replaced.
pub(super) fn rewrite(text: &str, manner: Manner, namer: &mut dyn Namer) -> String {
    let Some(patterns) = PATTERNS.as_ref() else {
        // Rather no text than a name in it. The tests compile all patterns.
        return REDACTED.to_owned();
    };
    pseudonym::settled(text, |text| once(patterns, text, manner, namer))
}

fn once(patterns: &Patterns, text: &str, manner: Manner, namer: &mut dyn Namer) -> String {
    let text = secrets::conceal(text);
    let mut walk = Walk { text: &text, claims: BTreeMap::new(), namer };
    walk.fingerprints(patterns);
    walk.common_names(patterns);
    walk.pass(&patterns.subject, |walk, found| walk.name(range(found, 1)));
    if manner.quotes {
        walk.pass(&patterns.quoted, |walk, found| walk.quoted(range(found, 1)));
    }
    if text.contains("://") {
        walk.pass(&patterns.url, |walk, found| walk.urls(range(found, 1)));
    }
    if text.contains('@') {
        walk.pass(&patterns.mail, |walk, found| {
            walk.word(Kind::User, range(found, 1));
            walk.host(range(found, 2));
        });
    }
    walk.pass(&patterns.uri, |walk, found| {
        walk.uri(found.get(1).map(|scheme| scheme.as_str()), range(found, 2))
    });
    walk.pass(&patterns.serial, |walk, found| walk.serial(&found[1], range(found, 2)));
    walk.pass(&patterns.time_server, |walk, found| {
        walk.host(range(found, 1));
        walk.host(range(found, 2));
    });
    walk.pass(&patterns.user, |walk, found| walk.word(Kind::User, value(found)));
    walk.pass(&patterns.spoken, |walk, found| walk.spoken(found.get(1).is_some(), value_of_two(found)));
    walk.pass(&patterns.host, |walk, found| walk.host(value(found)));
    walk.addresses(patterns, manner);
    walk.pass(&patterns.path, |walk, found| walk.path(range(found, 1)));
    walk.pass(&patterns.dotted, |walk, found| walk.dotted(range(found, 0)));
    if manner.ipv4 {
        walk.dashed(patterns);
    }
    walk.end()
}

fn range(found: &Captures<'_>, group: usize) -> Range<usize> {
    found.get(group).map_or(0..0, |found| found.range())
}

/// The one of the last three groups that is there.
fn value(found: &Captures<'_>) -> Range<usize> {
    (1..=3).find_map(|group| found.get(group)).map_or(0..0, |found| found.range())
}

fn value_of_two(found: &Captures<'_>) -> Range<usize> {
    found.get(1).or_else(|| found.get(2)).map_or(0..0, |found| found.range())
}

struct Walk<'a> {
    text: &'a str,
    /// What is found, by its beginning: its end, and what takes its place.
    claims: BTreeMap<usize, (usize, String)>,
    namer: &'a mut dyn Namer,
}

impl Walk<'_> {
    /// Calls `each` for every match that does not touch what was found before.
    fn pass(&mut self, pattern: &Regex, mut each: impl FnMut(&mut Self, &Captures<'_>)) {
        let mut at = 0;
        while let Some(found) = pattern.captures_at(self.text, at) {
            let whole = range(&found, 0);
            at = match self.claimed(&whole) {
                Some(end) if end > whole.start => end,
                _ => {
                    each(self, &found);
                    whole.end.max(at + 1)
                }
            };
            while at < self.text.len() && !self.text.is_char_boundary(at) {
                at += 1;
            }
            if at > self.text.len() {
                break;
            }
        }
    }

    /// The end of what is found already within these bounds.
    fn claimed(&self, wanted: &Range<usize>) -> Option<usize> {
        let (_, (end, _)) = self.claims.range(..wanted.end).next_back()?;
        (*end > wanted.start).then_some(*end)
    }

    fn claim(&mut self, place: Range<usize>, instead: String) {
        if !place.is_empty() && self.claimed(&place).is_none() {
            self.claims.insert(place.start, (place.end, instead));
        }
    }

    fn end(self) -> String {
        let mut rewritten = String::with_capacity(self.text.len());
        let mut done = 0;
        for (start, (end, instead)) in self.claims {
            rewritten.push_str(&self.text[done..start]);
            rewritten.push_str(&instead);
            done = end;
        }
        rewritten.push_str(&self.text[done..]);
        rewritten
    }

    fn word(&mut self, kind: Kind, place: Range<usize>) {
        let instead = pseudonym::of_word(kind, &self.text[place.clone()], self.namer);
        self.claim(place, instead);
    }

    fn name(&mut self, place: Range<usize>) {
        let instead = pseudonym::of_name(Kind::Name, &self.text[place.clone()], self.namer);
        self.claim(place, instead);
    }

    fn path(&mut self, place: Range<usize>) {
        let instead = path::rewrite(&self.text[place.clone()], self.namer);
        self.claim(place, instead);
    }

    /// A host, without the port behind it and the full stop of the sentence.
    fn host(&mut self, place: Range<usize>) {
        let mut host = self.text[place.clone()].trim_end_matches(['.', '-']);
        if address::whole(host).is_none()
            && let Some((name, port)) = host.rsplit_once(':')
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            host = name;
        }
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let start = place.start + usize::from(bare.is_some());
        let host = bare.unwrap_or(host);
        if !host.is_empty() {
            self.word(Kind::Host, start..start + host.len());
        }
    }

    /// Fingerprints stay: 16, 20 or 32 bytes, or what is said to be one.
    fn fingerprints(&mut self, patterns: &Patterns) {
        self.pass(&patterns.fingerprint, |walk, found| {
            let place = range(found, 0);
            let said = &walk.text[place.clone()];
            let bytes = said.bytes().filter(|byte| *byte == b':').count() + 1;
            let mut near = place.start.saturating_sub(16);
            while !walk.text.is_char_boundary(near) {
                near += 1;
            }
            let before = walk.text[near..place.start].to_ascii_lowercase();
            if matches!(bytes, 16 | 20 | 32) || before.contains("fingerprint") {
                let stays = said.to_owned();
                walk.claim(place, stays);
            }
        });
    }

    /// A common name in quotes. It can hold quotes itself: the last one counts.
    fn common_names(&mut self, patterns: &Patterns) {
        let Some(opening) = patterns.common_name.find(self.text) else { return };
        let start = opening.end();
        let rest = &self.text[start..];
        let is_quote = |c: char| "\"'`‘’“”".contains(c);
        let end = match patterns.common_name_end.find_iter(rest).last() {
            Some(end) => end.start(),
            None => {
                let said = rest.trim_end();
                let said = said.strip_suffix('.').unwrap_or(said);
                let whole = said.ends_with(is_quote).then(|| said.trim_end_matches(is_quote).len());
                whole.or_else(|| rest.find(is_quote)).unwrap_or(rest.len())
            }
        };
        self.name(start..start + end);
    }

    /// What follows `://`; a second URL can stand in brackets right behind it.
    fn urls(&mut self, place: Range<usize>) {
        let mut start = place.start;
        while let Some((sign, end)) = self.second_url(start..place.end) {
            self.url(start..sign);
            start = end;
        }
        self.url(start..place.end);
    }

    /// Where the bracket before the next URL stands, and where its scheme ends.
    fn second_url(&self, place: Range<usize>) -> Option<(usize, usize)> {
        let said = &self.text[place.clone()];
        let scheme = said.find("://")?;
        let sign = said[..scheme].rfind(['(', ',', ';'])?;
        let is_scheme = said[sign + 1..scheme].bytes().all(|byte| byte.is_ascii_alphabetic());
        is_scheme.then_some((place.start + sign, place.start + scheme + 3))
    }

    /// User, host, path.
    fn url(&mut self, place: Range<usize>) {
        let said = self.text[place.clone()].trim_end_matches(['.', ',', ';', ':', ')', '(']);
        let authority = &said[..said.find(['/', '?', '#']).unwrap_or(said.len())];
        let mut host = 0;
        if let Some(at) = authority.rfind('@') {
            host = at + 1;
            let user = authority[..at].find(':').unwrap_or(at);
            self.word(Kind::User, place.start..place.start + user);
        }
        self.host(place.start + host..place.start + authority.len());
        let further = &said[authority.len()..];
        let path = &further[..further.find(['?', '#']).unwrap_or(further.len())];
        if path.len() > 1 {
            let start = place.start + authority.len();
            self.path(start..start + path.len());
        }
    }

    /// What follows `sip:`, `sips:` or, without scheme here, `tel:`: an address, a host or a user.
    fn uri(&mut self, sip: Option<&str>, place: Range<usize>) {
        let said = self.text[place.clone()].trim_end_matches('.');
        let place = place.start..place.start + said.len();
        let is_number = said.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
        // In capitals, it is the name of a part of the software.
        let is_scheme = sip.is_some_and(|sip| !sip.contains(|c: char| c.is_ascii_uppercase()));
        let is_user = || is_scheme && said.contains(char::is_alphanumeric) && !said.starts_with('[');
        if sip.is_some() && (address::is_host(said) || address::whole(said).is_some()) {
            self.host(place);
        } else if is_number || is_user() {
            self.word(Kind::User, place);
        }
    }

    fn spoken(&mut self, is_word: bool, place: Range<usize>) {
        let said = self.text[place.clone()].trim_end_matches(['.', '-', '@', '+']);
        let follows = &self.text[place.end..];
        let is_usual = spoken::names_nobody(said);
        // `user name: x` is for the pattern with a sign.
        let is_setting = follows.starts_with(['=', ':']) && !follows.starts_with(": ");
        if !is_word || !(is_usual || is_setting) {
            self.word(Kind::User, place.start..place.start + said.len());
        }
    }

    /// IPv4 addresses with dashes, as in the names of files and hosts.
    fn dashed(&mut self, patterns: &Patterns) {
        for (place, address) in address::dashed(&patterns.addresses, self.text) {
            if self.claimed(&place).is_none()
                && let Some(new) = pseudonym::of_ipv4(address, self.namer)
            {
                self.claim(place, new.to_string().replace('.', "-"));
            }
        }
    }

    /// A serial number has a digit in it, or a sign before it.
    fn serial(&mut self, sign: &str, place: Range<usize>) {
        let said = self.text[place.clone()].trim_end_matches([':', '.', '-']);
        let has_digit = said.bytes().any(|byte| byte.is_ascii_digit());
        if has_digit || (said.len() > 2 && !sign.trim().is_empty() && sign.trim() != "is") {
            self.word(Kind::Serial, place.start..place.start + said.len());
        }
    }

    fn addresses(&mut self, patterns: &Patterns, manner: Manner) {
        for (place, address) in address::ipv6(&patterns.addresses, self.text) {
            if self.claimed(&place).is_none() {
                let stays = || self.text[place.clone()].to_owned();
                let instead =
                    pseudonym::of_ipv6(address, self.namer).map_or_else(stays, |new| new.to_string());
                self.claim(place, instead);
            }
        }
        for (place, instead) in mac::all(self.text, self.namer) {
            self.claim(place, instead);
        }
        if !manner.ipv4 {
            return;
        }
        for (place, address) in address::ipv4(&patterns.addresses, self.text) {
            if self.claimed(&place).is_none()
                && let Some(new) = pseudonym::of_ipv4(address, self.namer)
            {
                self.claim(place, new.to_string());
            }
        }
    }

    fn quoted(&mut self, place: Range<usize>) {
        if self.text[place.clone()].contains(['/', '\\']) {
            self.path(place);
        } else {
            self.name(place);
        }
    }

    fn dotted(&mut self, place: Range<usize>) {
        if address::is_host(&self.text[place.clone()]) {
            self.word(Kind::Host, place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_patterns_compile() {
        if let Err(error) = Patterns::new() {
            panic!("{error}");
        }
    }
}
