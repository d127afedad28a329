//! Finds passwords that only a blank separates from the word for them, as in `user jane password 4711`. Ordinary words
//! stand there as well (`password required`), so what is concealed depends on what is before and on the word itself.

use std::sync::LazyLock;

use regex::Regex;

use super::passwords::{ENDINGS, value};
use super::{Secret, merged, pattern};

/// The word, and what may be around it: a user or a parameter before it; behind it, what a value must follow, or two of
/// them.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    let user = r"(?<user>\b(?:user(?:[ _-]?name|[ _-]?id)?|login|account)[ \t:=]+\S{1,64}[ \t,;]+(?:(?:and|with)[ \t]+)?)";
    let words =
        r"(?<word>passwor[dt]|passwd|passphrase|passcode|\bpass|pwd|psk|secret|(?<key>private[ _.-]?key))";
    let verbs = r"(?:[ \t]+(?:is|was|has|been|now|new|old|given|as))*";
    let change = r"(?:changed|updated|replaced|reset|set)";
    let certain = format!(
        r"(?<certain>[ \t]+value(?:[ \t]+is)?|[ \t]+{change}[ \t]+to|(?<two>[ \t]+{change}[ \t]+from))?"
    );
    pattern(&format!(r"(?i)(?:{user}|(?<parameter>\.\w*))?{words}{ENDINGS}{verbs}{certain}[ \t]+"))
});

/// Names that are also ordinary words, and a colon: what follows is a secret only if it looks like one.
static LABEL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:pin|token)(?:[ \t]+(?:code|value))?[ \t]*:[ \t]+"));

/// Between an old and a new value.
static SECOND: LazyLock<Regex> = LazyLock::new(|| pattern(r"\A[ \t]*(?:to|->|=>)[ \t]*"));

/// Words that are no passwords where a password could be.
const ORDINARY: &str = "a an the this that it is was are were be been being not no never has have had must may can cannot could \
    should will would does did do of for from in on at to by with without and or if as than then too also only new old \
    required missing needed empty blank unset set unchanged changed change changing reset default invalid valid wrong \
    incorrect correct bad ok failed fails failure error mismatch match matches accepted rejected refused denied expired \
    expires verified protected encrypted encryption hidden removed deleted added updated unknown ignored given entered \
    received sent stored read loaded saved applied used found provided prompt prompted policy file field length size \
    authentication auth protection parameter attribute value values hash type string format check retry attempt attempts requested \
    entry dialog screen login null none true false yes md5 sha1 sha-1 sha256 sha-256 base64";

pub(super) fn passwords(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(found) = SENTENCE.captures_at(text, at) {
        let has = |group| found.name(group).is_some();
        let is_certain = ["user", "parameter", "certain"].into_iter().any(has);
        at = found.get_match().end();
        let word = &found["word"];
        // "the first pass 2" is no password.
        if word.eq_ignore_ascii_case("pass") && !has("user") {
            continue;
        }
        let is_weak = ["pwd", "psk"].iter().any(|weak| weak.eq_ignore_ascii_case(word)) && !is_certain;
        let is_quoted = text[at..].starts_with(['"', '\'', '“', '‘']);
        let password = value(text, at);
        let said = &text[password.clone()];
        // Not behind the name of the parameter, only what can be a part of a key: "private key 4677" is a length.
        if has("key") && !has("parameter") && !is_part_of_key(said) {
            continue;
        }
        let is_secret = is_quoted || (!is_ordinary(said) && (is_certain || (!is_weak && looks_secret(said))));
        if !is_secret || said.starts_with(super::REDACTED) {
            continue;
        }
        let Some(secret) = Secret::new(password) else { continue };
        at = secret.range.end;
        secrets.push(secret);
        let behind = at + usize::from(is_quoted);
        let rest = text.get(behind..).filter(|_| has("two"));
        if let Some(second) = rest.and_then(|rest| SECOND.find(rest)) {
            let password = value(text, behind + second.end());
            if let Some(secret) = Secret::new(password) {
                at = secret.range.end;
                secrets.push(secret);
            }
        }
    }
    for found in LABEL.find_iter(text) {
        let value = value(text, found.end());
        let is_secret = looks_secret(&text[value.clone()]);
        secrets.extend(Secret::new(value).filter(|_| is_secret));
    }
    merged(secrets)
}

fn is_part_of_key(said: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    said.len() >= 16 && said.bytes().all(is_base64)
}

fn is_ordinary(said: &str) -> bool {
    let word = said.trim_matches(|c: char| !c.is_alphanumeric());
    let mut words = ORDINARY.split_ascii_whitespace();
    word.is_empty() || words.any(|ordinary| ordinary.eq_ignore_ascii_case(word))
}

/// Whether a word has characters as no ordinary word has: digits, signs, or a capital after a small letter.
fn looks_secret(said: &str) -> bool {
    let is_setting = said.split_once('=').is_some_and(|(_, value)| !value.is_empty());
    let word = said.trim_matches(|c: char| "\"'.,;:!?()[]{}<>".contains(c));
    let is_camel =
        word.as_bytes().windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let has_signs = word.contains(|c: char| c.is_ascii_digit() || "!#$%&*+^~?@".contains(c));
    !is_setting && !word.contains('/') && (is_camel || has_signs)
}

#[cfg(test)]
mod tests {
    use super::super::conceal;

    #[test]
    fn passwords_after_a_blank() {
        for (text, concealed) in [
            ("Prm|reg.1.auth.password(0) = hunter2", "Prm|reg.1.auth.password(0) = [redacted]"),
            ("Prm|reg.auth.password[12]: hunter2", "Prm|reg.auth.password[12]: [redacted]"),
            ("Prov|user PlcmSpIp password 'hunter3'", "Prov|user PlcmSpIp password '[redacted]'"),
            ("password \"two words\" of jane", "password \"[redacted]\" of jane"),
            ("Prm|reg.1.auth.password hunter", "Prm|reg.1.auth.password [redacted]"),
            (
                "Prm|device.auth.localAdminPassword value \"hunter\" is not valid",
                "Prm|device.auth.localAdminPassword value \"[redacted]\" is not valid",
            ),
            ("user jane, password geheim at host", "user jane, password [redacted] at host"),
            ("login jane pass geheim", "login jane pass [redacted]"),
            ("the password 4711 was entered", "the password [redacted] was entered"),
            ("Password is PlcmSpIp now", "Password is [redacted] now"),
            ("secret S3cret!", "secret [redacted]"),
            ("x.privateKey 85fo4FiemSF3", "x.privateKey [redacted]"),
            ("FTP: PASS geheim", "FTP: PASS [redacted]"),
            ("> PASS geheim", "> PASS [redacted]"),
            ("AUTH PLAIN AGphbmUAZ2Vo", "AUTH PLAIN [redacted]"),
            ("curl -u jane:geheim https://h/", "curl -u jane:[redacted] https://h/"),
            ("m_validUntil [phone:geheim@192.0.2.1]", "m_validUntil [phone:[redacted]@192.0.2.1]"),
            ("time from x.password: geheim(x.password: geheim).", "time from x.password: [redacted]"),
            ("password[geheim] length[6]", "password[[redacted]] length[6]"),
            ("password -> geheim", "password -> [redacted]"),
            ("password\u{a0}=\u{a0}geheim", "password\u{a0}=\u{a0}[redacted]"),
            ("device.wifi.psk.key=geheim", "device.wifi.psk.key=[redacted]"),
            ("snmp community=geheim", "snmp community=[redacted]"),
            ("Cookie: JSESSIONID=A81F", "Cookie: JSESSIONID=[redacted]"),
            ("https://h.example/x?sig=Zq7x", "https://h.example/x?sig=[redacted]"),
            ("PIN: 4711, token: aZ91k", "PIN: [redacted] token: [redacted]"),
            ("sent Bearer abcdef0123456789 to h", "sent Bearer [redacted] to h"),
            ("password value=\"geheim\" of x", "password value=\"[redacted]\" of x"),
            ("password for user jane: geheim", "password for user jane: [redacted]"),
            ("password set to geheim", "password set to [redacted]"),
            (
                "x.password changed from geheim to sesame by user",
                "x.password changed from [redacted] to [redacted] by user",
            ),
            (
                "password changed from 'geheim' to 'sesame'",
                "password changed from '[redacted]' to '[redacted]'",
            ),
        ] {
            assert_eq!(conceal(text), concealed);
            assert_eq!(conceal(concealed), concealed);
        }
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "password required",
            "Password file not found, password expired; the password is wrong. Password (required)",
            "user jane password required",
            "user jane: password authentication failed",
            "reg.1.auth.password is not set, reg.2.auth.password has been changed",
            "device.auth.localAdminPassword not found in file 0004f2a1b2c3.cfg",
            "reg.1.auth.password value is empty",
            "password set to default",
            "password changed from the menu",
            "the secret password of jane",
            "first pass 2 of 3, compass 4",
            "password file /etc/passwd2, pwd /ffs0/x1, WPA-PSK 802.11",
            "wrong password retries=3",
            "x.privateKey requested type 2 but is of type 0, private key 4677 bytes",
            "self test PASS 3, password[2] is set, the community is large, session 7",
            "token: expired, PIN: required, the bearer failed, bearer certificate",
            "password for user jane is wrong",
            "password ''",
            "password",
            "Passwort falsch",
        ] {
            assert_eq!(conceal(text), text);
        }
    }
}
