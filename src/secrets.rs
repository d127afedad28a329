//! Key material and passwords never leave a log: they are taken out of each text that is kept as
//! evidence, in every mode, before anything else sees it.
//!
//! What is replaced:
//!
//! - private keys in PEM form of any kind, whole or cut, over lines or joined, with line feeds as
//!   they are or written as `\n`, `&#10;` or `%0A`. From the header on all goes, up to the footer or,
//!   where that is cut off, to the end of the text;
//! - what is left of a key whose header was cut off: what stands before its footer, and base64 too
//!   long and too mixed to be a name or a path, also in lines of 16 characters and more with a blank,
//!   `|` or `.` between, or as URLs have it; and more hexadecimal digits than a fingerprint has;
//! - passwords in URLs, also escaped ones, values of keys such as `password`, `pwd`, `secret` or
//!   `privateKey`, those of `pw=`, `pin=`, `token=`, `auth=` and `credential=`, and the credentials of an
//!   `Authorization` header.
//!
//! Certificates, fingerprints, lengths and names stay: they are what reports are made of. A password
//! that nothing marks as one cannot be told from another word.

mod keys;
mod passwords;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// `text` without the secrets in it. Takes time linear in the text's length, and next to none where no
/// word in it could go with a secret. Concealing twice is the same as once.
///
/// ```
/// use phonecert::secrets::conceal;
/// assert_eq!(conceal("ftp://phone:4711@192.0.2.9/a.cfg"), "ftp://phone:[redacted]@192.0.2.9/a.cfg");
/// assert_eq!(conceal("Polycom device certificate length 802"), "Polycom device certificate length 802");
/// ```
#[must_use]
pub fn conceal(text: &str) -> Cow<'_, str> {
    // Without its patterns a text is hidden, since a key could be in it. The tests compile all patterns.
    let Some(trigger) = TRIGGER.as_ref() else { return Cow::Borrowed(REDACTED) };
    let may_have_secret = has_long_run(text.as_bytes()) || (may_trigger(text) && trigger.is_match(text));
    if !may_have_secret {
        return Cow::Borrowed(text);
    }
    let mut concealed = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        match once(&concealed) {
            Some(clean) => concealed = Cow::Owned(clean),
            None => return concealed,
        }
    }
    Cow::Borrowed(REDACTED)
}

/// The name of a file or a URL without the password in it. Other than in a text, whose words end where a
/// blank stands, all between `user:` and the last `@` is the password, with a scheme or without one. What
/// stands before an `@` alone can be the rest of one that a comma took apart.
///
/// ```
/// use phonecert::secrets::conceal_address;
/// assert_eq!(conceal_address("phone:47 11@192.0.2.9/a.cfg"), "phone:[redacted]@192.0.2.9/a.cfg");
/// assert_eq!(conceal_address("192.0.2.9:8080/a.cfg"), "192.0.2.9:8080/a.cfg");
/// ```
#[must_use]
pub fn conceal_address(text: &str) -> Cow<'_, str> {
    match passwords::of_address(text) {
        Some(secret) => Cow::Owned(conceal(&without(text, &[secret])).into_owned()),
        None => conceal(text),
    }
}

/// The words of which one goes with each secret but a bare key. Hardly any text of a log has one, so a quick
/// search is all that most texts cost.
static TRIGGER: LazyLock<Option<Regex>> = LazyLock::new(|| trigger().ok());

fn trigger() -> Result<Regex, regex::Error> {
    Regex::new(concat!(
        r"(?i-u)private|authoriz|:[/\\]|/[/\\]|%2f|%3a|sips?:|pass|pwd|psk|secret|api[ _.-]?key|shared[ _.-]?key",
        r#"|(?:pw|pin|auth|token|credentials?)(?:[0-9=._"'\\-]|value|hash|text)"#,
    ))
}

/// Whether a text has one of the characters of which each match of [`TRIGGER`] has one. Models and addresses have none,
/// and the pattern takes ten times as long to tell.
fn may_trigger(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte | 0x20, b'p' | b'h' | b'r' | b'k' | b'/' | b'|') || byte == b'%')
}

/// Whether a text has a run of characters as long as the shortest key that is taken for one. As a part of the
/// pattern above, the counts of the runs would make a thousand states of the machine that searches.
fn has_long_run(text: &[u8]) -> bool {
    // The run that goes on, with `-` and `_` in it and without, and the run before its one separator.
    let (mut run, mut plain, mut before) = (0, 0, 0);
    text.len() >= 24
        && text.iter().any(|byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'/' => (run, plain) = (run + 1, plain + 1),
                b'-' | b'_' => (run, plain) = (run + 1, 0),
                b' ' | b'|' | b'.' | b'\n' | b'\r' | b'\t' => (run, plain, before) = (0, 0, run),
                _ => (run, plain, before) = (0, 0, 0),
            }
            plain >= 24 || run >= 60 || run.min(before) >= 16
        })
}

/// How often a text is searched until nothing more is found: where two secrets stand together, the second can
/// be found only after the first is replaced. Most texts need no round, and one with a secret needs two.
const ROUNDS: usize = 5;

/// What finds one kind of secret.
struct Pass {
    /// In ASCII, none is there without one of these and a match of [`TRIGGER`]. All patterns take 40 million
    /// instructions to compile, as many as 400 small logs: most scans need but those of one pass.
    needs: &'static [&'static str],
    /// None where a pattern does not compile.
    find: fn(&str) -> Option<Vec<Secret>>,
}

/// The passes of one round, in order.
const PASSES: [Pass; 6] = [
    Pass { needs: &["private"], find: keys::marked },
    Pass { needs: &[], find: keys::unmarked },
    Pass { needs: &[], find: keys::hexadecimal },
    Pass { needs: &["authoriz"], find: passwords::authorizations },
    Pass { needs: &["sip", ":/", ":\\", "//", "/\\", "%2f", "%3a"], find: passwords::urls },
    Pass {
        needs: &[
            "pass",
            "pwd",
            "psk",
            "secret",
            "api",
            "shared",
            "private",
            "pw",
            "pin",
            "auth",
            "token",
            "credential",
        ],
        find: passwords::values,
    },
];

impl Pass {
    fn is_needed(&self, text: &str) -> bool {
        let is_triggered = || TRIGGER.as_ref().is_none_or(|trigger| trigger.is_match(text));
        let is_there = |word: &&str| {
            text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        // Letters that are no ASCII can stand for some that are: `ſ` for `s`.
        self.needs.is_empty() || !text.is_ascii() || self.needs.iter().any(is_there) && is_triggered()
    }
}

/// The text after one round; none if that changes nothing.
fn once(text: &str) -> Option<String> {
    let mut concealed = Cow::Borrowed(text);
    for pass in &PASSES {
        if !pass.is_needed(&concealed) {
            continue;
        }
        let Some(secrets) = (pass.find)(&concealed) else { return Some(REDACTED.to_owned()) };
        if !secrets.is_empty() {
            concealed = Cow::Owned(without(&concealed, &secrets));
        }
    }
    match concealed {
        Cow::Owned(clean) if clean != text => Some(clean),
        _ => None,
    }
}

/// A part of a text, and what takes its place.
struct Secret {
    start: usize,
    end: usize,
    instead: Cow<'static, str>,
}

impl Secret {
    fn new(start: usize, end: usize) -> Self {
        Self { start, end, instead: Cow::Borrowed(REDACTED) }
    }
}

/// The text with each secret replaced; they are in order and don't overlap.
fn without(text: &str, secrets: &[Secret]) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for secret in secrets {
        clean.push_str(&text[done..secret.start]);
        clean.push_str(&secret.instead);
        done = secret.end;
    }
    clean.push_str(&text[done..]);
    clean
}

#[cfg(test)]
mod tests;
