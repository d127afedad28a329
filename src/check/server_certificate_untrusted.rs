//! The phone did not trust the certificate of a server that it connected to.
//!
//! ## What it means
//! This is about the server's certificate, not the phone's. The phone connected with TLS, checked what the
//! server sent, and refused it, so there was no connection to that server.
//!
//! ## How sure it is
//! Certain that the phone refused it, for the reason in the message. Which server it was, the message does
//! not say; the lines around it may. It counts as resolved when the phone has booted again later without
//! this message.
//!
//! ## What to do
//! 1. Find the server: look at the lines before the evidence, and at the servers that the phone's
//!    configuration names.
//! 2. If LOG003 stands beside this, mend the clock first: without a date the phone can't tell whether a
//!    certificate is valid.
//! 3. Look at what the server sends (`openssl s_client -showcerts -connect HOST:PORT`): is it made out to
//!    this server, is it in date, is the chain whole up to an authority that the phone trusts?
//! 4. Install that authority's certificate on the phone, or change the server's certificate or chain.

use super::failures::{by_slot, state_until_next_boot, times};
use super::{Case, Finding, Rule};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "TLS001",
    name: "server-certificate-untrusted",
    severity: Severity::Error,
    cause: "The server's certificate is not signed by an authority that the phone trusts, or is not valid for another reason, which the message names.",
    remedy: "Install the certificate of the authority that signed the server's on the phone, or give the server one from an authority that the phone trusts; check the phone's clock and the chain that the server sends.",
    reference: "UC Software log, message of server certificate verification; Feature Profile 37148, \"Terminology Mapping for CA and Device Certificates\"",
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
