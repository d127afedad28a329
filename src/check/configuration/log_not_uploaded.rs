//! The configuration prevents the upload of the log.
//!
//! ## What it means
//! The phone does not upload its log, or uploads it to an address that does not exist. The log on the server is
//! old, or was copied there in another way.
//!
//! ## How certain it is
//! It is certain that the files set this: `log.render.file="0"`, or a `LOG_FILE_DIRECTORY` at 0.0.0.0 (`[::]`) or
//! the phone itself (`localhost`, 127.0.0.1, `[::1]`).
//!
//! ## What to do
//! 1. Set `log.render.file` to 1, and `LOG_FILE_DIRECTORY` to a directory of the server.
//! 2. Restart the phone.

use std::net::IpAddr;

use super::{ConfigurationCase, Finding, ParameterKind, Rule, Severity, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG051",
    name: "log-not-uploaded",
    severity: Severity::Info,
    cause: "The phone is configured not to upload its log, or to upload it to an address that does not exist.",
    remedy: "Let the phone upload its log: set log.render.file to 1, and LOG_FILE_DIRECTORY to a directory of the server.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    ..rule(include_str!("log_not_uploaded.rs"), run)
};

/// The host of a URL: without user and password, port, and the brackets of an IPv6 address.
fn host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let server = authority.rsplit_once('@').map_or(authority, |(_, server)| server);
    match server.strip_prefix('[') {
        Some(address) => address.split(']').next(),
        None => server.split(':').next(),
    }
}

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let given = case.config.of_kind(|kind| kind == ParameterKind::Log);
    let found = given.filter_map(|given| {
        let value = given.value.as_text()?;
        let is_kept = match given.name() {
            "log.render.file" => value == "0",
            "LOG_FILE_DIRECTORY" => {
                let host = host(value)?;
                let address = host.parse::<IpAddr>().map(|address| address.to_canonical());
                let is_no_server = |address: IpAddr| address.is_unspecified() || address.is_loopback();
                host.eq_ignore_ascii_case("localhost") || address.is_ok_and(is_no_server)
            }
            _ => false,
        };
        if !is_kept {
            return None;
        }
        let message = sentence![&given, " is ", given.value.in_short(), ": the log is not uploaded."];
        Some(Finding::of_files(None, message, [given.says_of_value(", so the log is not uploaded")]))
    });
    found.collect()
}
