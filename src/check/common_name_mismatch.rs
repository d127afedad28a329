//! The name in the built-in certificate is not this phone's MAC address.
//!
//! ## What it means
//! A factory certificate is made for one MAC address, and a self-signed one names the phone's own. This phone's
//! inventory shows another name in its built-in certificate. A server that identifies phones by their
//! certificates refuses this phone, or takes it for another one.
//!
//! ## How certain it is
//! The name in the certificate is certain. The phone is known from the file's name, or from the log itself if
//! the file's name has no address: a log that was copied under another phone's name looks the same. The
//! diagnosis is resolved when a later inventory shows the right name, or no built-in certificate. A name that was
//! masked before the log was sent, such as `0004F2XXXXXX`, is not judged.
//!
//! ## What to do
//! 1. Compare three addresses: the one in the log file's name, the one in the log's `Platform: … MAC=` line,
//!    and the one on the phone's label.
//! 2. If they differ, the log is from another phone: give it the right name, and scan again.
//! 3. If all three agree, the phone has another phone's certificate. Don't use it where a server must identify
//!    the phone by its built-in certificate, and contact the vendor.

use super::failures::{resolved_if, shown_until_gone};
use super::{Case, Event, Facts, Family, Finding, Mac, Part, Rule, Severity, Slot, Ztp, rule, sentence};
use crate::model::State;

pub(super) const RULE: Rule = Rule {
    code: "INV002",
    name: "common-name-mismatch",
    severity: Severity::Error,
    cause: "The built-in certificate was made for another MAC address, or the log has another phone's name.",
    remedy: "Compare the MAC address on the phone's label with the one in the log and in its file's name. If they agree, the phone has another phone's certificate: contact the vendor.",
    reference: "Feature Profile 37148, \"Factory Installed Certificates\"",
    facts: Facts { ztp: Ztp::Blocked, ..Facts::of(Family::Inventory) },
    ..rule(include_str!("common_name_mismatch.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(mac) = case.timeline.mac else { return Vec::new() };
    let own = mac.to_string();
    let mut other_name = None;
    let shown = shown_until_gone(case.timeline, |event, record| match event {
        // What a log of another phone shows is that phone's (LOG006).
        _ if case.timeline.is_of_another_phone(record) => None,
        Event::CertificateCommonName { slot: Slot::BuiltIn, common_name: Some(common_name) }
            if !is_masked(common_name, &own) =>
        {
            let is_gone = common_name.parse::<Mac>() == Ok(mac);
            if !is_gone {
                other_name = Some(common_name);
            }
            Some(resolved_if(is_gone))
        }
        Event::CertificateUnavailable { slot: Slot::BuiltIn } => Some(State::Resolved),
        _ => None,
    });
    let Some(((seen, state), other_name)) = shown.zip(other_name) else { return Vec::new() };
    let message = sentence![
        "The built-in certificate's common name is \"",
        Part::Name(other_name.clone()),
        "\", and this phone is ",
        mac,
        ".",
    ];
    vec![Finding::new(state, message, seen).of_slot(Some(Slot::BuiltIn))]
}

/// Whether the name can be this address, of which somebody hid digits, or all of it, before the log was sent. The digits
/// at both ends that are left must be its own.
pub(crate) fn is_masked(name: &str, mac: &str) -> bool {
    const BRACKETS: [[char; 2]; 3] = [['[', ']'], ['<', '>'], ['{', '}']];
    let is_mask = |sign: char| matches!(sign, 'X' | '*' | '#' | '?' | '_' | '-' | '.' | '…' | '█' | '•');
    let name = name.to_ascii_uppercase();
    let hidden = name.trim_matches(|sign: char| sign.is_ascii_hexdigit());
    let (front, back) = name.split_once(hidden).unwrap_or_default();
    let is_whole = front.len() + hidden.chars().count() + back.len() == mac.len();
    let fits = !hidden.is_empty()
        && hidden.chars().all(is_mask)
        && (is_whole || hidden.chars().count() > 1 && front.len() + back.len() < mac.len())
        && mac.starts_with(front)
        && mac.ends_with(back);
    fits || BRACKETS.iter().any(|[open, close]| name.starts_with(*open) && name.ends_with(*close))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_is_an_address_without_some_of_its_digits() {
        let masked = [
            "0004F2XXXXXX",
            "0004f2a1b2**",
            "XXXXXXXXXXXX",
            "XXXXXXA1B2C3",
            "0004XXXXB2C3",
            "0004F2A1B2_3",
            "0004F2...",
            "[redacted]",
            "<MAC>",
        ];
        for name in masked {
            assert!(is_masked(name, "0004F2A1B2C3"), "{name}");
        }
        let others = [
            "0004F2A1B2C3",
            "0004F2-A1B2C3",
            "00:04:F2:A1:B2:C3",
            "0004F2A1B2",
            "64167FXXXXXX",
            "0004F2FFXXXX",
            "XXXXXXA1B2C4",
            "phone",
            "Polycom Inc",
            "cafe.de",
            "fe-ed",
            "",
            "[",
            "redacted]",
        ];
        for name in others {
            assert!(!is_masked(name, "0004F2A1B2C3"), "{name}");
        }
    }
}
