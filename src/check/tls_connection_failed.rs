//! TLS connections failed, and not because the phone distrusted the server.
//!
//! ## What it means
//! The phone tried to connect with TLS and failed. The same messages follow when it does not trust a
//! server's certificate; those are told by TLS001. The ones here stand alone. The server may have refused
//! the phone's certificate, or have been out of reach.
//!
//! ## How sure it is
//! Certain that connections failed; the log has an error number and no reason. A failure within three
//! seconds after an untrusted certificate, in the same boot, is its consequence and not counted here. It counts
//! as resolved when a later boot without such a failure goes on at least as long as the first failure took to
//! come in earlier boots (two minutes at least, a day at most).
//!
//! ## What to do
//! 1. Note the time of the evidence, and look at the server's own log: was the phone there? Did the server
//!    ask for a client certificate, and refuse it?
//! 2. Check which device certificate the phone uses for this connection. Unless it is set otherwise, that is
//!    the built-in one; its root CA for the server is at `http://pki.polycom.com/pki`.
//! 3. Check that the server trusts the authority that issued that certificate, its intermediate CA included.
//! 4. Check that phone and server have a TLS version and a cipher in common: `openssl s_client -tls1 -connect
//!    HOST:PORT` shows whether the server still takes TLS 1.0, which is all that old software speaks.
//! 5. If the phone never reached the server, check the address, the port and what stands between them.

use super::failures::{Failures, by_slot, state_by_later_boots, times};
use super::{Case, Event, Facts, Family, Finding, Rule, Run, Severity, sentence};
use crate::timeline::Record;

pub(super) const RULE: Rule = Rule {
    code: "TLS002",
    name: "tls-connection-failed",
    severity: Severity::Warning,
    cause: "A TLS connection was refused or broken off, or the server was not reached; the log gives an error number and no reason.",
    remedy: "Look at the server's own log for this time: it may not accept the phone's certificate, or the phone may not have reached it at all.",
    reference: "UC Software log, messages of MakeTlsConnection; Feature Profile 37148, introduction and \"Troubleshooting\"",
    facts: Facts { about_choosing: true, ..Facts::of(Family::Connection) },
    source: include_str!("tls_connection_failed.rs"),
    run: Run::Logs(run),
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let is_one = |event: &Event, record: &Record<'_>| {
        matches!(event, Event::TlsConnectionFailed { .. }) && !record.is_explained
    };
    let found = by_slot(case.timeline, is_one).into_values().map(|Failures { seen, .. }| {
        let message =
            sentence!["TLS connections failed ", times(seen.count), " without a reason in the log."];
        Finding::new(state_by_later_boots(case.timeline, is_one), message, seen)
    });
    found.collect()
}
