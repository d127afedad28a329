//! The phone did not trust the certificate of a server that it connected to.
//!
//! ## What it means
//! This is about the server's certificate, not the phone's. The phone connected with TLS, checked what the
//! server sent, and refused it, so there was no connection to that server.
//!
//! ## How certain it is
//! It is certain that the phone refused it, for the reason in the message. The message does not name the
//! server; the lines around it may. The diagnosis is resolved when a later boot without this message lasts at
//! least as long as it took until the first refusal in earlier boots (at least two minutes, at most a day). Where
//! a refusal has the first date of a boot, that time is not known: it counts as the time since the boot before.
//!
//! ## What to do
//! 1. Find the server: look at the lines before the evidence, and at the servers that the phone's
//!    configuration names.
//! 2. If the phone also has LOG003, correct the clock first: without a date the phone can't check whether a
//!    certificate is valid.
//! 3. Look at what the server sends (`openssl s_client -showcerts -connect HOST:PORT`): is it issued for this
//!    server, is it within its dates, is the chain complete up to an authority that the phone trusts?
//! 4. Look at the chain for an expired cross-signed root: the phone's old OpenSSL refuses such a chain even if
//!    the new root is installed. Let the server send a shorter chain, without that root.
//! 5. If the server's certificate has a wildcard name (`*.example.com`), it fails while strict name checking is on
//!    (`…strictCertCommonNameValidation`).
//! 6. Install that authority's certificate on the phone, or change the server's certificate or chain.

use super::failures::{by_slot, state_after_later_boots};
use super::join::Question;
use super::{Case, Event, Facts, Family, Finding, Part, Rule, Severity, rule, sentence};
use crate::quantity::often;

pub(super) const RULE: Rule = Rule {
    code: "TLS001",
    name: "server-certificate-untrusted",
    severity: Severity::Error,
    cause: "The server's certificate is not signed by an authority that the phone trusts, or is not valid for another reason, which the message names.",
    remedy: "On the phone, install the certificate of the authority that signed the server's certificate, or give the server a certificate from an authority that the phone trusts. Check the phone's clock and the chain that the server sends.",
    reference: "UC Software log, message of server certificate verification; Feature Profile 37148, \"Terminology Mapping for CA and Device Certificates\"",
    facts: Facts { asks: Some(Question::Trust), ..Facts::of(Family::Connection) },
    ..rule(include_str!("server_certificate_untrusted.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let is_one = |event: &Event| matches!(event, Event::ServerCertificateUntrusted { .. });
    let untrusted = by_slot(case.timeline, |event, _| is_one(event));
    let findings = untrusted.into_values().filter_map(|untrusted| {
        let Event::ServerCertificateUntrusted { reason } = untrusted.event else { return None };
        let often = often(untrusted.seen.count);
        let is_other = |event: &Event| is_one(event) && event != untrusted.event;
        let has_others = case.timeline.events().any(|(_, event, _)| is_other(event));
        let newest = if has_others { ", the newest time" } else { "" };
        let reason = match reason {
            Some(reason) => sentence![": ", Part::Reason(reason.clone()), "."],
            None => sentence![" without a reason in the log."],
        };
        let mut message = sentence!["The phone refused a server's certificate ", often, newest, reason];
        let boot = case.timeline.records[untrusted.last].boot;
        let invalid_uri = case.timeline.events().any(|(at, event, record)| {
            at < untrusted.last && record.boot == boot && matches!(event, Event::ProvisioningUriInvalid { .. })
        });
        if invalid_uri {
            message = message.and(sentence![
                " Before that, in the same boot, the address of the company's certificate service was invalid (Invalid STS-URI), so its root certificate may not have been fetched."
            ]);
        }
        let (state, since) = state_after_later_boots(case.timeline, |event, _| is_one(event));
        Some(Finding::new(state, message, untrusted.seen).since(since))
    });
    findings.collect()
}
