//! Finds private keys in PEM form (RFC 7468, RFC 1421), and the remains of cut ones.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{REDACTED, Secret, pattern};

/// A blank, also in the forms used in URLs.
const BLANK: &str = r"(?:[\s_+]|%20)";

/// A run of base64 that may be a key by itself, or come before a footer.
static RUN: LazyLock<Regex> = LazyLock::new(|| pattern("[A-Za-z0-9+/]{24,}={0,2}"));

/// A run of base64, also in the form for URLs (RFC 4648, section 5). More than two dashes are part of a PEM header.
static URL_RUN: LazyLock<Regex> =
    LazyLock::new(|| pattern("[A-Za-z0-9+/]+(?:[-_]{1,2}[A-Za-z0-9+/]+)*={0,2}"));

/// The beginning of a key in DER as base64: a sequence whose first element is a version: 0 (PKCS #8, RFC 5208; RSA keys),
/// 1 (EC keys, RFC 5915) or 3 (PKCS #12). The first element of a certificate is a sequence. A line feed before it may be
/// written as `\n` or `%0A`.
static BEGINNING: LazyLock<Regex> = LazyLock::new(|| {
    let any = "[A-Za-z0-9+/]";
    pattern(&format!(
        r"\A(?:[nr]|0[aAdD])?(?:MII{any}{{2}}[AQgw]IBA[ADz]|MIG{any}AgE[AB]|M{any}{{2}}CAQ[AE])"
    ))
});

/// The words that every header and footer of a private key has.
static WORDS: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!("(?i)PRIVATE{BLANK}+KEY(?:{BLANK}+BLOCK)?")));

/// The dashes after them.
static DASHES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\A\s*[-–—]+"));

/// `BEGIN` or `END` before them, with the kind of key in between.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"([-–—]*)\s*\b((?i:BEGIN|END)){BLANK}+((?:[A-Za-z0-9]+{BLANK}+){{0,3}})\z"))
});

/// A further line of a key.
static NEXT_LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"\A(?:\s|\\[rn]|&#(?:10|13|[xX][aAdD]);|%0[aAdD]|["',|.])+([A-Za-z0-9+/]+={0,2})"#)
});

/// How many bytes before the words a header may begin.
const MAX_HEADER_LENGTH: usize = 64;

/// The kinds of private key whose name is kept in the replacement: it is useful and not secret.
const KINDS: [&str; 7] = ["RSA", "EC", "DSA", "ENCRYPTED", "OPENSSH", "PGP", "SSH2 ENCRYPTED"];

enum Mark {
    Begin { start: usize, end: usize, kind: &'static str },
    End { start: usize, end: usize },
}

/// Keys that have a header, or at least a footer.
pub(super) fn marked(text: &str) -> Vec<Secret> {
    let marks = marks(text);
    let mut marks = marks.iter().peekable();
    let mut secrets: Vec<Secret> = Vec::new();
    let mut done = 0;
    while let Some(mark) = marks.next() {
        match *mark {
            Mark::Begin { end, .. } if text[end..].starts_with(" [redacted]") => done = end,
            Mark::Begin { start, kind, .. } => {
                let mut end = text.len();
                for later in marks.by_ref() {
                    if let Mark::End { end: footer, .. } = later {
                        end = *footer;
                        break;
                    }
                }
                secrets.push(Secret { range: start..end, instead: placeholder(kind) });
                done = end;
            }
            Mark::End { start, end } => {
                if let Some(start) = before_footer(text, done, start) {
                    secrets.push(Secret { range: start..end, instead: placeholder("…") });
                }
                done = end;
            }
        }
    }
    secrets
}

/// The shortest line of a wrapped key that is recognized, in characters.
const MIN_LINE_LENGTH: usize = 16;

/// The shortest key that is recognized by its length alone, in characters: the 32 bytes of a key for P-256 or Ed25519,
/// the shortest private keys in use, are 43 characters of base64 without padding. [`super::has_long_run`] must not ask
/// for more.
pub(super) const MIN_KEY_LENGTH: usize = 43;

/// The shortest key after a name that marks it, in characters: 16 bytes, as for AES.
const MIN_MARKED_LENGTH: usize = 22;

/// The members of a JSON Web Key that are private (RFC 7518, section 6), of which `k` alone can be shorter than
/// [`MIN_KEY_LENGTH`].
const MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// Whether a run of base64 after this text is a private member of a JSON Web Key, `"d":"…"`, or the key of an SRTP
/// stream in SDP (RFC 4568), `inline:…`. A name there changes less often between capitals, small letters and digits.
fn is_marked(before: &str, run: &str) -> bool {
    let is_base64 = !run.contains(['+', '/']) || before.ends_with("inline:");
    if run.len() < MIN_MARKED_LENGTH || !is_base64 || changes(run) * 100 < 35 * run.len() {
        return false;
    }
    let mut parts = before.rsplit(['"', '\'']).map(|part| part.trim_matches([' ', '\t', '\\']));
    before.ends_with("inline:")
        || before.ends_with(['"', '\''])
            && parts.nth(1) == Some(":")
            && parts.next().is_some_and(|name| MEMBERS.contains(&name))
}

/// Keys whose header and footer were cut off: a run of base64, also in the form for URLs, or lines of base64
/// with one separator character between them. Those of a certificate are public and are kept.
pub(super) fn unmarked(text: &str) -> Vec<Secret> {
    if is_line(text.trim()) {
        return vec![alone(text)];
    }
    let mut secrets = Vec::new();
    let mut is_public = false;
    let mut lines = Lines::default();
    let (mut seen, mut done) = (0, 0);
    for Range { start, end } in URL_RUN.find_iter(text).map(|run| run.range()) {
        let (between, run) = (&text[seen..start], &text[start..end]);
        seen = end;
        if run.ends_with(CERTIFICATE) && text[end..].starts_with("-----") {
            is_public = !text[..end - CERTIFICATE.len()].ends_with("END ");
        }
        // What is under a certificate's header may be a key all the same.
        is_public &= !BEGINNING.is_match(run);
        let is_marked = is_marked(&text[..start], run);
        let goes_on = matches!(between, " " | "|" | "." | "\n" | "\r" | "\t") && lines.end + 1 == start;
        let is_line = !is_public && start >= done && run.len() >= MIN_LINE_LENGTH && !is_hex(run);
        if !(goes_on && is_line && !is_marked)
            && let Some(secret) = std::mem::take(&mut lines).secret(text)
        {
            done = secret.range.end;
            secrets.push(secret);
        }
        if is_marked {
            done = end;
            secrets.push(Secret { range: start..end, instead: placeholder("…") });
        } else if is_line && start >= done {
            if lines.joined.is_empty() {
                lines.start = start;
            }
            lines.end = end;
            lines.joined.push_str(run);
        }
    }
    secrets.extend(lines.secret(text));
    secrets
}

const CERTIFICATE: &str = "CERTIFICATE";

const fn is_base64(byte: &u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/')
}

/// The whole text but the blanks around it, which is of a key.
pub(super) fn alone(text: &str) -> Secret {
    let start = text.len() - text.trim_start().len();
    Secret { range: start..text.trim_end().len(), instead: placeholder("…") }
}

/// Lines that may be of one key.
#[derive(Default)]
struct Lines {
    start: usize,
    end: usize,
    joined: String,
}

impl Lines {
    fn secret(self, text: &str) -> Option<Secret> {
        if self.joined.is_empty() {
            return None;
        }
        let is_wrapped = self.joined.len() >= MIN_KEY_LENGTH
            && !is_path(&self.joined)
            && !is_numbered_name(&self.joined)
            && is_mixed(&self.joined, 45);
        // A line beside a key of one line may be a word of the sentence.
        let mut runs = RUN.find_iter(&text[self.start..self.end]);
        let is_alone = text[..self.start].trim().is_empty() && text[self.end..].trim().is_empty();
        let is_one_line = is_alone && is_line(&self.joined);
        let is_secret = is_wrapped
            || is_one_line
            || is_begun(&self.joined)
            || is_last_line(&self.joined)
            || runs.any(|run| is_key(run.as_str()));
        let end = is_secret.then(|| last_line(text, self.end))?;
        Some(Secret { range: self.start..end, instead: placeholder("…") })
    }
}

/// Whether the share of `/` and `+` is larger than in base64, where they are 2 of 64 characters.
fn is_path(run: &str) -> bool {
    let signs = run.bytes().filter(|byte| matches!(byte, b'+' | b'/' | b'-' | b'_')).count();
    signs * 100 > 12 * run.len()
}

/// Whether a third of a run or more are hexadecimal numbers between its dashes, as in
/// `VVX500-454608a5-737b-4ed7-9182-c3c8e288b164`, and the rest is words. In a key, a piece is rarely without other letters.
fn is_numbered_name(run: &str) -> bool {
    let is_number =
        |part: &&str| (8..=40).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (numbers, words): (Vec<&str>, Vec<&str>) = run.split(['-', '_']).partition(is_number);
    let digits: usize = numbers.iter().map(|number| number.len()).sum();
    digits * 3 >= run.len() && words.iter().all(|word| word.len() < 16 || !is_mixed(word, 45))
}

fn is_hex(run: &str) -> bool {
    run.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'_'))
}

/// The beginning of OpenSSH private keys in base64.
const OPENSSH: &str = "b3BlbnNzaC1rZXkt";

fn is_begun(run: &str) -> bool {
    run.len() >= 24 && run.contains(OPENSSH) || run.len() >= MIN_LINE_LENGTH && BEGINNING.is_match(run)
}

/// The text that replaces a key of this kind.
pub(super) fn placeholder(kind: &str) -> Cow<'static, str> {
    if kind.is_empty() {
        Cow::Owned(format!("-----BEGIN PRIVATE KEY----- {REDACTED}"))
    } else {
        Cow::Owned(format!("-----BEGIN {kind} PRIVATE KEY----- {REDACTED}"))
    }
}

/// All headers and footers, in order.
fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut done = 0;
    for words in WORDS.find_iter(text) {
        let dashes = DASHES.find(&text[words.end()..]);
        let end = words.end() + dashes.map_or(0, |dashes| dashes.end());
        let near = text.ceil_char_boundary(words.start().saturating_sub(MAX_HEADER_LENGTH).max(done));
        done = end;
        let is_dashed = dashes.is_some_and(|dashes| is_rule(words.as_str(), dashes.as_str().trim()));
        match OPENING.captures(&text[near..words.start()]) {
            Some(opening) if is_dashed || opening[1].len() > 1 || opening[2] == *"BEGIN" => {
                let start = near + opening.get_match().start();
                if opening[2].eq_ignore_ascii_case("END") {
                    marks.push(Mark::End { start, end });
                } else {
                    let words: Vec<&str> = opening[3].split_whitespace().collect();
                    marks.push(Mark::Begin { start, end, kind: kind(&words.join(" ")) });
                }
            }
            None if is_dashed => marks.push(Mark::Begin { start: words.start(), end, kind: "…" }),
            _ => {}
        }
    }
    marks
}

/// Whether these dashes show that the words before them are a header, not part of a sentence.
fn is_rule(words: &str, dashes: &str) -> bool {
    let count = dashes.chars().count();
    let is_loud = !words.bytes().any(|byte| byte.is_ascii_lowercase());
    count >= 4 || (is_loud && (count >= 2 || !dashes.is_ascii()))
}

fn kind(words: &str) -> &'static str {
    if words.is_empty() {
        return "";
    }
    KINDS.into_iter().find(|kind| kind.eq_ignore_ascii_case(words)).unwrap_or("…")
}

/// The offset at which the key of this footer begins: at the first long run of base64; else at the last word,
/// if it looks like the end of a key.
fn before_footer(text: &str, from: usize, footer: usize) -> Option<usize> {
    let before = &text[from..footer];
    let is_keyish = |run: &regex::Match<'_>| is_mixed(run.as_str(), 35);
    if let Some(run) = RUN.find_iter(before).find(is_keyish) {
        return Some(from + run.start());
    }
    let before = before.trim_end();
    let word = before.rfind(char::is_whitespace).map_or(before, |blank| before[blank..].trim_start());
    let is_base64 = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let looks_so = word.contains(|c: char| c.is_ascii_digit() || "+/=".contains(c));
    (is_base64 && looks_so).then(|| from + before.len() - word.len())
}

/// The end of the further lines of a key whose lines so far end at `at`.
fn last_line(text: &str, mut at: usize) -> usize {
    while let Some(line) = NEXT_LINE.captures(&text[at..]) {
        let Some(run) = line.get(1) else { break };
        let shown = run.as_str();
        let is_rest = shown.len() >= 8 && shown.contains(|c: char| c.is_ascii_digit() || "+/=".contains(c));
        if !is_rest && !shown.ends_with('=') && !is_mixed(shown, 45) {
            break;
        }
        at += run.end();
    }
    at
}

/// Whether a run of base64 without header must be a key or a certificate: it begins like a key in DER (a sequence of more
/// than 127 bytes, or of 119 or 116 bytes for EC keys), it is long, or it is as mixed as base64 and no name is. A beginning
/// is mixed less.
fn is_key(run: &str) -> bool {
    let is_der = ["MII", "MHc", "MHQ", "MIG", "MC4C"].iter().any(|start| run.starts_with(start));
    is_begun(run)
        || (is_der && is_mixed(run, 30))
        || (run.len() >= 48 && is_mixed(run, 42))
        || (run.len() >= 32 && is_mixed(run, 52) && !is_path(run))
}

/// Whether a run in a sentence must be the last line of a key, which often has padding.
fn is_last_line(run: &str) -> bool {
    run.ends_with('=') && run.len().is_multiple_of(4) && is_mixed(run, 52) && !is_path(run)
}

/// Whether a text of nothing else must be a line of a key, since words in such a form are rarely alone. The last line of
/// a key can be short.
pub(super) fn is_line(text: &str) -> bool {
    let unpadded = text.trim_end_matches('=');
    let has_form = match text.len() {
        ..8 => false,
        _ if unpadded.len() < text.len() => unpadded.len() + 2 >= text.len() && changes(unpadded) > 1,
        8..MIN_LINE_LENGTH => false,
        MIN_LINE_LENGTH..24 => BEGINNING.is_match(text),
        _ => is_mixed(text, 42) && !is_path(text),
    };
    has_form && are_whole_groups(text)
}

/// Whether a line can be a short line of a key: a name of a certificate, a file or a host can have this form too.
pub(super) fn is_short_line(line: &str) -> bool {
    let is_mixed_enough = || changes(line) * 2 >= line.len() - 1 && !is_hex(line);
    (MIN_LINE_LENGTH..24).contains(&line.len()) && is_mixed_enough() && are_whole_groups(line)
}

/// Whether a text is base64 and nothing else: four characters for three bytes.
fn are_whole_groups(text: &str) -> bool {
    let mut characters = text.trim_end_matches('=').bytes();
    text.len().is_multiple_of(4) && characters.all(|byte| is_base64(&byte))
}

/// The class of a character of base64: a capital, a small letter, a digit, or another one.
const fn kind_of(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// At how many places adjacent characters differ in kind.
fn changes(run: &str) -> usize {
    run.as_bytes().windows(2).filter(|pair| kind_of(pair[0]) != kind_of(pair[1])).count()
}

/// Whether adjacent characters differ in kind at `percent` of all places or more: about 65 in base64, and 30 in
/// `namesLikeThisOne`.
fn is_mixed(run: &str, percent: usize) -> bool {
    let run = run.trim_end_matches('=');
    let has = |wanted| run.bytes().any(|byte| kind_of(byte) == wanted);
    run.len() >= 20
        && has(0)
        && has(1)
        && has(2)
        && !run.bytes().all(|byte| byte.is_ascii_hexdigit())
        && changes(run) * 100 >= percent * (run.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::super::conceal;

    /// Lines as real keys have them, though of no key: a beginning that is mixed less than most base64, and last lines.
    #[test]
    fn a_line_of_a_key_alone() {
        for line in [
            "MIIEowIBAAKCAQEAnq3XTTc7oBkjbEQP71ZJABP9nEMyvaz63IQVIDj7xRAvvxWn",
            "MIICXAIBAAKBgQCfzCDDRPYUc1S1TbgniicJUYr4+PSLXhDVXxqzgZVLz3cwSAIP",
            "Gsc1uCUcQUHo5eNBbPoNpgjHUjWLzteM0ne+ITvZy2y6",
            "x7dQz0N3fWq9sLkP4vYh2TgRb8mJcE5u",
            "0e1oQi6ZyXhCw5tVKgBn+DjM",
            "MIIEvAIBADANBgkq",
            "9Nnizw==",
            "Zk9vQ2x4T1hM7Q==",
        ] {
            let concealed = conceal(line);
            assert_eq!(concealed, "-----BEGIN … PRIVATE KEY----- [redacted]", "{line}");
            assert_eq!(conceal(&concealed), concealed);
            assert_eq!(conceal(&format!(" {line}\n")).trim(), concealed);
        }
    }

    #[test]
    fn parts_of_a_key_in_a_sentence() {
        for (text, shown) in [
            (
                "Value of privateKey is MIIEvAIBADANBgkqhkiG9w0BAQEFAASC",
                "Value of privateKey is -----BEGIN … PRIVATE KEY----- [redacted]",
            ),
            (
                "not proper in the MIGHAgEAMBMGByqGSM49AgEG x",
                "not proper in the -----BEGIN … PRIVATE KEY----- [redacted] x",
            ),
            ("value[26]=vUoWTA1IskQ5+/dZ9Nnizw==", "value[26]=-----BEGIN … PRIVATE KEY----- [redacted]"),
            ("x h7dQz0N3fWq9sLkP4vYh2TgRb8mJcE5u in it", "x -----BEGIN … PRIVATE KEY----- [redacted] in it"),
            ("the private key is 85fo4FiemSF3lkjA", "the private key is [redacted]"),
            (
                "invalid: ixVELuLbYRqRv-OUaXM6kkfVj6PFUBgwA3JVX9I18RiM",
                "invalid: -----BEGIN … PRIVATE KEY----- [redacted]",
            ),
            (
                r#"{"kty":"oct","k":"UkBZQgS3kjEkHkmxKWTqmg"}"#,
                r#"{"kty":"oct","k":"-----BEGIN … PRIVATE KEY----- [redacted]"}"#,
            ),
            (
                r#"{\"d\": \"l0R-0TZAk2ZnUWi9_camzWWZCzox0y0zuPiDhGrzJn4\", \"qi\":\"a\"}"#,
                r#"{\"d\": \"-----BEGIN … PRIVATE KEY----- [redacted]\", \"qi\":\"a\"}"#,
            ),
            (
                "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20",
                "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:-----BEGIN … PRIVATE KEY----- [redacted]|2^20",
            ),
            ("privateKey 4ecb9bdedb7036659944109f3c450828 x", "privateKey [redacted] x"),
        ] {
            assert_eq!(conceal(text), shown);
            assert_eq!(conceal(shown), shown);
        }
    }

    /// A certificate's DER begins with two sequences, and a key's with a version.
    #[test]
    fn a_key_labelled_as_a_certificate() {
        let key = "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCa7Ig4aQVfJDLC";
        let more = "UykM2XCPHXMByEO9pc4MHFEfAYCpFkBlcl969HbTEmwvx8vdn4hkrW7b2BViPDjW";
        for feed in [" ", "\n", "\\n", "", "%0A"] {
            let text =
                format!("-----BEGIN CERTIFICATE-----{feed}{key}{feed}{more}{feed}-----END CERTIFICATE-----");
            let concealed = conceal(&text);
            assert!(!concealed.contains(&key[..20]) && !concealed.contains(&more[..20]), "{concealed}");
            assert_eq!(conceal(&concealed), concealed);
            let certificate = text.replace("MIIEvAIBADAN", "MIIEvDCCA6Sg");
            assert_eq!(conceal(&certificate), certificate);
        }
    }

    #[test]
    fn a_word_alone_is_no_line_of_a_key() {
        for text in [
            "hwDescSecurityDeviceKey1Of8Credentia",
            "/ffs0/Config/Device1/Keys2Ab",
            "0004F206075D0004F206075D",
            "SoundPointIP335andMore12",
            "SoundPointIP335a",
            "00000490",
            "Address=",
            "VVX500-Acme-Site",
            "registrationStateChanged",
            "key=",
            r#"{"k":"registrationStateChanged","p":"/var/log/provisioning/polycom","d":"2013-05-31T13:18:22Z"}"#,
            "VVX500-Acme-Building3-Floor2-Room201-Desk4-Phone7",
            "Common Name 'VVX500-454608a5-737b-4ed7-9182-c3c8e288b164' Fingerprint",
            "branch=z9hG4bKPj-454608a5-737b-4ed7-9182-c3c8e288b164 in",
            "file Config-fd683b2c91e05a7744c2b8e1d3f6a90b5c7e2d14.cfg is missing",
            "Phone-64167F1A2B3C-7d9f8c2e4a1b4c3d9e8f0a1b in",
            "x Zk9vQ2x4T1hM7Q==",
            "Zk9vQ2x4T1hM7Q=",
        ] {
            assert_eq!(conceal(text), text);
        }
    }
}
