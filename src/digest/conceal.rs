//! Conceals the secrets in a digest that leaves this machine as a record.

use std::borrow::Cow;

use super::{Fragment, LogDigest};
use crate::event::Event;
use crate::line::lossy;
use crate::secrets::{REDACTED, conceal, conceal_line, conceal_uri, left_by_conceal};

impl LogDigest {
    /// Conceals private keys and passwords in all its texts, as reports do when they show them.
    pub fn conceal_secrets(&mut self) {
        self.replace_texts(|entry, text| match entry.event {
            Some(_) => concealed(text),
            None => owned(conceal_line(&lossy(text))),
        });
        for entry in &mut self.entries {
            if let Some(Event::ProvisioningUriInvalid { uri: Some(uri) }) = &mut entry.event {
                *uri = conceal_uri(uri).into();
            }
            let shown = entry.repeats.iter_mut().flat_map(|repeats| &mut repeats.shown);
            let fields = entry.event.iter_mut().flat_map(|event| event.texts_mut());
            for text in shown.map(|repeat| &mut repeat.text).chain(fields) {
                if let Some(concealed) = concealed(text.as_bytes()) {
                    *text = concealed.into();
                }
            }
        }
        self.head.conceal_secrets();
        self.tail.conceal_secrets();
    }
}

impl Fragment {
    /// The number of lines stays the same: of a secret over several lines, only these are left.
    fn conceal_secrets(&mut self) {
        let text = lossy(&self.bytes);
        let lines = text.matches('\n').count();
        let shown = conceal(&text);
        if has_wrapped_secret(&text) || shown.matches('\n').count() != lines {
            self.bytes = format!("{REDACTED}\n").repeat(lines).into_bytes();
        } else if let Cow::Owned(shown) = shown {
            self.bytes = shown.into_bytes();
        }
    }
}

/// Whether lines hold more of a secret if they are joined, with or without blanks.
fn has_wrapped_secret(lines: &str) -> bool {
    let is_mark = |character: char| character.is_whitespace() || matches!(character, '>' | '|');
    let parts: Vec<&str> = lines.lines().map(|line| line.trim_matches(is_mark)).collect();
    let left = left_by_conceal(&parts.join("\n")).unwrap_or(usize::MAX);
    ["", " "].iter().any(|sign| left_by_conceal(&parts.join(sign)).is_some_and(|joined| joined < left))
}

/// The text without its secrets; None if it has none.
fn concealed(text: &[u8]) -> Option<String> {
    owned(conceal(&lossy(text)))
}

fn owned(shown: Cow<'_, str>) -> Option<String> {
    if let Cow::Owned(shown) = shown { Some(shown) } else { None }
}

#[cfg(test)]
mod tests {
    use crate::log::digest_of;
    use crate::window::Window;

    const KEY: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKjMzEfYyjiWA4R4";

    fn record_of(log: &str) -> String {
        let mut digest = digest_of(log.as_bytes(), &Window::default());
        digest.conceal_secrets();
        let json = serde_json::to_value(&digest).unwrap();
        let bytes = [&digest.texts, &digest.head.bytes, &digest.tail.bytes]
            .map(|text| String::from_utf8_lossy(text).into_owned());
        format!("{json} {}", bytes.concat())
    }

    #[test]
    fn no_text_keeps_a_secret() {
        let uri = "0531131822|cfg  |4|00|Prov|Invalid STS-URI: 'http://user:geheim@host.example/x'";
        let refused = format!("0531131823|tls  |4|00|Device credential invalid: {KEY}");
        let key = format!("-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----");
        for log in [
            format!("{uri}\n"),
            uri.to_owned(),
            format!("{refused}\n{uri}\n"),
            format!("{key}\n{refused}\n"),
            format!("{uri}\n0531131824|app  |4|00|{key}\n"),
            format!("{uri}\n0531131824|app  |4|00|Server certificate verification failed, {key}"),
            "0531131823|tickt|*|00|m_validUntil [joe:geheim@192.0.2.1]\n".to_owned(),
            "0531131823|so |4|00|Could not load time from a.password: geheim(a.password: geheim).\n"
                .to_owned(),
            format!("{refused}\n").repeat(crate::digest::MAX_ENTRIES + 5),
        ] {
            let record = record_of(&log);
            assert!(!record.contains("geheim") && !record.contains(&KEY[..40]), "{log}");
            assert!(record.contains("[redacted]"), "{log}");
        }
    }

    #[test]
    fn no_wrapped_text_keeps_a_secret() {
        let before = "0531131822|tls  |4|00|Device credential invalid: bad ";
        for (one, other) in [
            ("pass", "word=geheim in it"),
            ("password=ge", "heim in it"),
            ("Autho", "rization: Basic Z2VoZWlt= sent"),
            ("Authorization: Basic Z2Vo", "ZWlt= sent"),
            ("reg.1.auth.password=\"", "ge heim\" x"),
            ("https://joe:ge", "heim@h/"),
        ] {
            // In the second log, the message is at the end, and in the third one at the beginning.
            for log in [
                format!("{before}{one}\n{other}\n0531131824|app  |4|00|x\n"),
                format!("0531131820|app  |4|00|x\n{before}{one}\n{other}\n"),
                format!("{before}{one}\n> {other}"),
                format!("{before}{one}\n> {other}\n"),
                format!("invalid: bad {one}\n{other}\n0531131824|app  |4|00|x\n"),
            ] {
                let record = record_of(&log);
                for secret in ["geheim", "heim", "Z2Vo", "ZWlt"] {
                    assert!(!record.contains(secret), "{secret} of {log} in {record}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_secret_stays_as_it_is() {
        let log = b"rest of a line\n0531131822|tls  |4|00|Polycom device certificate length 802\n0531131823|tls  |4|00|Polycom dev\xff";
        let before = digest_of(log, &Window::default());
        let mut after = before.clone();
        after.conceal_secrets();
        assert_eq!(after, before);
    }

    #[test]
    fn a_concealed_end_of_a_log_keeps_its_lines() {
        let log = format!(
            "0531131822|cfg  |4|00|Server certificate verification failed, -----BEGIN PRIVATE KEY-----\n{KEY}"
        );
        let mut digest = digest_of(log.as_bytes(), &Window::default());
        let lines =
            |digest: &super::LogDigest| digest.tail.bytes.iter().filter(|byte| **byte == b'\n').count();
        let before = lines(&digest);
        digest.conceal_secrets();
        assert_eq!(lines(&digest), before);
    }
}
