//! Passwords where something marks them: in URLs, as values, in HTTP and SIP credentials.

use regex::Regex;

use super::Secret;

pub(super) struct Patterns {
    authorization: Regex,
    url: Regex,
    key: Regex,
    element: Regex,
    /// What ends a value without quotes: a blank, or the next `key=value` in a row of them.
    value_end: Regex,
}

impl Patterns {
    pub(super) fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            authorization: Regex::new(
                r#"(?i)authorization\\?["']?\s*[:=]\s*\\?["']?(basic|digest|bearer|ntlm|negotiate)[\s:=]+"#,
            )?,
            url: Regex::new(r"(?i)(?:[a-z][a-z0-9+.-]*://|\b(sips?:))")?,
            key: Regex::new(&format!(r#"(?i){WORDS}{ENDINGS}\\?["'”’]?\s*(=>|:=|={{1,3}}|:)[ \t]*"#))?,
            element: Regex::new(&format!(r"(?i)<[\w:.-]*{WORDS}{ENDINGS}(?:\s[^<>]*)?>"))?,
            value_end: Regex::new(r#"\s|[,;&]\\?["']?[\w.-]+\\?["']?=|</"#)?,
        })
    }
}

/// How the names of secret settings end, `reg.1.auth.password` and `customDeviceCert1.privateKey` too.
const WORDS: &str = r"(?:password|passwort|passwd|passphrase|passcode|\bpass|pwd|psk|secret|(?:api|secret|private|pre-?shared)[ _.-]?key)";

/// What can stand behind them.
const ENDINGS: &str = r"(?:[._-]?(?:\d+|value|hash|text))*";

/// Values of settings, and the contents of XML elements, that are secret by their name.
pub(super) fn values(patterns: &super::Patterns, text: &str) -> Vec<Secret> {
    let patterns = &patterns.passwords;
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(key) = patterns.key.captures_at(text, at) {
        let (Some(whole), Some(sign)) = (key.get(0), key.get(1)) else { break };
        at = whole.end();
        if sign.as_str() == ":" && text[sign.end()..].starts_with(':') {
            continue;
        }
        let (start, end) = value(patterns, text, at);
        if start < end {
            secrets.push(Secret::new(start, end));
        }
        at = end;
    }
    for element in patterns.element.find_iter(text) {
        let rest = &text[element.end()..];
        let end = element.end() + rest.find('<').unwrap_or(rest.len());
        if element.end() < end {
            secrets.push(Secret::new(element.end(), end));
        }
    }
    secrets.sort_by_key(|secret| (secret.start, secret.end));
    secrets.dedup_by(|later, earlier| {
        let overlaps = later.start < earlier.end;
        if overlaps {
            earlier.end = earlier.end.max(later.end);
        }
        overlaps
    });
    secrets
}

/// Where the value that begins at `at` stands: within its quotes, or up to a blank or the next setting.
fn value(patterns: &Patterns, text: &str, at: usize) -> (usize, usize) {
    let rest = &text[at..];
    if rest.trim_start_matches(['"', '\'']).starts_with("-----BEGIN ") {
        // No value of a password; a key that begins so is concealed as one.
        return (at, at);
    }
    let closing: &[char] = match rest.chars().next() {
        Some('"') => &['"'],
        Some('\'') => &['\''],
        Some('“' | '”' | '‘' | '’') => &['”', '’', '“', '‘'],
        _ => {
            let end = patterns.value_end.find(rest).map_or(rest.len(), |end| end.start());
            return (at, at + end);
        }
    };
    let start = at + rest.chars().next().map_or(0, char::len_utf8);
    let mut is_escaped = false;
    for (place, character) in text[start..].char_indices() {
        if !is_escaped && closing.contains(&character) {
            return (start, start + place);
        }
        is_escaped = !is_escaped && character == '\\';
    }
    (start, text.len())
}

/// The credentials of a request (RFC 7617, RFC 7616): one word, or for `Digest` the rest of the line.
pub(super) fn authorizations(patterns: &super::Patterns, text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(header) = patterns.passwords.authorization.captures_at(text, at) {
        let (Some(whole), Some(scheme)) = (header.get(0), header.get(1)) else { break };
        at = whole.end();
        let rest = &text[at..];
        let length = if scheme.as_str().eq_ignore_ascii_case("digest") {
            rest.find(['\r', '\n'])
        } else {
            rest.find(char::is_whitespace)
        };
        let end = at + length.unwrap_or(rest.len());
        if at < end {
            secrets.push(Secret::new(at, end));
        }
        at = end;
    }
    secrets
}

/// `user:password@` in URLs, and in SIP URIs (RFC 3261, 19.1.1).
pub(super) fn urls(patterns: &super::Patterns, text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    let mut run = Run { end: 0, last_at: None };
    while let Some(scheme) = patterns.passwords.url.captures_at(text, at) {
        let Some(whole) = scheme.get(0) else { break };
        at = whole.end();
        if at >= run.end {
            run = Run::of(text, at);
        }
        let may_be_cut = run.end == text.len() && scheme.get(1).is_none();
        if let Some((start, end)) = run.password(text, at, may_be_cut) {
            secrets.push(Secret::new(start, end));
            at = end;
        }
    }
    secrets
}

/// A part of a text without blanks, which can hold several URLs.
struct Run {
    end: usize,
    /// Where its last `@` stands.
    last_at: Option<usize>,
}

/// A longer text in brackets is no IPv6 address.
const BRACKETS_MAX: usize = 64;

impl Run {
    fn of(text: &str, start: usize) -> Self {
        let rest = &text[start..];
        let length = rest.find(ends_url).unwrap_or(rest.len());
        let last_at = rest[..length].rfind('@').map(|at| start + at);
        Self { end: start + length, last_at }
    }

    /// Where the password of a URL stands whose scheme ends at `start`. A password can hold what should
    /// have been escaped, `@` and `/`: the run's last `@` ends it.
    fn password(&self, text: &str, start: usize, may_be_cut: bool) -> Option<(usize, usize)> {
        let run = &text[start..self.end];
        let bracket = || run.bytes().take(BRACKETS_MAX).position(|byte| byte == b']');
        let named = if run.starts_with('[') { bracket().map_or(0, |end| end + 1) } else { 0 };
        let sign = named + run[named..].find([':', '/', '?', '#'])?;
        let after = run[sign..].strip_prefix(':')?;
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits <= 5 && matches!(after.as_bytes().get(digits), None | Some(b'/' | b'?' | b'#')) {
            return None;
        }
        let password = start + sign + 1;
        match self.last_at {
            Some(at) => (password < at).then_some((password, at)),
            None => (may_be_cut && !after.contains(['/', '?', '#'])).then_some((password, self.end)),
        }
    }
}

fn ends_url(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '<' | '>' | '“' | '”' | '‘' | '’')
}
