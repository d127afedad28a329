//! Two or more phones show the same custom certificate.
//!
//! ## What it means
//! The same fingerprint stands in a platform or application slot of several phones, so they share its private
//! key too. Whoever gets the key from one phone can pose as any of them, and revoking the certificate hits
//! them all.
//!
//! ## How sure it is
//! Certain that the fingerprints are the same. Whether that is meant is for you to say: one certificate for
//! a whole group of phones can be a choice.
//!
//! ## What to do
//! 1. Ask whether it is on purpose. If so, nothing needs doing.
//! 2. Else have a certificate issued for each phone. Each can make its own request: `Settings > Advanced >
//!    Admin Settings > Generate CSR`.
//! 3. Revoke the shared one when all have theirs.

use super::failures::shared_certificates;
use super::{Case, Facts, Family, Finding, Rule, Run, Severity, Slot};

pub(super) const RULE: Rule = Rule {
    code: "FLT002",
    name: "custom-certificate-shared",
    severity: Severity::Info,
    cause: "One certificate, and so one private key, was installed on several phones.",
    remedy: "If that is meant, nothing needs doing; else issue a certificate for each phone, so that one lost phone does not give away the key of all.",
    reference: "Feature Profile 37148, \"Polycom Phone Device Certificate Types\" and \"Generating a Certificate Signing Request\"",
    facts: Facts { blocks_ztp: false, from_fleet: true, ..Facts::of(Family::Fleet) },
    source: include_str!("custom_certificate_shared.rs"),
    run: Run::Logs(run),
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    shared_certificates(case, "custom", |slot| slot != Slot::BuiltIn)
}
