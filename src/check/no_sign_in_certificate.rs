//! The phone obtained no certificate for its Lync or Skype sign-in.
//!
//! ## What it means
//! A phone that signs in to Lync or Skype for Business asks a web service of the server for a certificate for
//! its user. Here the phone logs `m_bCertExists [0]`: it has none, so it can't sign in with a certificate.
//!
//! ## How certain it is
//! It is certain that there was none at that time. The line does not say why; in the known case the web service
//! was out of order. `m_bCertExpired [1]` in the next line means nothing if there is no certificate. The
//! diagnosis is resolved when a later line says that one exists.
//!
//! ## What to do
//! 1. If the phone does not have to sign in to Lync or Skype, there is nothing to do.
//! 2. Otherwise check that the server's certificate web service can be reached and answers.
//! 3. Look for TLS001 on the same phone: a phone that does not trust the server gets no certificate from it.
//! 4. Check the time (LOG003): a wrong clock makes the exchange fail.

use super::failures::shown_until_gone;
use super::{Case, Event, Facts, Family, Finding, Rule, Severity, rule, sentence};
use crate::model::State;

pub(super) const RULE: Rule = Rule {
    code: "TLS003",
    name: "no-sign-in-certificate",
    severity: Severity::Info,
    cause: "The certificate web service of the Lync or Skype server gave the phone no certificate: it could not be reached, did not answer, or refused.",
    remedy: "Check the server's certificate web service, then the phone's clock and its trust in the server (TLS001), and sign in again.",
    reference: "UC Software log, messages of the component tickt",
    facts: Facts::of(Family::Connection),
    ..rule(include_str!("no_sign_in_certificate.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let shown = shown_until_gone(case.timeline, |event, _| match event {
        Event::SignInCertificate { exists: Some(false), .. } => Some(State::Active),
        Event::SignInCertificate { exists: Some(true), .. } => Some(State::Resolved),
        _ => None,
    });
    let message = sentence!["The phone logged that it has no certificate for its Lync or Skype sign-in."];
    shown.into_iter().map(|(seen, state)| Finding::new(state, message.clone(), seen)).collect()
}
