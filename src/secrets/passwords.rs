//! Finds marked passwords: in URLs, as values of settings, and in HTTP and SIP credentials.

use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::names::{ENDINGS, KEYS, PASSWORDS, is_no_key, is_ordinary};
use super::{Secret, merged, pattern};

static AUTHORIZATION: LazyLock<Regex> = LazyLock::new(|| {
    let schemes = "basic|digest|bearer|ntlm|negotiate";
    pattern(&format!(r#"(?i)authorization\\?["']?\s*[:=]\s*\\?["']?({schemes})[\s:=]+"#))
});

/// A token of RFC 6750, also without its header.
static BEARER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bbearer[ \t]+(?<value>[a-z0-9._~+/-]{16,}=*)"));

/// What comes before `user:password@`, with slashes that may be escaped: a scheme with two slashes; a known one without
/// slashes or with other ones; or what may be something else.
static URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)[a-z][a-z0-9+.-]*(?::|%3a)(?:\\*/|(?<escaped>%2f)){2}",
        r"|\b(?<known>(?:sips?|t?ftps?|https?|scp|sftp)(?::|%3a)(?:[\\/]|%2f|%5c)*)",
        r"|(?<other>[a-z][a-z0-9+.-]*(?::|%3a)(?:\\*/|%2f)|(?:\\*/|%2f){2})",
    ))
});

/// The beginning of a URI in quotes, as in `Invalid STS-URI: '…'`.
static QUOTED_URI: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)ur[il]["']?\s*[:=]?\s*["'`‘“]"#));

const QUOTES: [char; 6] = ['"', '\'', '`', '‘', '“', '’'];

/// The end of a URL in quotes. It may itself contain quotes.
static CLOSING: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["'`’”](?:[\s,;:.)\]}>]|\z)"#));

/// The longest URL that may contain blanks, in bytes.
const MAX_WITH_BLANKS: usize = 256;

/// The beginning of the host after `user:password@`: a name, which in a local network often has no dot, or an IP address.
static HOST: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\A(?:\w|\[[0-9a-f:])"));

/// Words before a colon and an address that are not users.
const LABELS: &str = "http https ftp ftps tftp tftps scp sftp sip sips mailto tel h323 xmpp im pres callto skype mail email e-mail to from cc bcc contact caller \
    callee peer user usr username login account addr address adr uri url id host server";

/// The characters that end a user's or host's name, in a URL and in an escaped URL.
static NAME_END: LazyLock<Regex> = LazyLock::new(|| pattern("(?i):|%3a|[/?#]"));
static ENCODED_NAME_END: LazyLock<Regex> = LazyLock::new(|| pattern("(?i):|%3a|[/?#]|%2f|%3f|%23"));

static PORT_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\A(?:\z|\\*/|[?#]|%2f|%3f|%23)"));

/// The rest of a URL's password that has quotes in it or around it.
static QUOTED_REST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\A["“”‘’][^\s"“”‘’<>@,{}]{0,64}["“”‘’]?[^\s"“”‘’<>@,{}]{0,64}@"#));

static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r#"(?:\b|_)(?i:{SETTINGS})(?i:{ENDINGS})(?:=|\\?["'](?:\s*[:=]\s*))"#))
});

static CAMEL_SETTING: LazyLock<Regex> = LazyLock::new(|| {
    let settings = "Pw|PW|Pin|PIN|Auth|Token|Credentials?";
    pattern(&format!(r#"[a-z0-9](?:{settings})(?i:{ENDINGS})(?:=|\\?["'](?:\s*[:=]\s*))"#))
});

static KEY: LazyLock<Regex> = LazyLock::new(|| {
    let whose = r"(?:[ \t]+(?:\d+|value|hash|text)|[ \t]+(?:for|of)[ \t]+(?:the[ \t]+)?(?:user|account|login)[ \t]+[^\s:=]{1,64})?";
    pattern(&format!(
        r#"(?i)(?:(?<key>{KEYS})|{PASSWORDS}){ENDINGS}{whose}\\?["'”’]?\s*(?<sign>=>|->|:=|={{1,3}}|::[ \t]|:|＝)[\s&&[^\r\n]]*"#
    ))
});

static ELEMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)<[\w:.-]*(?:{KEYS}|{PASSWORDS}){ENDINGS}(?:\s[^<>]*)?>")));

/// The end of a value without quotes: a blank, or the next `key=value` of a list.
static VALUE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\s|[,;&]\\?["']?[\w.-]+\\?["']?=|</"#));

/// A value in brackets, as in `password[hunter2]`, and not an index.
static BRACKETED: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)(?:{KEYS}|{PASSWORDS})\[(?<value>[^\[\]\s]{{1,256}})\]")));

/// Commands and outputs of programs: `PASS` of FTP, `AUTH` of SMTP, `curl --user`, and the `hexdump` of wpa_supplicant.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?:(?:(?m:^)|[>:])[ \t]*PASS|\bAUTH[ \t]+(?:PLAIN|LOGIN))[ \t]+(?<value>\S+)|(?:\A|\s)(?:-u|--user|-U|--proxy-user)[ =]+["']?[^\s:"']+:(?<password>[^\s"']+)|(?i:{PASSWORDS})[^:\n]*hexdump(?:_ascii)?\(len=[0-9]+\):[ \t]*(?<dump>[^\n]+)"#
    ))
});

/// The user name that every phone has at first, with its password. A directory of this name has a path or the name of a
/// file after a slash, so the word before it must tell that it is a user.
static FIRST_USER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:\b(?:as|user|login|account|credentials?)[ \t:=]+plcmspip/|(?:\A|[^0-9a-z_/\\.~-])plcmspip:)(?<value>[^\s"'<>,;/@\[\]]+)(?<end>[/@]|\z|.)"#,
    )
});

/// The ending of the name of a file.
static FILE_ENDING: LazyLock<Regex> = LazyLock::new(|| pattern(r"\.[a-z]{2,4}\z"));

/// Names that are also ordinary words: they mark a secret only directly before an equals sign, or in quotes
/// as in JSON.
const SETTINGS: &str = "pw|pin|auth|token|credentials?|sig|community|(?:j?sess(?:ion)?|phpsess)[._-]?id";

/// Values of these that are not secret.
const OPEN_VALUES: [&str; 14] = [
    "true", "false", "yes", "no", "on", "off", "none", "null", "basic", "digest", "ntlm", "ok", "failed",
    "enabled",
];

/// Values of settings and contents of XML elements whose name marks them as secret.
pub(super) fn values(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(key) = KEY.captures_at(text, at) {
        at = key.get_match().end();
        if &key["sign"] == ":" && text[at..].starts_with(':') {
            continue;
        }
        let value = with_next(text, value(text, at));
        at = value.end;
        let said = &text[value.clone()];
        // A sentence, such as "network key: index 2", and no setting.
        let is_sentence = |key: &str| key.contains(' ') && !text[..value.start].ends_with(['=', '"', '\'']);
        let is_word = key
            .name("key")
            .is_some_and(|key| is_ordinary(said) || is_sentence(key.as_str()) && is_no_key(said));
        secrets.extend(Secret::new(value).filter(|_| !is_word));
    }
    for setting in [&SETTING, &CAMEL_SETTING] {
        let mut at = 0;
        while let Some(found) = setting.find_at(text, at) {
            let value = value(text, found.end());
            let said = text[value.clone()].trim_end_matches([',', ';', '.', ')', '}']);
            let is_open = OPEN_VALUES.iter().any(|open| open.eq_ignore_ascii_case(said));
            at = value.end.max(found.end());
            secrets.extend(Secret::new(value).filter(|_| !is_open));
        }
    }
    for value in BRACKETED.captures_iter(text).filter_map(|found| found.name("value")) {
        let said = value.as_str();
        let is_index = said.bytes().all(|byte| byte.is_ascii_digit());
        let is_secret = !is_index && !said.starts_with(super::REDACTED);
        secrets.extend(Secret::new(value.range()).filter(|_| is_secret));
    }
    for found in COMMAND.captures_iter(text) {
        let value = ["value", "password", "dump"].into_iter().find_map(|name| found.name(name));
        secrets.extend(value.and_then(|value| Secret::new(value.range())));
    }
    for found in FIRST_USER.captures_iter(text) {
        let is_path = matches!(&found["end"], "/" | "@") || FILE_ENDING.is_match(&found["value"]);
        let value = found.name("value").filter(|_| !is_path);
        secrets.extend(value.and_then(|value| Secret::new(value.range())));
    }
    for element in ELEMENT.find_iter(text) {
        let rest = &text[element.end()..];
        let end = element.end() + rest.find('<').unwrap_or(rest.len());
        secrets.extend(Secret::new(element.end()..end));
    }
    merged(secrets)
}

/// A value without quotes with that of the next name, if it has this name in it: `password: a(password: b)`.
fn with_next(text: &str, mut value: Range<usize>) -> Range<usize> {
    let is_quoted = text[..value.start].ends_with(QUOTES);
    let mut from = value.start;
    while let Some(next) = KEY.find_at(text, from).filter(|next| !is_quoted && next.start() < value.end) {
        from = next.end();
        if from >= value.end {
            value.end = self::value(text, from).end.max(from);
        }
    }
    value
}

/// The range of the value that begins at `at`: within its quotes, or up to a blank or the next setting.
pub(super) fn value(text: &str, at: usize) -> Range<usize> {
    let rest = &text[at..];
    if rest.trim_start_matches(['"', '\'']).starts_with("-----BEGIN ") {
        // This is not the value of a password. A key that begins so is found by the search for keys.
        return at..at;
    }
    let closing: &[char] = match rest.chars().next() {
        Some('"') => &['"'],
        Some('\'') => &['\''],
        Some('“' | '”' | '‘' | '’') => &['”', '’', '“', '‘'],
        _ => {
            let end = VALUE_END.find(rest).map_or(rest.len(), |end| end.start());
            return at..at + end;
        }
    };
    let start = at + rest.chars().next().map_or(0, char::len_utf8);
    let mut is_escaped = false;
    for (at, character) in text[start..].char_indices() {
        if !is_escaped && closing.contains(&character) {
            return start..start + at;
        }
        is_escaped = !is_escaped && character == '\\';
    }
    start..text.len()
}

/// The credentials of a request (RFC 7617, RFC 7616): one word, or for `Digest` the rest of the line; and tokens.
pub(super) fn authorizations(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(header) = AUTHORIZATION.captures_at(text, at) {
        let start = header.get_match().end();
        let rest = &text[start..];
        let length = if header[1].eq_ignore_ascii_case("digest") {
            rest.find(['\r', '\n'])
        } else {
            rest.find(char::is_whitespace)
        };
        at = start + length.unwrap_or(rest.len());
        secrets.extend(Secret::new(start..at));
    }
    let tokens = BEARER.captures_iter(text).filter_map(|found| found.name("value"));
    secrets.extend(tokens.filter_map(|token| Secret::new(token.range())));
    merged(secrets)
}

/// `user:password@` in URLs, and in SIP URIs (RFC 3261, 19.1.1).
pub(super) fn urls(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    let mut run = UrlText { end: 0, last_at: None };
    while let Some(scheme) = URL.captures_at(text, at) {
        let whole = scheme.get_match();
        at = whole.end();
        if at >= run.end {
            run = UrlText::of(text, at);
        }
        let is_certain = scheme.name("known").is_none() && scheme.name("other").is_none();
        let url = Url { is_certain, is_encoded: scheme.name("escaped").is_some() };
        let is_quoted = text[..whole.start()].ends_with(QUOTES);
        let within_quotes =
            is_quoted.then(|| UrlText::within_quotes(text, whole.start(), at, &url)).flatten();
        let plain = run.password(text, at, &url).filter(|range| !range.is_empty());
        if let Some(password) = plain.into_iter().chain(within_quotes).max_by_key(|range| range.end) {
            at = password.end.max(at);
            secrets.extend(Secret::new(password));
        }
    }
    secrets
}

/// `user:password@` at the beginning of what a message calls a URI, without a scheme.
pub(super) fn quoted_uris(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(quote) = QUOTED_URI.find_at(text, at) {
        at = quote.end();
        let url = Url { is_certain: false, is_encoded: false };
        let Some(password) = UrlText::within_quotes(text, at, at, &url) else { continue };
        let user = text[at..password.start].trim_end_matches(':');
        if is_user(user, &text[password.clone()]) && !is_label(user) {
            at = password.end;
            secrets.extend(Secret::new(password));
        }
    }
    secrets
}

fn is_label(word: &str) -> bool {
    LABELS.split(' ').any(|label| label.eq_ignore_ascii_case(word))
}

/// Characters that end a text of which a URL without a scheme can be the beginning or the end. A password can contain them.
const SEPARATORS: &str = ",;|=&(){}'`";

/// `user:password@host` without a scheme.
pub(super) fn before_hosts(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    // Where a password begins that goes on after a separator, if an `@` follows.
    let mut begun: Option<usize> = None;
    let mut offset = 0;
    for run in text.split_inclusive(|c: char| ends_url(c) || SEPARATORS.contains(c)) {
        let at = run.rmatch_indices('@').map(|(at, _)| at).find(|at| HOST.is_match(&run[at + 1..]));
        let whole = run.trim_end_matches(|c: char| SEPARATORS.contains(c));
        let before = &run[..at.unwrap_or(whole.len())];
        // `[phone:4711@pbx]`, but not an IPv6 address in brackets.
        let is_within = at.is_some() && !before.contains([')', ']']);
        let bracket = before.len() - before.trim_start_matches(['(', '[']).len();
        let bracket = if is_within { bracket } else { 0 };
        let own = password_after_user(&before[bracket..]).map(|(user, start)| (user, start + bracket));
        match at {
            Some(end) => {
                let start = begun.take().or(own.map(|(_, start)| offset + start));
                secrets.extend(start.and_then(|start| Secret::new(start..offset + end)));
            }
            None if whole.ends_with(ends_url) => begun = None,
            None => {
                let own = own.filter(|(user, start)| {
                    let text = &whole[*start..];
                    !is_port_of(user, text)
                        && !is_address_or_fingerprint(user, text)
                        && !is_subject(text, run)
                });
                begun = begun.or(own.map(|(_, start)| offset + start));
            }
        }
        offset += run.len();
    }
    secrets
}

/// The user in `user:password`, also after a label, and where the password begins.
fn password_after_user(text: &str) -> Option<(&str, usize)> {
    let mut parts = text.split_inclusive(':');
    let mut user = parts.next()?;
    let mut start = user.len();
    if is_label(user.trim_end_matches(':')) {
        user = parts.next()?;
        start += user.len();
    }
    let user = user.strip_suffix(':')?;
    (start < text.len() && is_user(user, &text[start..])).then_some((user, start))
}

/// Whether a text can be hexadecimal bytes with colons: an address, a fingerprint, or a time.
fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
}

/// Whether these are the parts of an IPv6 address, or a fingerprint after its algorithm.
fn is_address_or_fingerprint(name: &str, text: &str) -> bool {
    let is_algorithm = ["MD5", "SHA1", "SHA-1", "SHA256", "SHA-256"].contains(&name);
    text.contains(':') && is_hex(text) && (is_algorithm || is_hex(name))
}

/// Whether a text, which `run` ends with, begins the subject of a certificate (RFC 4514).
fn is_subject(text: &str, run: &str) -> bool {
    let attributes = ["CN", "OU", "O", "C", "L", "ST", "DC", "UID", "E", "emailAddress", "serialNumber"];
    run.ends_with('=') && attributes.contains(&text)
}

/// Whether what follows a name is a port, and perhaps a path.
fn is_port_of(name: &str, text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && if rest.is_empty() { is_host(name) } else { rest.starts_with(['/', '?', '#']) }
}

/// Whether these are a user and a password, not the parts of a URL, of a host with its port, of a time or an address,
/// or of the name of a file with the number of a line.
fn is_user(user: &str, password: &str) -> bool {
    // `CORP\user` and `user@corp.example`; a name of a file on a server begins with backslashes.
    let is_name = user.chars().all(|c| c.is_alphanumeric() || "._%+~-\\@".contains(c))
        && !user.starts_with(['\\', '@']);
    let after_number = password.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_port = after_number.starts_with('/') && is_host(user) || user.parse::<Ipv4Addr>().is_ok();
    let is_line = after_number.len() < password.len() && after_number.starts_with(':');
    let is_time = user.len() <= 2 && is_hex(user) && is_hex(password);
    let is_of_url = password.starts_with(['/', '\\', '%']);
    is_name && !user.is_empty() && !is_port && !is_line && !is_time && !is_of_url
}

/// The password in the name of a file or a URL.
pub(super) fn of_address(text: &str) -> Option<Secret> {
    let scheme = text.find("://").map(|sign| sign + "://".len());
    let start = scheme.unwrap_or(0);
    let at = text.rfind('@').or_else(|| text.rfind("%40")).filter(|at| *at >= start);
    let escaped = ["%3a", "%3A"].into_iter().filter_map(|sign| Some(text[start..].find(sign)? + 3));
    let colon = text[start..].find(':').map(|sign| sign + 1).into_iter().chain(escaped).min();
    let password = colon.map(|colon| start + colon);
    match (password, at) {
        (Some(password), Some(at)) if password < at => Secret::new(password..at),
        // With a scheme, this would be a user without a password.
        (_, Some(at)) if scheme.is_none() => Secret::new(0..at),
        // The URL was cut before its `@`, unless this is a port, a drive or an IPv6 address.
        (Some(password), None) if scheme.is_none() => {
            let (name, rest) = (&text[..password - 1], &text[password..]);
            let is_port = is_host(name) && rest.starts_with(|first: char| first.is_ascii_digit());
            let is_other = is_port || name.len() == 1 || text.starts_with('[');
            Secret::new(password..text.len()).filter(|_| !is_other)
        }
        _ => None,
    }
}

struct Url {
    /// It has a scheme with two slashes.
    is_certain: bool,
    is_encoded: bool,
}

/// A part of a text without blanks, which may contain several URLs.
struct UrlText {
    end: usize,
    /// The offset of its last `@`, else of its last `%40`.
    last_at: Option<usize>,
}

/// The longest text in brackets that is taken for an IPv6 address.
const MAX_BRACKETS: usize = 64;

impl UrlText {
    fn of(text: &str, start: usize) -> Self {
        let rest = &text[start..];
        let length = rest.find(ends_url).unwrap_or(rest.len());
        let run = &rest[..length];
        let last_at = run.rfind('@').or_else(|| run.rfind("%40")).map(|at| start + at);
        Self { end: start + length, last_at }
    }

    /// The range of the password in a URL that begins at `begin`, between quotation marks, and whose scheme ends at `start`.
    fn within_quotes(text: &str, begin: usize, start: usize, url: &Url) -> Option<Range<usize>> {
        let closing = match text[..begin].chars().next_back()? {
            '‘' => '’',
            '“' => '”',
            same => same,
        };
        let mut ends = CLOSING.find_iter(one_line(text, start));
        let end = start + ends.find(|end| end.as_str().starts_with(closing))?.start();
        let last_at = text[start..end].rfind('@').map(|at| start + at)?;
        let run = Self { end, last_at: Some(last_at) };
        run.password(text, start, url).filter(|range| !range.is_empty())
    }

    /// The range of the password in a URL whose scheme ends at `start`. The password may contain `@` and `/`
    /// that should have been escaped, so it ends at the last `@` of the run.
    fn password(&self, text: &str, start: usize, url: &Url) -> Option<Range<usize>> {
        let run = &text[start..self.end];
        let bracket = || run.bytes().take(MAX_BRACKETS).position(|byte| byte == b']');
        let named = if run.starts_with('[') { bracket().map_or(0, |end| end + 1) } else { 0 };
        let name_end = if url.is_encoded { &ENCODED_NAME_END } else { &NAME_END };
        let sign = name_end.find_at(run, named)?;
        if !sign.as_str().starts_with(':') && !sign.as_str().eq_ignore_ascii_case("%3a") {
            return None;
        }
        let after = &run[sign.end()..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let is_port = after[..digits].parse::<u16>().is_ok() || digits == 0;
        if is_port && !after.is_empty() && PORT_END.is_match(&after[digits..]) {
            let is_password = digits > 0 && !is_host(&run[..sign.start()]) && is_slashed(&after[digits..]);
            if !is_password {
                return None;
            }
        }
        let password = start + sign.end();
        match self.last_at {
            Some(at) => (password < at).then_some(password..at),
            None => {
                if let Some(rest) = QUOTED_REST.find(&text[self.end..]) {
                    return Some(password..self.end + rest.end() - 1);
                }
                if !url.is_certain {
                    return None;
                }
                // The password contains blanks.
                let further = one_line(text, self.end);
                let further = further.split_once("://").map_or(further, |(further, _)| further);
                if let Some(at) = further.split(ends_text).next().and_then(|further| further.rfind('@')) {
                    return Some(password..self.end + at);
                }
                let may_be_cut = self.end == text.len() && !after.contains(['/', '?', '#']);
                may_be_cut.then_some(password..self.end)
            }
        }
    }
}

/// Whether a name before a colon and digits must be a host's, so that the digits are its port.
fn is_host(name: &str) -> bool {
    name.contains(['.', ']']) || name.is_empty() || name.eq_ignore_ascii_case("localhost")
}

/// The longest recognized password that begins with digits and a slash.
const MAX_SLASHED: usize = 128;

/// Whether this is the rest of a password with a slash, not a path that contains a mail address.
fn is_slashed(rest: &str) -> bool {
    let end = rest.bytes().take(MAX_SLASHED).position(|byte| byte == b'@');
    end.is_some_and(|end| end > 1 && !rest[..end].contains(['?', '&', '=', ';', '#', ':']))
}

fn ends_url(character: char) -> bool {
    character.is_whitespace() || ends_text(character)
}

/// Whether a character ends also a URL that contains blanks.
const fn ends_text(character: char) -> bool {
    matches!(character, '"' | '<' | '>' | '“' | '”' | '‘' | '’')
}

/// What follows in the same line, at most [`MAX_WITH_BLANKS`] bytes.
fn one_line(text: &str, start: usize) -> &str {
    let rest = &text[start..text.floor_char_boundary(start + MAX_WITH_BLANKS)];
    rest.split(['\n', '\r']).next().unwrap_or(rest)
}
