//! The certificates that a phone lists when it boots, in one sentence.

use std::collections::BTreeMap;

use super::entry::certificate_in_words;
use crate::model::Slot;
use crate::report::shape::EventRow;
use crate::report::text::prose::Prose;

/// The list of one boot, by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BootInventory(BTreeMap<Slot, ListedContent>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ListedContent {
    is_empty: bool,
    certificate_length: Option<u64>,
    key_length: Option<u64>,
    common_name: Option<String>,
    fingerprint: Option<String>,
}

impl BootInventory {
    /// Adds an event of the list; `false` if it is another event.
    pub(super) fn add(&mut self, event: &EventRow) -> bool {
        let Some(slot) = event.slot else { return false };
        let mut content = self.0.get(&slot).cloned().unwrap_or_default();
        match event.kind {
            "certificate_unavailable" => {
                content = ListedContent { is_empty: true, ..ListedContent::default() }
            }
            "certificate_length" => content.certificate_length = event.number("length"),
            "key_length" => content.key_length = event.number("length"),
            "certificate_common_name" => content.common_name = event.text("common_name").map(str::to_owned),
            "certificate_fingerprint" => content.fingerprint = event.text("fingerprint").map(str::to_owned),
            _ => return false,
        }
        self.0.insert(slot, content);
        true
    }

    /// `certificates: built-in "0004F206075D" 70:8B:85:9C…; platform slot 2 empty`.
    pub(super) fn in_words(&self) -> Prose {
        let mut prose = Prose::own("certificates: ");
        // The built-in certificate has a key: where none is listed, the lines about keys were left out.
        let has_built_in = self.0.get(&Slot::BuiltIn).is_some_and(ListedContent::has_certificate);
        let lists_keys = !has_built_in || self.0.values().any(|content| content.key_length.is_some());
        for (index, (slot, content)) in self.0.iter().enumerate() {
            let name = if *slot == Slot::BuiltIn { "built-in".to_owned() } else { slot.in_words() };
            prose = prose
                .and(if index == 0 { "" } else { "; " })
                .and(name)
                .join(content.in_words(*slot, lists_keys));
        }
        prose
    }
}

impl ListedContent {
    const fn has_certificate(&self) -> bool {
        self.certificate_length.is_some() || self.common_name.is_some() || self.fingerprint.is_some()
    }

    fn in_words(&self, slot: Slot, lists_keys: bool) -> Prose {
        if !self.has_certificate() {
            return Prose::own(match (self.key_length, slot) {
                (None, Slot::BuiltIn) if self.is_empty => " missing",
                (None, _) if self.is_empty => " empty",
                _ => " a key without a certificate",
            });
        }
        let mut prose = certificate_in_words(self.common_name.as_deref(), self.fingerprint.as_deref());
        if prose.is_empty() {
            prose = Prose::own(" installed");
        }
        match self.key_length {
            None if slot != Slot::BuiltIn && lists_keys => prose.and(" without a key"),
            _ => prose,
        }
    }
}
