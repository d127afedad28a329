//! Describes events in words.

use serde_json::Value;

use crate::check::{INVENTORY_LEVEL, in_words};
use crate::model::Slot;
use crate::report::shape::EventRow;
use crate::report::text::elide::short_fingerprint;
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;
use crate::report::text::time::second;
use crate::report::text::visible::visible;

/// Events without an entry of their own: those after `Saving new …` are part of its entry, and the others are
/// covered by diagnoses.
const KINDS_WITHOUT_ENTRY: [&str; 7] = [
    "previous_certificate",
    "no_previous_certificate",
    "ca_fingerprint",
    "sign_in_certificate",
    "provisioning_uri_invalid",
    "configuration_not_applied",
    "upload_size_unknown",
];

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
    /// Whether the next events may add details, as those after `Saving new …` do.
    pub(super) is_open: bool,
    /// Whether this is a turning point: equal events before and after it are not counted together.
    pub(super) is_turn: bool,
    /// File and line.
    pub(super) place: (String, u64),
}

impl StoryEntry {
    /// The entry that this event begins.
    pub(super) fn new(event: &EventRow, tone: Tone, is_turn: bool, what: Prose) -> Self {
        let place = (event.file.clone(), event.line);
        let is_open = matches!(event.kind, "certificate_saving" | "new_certificate");
        Self { when: when(event), tone, what, count: 1, last: None, is_open, is_turn, place }
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
                let slot = event.slot.as_deref().map(slot).unwrap_or_default();
                (Tone::Good, true, Prose::own("saved a certificate to ").and_foreign(&slot))
            }
            "new_certificate" => (Tone::Good, true, Prose::own("new certificate").join(certificate(event))),
            "server_certificate_untrusted" => {
                (Tone::Bad, false, with_reason("did not trust a server's certificate", event))
            }
            "tls_connection_failed" => {
                let error = event.fields.get("error").and_then(Value::as_i64);
                let error = error.map(|error| format!(", error {error}")).unwrap_or_default();
                (Tone::Warning, false, Prose::own(format!("a TLS connection failed{error}")))
            }
            "clock_failed" => (Tone::Warning, false, Prose::own("could not load the time")),
            "upload_failed" => (Tone::Info, false, Prose::own("could not upload its log")),
            "log_end" => (Tone::Dim, true, Prose::own("ended its log: a shutdown")),
            "log_start" => (Tone::Dim, false, logging(event)?),
            kind if KINDS_WITHOUT_ENTRY.contains(&kind) => return None,
            _ => (Tone::Plain, false, by_its_fields(event)),
        };
        Some(Self::new(event, tone, is_turn, what))
    }

    /// Adds the details of an event to this entry; `false` if it has none for it.
    pub(super) fn absorb(&mut self, event: &EventRow) -> bool {
        let more = match event.kind {
            _ if !self.is_open => return false,
            "new_certificate" => Prose::own(":").join(certificate(event)),
            "previous_certificate" => Prose::own("; before, there was").join(certificate(event)),
            "no_previous_certificate" => Prose::own("; the slot was empty before"),
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

/// A slot in a sentence.
pub(super) fn slot(name: &str) -> String {
    name.parse::<Slot>().map_or_else(|_| name.to_owned(), in_words)
}

fn too_large(what: &str, event: &EventRow) -> Prose {
    let length = event.number("length").map(|length| format!(" of {length} bytes")).unwrap_or_default();
    let most = event.number("maximum").map(|most| format!(", which takes {most}")).unwrap_or_default();
    let slot = event.slot.as_deref().map_or_else(|| "a slot".to_owned(), slot);
    Prose::own(format!("refused {what}{length} for ")).and_foreign(&slot).and(most)
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
    if let Some(name) = &event.slot {
        prose = prose.and(" for ").and_foreign(&slot(name));
    }
    for (place, (name, value)) in event.fields.iter().filter(|(_, value)| !value.is_null()).enumerate() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        prose = prose.and(if place == 0 { ": " } else { ", " }).and(name.replace('_', " "));
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
