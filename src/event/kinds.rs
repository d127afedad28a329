//! The names of all kinds of events and of their fields, as serde derives them from [`Event`].

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::value::{Error, U32Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, VariantAccess, Visitor,
};
use serde_json::{Map, Value};

use super::Event;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventKind {
    /// Its name in the output.
    pub name: &'static str,
    names: &'static [&'static str],
}

impl EventKind {
    /// The names of its own fields, in the order of the output.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.names.iter().copied().filter(|name| is_shown(name))
    }
}

/// All kinds of events, in the order of the output.
pub fn all() -> &'static [EventKind] {
    static ALL: LazyLock<Vec<EventKind>> = LazyLock::new(|| {
        let kinds = (0..).map_while(|index| {
            let mut names = Names { index, kinds: &[], fields: &[] };
            // This always returns an error: no event is read, only the names are taken.
            let _ = Event::deserialize(&mut names);
            Some(EventKind { name: names.kinds.get(index as usize)?, names: names.fields })
        });
        kinds.collect()
    });
    &ALL
}

/// Whether the field is shown as one of the kind's own fields. The slot has its own column.
pub(super) fn is_shown(field: &str) -> bool {
    field != "slot" && !field.starts_with('_')
}

/// The event's kind and all its fields.
pub(super) fn parts(event: &Event) -> (String, Map<String, Value>) {
    match serde_json::to_value(event) {
        Ok(Value::String(kind)) => (kind, Map::new()),
        Ok(Value::Object(object)) => match object.into_iter().next() {
            Some((kind, Value::Object(fields))) => (kind, fields),
            _ => Default::default(),
        },
        _ => Default::default(),
    }
}

/// The event of a kind with these fields, as [`parts`] gives them. None if a field that must be known is not.
pub(super) fn from_parts(kind: String, fields: Map<String, Value>) -> Option<Event> {
    let event = match fields.is_empty() {
        true => Value::String(kind),
        false => Value::Object([(kind, Value::Object(fields))].into_iter().collect()),
    };
    serde_json::from_value(event).ok()
}

/// A value is text in readable formats, else it has its packed form.
pub(super) mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in crate::event) fn serialize<T, S>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Display + Serialize,
        S: Serializer,
    {
        match value {
            Some(value) if serializer.is_human_readable() => serializer.serialize_some(&value.to_string()),
            _ => value.serialize(serializer),
        }
    }

    pub(in crate::event) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: Deserialize<'de> + FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        if !deserializer.is_human_readable() {
            return Option::deserialize(deserializer);
        }
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// A deserializer that collects the names which serde's derived code passes to it, and returns no values.
struct Names {
    /// The index of the requested variant.
    index: u32,
    kinds: &'static [&'static str],
    fields: &'static [&'static str],
}

impl<'de> Deserializer<'de> for &mut Names {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("no enum"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.kinds = variants;
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for &mut Names {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let index: U32Deserializer<Error> = self.index.into_deserializer();
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Names {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Error> {
        Err(Error::custom("no names"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("no names"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.fields = fields;
        Err(Error::custom("only names are wanted"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `schema_version` fixes them: a kind or a field may be added, but none may change.
    #[test]
    fn kinds_and_fields() {
        let line =
            |kind: &EventKind| format!("{}: {}", kind.name, kind.fields().collect::<Vec<_>>().join(" "));
        insta::assert_snapshot!(all().iter().map(line).collect::<Vec<_>>().join("\n"));
    }
}
