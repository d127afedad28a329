//! One event in JSON and CSV, and the schema of its kind's own fields.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Value, json};

use crate::event;
use crate::model::Slot;

/// One event of `events --format jsonl`. Fields that its kind does not have are left out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(transform = describe_own_fields)]
pub struct EventRow {
    /// 12 upper-case hex digits, or null.
    pub mac: Option<String>,
    /// The log's path; a member of an archive is `a.zip!/path/in/it`.
    pub file: String,
    /// 1-based number of the message's header line.
    pub line: u64,
    /// The time stamp as it is in the log, or null.
    pub stamp: Option<String>,
    /// Local time of the phone, or null.
    pub time: Option<String>,
    /// Seconds since boot, or null.
    pub uptime: Option<f64>,
    /// The component, without padding; null if the line has no header.
    pub component: Option<String>,
    /// `0` to `6` or `*`; null if the line has no header.
    pub level: Option<String>,
    /// Events lost so far; null if the line has no header.
    pub missed: Option<u64>,
    /// The kind, `key_too_large`.
    #[schemars(extend("enum" = kinds()))]
    pub kind: &'static str,
    /// The slot that the message names, or null.
    #[serde(serialize_with = "super::name_of_slot")]
    #[schemars(with = "Option<String>")]
    pub slot: Option<Slot>,
    /// The number of the phone's boot in which it occurred, from 0; not shown.
    #[serde(skip)]
    pub boot: usize,
    /// The first date of any line of that boot; not shown.
    #[serde(skip)]
    pub boot_time: Option<String>,
    /// Which upload failed, if this is a message of one that did; not shown.
    #[serde(skip)]
    pub upload: Option<event::Upload>,
    /// The kind's own fields, in the order of the event's type: name and value.
    #[serde(flatten)]
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl EventRow {
    /// A field of this kind of event that is a text.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    /// A field of this kind of event that is a number.
    pub(crate) fn number(&self, field: &str) -> Option<u64> {
        self.fields.get(field)?.as_u64()
    }
}

/// The names of all kinds of events.
fn kinds() -> Vec<&'static str> {
    event::kinds().iter().map(|kind| kind.name).collect()
}

/// Adds each kind's own fields to the schema of an event, with the kinds that have them.
fn describe_own_fields(schema: &mut Schema) {
    let mut kinds_of: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for kind in event::kinds() {
        for field in kind.fields() {
            kinds_of.entry(field).or_default().push(format!("`{}`", kind.name));
        }
    }
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (field, kinds) in kinds_of {
        let kinds = kinds.join(", ");
        let description = match field {
            "platform_mac" => format!(
                "Of {kinds}: the address that the phone names as its own. `mac` is the phone of the log."
            ),
            _ => format!("Of {kinds}."),
        };
        properties.insert(field.to_owned(), json!({ "description": description }));
    }
}
