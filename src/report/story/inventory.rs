//! The certificates that a phone lists when it boots, in one sentence.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::check::in_words;
use crate::model::Slot;
use crate::report::shape::EventRow;
use crate::report::text::elide::short_fingerprint;
use crate::report::text::prose::Prose;

/// The list of one boot, by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inventory(BTreeMap<Slot, Content>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    is_empty: bool,
    certificate_length: Option<u64>,
    key_length: Option<u64>,
    common_name: Option<String>,
    fingerprint: Option<String>,
}

impl Inventory {
    /// Adds an event of the list; `false` if it is another event.
    pub(super) fn add(&mut self, event: &EventRow) -> bool {
        let Some(slot) = event.slot.as_deref().and_then(|slot| slot.parse().ok()) else { return false };
        let field = |name| event.fields.get(name);
        let text = |name| field(name).and_then(Value::as_str).map(str::to_owned);
        let content = self.0.get(&slot).cloned().unwrap_or_default();
        let content = match event.kind {
            "certificate_unavailable" => Content { is_empty: true, ..Content::default() },
            "certificate_length" => {
                Content { certificate_length: field("length").and_then(Value::as_u64), ..content }
            }
            "key_length" => Content { key_length: field("length").and_then(Value::as_u64), ..content },
            "certificate_common_name" => Content { common_name: text("common_name"), ..content },
            "certificate_fingerprint" => Content { fingerprint: text("fingerprint"), ..content },
            _ => return false,
        };
        self.0.insert(slot, content);
        true
    }

    /// `certificates: built-in "0004F206075D" 70:8B:85:9C…; platform slot 2 empty`.
    pub(super) fn in_words(&self) -> Prose {
        let mut prose = Prose::own("certificates: ");
        for (place, (slot, content)) in self.0.iter().enumerate() {
            let name = if *slot == Slot::BuiltIn { "built-in".to_owned() } else { in_words(*slot) };
            prose = prose.and(if place == 0 { "" } else { "; " }).and(name).join(content.in_words(*slot));
        }
        prose
    }
}

impl Content {
    fn in_words(&self, slot: Slot) -> Prose {
        let has_certificate =
            self.certificate_length.is_some() || self.common_name.is_some() || self.fingerprint.is_some();
        if !has_certificate {
            return Prose::own(if self.is_empty { " empty" } else { " a key without a certificate" });
        }
        let mut prose = Prose::default();
        if let Some(name) = &self.common_name {
            prose = prose.and(" \"").and_foreign(name).and("\"");
        }
        if let Some(fingerprint) = &self.fingerprint {
            prose = prose.and(" ").and_foreign(&short_fingerprint(fingerprint));
        }
        if prose.is_empty() {
            prose = Prose::own(" installed");
        }
        match self.key_length {
            None if slot != Slot::BuiltIn => prose.and(" without a key"),
            _ => prose,
        }
    }
}
