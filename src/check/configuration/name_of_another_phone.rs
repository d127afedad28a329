//! A device certificate's subject contains the address of another phone.
//!
//! ## What it means
//! Each phone should have its own certificate. Servers that compare the name with the phone refuse this
//! certificate.
//!
//! ## How certain it is
//! The subject contains 12 hex digits, alone or after a word (`SEP0004F2…`), that are a Polycom or Poly address, or
//! one that begins like this phone's, and is not this phone's. If a value has several certificates of the device, the
//! one that the log shows in the slot counts; if it shows none of them, the message says so.
//!
//! ## What to do
//! 1. Find the certificate that was issued for this phone; the file may be a copy of another phone's.
//! 2. Put the right certificate and its key into the parameters.

use super::{
    Certificate, ConfigurationCase, Facts, Family, Judgement, Mac, Part, Rule, Severity, rule_of_certificate,
    sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG019",
    name: "name-of-another-phone",
    severity: Severity::Warning,
    cause: "The certificate was issued for another phone.",
    remedy: "Give the phone the certificate that was issued for it.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    facts: Facts { depends_on_mac: true, needs_log: true, ..Facts::of(Family::Configuration) },
    ..rule_of_certificate(include_str!("name_of_another_phone.rs"), judge)
};

fn judge(case: &ConfigurationCase<'_>, certificate: &Certificate) -> Option<Judgement> {
    let own = case.mac;
    let named = addresses(&certificate.subject);
    let is_phone = |mac: &&Mac| {
        let block = &mac.bytes()[..3];
        Mac::VENDOR_BLOCKS.iter().any(|known| known == block) || *block == own.bytes()[..3]
    };
    let other = named.iter().find(is_phone).filter(|_| !named.contains(&own))?;
    let says = sentence!["CN ", certificate.name(), ", and this phone is ", Part::Mac(own)];
    Some(Judgement { state: sentence![" is issued for ", Part::Mac(*other)], says, remedy: None })
}

/// The addresses in a text: 12 hex digits that no other letter or digit touches, or after a word, `SEP0004F2…`.
fn addresses(text: &str) -> Vec<Mac> {
    let bytes = text.as_bytes();
    let is_start = |at: &usize| {
        let before = &bytes[..*at];
        let letters = before.iter().rev().take_while(|byte| byte.is_ascii_alphabetic());
        // Letters that are hex digits may be the beginning of a longer number.
        let is_word = letters.clone().any(|letter| !letter.is_ascii_hexdigit());
        is_word || !before.last().is_some_and(u8::is_ascii_alphanumeric)
    };
    let starts = (0..bytes.len()).filter(is_start);
    let whole = starts.filter_map(|at| Mac::prefix(&bytes[at..]));
    whole
        .filter(|(_, rest)| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
        .map(|(mac, _)| mac)
        .collect()
}
