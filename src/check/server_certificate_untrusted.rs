//! The phone did not trust the certificate of a server that it connected to.
//!
//! ## What it means
//! This is the other direction: not the phone's certificate is the trouble but a server's (provisioning,
//! SIP, directory). The phone checked it and refused it, so the connection was not made.
//!
//! ## How sure it is
//! Certain that the phone refused it, for the reason in the message. Which server it was, is often in
//! the lines around it. It counts as resolved when the phone has booted again later without this message.
//!
//! ## What to do
//! 1. Find the server: look at the lines before the evidence, and at the phone's configuration.
//! 2. Look at what the server sends (`openssl s_client -showcerts -connect HOST:PORT`): the chain must be
//!    whole, in date, and for that name.
//! 3. Install the missing authority on the phone, or change the server's certificate.
//! 4. If LOG003 stands beside this, mend the clock first: without a date nothing is valid.

use super::failures::{by_slot, state_until_next_boot, times};
use super::{Case, Finding, Rule};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "TLS001",
    name: "server-certificate-untrusted",
    severity: Severity::Error,
    cause: "The server's certificate is not signed by an authority that the phone trusts, or is not valid for another reason that the message names.",
    remedy: "Install the authority's certificate that signed the server's on the phone, or give the server a certificate from an authority that the phone knows; check the phone's clock and the whole chain that the server sends.",
    reference: "Feature Profile 37148, \"Terminology Mapping for CA and Device Certificates\"; UC Software log",
    source: include_str!("server_certificate_untrusted.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let untrusted = by_slot(case.timeline, |event| matches!(event, Event::ServerCertificateUntrusted { .. }));
    let findings = untrusted.into_values().filter_map(|untrusted| {
        let Event::ServerCertificateUntrusted { reason } = untrusted.event else { return None };
        let message =
            format!("The phone refused a server's certificate {}: {reason}.", times(untrusted.seen.count));
        let state = state_until_next_boot(case.timeline, untrusted.last);
        Some(Finding::new(state, message, untrusted.seen))
    });
    findings.collect()
}
