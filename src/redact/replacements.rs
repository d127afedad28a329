//! Collects the parts of a text that name something, with their replacements.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;

use regex::{Captures, Regex};

use super::{Pseudonym, Redactor, address, mac, path, pseudonym, word};
use crate::secrets::with_replaced;

/// The parts of a text that were found so far. They never overlap: a part that overlaps an earlier found one
/// is ignored.
pub(super) struct Replacements<'a> {
    text: &'a str,
    /// By the offset of each part: the offset of its end, and its replacement.
    parts: BTreeMap<usize, (usize, String)>,
    /// The queries and fragments of the URLs that were found.
    queries: Vec<Range<usize>>,
    redactor: &'a Redactor,
}

impl<'a> Replacements<'a> {
    pub(super) const fn new(text: &'a str, redactor: &'a Redactor) -> Self {
        Self { text, parts: BTreeMap::new(), queries: Vec::new(), redactor }
    }

    /// Calls `handle` for every match that does not overlap a part found before.
    pub(super) fn each_match(&mut self, pattern: &Regex, handle: fn(&mut Self, &Captures<'_>)) {
        let mut at = 0;
        while let Some(found) = pattern.captures_at(self.text, at) {
            let whole = found.get_match();
            at = match self.end_of_overlapping(&whole.range()) {
                Some(end) if end > whole.start() => end,
                _ => {
                    handle(self, &found);
                    whole.end()
                }
            };
        }
    }

    /// The end of the last part found before that overlaps this range, if there is one.
    fn end_of_overlapping(&self, wanted: &Range<usize>) -> Option<usize> {
        let (_, (end, _)) = self.parts.range(..wanted.end).next_back()?;
        (*end > wanted.start).then_some(*end)
    }

    fn replace_at(&mut self, range: Range<usize>, instead: String) {
        if !range.is_empty() && self.end_of_overlapping(&range).is_none() {
            self.parts.insert(range.start, (range.end, instead));
        }
    }

    fn replace_address(&mut self, range: Range<usize>, address: IpAddr) {
        if self.end_of_overlapping(&range).is_none() {
            let instead = pseudonym::of_ip(&self.text[range.clone()], address, self.redactor);
            self.replace_at(range, instead);
        }
    }

    /// The text with all parts replaced.
    pub(super) fn rewritten(self) -> String {
        with_replaced(self.text, self.parts.into_iter().map(|(start, (end, instead))| (start..end, instead)))
    }

    fn rewrite(&mut self, range: Range<usize>, rewritten: impl FnOnce(&str, &Redactor) -> String) {
        let instead = rewritten(&self.text[range.clone()], self.redactor);
        self.replace_at(range, instead);
    }

    pub(super) fn word(&mut self, of: Pseudonym, range: Range<usize>) {
        self.rewrite(range, |text, redactor| word::of_word(of, text, redactor));
    }

    pub(super) fn name(&mut self, range: Range<usize>) {
        self.rewrite(range, |text, redactor| word::of_name(Pseudonym::Name, text, redactor));
    }

    pub(super) fn path(&mut self, range: Range<usize>) {
        self.rewrite(range, path::rewrite);
    }

    /// A host, without a port after it or the full stop of a sentence.
    pub(super) fn host(&mut self, range: Range<usize>) {
        let mut host = self.text[range.clone()].trim_end_matches(['.', '-']);
        if address::whole(host).is_none()
            && let Some((name, port)) = host.rsplit_once(':')
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            host = name;
        }
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let start = range.start + usize::from(bare.is_some());
        let host = bare.unwrap_or(host);
        if !host.is_empty() {
            self.word(Pseudonym::Host, start..start + host.len());
        }
    }

    /// A fingerprint, which is kept: 16, 20 or 32 bytes, or hexadecimal bytes after the word `fingerprint`.
    pub(super) fn fingerprint(&mut self, range: Range<usize>) {
        const WORD_WINDOW: usize = 16;
        let said = &self.text[range.clone()];
        let bytes = said.bytes().filter(|byte| *byte == b':').count() + 1;
        let near = self.text.ceil_char_boundary(range.start.saturating_sub(WORD_WINDOW));
        let before = self.text[near..range.start].to_ascii_lowercase();
        // If a digit or letter follows directly, the last two digits belong to another number, such as an address.
        let is_whole = !self.text[range.end..].starts_with(char::is_alphanumeric);
        if matches!(bytes, 16 | 20 | 32) || (is_whole && before.contains("fingerprint")) {
            self.replace_at(range, said.to_owned());
        }
    }

    /// A common name in quotes; `opening` ends with the opening quote. The name may contain quotes, so it
    /// ends at the last quote.
    pub(super) fn common_name(&mut self, opening: Range<usize>) {
        let start = opening.end;
        let rest = &self.text[start..];
        let is_quote = |c: char| "\"'`‘’“”".contains(c);
        // `New Certificate Common Name '…' Fingerprint '…'`
        let before_fingerprint = rest.to_ascii_lowercase().rfind("fingerprint").and_then(|word| {
            let said = rest[..word].trim_end();
            (said.len() < word && said.ends_with(is_quote)).then(|| said.trim_end_matches(is_quote).len())
        });
        let end = before_fingerprint.unwrap_or_else(|| {
            let said = rest.trim_end();
            let said = said.strip_suffix('.').unwrap_or(said);
            let whole = said.ends_with(is_quote).then(|| said.trim_end_matches(is_quote).len());
            whole.or_else(|| rest.find(is_quote)).unwrap_or(rest.len())
        });
        self.name(start..start + end);
    }

    /// What follows `://`. A second URL may follow directly in brackets.
    pub(super) fn urls(&mut self, range: Range<usize>) {
        let mut start = range.start;
        while let Some((sign, end)) = self.second_url(start..range.end) {
            self.url(start..sign);
            start = end;
        }
        self.url(start..range.end);
    }

    /// The offsets of the bracket before the next URL and of the end of its scheme.
    fn second_url(&self, range: Range<usize>) -> Option<(usize, usize)> {
        let said = &self.text[range.clone()];
        let scheme = said.find("://")?;
        let sign = said[..scheme].rfind(['(', ',', ';'])?;
        let is_scheme = said[sign + 1..scheme].bytes().all(|byte| byte.is_ascii_alphabetic());
        is_scheme.then_some((range.start + sign, range.start + scheme + 3))
    }

    /// A URL after its scheme: user, host, path, query, fragment.
    fn url(&mut self, range: Range<usize>) {
        let said = self.text[range.clone()].trim_end_matches(['.', ',', ';', ':', ')', '(']);
        let authority = &said[..said.find(['/', '?', '#']).unwrap_or(said.len())];
        let mut host = 0;
        if let Some(at) = authority.rfind('@') {
            host = at + 1;
            let user = authority[..at].find(':').unwrap_or(at);
            self.word(Pseudonym::User, range.start..range.start + user);
        }
        self.host(range.start + host..range.start + authority.len());
        let further = &said[authority.len()..];
        let path = &further[..further.find(['?', '#']).unwrap_or(further.len())];
        if path.len() > 1 {
            let start = range.start + authority.len();
            self.path(start..start + path.len());
        }
        self.queries.push(range.start + authority.len() + path.len()..range.start + said.len());
    }

    /// The values of the URLs' queries and fragments that no step has found so far, and their parts without a key.
    pub(super) fn rest_of_queries(&mut self) {
        for range in std::mem::take(&mut self.queries) {
            let mut start = range.start;
            for part in self.text[range].split(['?', '#', '&', ';']) {
                let value = part.find('=').map_or(0, |sign| sign + 1);
                self.name(start + value..start + part.len());
                start += part.len() + 1;
            }
        }
    }

    /// What follows `sip:`, `sips:` or, without scheme here, `tel:`: an address, a host or a user.
    pub(super) fn uri(&mut self, sip: Option<&str>, range: Range<usize>) {
        let said = self.text[range.clone()].trim_end_matches('.');
        let range = range.start..range.start + said.len();
        let is_number = said.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
        // `SIP:` in capitals is the name of a software component, not a scheme.
        let is_scheme = sip.is_some_and(|sip| !sip.contains(|c: char| c.is_ascii_uppercase()));
        let is_user = || is_scheme && said.contains(char::is_alphanumeric) && !said.starts_with('[');
        if sip.is_some() && (address::is_host(said) || address::whole(said).is_some()) {
            self.host(range);
        } else if is_number || is_user() {
            self.word(Pseudonym::User, range);
        }
    }

    /// The word after `user` or `login`: a user's name, unless it is an ordinary word of a sentence.
    pub(super) fn user_after_word(&mut self, range: Range<usize>) {
        let said = self.text[range.clone()].trim_end_matches(['.', '-', '@', '+']);
        let follows = &self.text[range.end..];
        // `user name: x` is handled by the pattern for settings.
        let is_setting = follows.starts_with(['=', ':']) && !follows.starts_with(": ");
        let is_of_sentence = SENTENCE_WORDS.split(' ').any(|word| word.eq_ignore_ascii_case(said));
        if !is_setting && !is_of_sentence {
            self.word(Pseudonym::User, range.start..range.start + said.len());
        }
    }

    /// The word after `connect to`: a host's name, unless it is an ordinary word.
    pub(super) fn host_after_word(&mut self, range: Range<usize>) {
        let said = self.text[range.clone()].trim_end_matches(['.', '-', ':']);
        if !SERVER_WORDS.split(' ').any(|word| word.eq_ignore_ascii_case(said)) {
            self.host(range);
        }
    }

    /// An IPv4 address with dashes, as in the names of files and hosts.
    pub(super) fn dashed_address(&mut self, range: Range<usize>) {
        if let Some(address) = address::dashed(&self.text[range.clone()]) {
            let instead = pseudonym::of_ipv4(address, self.redactor);
            if instead != address {
                self.replace_at(range, instead.to_string().replace('.', "-"));
            }
        }
    }

    /// A serial number: a word with a digit in it, or after a sign such as `=`.
    pub(super) fn serial(&mut self, sign: &str, range: Range<usize>) {
        let said = self.text[range.clone()].trim_end_matches([':', '.', '-']);
        let has_digit = said.bytes().any(|byte| byte.is_ascii_digit());
        if has_digit || (said.len() > 2 && !sign.trim().is_empty() && sign.trim() != "is") {
            self.word(Pseudonym::Serial, range.start..range.start + said.len());
        }
    }

    /// MAC and IP addresses.
    pub(super) fn addresses(&mut self) {
        for (range, address) in address::ipv6(self.text) {
            self.replace_address(range, address.into());
        }
        for (range, instead) in mac::all(self.text, self.redactor) {
            self.replace_at(range, instead);
        }
        for (range, address) in address::ipv4(self.text) {
            self.replace_address(range, address.into());
        }
    }

    pub(super) fn dotted_word(&mut self, range: Range<usize>) {
        if address::is_host(&self.text[range.clone()]) {
            self.word(Pseudonym::Host, range);
        }
    }
}

/// Words that follow `connect to` and are not names.
const SERVER_WORDS: &str = "\
    a an the any all its no error failed timeout host server servers peer proxy remote network internet port ip address \
    provisioning boot sip tls ssl tcp udp ldap xmpp http https ftp ftps tftp syslog ntp sntp dns dhcp stun";

/// Words that follow `user`, `login` or `account` in phones' messages and are not names.
const SENTENCE_WORDS: &str = "\
    a abort aborted accepted access account accounts action activity agent and are as at attempt \
    attempts auth authenticated authentication authorization by can cancelled canceled cannot changed \
    config configuration credential credentials data defined denied directory disabled enabled error \
    failed failure for from had has have id in info input interface invalid is key language level list \
    locked logged login logout lookup mode name not of off ok on or out page password passwords please \
    preferences pressed profile rejected request requested required screen selected server session set \
    settings state status successful succeeded the timeout to type was with";
