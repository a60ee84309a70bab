//! One value of a parameter as it stands in JSON, without a tree of JSON in between.

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use spak_records::Value;

/// What `null` and Python's `None` are read as.
pub(crate) const NONE: &str = "None";

/// A scalar, or a list of scalars, of lists ...
#[derive(Clone, Debug)]
pub(crate) struct Item(pub(crate) Value);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, text, truth value or list")
    }
    fn visit_bool<E: de::Error>(self, b: bool) -> Result<Item, E> {
        Ok(Item(Value::Bool(b)))
    }
    fn visit_i64<E: de::Error>(self, i: i64) -> Result<Item, E> {
        Ok(Item(Value::Int(i)))
    }
    fn visit_u64<E: de::Error>(self, u: u64) -> Result<Item, E> {
        i64::try_from(u)
            .map(|i| Item(Value::Int(i)))
            .map_err(|_| E::custom(format_args!("the whole number {u} is beyond 64 bits")))
    }
    fn visit_f64<E: de::Error>(self, x: f64) -> Result<Item, E> {
        Ok(Item(Value::Float(x)))
    }
    fn visit_str<E: de::Error>(self, s: &str) -> Result<Item, E> {
        Ok(Item(Value::Text(s.to_owned())))
    }
    fn visit_unit<E: de::Error>(self) -> Result<Item, E> {
        Ok(Item(Value::Text(NONE.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Item, A::Error> {
        let mut list = Vec::new();
        while let Some(Item(value)) = items.next_element()? {
            list.push(value);
        }
        Ok(Item(Value::List(list)))
    }
}
