//! Describes events in words.

use serde_json::Value;

use crate::check::INVENTORY_LEVEL;
use crate::event::Upload;
use crate::model::Slot;
use crate::report::shape::EventRow;
use crate::report::text::elide::short_fingerprint;
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;
use crate::report::text::time::second;
use crate::report::text::visible::visible;

/// An event, or several equal ones in a row.
#[derive(Clone, Debug)]
pub(super) struct StoryEntry {
    /// Time of the first one: a local time, or the time since boot.
    pub(super) when: String,
    /// Whether it is good or bad.
    pub(super) tone: Tone,
    /// The description.
    pub(super) what: Prose,
    /// The number of equal events with no [turn](Self::is_turn) between them.
    pub(super) count: u64,
    /// Time of the last one, if there are several.
    pub(super) last: Option<String>,
    /// The kind of its first event. The next events may add details to some kinds, as those after `Saving new …` do.
    pub(super) kind: &'static str,
    /// Whether this is a turning point: equal events before and after it are not counted together.
    pub(super) is_turn: bool,
    /// File and line.
    pub(super) location: (String, u64),
}

impl StoryEntry {
    /// The entry that this event begins.
    pub(super) fn new(event: &EventRow, tone: Tone, is_turn: bool, what: Prose) -> Self {
        let location = (event.file.clone(), event.line);
        Self { when: when(event), tone, what, count: 1, last: None, kind: event.kind, is_turn, location }
    }

    /// Whether the content of a slot can differ after it: a certificate was saved, or an installation was refused.
    pub(super) fn may_change_slot(&self) -> bool {
        matches!(
            self.kind,
            "key_too_large"
                | "certificate_too_large"
                | "chain_not_decodable"
                | "credential_invalid"
                | "certificate_saving"
                | "new_certificate"
        )
    }

    /// The entry for the event alone; None if it has none.
    pub(super) fn of(event: &EventRow) -> Option<Self> {
        let (tone, is_turn, what) = match event.kind {
            "key_too_large" => (Tone::Bad, true, too_large("a private key", event)),
            "certificate_too_large" => (Tone::Bad, true, too_large("a certificate", event)),
            "chain_not_decodable" => {
                (Tone::Bad, true, Prose::own("could not decode the certificate chain of its configuration"))
            }
            "credential_invalid" => (Tone::Bad, true, with_reason("refused a certificate as invalid", event)),
            "certificate_saving" => {
                let slot = event.slot.map(Slot::in_words).unwrap_or_default();
                (Tone::Good, true, Prose::own("saved a certificate to ").and(slot))
            }
            "new_certificate" => (Tone::Good, true, Prose::own("new certificate").join(certificate(event))),
            "previous_certificate" => {
                (Tone::Plain, true, Prose::own("certificate that was there before").join(certificate(event)))
            }
            "no_previous_certificate" => (Tone::Plain, true, Prose::own("no certificate was there before")),
            "server_certificate_untrusted" => {
                (Tone::Bad, false, with_reason("did not trust a server's certificate", event))
            }
            "tls_connection_failed" => {
                let error = event.fields.get("error").and_then(Value::as_i64);
                let error = error.map(|error| format!(", error {error}")).unwrap_or_default();
                (Tone::Warning, false, Prose::own(format!("a TLS connection failed{error}")))
            }
            "platform" => {
                let address = event.text("platform_mac")?;
                (Tone::Warning, false, Prose::own("names another address as its own: ").and_foreign(address))
            }
            "clock_failed" => (Tone::Warning, false, Prose::own("could not load the time")),
            "upload_failed" => {
                let log = if event.upload == Some(Upload::BootLog) { "boot log" } else { "log" };
                (Tone::Info, false, Prose::own(format!("could not upload its {log}")))
            }
            "upload_size_unknown" => {
                (Tone::Info, false, Prose::own("the server did not report the size of its copy of the log"))
            }
            "configuration_not_applied" => {
                (Tone::Warning, false, Prose::own("did not apply its configuration"))
            }
            "provisioning_uri_invalid" => {
                let what =
                    Prose::own("the address of the company's certificate service is invalid (STS-URI)");
                let what = match event.text("uri") {
                    Some(uri) => what.and(": ").and_foreign(uri),
                    None => what,
                };
                (Tone::Warning, false, what)
            }
            "ca_fingerprint" => {
                (Tone::Plain, false, Prose::own("loaded a CA certificate").join(certificate(event)))
            }
            // Its other values mean nothing without this one.
            "sign_in_certificate" => match event.fields.get("exists").and_then(Value::as_bool)? {
                true => (Tone::Good, true, Prose::own("has a certificate for its Lync or Skype sign-in")),
                false => (Tone::Info, true, Prose::own("has no certificate for its Lync or Skype sign-in")),
            },
            "log_end" => (Tone::Dim, true, Prose::own("ended its log: a shutdown")),
            "log_start" => (Tone::Dim, false, logging(event)?),
            _ => (Tone::Plain, false, by_its_fields(event)),
        };
        Some(Self::new(event, tone, is_turn, what))
    }

    /// Adds the details of an event to this entry; `false` if it has none for it.
    pub(super) fn absorb(&mut self, event: &EventRow) -> bool {
        let more = match (self.kind, event.kind) {
            ("certificate_saving", "new_certificate") => Prose::own(":").join(certificate(event)),
            ("certificate_saving" | "new_certificate", "previous_certificate") => {
                Prose::own("; before, there was").join(certificate(event))
            }
            ("certificate_saving" | "new_certificate", "no_previous_certificate") => {
                Prose::own("; the slot was empty before")
            }
            ("sign_in_certificate", "sign_in_certificate") => {
                let error = event.fields.get("error").and_then(Value::as_i64).filter(|error| *error != 0);
                let is_expired = event.fields.get("expired") == Some(&Value::Bool(true));
                match error {
                    Some(error) => Prose::own(format!(", error {error}")),
                    None if is_expired && self.tone == Tone::Good => Prose::own(", which has expired"),
                    None => return false,
                }
            }
            _ => return false,
        };
        self.what = std::mem::take(&mut self.what).join(more);
        true
    }
}

/// A local time, `2013-05-31 13:18:22`; else the time since boot, `+00:00:05`; else nothing.
fn when(event: &EventRow) -> String {
    match (&event.time, event.uptime) {
        (Some(time), _) => second(time),
        (None, Some(uptime)) if uptime.is_finite() && uptime >= 0.0 => {
            let seconds = uptime as u64;
            format!("+{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
        }
        _ => event.stamp.as_deref().map(|stamp| visible(stamp).into_owned()).unwrap_or_default(),
    }
}

fn too_large(what: &str, event: &EventRow) -> Prose {
    let length = event.number("length").map(|length| format!(" of {length} bytes")).unwrap_or_default();
    let most =
        event.number("maximum").map(|most| format!(", whose limit is {most} bytes")).unwrap_or_default();
    let slot = event.slot.map_or_else(|| "a slot".to_owned(), Slot::in_words);
    Prose::own(format!("refused {what}{length} for {slot}{most}"))
}

fn with_reason(what: &str, event: &EventRow) -> Prose {
    match event.text("reason") {
        Some(reason) => Prose::own(format!("{what}: ")).and_foreign(reason),
        None => Prose::own(what),
    }
}

/// A kind without a description of its own: its name, its slot and its fields, so that nothing is hidden.
fn by_its_fields(event: &EventRow) -> Prose {
    let mut prose = Prose::own(event.kind.replace('_', " "));
    if let Some(slot) = event.slot {
        prose = prose.and(format!(" for {}", slot.in_words()));
    }
    for (index, (name, value)) in event.fields.iter().filter(|(_, value)| !value.is_null()).enumerate() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        prose = prose.and(if index == 0 { ": " } else { ", " }).and(name.replace('_', " "));
        prose = prose.and(" ").and_foreign(&value);
    }
    prose
}

fn certificate(event: &EventRow) -> Prose {
    certificate_in_words(event.text("common_name"), event.text("fingerprint"))
}

/// ` "CN" 70:8B:85:9C…`.
pub(super) fn certificate_in_words(common_name: Option<&str>, fingerprint: Option<&str>) -> Prose {
    let mut prose = Prose::default();
    if let Some(name) = common_name {
        prose = prose.and(" \"").and_foreign(name).and("\"");
    }
    if let Some(fingerprint) = fingerprint {
        prose = prose.and(" ").and_foreign(&short_fingerprint(fingerprint));
    }
    prose
}

/// What the level of TLS logging means for the certificates' list.
fn logging(event: &EventRow) -> Option<Prose> {
    let level = event.number("log_level")?;
    if event.component.as_deref()?.trim() != "tls" {
        return None;
    }
    Some(Prose::own(match level <= u64::from(INVENTORY_LEVEL) {
        true => format!("TLS logging is at level {level}"),
        false => format!("TLS logging is at level {level}: the phone does not list its certificates"),
    }))
}
