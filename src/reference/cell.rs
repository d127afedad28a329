//! Cells of the tables.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serializer};

/// The rows of a table that is compiled in. Tests compare their number with the table's lines.
pub(super) fn rows<Row: DeserializeOwned>(table: &str) -> Vec<Row> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().filter_map(Result::ok).collect()
}

/// For `#[serde(with = "cell")]`: reads a value with its `FromStr`.
pub(super) fn deserialize<'de, D, T>(cell: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(cell)?.parse().map_err(D::Error::custom)
}

/// For `#[serde(with = "cell")]`: writes a value with its `Display`.
pub(super) fn serialize<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
