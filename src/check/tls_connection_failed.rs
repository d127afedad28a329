//! TLS connections failed, and not because the phone distrusted the server.
//!
//! ## What it means
//! The phone tried to connect with TLS and failed. Where a server's certificate was not trusted, the
//! same messages follow, and TLS001 tells of it; these here stand alone.
//!
//! ## How sure it is
//! Certain that connections failed; the reason is not in the log. A failure within two minutes after an
//! untrusted certificate, in the same boot, is taken as its consequence and not counted here. It counts
//! as resolved when the phone has booted again later without such a failure.
//!
//! ## What to do
//! 1. Note the time and look at the server's log: did it ask for a client certificate and refuse it?
//! 2. Check which device certificate the phone uses for this purpose (its TLS profile), and whether the
//!    server trusts the authority that issued it.
//! 3. Check the network between: ports, proxies that open TLS, the server's TLS versions.

use super::failures::{state_until_next_boot, times};
use super::{Case, Finding, Rule};
use crate::digest::{Context, Sightings};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "TLS002",
    name: "tls-connection-failed",
    severity: Severity::Warning,
    cause: "A TLS connection was refused or broken off; the log gives an error number and no reason.",
    remedy: "Look at the server's own log for this time: it may not accept the phone's certificate, or may ask for a TLS version or cipher that the phone does not have.",
    reference: "UC Software log, messages of MakeTlsConnection; Feature Profile 37148, \"Troubleshooting\"",
    source: include_str!("tls_connection_failed.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Sightings::default();
    let mut last = None;
    for (at, event, moment) in case.timeline.events() {
        if matches!(event, Event::TlsConnectionFailed { .. }) && moment.context != Context::Untrusted {
            seen.join(moment.seen.clone());
            last = Some(at);
        }
    }
    let Some(last) = last else { return Vec::new() };
    let message = format!("TLS connections failed {} without a reason in the log.", times(seen.count));
    vec![Finding::new(state_until_next_boot(case.timeline, last), message, seen)]
}
