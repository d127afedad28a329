//! Two or more phones show the same custom certificate.
//!
//! ## What it means
//! A platform or application slot of several phones has the same fingerprint, so the phones also share the
//! private key. Anyone who gets the key from one phone can impersonate all of them, and revoking the
//! certificate affects them all.
//!
//! ## How certain it is
//! It is certain that the fingerprints are the same. This may be intended: some sites use one certificate for a
//! whole group of phones.
//!
//! ## What to do
//! 1. Find out whether it is intended. If so, there is nothing to do.
//! 2. Else have a certificate issued for each phone. Each can make its own request: `Settings > Advanced >
//!    Admin Settings > Generate CSR`.
//! 3. Revoke the shared certificate when all phones have their own.

use super::shared::shared_certificates;
use super::{Case, Facts, Family, Finding, Rule, Severity, Slot, rule};

pub(super) const RULE: Rule = Rule {
    code: "FLT002",
    name: "custom-certificate-shared",
    severity: Severity::Info,
    cause: "One certificate, and so one private key, was installed on several phones.",
    remedy: "If this is intended, there is nothing to do. Otherwise issue a certificate for each phone, so that the loss of one phone does not reveal the key of all.",
    reference: "Feature Profile 37148, \"Polycom Phone Device Certificate Types\" and \"Generating a Certificate Signing Request\"",
    facts: Facts { from_fleet: true, ..Facts::of(Family::Fleet) },
    ..rule(include_str!("custom_certificate_shared.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    shared_certificates(case, "custom", |slot| slot != Slot::BuiltIn)
}
