//! A phone's private key is among the files of the server.
//!
//! ## What it means
//! When a phone makes a certificate signing request, it uploads the request and the private key. Anyone who can
//! read the directory has the key, and can impersonate the phone.
//!
//! ## How certain it is
//! It is known from the file's name: `<MAC>-private.key` or `.pem`. The file is not opened.
//!
//! ## What to do
//! 1. Keep the key where only the people who install the certificate can read it.
//! 2. Delete it on the server once the certificate is installed.

use super::{ConfigurationCase, ConfigurationLine, Finding, Part, Rule, Severity, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG040",
    name: "private-key-on-server",
    severity: Severity::Warning,
    cause: "The phone uploads the private key together with its certificate signing request.",
    remedy: "Remove the private key from the server, at the latest once the certificate is installed.",
    reference: "Feature Profile 37148, \"Generating a Certificate Signing Request\"",
    ..rule(include_str!("private_key_on_server.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.config.key_files.iter().map(|file| {
        let mode = file.mode.map(|mode| format!("mode {:04o}", mode & 0o7777));
        let shown = mode.as_ref().map(|mode| format!(", {mode}")).unwrap_or_default();
        let line = ConfigurationLine::of_file(&file.path, format!("a private key by its name{shown}"));
        let shown = mode.map(|mode| format!(" ({mode})")).unwrap_or_default();
        let others = match file.mode {
            Some(mode) if mode & 0o004 != 0 => {
                " Its mode lets every user of this machine read it, unless the mode of a directory prevents that."
            }
            _ => "",
        };
        let message = sentence![
            "The private key ",
            Part::Path(file.path.clone()),
            format!("{shown} is among the files.{others}")
        ];
        Finding::of_files(None, message, [line])
    });
    found.collect()
}
