//! Removes key material and passwords from texts. Every text of a log that is kept as evidence goes through
//! here before any other use, with or without `--redact`.
//!
//! What is replaced:
//!
//! - private keys in PEM form of any kind, whole or cut, over lines or joined, with line feeds as they are or
//!   written as `\n`, `&#10;` or `%0A`: everything from the header to the footer, or to the end of the text
//!   if the footer is cut off;
//! - what is left of a key whose header was cut off, or is in another message:
//!   - the text before its footer;
//!   - base64 that is the whole text;
//!   - base64 too long and too mixed to be a name or a path, also in the form for URLs, or in lines of 16
//!     characters and more with a blank, `|` or `.` between them;
//!   - base64 and hexadecimal digits that begin like a key in DER, also under a certificate's header;
//!   - the private members of a JSON Web Key, and the key of an SRTP stream in SDP;
//!   - more hexadecimal digits than a fingerprint has, also in pairs: `30:82:04:a4:…`, or in groups of any length with
//!     blanks between them; the 16 bytes of a dump's line; 32 digits that are the whole text or follow `key=`;
//!   - 32 decimal bytes and more: `[48, 130, 4, 164, …]`;
//! - passwords in addresses:
//!   - in URLs, also with blanks if the URL is in quotes or an `@` follows: `ftp://phone:4711@192.0.2.9`;
//!   - without a scheme: `phone:4711@pbx`;
//! - values of settings:
//!   - of keys such as `password`, `pwd`, `secret`, `privateKey` or `wepKey`: `reg.1.auth.password: 4711`;
//!   - of names that are also ordinary words, only before `=` or in quotes: `pw=`, `pin=`, `token=`, `auth=`,
//!     `credential=`, `sig=`, `community=`, `sessionid=`;
//!   - in brackets: `password[4711]`;
//!   - of commands: `PASS 4711`, `AUTH PLAIN cGhvbmU=`, `curl -u phone:4711`, `--ftp-password 4711`;
//!   - after the name of every phone's first user: `PlcmSpIp/4711`;
//!   - after a blank, if they are in quotes, follow a user's or a parameter's name, or look unlike an ordinary
//!     word: `user phone password 4711`;
//!   - after `pin:`, `token:` and `community:`, if they look unlike an ordinary word; four digits after `pin`;
//! - the credentials of an `Authorization` header: `Authorization: Basic cGhvbmU6NDcxMQ==`; a token after `Bearer`.
//!
//! Each is found also where characters are escaped, as in URLs, and where a line is wrapped within it: the event's
//! text is then the join of the lines that conceals most.
//!
//! Certificates, fingerprints, lengths and names are kept, since reports consist of them. A password that
//! nothing marks as one is not recognized.

mod escapes;
mod hexadecimal;
mod keys;
mod names;
mod passwords;
mod sentences;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use escapes::Unescaped;
use regex::Regex;

/// The replacement of a secret.
pub const REDACTED: &str = "[redacted]";

/// `text` without the secrets in it. The time is linear in the text's length, and very short if the text has
/// no word that marks a secret. Concealing twice gives the same as once.
///
/// ```
/// use phonecert::secrets::conceal;
/// assert_eq!(conceal("ftp://phone:4711@192.0.2.9/a.cfg"), "ftp://phone:[redacted]@192.0.2.9/a.cfg");
/// assert_eq!(conceal("Polycom device certificate length 802"), "Polycom device certificate length 802");
/// ```
pub fn conceal(text: &str) -> Cow<'_, str> {
    if is_plain(text)
        || !may_have_secret(text) && !Unescaped::levels(text).any(|level| may_have_secret(&level.text))
    {
        return Cow::Borrowed(text);
    }
    until_stable(text, once)
}

/// Conceals secrets as [`conceal`] does, in a line of a log that is not a known message. A word that is alone in such a
/// line can be a line of a key, although it looks like a name.
///
/// ```
/// use phonecert::secrets::{conceal, conceal_line};
/// assert_eq!(conceal("Poly64167F1A2B3C"), "Poly64167F1A2B3C");
/// assert_eq!(conceal_line("Poly64167F1A2B3C"), "-----BEGIN … PRIVATE KEY----- [redacted]");
/// ```
pub fn conceal_line(text: &str) -> Cow<'_, str> {
    let line = text.trim();
    if keys::is_short_line(line) || hexadecimal::is_line(line) {
        let Secret { range, instead } = keys::alone(text);
        return Cow::Owned(with_replaced(text, [(range, instead)]));
    }
    conceal(text)
}

fn may_have_secret(text: &str) -> bool {
    has_long_run(text.as_bytes())
        || has_digits(text.as_bytes())
        || keys::is_line(text.trim())
        || text.trim_end().ends_with('=')
        || (text.bytes().any(may_trigger) && TRIGGER.is_match(text))
}

/// A URI of a log without the password in it, which is recognized as in the message, where the URI is in quotes: it may
/// contain blanks.
///
/// ```
/// use phonecert::secrets::conceal_uri;
/// assert_eq!(conceal_uri("https://joe:47 11@192.0.2.9/a"), "https://joe:[redacted]@192.0.2.9/a");
/// assert_eq!(conceal_uri("joe:4711@pbx"), "joe:[redacted]@pbx");
/// ```
pub fn conceal_uri(uri: &str) -> Cow<'_, str> {
    match conceal(&format!("URI '{uri}'")) {
        Cow::Borrowed(_) => Cow::Borrowed(uri),
        Cow::Owned(shown) => {
            let within = shown.strip_prefix("URI '").unwrap_or(REDACTED);
            // At its end, a secret includes the mark.
            Cow::Owned(within.strip_suffix('\'').unwrap_or(within).to_owned())
        }
    }
}

/// The number of characters that [`conceal`] leaves of a text, without blanks; None if it has no secret.
pub(crate) fn left_by_conceal(text: &str) -> Option<usize> {
    let Cow::Owned(shown) = conceal(text) else { return None };
    let left = shown.split(REDACTED).flat_map(str::chars).filter(|character| !character.is_whitespace());
    Some(left.count())
}

/// The name of a file or a URL without the password in it. Unlike in a text, a blank does not end the
/// password: it is everything between `user:` and the last `@`, with or without a scheme. Text before a lone
/// `@` may be the rest of a password that was split at a comma, so it is concealed too.
///
/// ```
/// use phonecert::secrets::conceal_address;
/// assert_eq!(conceal_address("phone:47 11@192.0.2.9/a.cfg"), "phone:[redacted]@192.0.2.9/a.cfg");
/// assert_eq!(conceal_address("192.0.2.9:8080/a.cfg"), "192.0.2.9:8080/a.cfg");
/// ```
pub fn conceal_address(text: &str) -> Cow<'_, str> {
    match passwords::of_address(text) {
        Some(Secret { range, instead }) => {
            Cow::Owned(conceal(&with_replaced(text, [(range, instead)])).into_owned())
        }
        None => conceal(text),
    }
}

/// A pattern of the words that mark secrets; every secret except a key without header has one. Few texts of
/// logs match it, so most texts cost only this quick search.
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?i-u)private|authoriz|bearer|(?:pin|token|community)(?:[ \t]+(?:code|value))?[ \t]*:|pin(?:[ \t]+(?:code|number|is|was))*[ \t]+(?u:["'“‘])?[0-9]{4}|@|:[/\\]|/[/\\]|%2f|%3a|sips?:|tps?:|ur[il](?:(?u:[^a-z])|$)|pass|pwd|psk|secret|plcmspip|ha1|community"#,
        r#"|(?:pw|pin|auth|token|credentials?|sig|sess(?:ion)?[._-]?id)(?:[0-9=._"'\\-]|value|hash|text)"#,
        r#"|(?:api|shared|wep|wpa2?|fi|wlan|network|encryption|radius)[ _.-]?key|pw[ \t:]|["']k\\*["']"#,
        r"|auth[ \t]+(?:plain|login)|-u[ =]|--(?:proxy-)?user",
    ))
});

/// Compiles a pattern of this program.
#[expect(clippy::expect_used, reason = "patterns are constants, and tests use each")]
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this program")
}

/// Whether this is one of the characters without which [`TRIGGER`] can't match. Looking for them is ten times as fast
/// as the pattern.
fn may_trigger(byte: u8) -> bool {
    matches!(byte | 0x20, b'p' | b'h' | b'r' | b'k' | b's' | b'y' | b'/' | b'|')
        || matches!(byte, b'%' | b'@')
}

/// The shortest run of characters that can be a key.
const MIN_RUN: usize = 24;

/// Whether a text is too short for a key and has no character that marks a secret or an escape, as most models and
/// addresses.
fn is_plain(text: &str) -> bool {
    text.len() < MIN_RUN
        && !keys::is_line(text.trim())
        && !text.bytes().any(|byte| matches!(byte, b'=' | b'&' | b'\\') || may_trigger(byte))
}

/// Whether a text has a run of characters as long as the shortest key that is recognized. This is not part of
/// [`TRIGGER`], since the repetition counts would add a thousand states to its automaton.
fn has_long_run(text: &[u8]) -> bool {
    // The lengths of the current run with and without `-` and `_`, and of the run before its only separator.
    let (mut run, mut plain, mut before) = (0, 0, 0);
    text.len() >= MIN_RUN
        && text.iter().any(|byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'/' => (run, plain) = (run + 1, plain + 1),
                b'-' | b'_' => (run, plain) = (run + 1, 0),
                b' ' | b'|' | b'.' | b'\n' | b'\r' | b'\t' => (run, plain, before) = (0, 0, run),
                _ => (run, plain, before) = (0, 0, 0),
            }
            plain >= MIN_RUN || run >= keys::MIN_KEY_LENGTH || run.min(before) >= 16
        })
}

/// Whether a text can have the digits of a key.
fn has_digits(text: &[u8]) -> bool {
    has_pairs(text) || has_dump(text)
}

/// Whether a text has 32 bytes in a row or more, as pairs of letters or digits, also with `0x` before each, or as decimal
/// numbers, with other characters between them.
fn has_pairs(text: &[u8]) -> bool {
    let is_sign = |byte: &u8| !byte.is_ascii_alphanumeric();
    let is_decimal = |run: &[u8]| run.len() <= 3 && run.iter().all(u8::is_ascii_digit);
    let mut pairs = 0;
    text.len() >= 2 * 32
        && text.split(is_sign).filter(|run| !run.is_empty()).any(|run| {
            let is_byte = matches!(run, [_, _] | [b'x', _, _] | [b'0', b'x', _, _]) || is_decimal(run);
            pairs = if is_byte { pairs + 1 } else { 0 };
            pairs > 31
        })
}

/// Whether a text can have the digits of a dump, with blanks between them or a colon after the last.
fn has_dump(text: &[u8]) -> bool {
    // The length of the current run, whether it is of hexadecimal digits, the pairs in a row, and the digits of groups
    // with blanks between them.
    let (mut run, mut is_hex, mut pairs, mut digits) = (0, true, 0, 0);
    text.len() >= MIN_RUN
        && (text.iter().any(|byte| {
            if matches!(byte, b':' | b' ' | b'\n' | b'\r' | b'\t') {
                pairs = match run {
                    0 => pairs,
                    2 => pairs + 1,
                    _ => 0,
                };
                digits = if is_hex && *byte != b':' { digits + run } else { 0 };
            }
            (run, is_hex) = if byte.is_ascii_alphanumeric() {
                (run + 1, is_hex && byte.is_ascii_hexdigit())
            } else {
                (0, true)
            };
            digits >= 24
        }) || pairs > 13 && text.trim_ascii_end().ends_with(b":"))
}

/// The most rounds of replacement for a text. Usually one round replaces everything and a second confirms it. If two
/// secrets or names are directly joined, the second can be found only after the first is replaced.
const ROUNDS: usize = 5;

/// Repeats `round` until the text no longer changes. If it still changes after [`ROUNDS`], the whole text is hidden.
pub(crate) fn until_stable(text: &str, mut round: impl FnMut(&str) -> String) -> Cow<'_, str> {
    let mut settled = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        let next = round(&settled);
        if next == settled {
            return settled;
        }
        settled = Cow::Owned(next);
    }
    Cow::Borrowed(REDACTED)
}

/// The text with these parts replaced, which are in order and don't overlap.
pub(crate) fn with_replaced(
    text: &str,
    parts: impl IntoIterator<Item = (Range<usize>, impl AsRef<str>)>,
) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    for (part, instead) in parts {
        replaced.push_str(&text[done..part.start]);
        replaced.push_str(instead.as_ref());
        done = part.end;
    }
    replaced.push_str(&text[done..]);
    replaced
}

/// The search for one kind of secret.
struct Pass {
    /// An ASCII text has no such secret unless it contains one of these words and matches [`TRIGGER`]. This check
    /// avoids compiling patterns: compiling all of them takes as long as reading 400 small logs, and most scans need only
    /// those of one pass.
    needs: &'static str,
    /// Finds the secrets.
    find: fn(&str) -> Vec<Secret>,
}

/// The passes of one round, in order.
const PASSES: [Pass; 9] = [
    Pass { needs: "private", find: keys::marked },
    Pass { needs: "", find: keys::unmarked },
    Pass { needs: "", find: hexadecimal::keys },
    Pass { needs: "authoriz bearer", find: passwords::authorizations },
    Pass { needs: r"sip tp: tps: uri url :/ :\ // /\ %2f %3a", find: passwords::urls },
    Pass { needs: "uri url", find: passwords::quoted_uris },
    Pass { needs: "@", find: passwords::before_hosts },
    Pass {
        needs: "pass pwd psk secret key pw plcmspip ha1 pin auth token credential sig community sess -u",
        find: passwords::values,
    },
    Pass { needs: "pass pwd psk secret key pw ha1 pin token community", find: sentences::passwords },
];

impl Pass {
    /// The secrets in a text, and in what its escapes mean.
    fn secrets(&self, text: &str) -> Vec<Secret> {
        let mut secrets = self.unescaped(text);
        for level in Unescaped::levels(text) {
            let of_level = self.unescaped(&level.text).into_iter();
            secrets.extend(of_level.map(|secret| level.outer(secret)));
        }
        secrets
    }

    fn unescaped(&self, text: &str) -> Vec<Secret> {
        if has_any(text, self.needs) { (self.find)(text) } else { Vec::new() }
    }
}

/// Whether a text can have one of these words; with none of them, each has.
fn has_any(text: &str, words: &str) -> bool {
    // Case-insensitive patterns also match letters outside ASCII, such as `ſ` for `s`.
    if words.is_empty() || !text.is_ascii() {
        return true;
    }
    let text = text.to_ascii_lowercase();
    TRIGGER.is_match(&text) && words.split(' ').any(|word| text.contains(word))
}

/// The text after one round.
fn once(text: &str) -> String {
    let mut text = text.to_owned();
    for pass in &PASSES {
        let secrets = pass.secrets(&text);
        if !secrets.is_empty() {
            let parts = merged(secrets).into_iter().map(|Secret { range, instead }| (range, instead));
            text = with_replaced(&text, parts);
        }
    }
    text
}

/// A part of a text, and its replacement.
struct Secret {
    range: Range<usize>,
    instead: Cow<'static, str>,
}

impl Secret {
    /// None if there is nothing to replace.
    fn new(range: Range<usize>) -> Option<Self> {
        (!range.is_empty()).then_some(Self { range, instead: Cow::Borrowed(REDACTED) })
    }
}

/// These secrets in order; those that overlap are one.
fn merged(mut secrets: Vec<Secret>) -> Vec<Secret> {
    secrets.sort_by_key(|secret| (secret.range.start, secret.range.end));
    secrets.dedup_by(|later, earlier| {
        let overlaps = later.range.start < earlier.range.end;
        if overlaps {
            earlier.range.end = earlier.range.end.max(later.range.end);
        }
        overlaps
    });
    secrets
}

#[cfg(test)]
mod tests;
