//! The phone's software is too old for zero-touch provisioning (ZTP) since its change to SHA-2.
//!
//! ## What it means
//! Since 20 June 2016 the ZTP servers use SHA-2 certificates. For each model the vendor names the
//! software that can deal with them; this phone runs an older one. It would not be authenticated and
//! would get no redirection, even if its MAC address is registered. Nothing else suffers from this.
//!
//! ## How sure it is
//! Certain by the table, for the model and the newest application version that the log names. The boot
//! program's and the updater's versions don't count. A model that the table does not have gives no diagnosis.
//!
//! ## What to do
//! 1. If the phone is not provisioned by ZTP, nothing needs doing.
//! 2. Else update it to the release in the message, or later, from your own provisioning server or by
//!    hand; then ZTP works again.

use super::{Case, Finding, Rule};
use crate::reference::{Readiness, ztp_readiness};
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "ZTP001",
    name: "software-too-old",
    severity: Severity::Warning,
    cause: "Zero-touch provisioning moved to SHA-2 certificates on 20 June 2016, and this software came before the release that its model needs for that.",
    remedy: "Update the phone's software by hand or from your own provisioning server before you count on zero-touch provisioning.",
    reference: "Technical Notification 117101",
    source: include_str!("software_too_old.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let (Some(model), Some((_, version, moment))) =
        (case.timeline.model.as_deref(), case.timeline.software().next_back())
    else {
        return Vec::new();
    };
    let Readiness::TooOld { required } = ztp_readiness(model, version) else { return Vec::new() };
    let message =
        format!("The {model} runs {version}; zero-touch provisioning asks for {required} or later.");
    vec![Finding::active(message, moment.seen.clone())]
}
