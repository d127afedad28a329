//! Finds passwords that only a blank separates from the word for them, as in `user jane password 4711`. Ordinary words
//! are in that place as well (`password required`), so what is concealed depends on what is before and on the word itself.

use std::sync::LazyLock;

use regex::Regex;

use super::names::{ENDINGS, KEYS, PASSWORDS, is_no_key, is_ordinary};
use super::passwords::value;
use super::{Secret, merged, pattern};

/// The word, and what may be around it: a user or a parameter before it; after it, what a value must follow, or two of
/// them.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    let user = r"(?<user>\b(?:user(?:[ _-]?name|[ _-]?id)?|login|account)[ \t:=]+\S{1,64}[ \t,;]+(?:(?:and|with)[ \t]+)?)";
    let words = format!("(?<word>(?<key>{KEYS})|{PASSWORDS})");
    let verbs = r"(?:[ \t]+(?:for|of)(?:[ \t]+[^\s:=]{1,32}){1,4}?[ \t]+(?:is|was))?(?:[ \t]+(?:is|was|has|been|now|new|old|given|as))*";
    let change = r"(?:changed|updated|replaced|reset|set)";
    let certain = format!(
        r"(?<certain>[ \t]+value(?:[ \t]+is)?|[ \t]+{change}[ \t]+to|(?<two>[ \t]+{change}[ \t]+from))?"
    );
    pattern(&format!(r"(?i)(?:{user}|(?<parameter>\.\w*|--[\w-]*))?{words}{ENDINGS}{verbs}{certain}[ \t]+"))
});

/// Names that are also ordinary words, and a colon: what follows is a secret only if it looks like one, and has as many
/// characters as the shortest PIN. Without a colon, only the digits of a PIN do.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:\b|_)(?:(?:pin|token|community)(?:[ \t]+(?:code|value))?[ \t]*:[ \t]*|pin(?:[ \t]+(?:code|number|is|was))*[ \t]+["'“‘]?(?<digits>[0-9]{4,}\b))"#,
    )
});

/// The length of the shortest PIN in use.
const MIN_PIN_LENGTH: usize = 4;

/// The length of the shortest passphrase of a WPA network (IEEE 802.11). What comes after `psk`, `pwd` or the
/// name of a key is often a mode, a standard or a length, which are shorter.
const MIN_PASSPHRASE_LENGTH: usize = 8;

/// Between an old and a new value.
static SECOND: LazyLock<Regex> = LazyLock::new(|| pattern(r"\A[ \t]*(?:to|->|=>)[ \t]*"));

pub(super) fn passwords(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(found) = SENTENCE.captures_at(text, at) {
        let has = |group| found.name(group).is_some();
        let is_community = found["word"].to_ascii_lowercase().contains("community");
        let is_certain = is_community || ["user", "parameter", "certain"].into_iter().any(has);
        at = found.get_match().end();
        let word = &found["word"];
        // "the first pass 2" is not a password.
        if word.eq_ignore_ascii_case("pass") && !has("user") && !has("parameter") {
            continue;
        }
        let is_weak = has("key") || ["pwd", "psk"].iter().any(|weak| weak.eq_ignore_ascii_case(word));
        let is_quoted = text[at..].starts_with(['"', '\'', '“', '‘']);
        let password = value(text, at);
        let said = &text[password.clone()];
        // Except after the name of the parameter, only a part of a key is concealed: "private key Platform1" names a slot.
        let is_private = word.get(.."private".len()).is_some_and(|word| word.eq_ignore_ascii_case("private"));
        if is_private && !has("parameter") && !is_part_of_key(said) {
            continue;
        }
        let is_long = said.len() >= MIN_PASSPHRASE_LENGTH && !said.starts_with("802.") && !is_no_key(said);
        let is_secret = is_quoted
            || (!is_ordinary(said) && (is_certain || (looks_secret(said) && (!is_weak || is_long))));
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
    for found in LABEL.captures_iter(text) {
        let digits = found.name("digits").map(|digits| digits.range());
        let value = digits.unwrap_or_else(|| value(text, found.get_match().end()));
        let is_secret = value.len() >= MIN_PIN_LENGTH && looks_secret(&text[value.clone()]);
        secrets.extend(Secret::new(value).filter(|_| is_secret));
    }
    merged(secrets)
}

fn is_part_of_key(said: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    said.len() >= 16 && said.bytes().all(is_base64)
}

/// Whether a word has characters as no ordinary word has: digits, punctuation, or a capital after a small letter.
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
            ("psk geheim99", "psk [redacted]"),
            ("device.wifi.psk.key=\"Aesculap2020!\"", "device.wifi.psk.key=\"[redacted]\""),
            ("WPA-PSK key: TKIP4711x apiKey=1234", "WPA-PSK key: [redacted] apiKey=[redacted]"),
            ("Pre-Shared Key geheim99", "Pre-Shared Key [redacted]"),
            ("wpa2psk: geheim", "wpa2psk: [redacted]"),
            ("wep_key0=\"geheim\"", "wep_key0=\"[redacted]\""),
            ("WEP key 1: geheim", "WEP key 1: [redacted]"),
            ("Wi-Fi key: geheim", "Wi-Fi key: [redacted]"),
            ("device.sec.configEncryption.key=\"geheim\"", "device.sec.configEncryption.key=\"[redacted]\""),
            ("Enter PEM pass phrase: geheim", "Enter PEM pass phrase: [redacted]"),
            ("curl --pass geheim --cert c.pem", "curl --pass [redacted] --cert c.pem"),
            ("bindpw geheim99", "bindpw [redacted]"),
            ("userPassword:: Z2VoZWlt", "userPassword:: [redacted]"),
            ("snmp-server community geheim RO", "snmp-server community [redacted] RO"),
            ("rocommunity geheim", "rocommunity [redacted]"),
            ("SNMP community string: geheim", "SNMP community string: [redacted]"),
            ("PIN 4711, pin code is 4711", "PIN [redacted], pin code is [redacted]"),
            ("sign-in with PIN '45607'", "sign-in with PIN '[redacted]'"),
            ("SIP password for reg 1 is Sommer45611", "SIP password for reg 1 is [redacted]"),
            ("password of user jane was hunter2", "password of user jane was [redacted]"),
            ("the password for line 1 is wrong", "the password for line 1 is wrong"),
            ("refresh_token: aZ91k", "refresh_token: [redacted]"),
            ("sig=aaa", "sig=[redacted]"),
            ("USER jane\nPASS geheim", "USER jane\nPASS [redacted]"),
            (
                "PSK (ASCII passphrase) - hexdump_ascii(len=6): 67 65 68 65 69 6d  geheim",
                "PSK (ASCII passphrase) - hexdump_ascii(len=6): [redacted]",
            ),
            ("login as PlcmSpIp/geheim to h", "login as PlcmSpIp/[redacted] to h"),
            ("credentials PlcmSpIp:geheim", "credentials PlcmSpIp:[redacted]"),
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
            "WPA2-PSK 802.11ac, PSK TKIP, psk 2 of 3, PoE pw 12.9, network key length 104, Encryption key:off",
            "encryption key: not found, the private key: missing, network key 13 bytes, the API key is invalid",
            "SNMP community is wrong, SNMP community string mismatch, community: required",
            "pin: 3, GPIO pin 27, PIN authentication 4, HA1 mismatch, --no-password-check yes",
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
            "PlcmSpIp/0004f2a1b2c3-app.log.1 PlcmSpIp/SITE.CFG PlcmSpIp/site.cfg: x PlcmSpIp/logs",
            "WPA key: PTK installed, network key: 13, encryption key: AES-256, cipher PSK AES128-SHA, PSE pw: 15.4",
            "HA1: not reachable, 'https://ha1:443/CertProv', sip:1001@ha1:5061, registrar ha1=192.0.2.7",
            "/home/PlcmSpIp/logs, PlcmSpIp/0004f2a0b001-app.log PlcmSpIp/logs/x, user PlcmSpIp: failed, PlcmSpIp@h",
        ] {
            assert_eq!(conceal(text), text);
        }
    }
}
