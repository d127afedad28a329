//! TLS connections failed, but not because the phone did not trust the server.
//!
//! ## What it means
//! The phone tried to connect with TLS and failed. The same messages also follow when the phone does not trust
//! a server's certificate; TLS001 reports those. The messages here have no such reason. The server may have
//! refused the phone's certificate, or was not reachable.
//!
//! ## How certain it is
//! It is certain that connections failed; the log has an error number but no reason. A failure within three
//! seconds after an untrusted certificate, in the same boot, is its consequence and is not counted here; where
//! stamps have no seconds, so is one directly below it of the next minute. The diagnosis is resolved when a later
//! boot without such a failure lasts at least as long as it took until the first failure in earlier boots (at
//! least two minutes, at most a day). Where a failure has the first date of a boot, that time is not known: it
//! counts as the time since the boot before.
//!
//! ## What to do
//! 1. Note the time of the evidence, and look at the server's own log: did the phone connect? Did the server
//!    ask for a client certificate, and refuse it?
//! 2. Check which device certificate the phone uses for this connection. By default it is the built-in one; the
//!    root CA for the server is at `http://pki.polycom.com/pki`.
//! 3. Check that the server trusts the authority that issued that certificate, its intermediate CA included.
//! 4. Check that phone and server have a TLS version and a cipher in common: `openssl s_client -tls1 -connect
//!    HOST:PORT` shows whether the server still accepts TLS 1.0, the only version that old software supports.
//! 5. If the phone never reached the server, check the address, the port and the network between them.

use super::failures::{Failures, by_slot, state_after_later_boots};
use super::{Case, Event, Facts, Family, Finding, Rule, Severity, rule, sentence};
use crate::timeline::Record;

pub(super) const RULE: Rule = Rule {
    code: "TLS002",
    name: "tls-connection-failed",
    severity: Severity::Warning,
    cause: "A TLS connection was refused or interrupted, or the server was not reached. The log contains an error number but no reason.",
    remedy: "Look at the server's own log for this time: it may not accept the phone's certificate, or the phone may not have reached it at all.",
    reference: "UC Software log, messages of MakeTlsConnection; Feature Profile 37148, introduction and \"Troubleshooting\"",
    facts: Facts { about_choosing: true, ..Facts::of(Family::Connection) },
    ..rule(include_str!("tls_connection_failed.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let is_one = |event: &Event, record: &Record<'_>| {
        matches!(event, Event::TlsConnectionFailed { .. }) && !record.is_explained
    };
    let found = by_slot(case.timeline, is_one).into_values().map(|Failures { seen, .. }| {
        // A connection that fails can write several lines.
        let message = match seen.count {
            1 => sentence!["A TLS connection failed without a reason in the log."],
            _ => sentence!["TLS connections failed without a reason in the log."],
        };
        let (state, since) = state_after_later_boots(case.timeline, is_one);
        Finding::new(state, message, seen).since(since)
    });
    found.collect()
}
