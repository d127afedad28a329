//! TLS connections failed, and not because the phone distrusted the server.
//!
//! ## What it means
//! The phone tried to connect with TLS and failed. The same messages follow when it does not trust a
//! server's certificate; those are told by TLS001. The ones here stand alone. The server may have refused
//! the phone's certificate, or have been out of reach.
//!
//! ## How sure it is
//! Certain that connections failed; the log has an error number and no reason. A failure within two minutes
//! after an untrusted certificate, in the same boot, is taken as its consequence and not counted here. It
//! counts as resolved when the phone has booted again later without such a failure.
//!
//! ## What to do
//! 1. Note the time of the evidence, and look at the server's own log: was the phone there? Did the server
//!    ask for a client certificate, and refuse it?
//! 2. Check which device certificate the phone uses for this connection. Unless it is set otherwise, that is
//!    the built-in one; its root CA for the server is at `http://pki.polycom.com/pki`.
//! 3. Check that the server trusts the authority that issued that certificate, its intermediate CA included.
//! 4. If the phone never reached the server, check the address, the port and what stands between them.

use super::failures::{state_until_next_boot, times};
use super::{Case, Finding, Rule};
use crate::digest::{Context, Sightings};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "TLS002",
    name: "tls-connection-failed",
    severity: Severity::Warning,
    cause: "A TLS connection was refused or broken off, or the server was not reached; the log gives an error number and no reason.",
    remedy: "Look at the server's own log for this time: it may not accept the phone's certificate, or the phone may not have reached it at all.",
    reference: "UC Software log, messages of MakeTlsConnection; Feature Profile 37148, introduction and \"Troubleshooting\"",
    source: include_str!("tls_connection_failed.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Sightings::default();
    let mut last = None;
    let unexplained = case.timeline.events().filter(|(_, event, moment)| {
        matches!(event, Event::TlsConnectionFailed { .. }) && moment.context != Context::Untrusted
    });
    for (at, _, moment) in unexplained {
        seen.join(moment.seen.clone());
        last = Some(at);
    }
    let Some(last) = last else { return Vec::new() };
    let message = format!("TLS connections failed {} without a reason in the log.", times(seen.count));
    vec![Finding::new(state_until_next_boot(case.timeline, last), message, seen)]
}
