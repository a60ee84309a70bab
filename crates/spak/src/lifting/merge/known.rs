//! What stands in a design already.

use std::collections::BTreeSet;

use spak_model::domain::Domain;
use spak_model::system::Dimension;
use spak_syntax::ast::{Block, Item, Value};

use super::{Named, plain};
use crate::lifting::parts::quoted;

/// The named blocks of a file, wherever they are.
pub(super) struct Known<'a> {
    blocks: Vec<Named<'a>>,
    taken: BTreeSet<String>,
}

impl<'a> Known<'a> {
    pub(super) fn of(items: &'a [Item]) -> Self {
        let mut blocks = Vec::new();
        let mut open: Vec<&Item> = items.iter().rev().collect();
        while let Some(item) = open.pop() {
            let (Item::Block(block) | Item::Section(block)) = item else { continue };
            if matches!(block.head.keyword(), "fact" | "invariant" | "constraint") {
                blocks.push(block);
            } else {
                open.extend(block.items.iter().rev());
            }
        }
        let names = blocks.iter().filter_map(|block| Some(block.head.name()?.text.clone()));
        Self { taken: names.collect(), blocks }
    }

    /// The blocks with a keyword, in order.
    pub(super) fn all(&self, keyword: &'static str) -> impl Iterator<Item = Named<'a>> + use<'a> {
        let all = self.blocks.clone().into_iter();
        all.filter(move |block| block.head.keyword() == keyword)
    }

    /// The block with a name.
    pub(super) fn named(&self, keyword: &'static str, name: &str) -> Option<Named<'a>> {
        self.all(keyword).find(|block| block.head.name().is_some_and(|word| word.text == name))
    }

    /// Whether a block says this under a key; `text` as it is written.
    pub(super) fn says(&self, keyword: &'static str, key: &str, text: &str) -> bool {
        let wanted = normal(text);
        self.all(keyword).any(|block| texts(block, key).any(|text| text == wanted))
    }

    /// A name that nothing has, which begins so and ends with a number.
    pub(super) fn free(&mut self, front: &str) -> String {
        let mut names = (1_u64..).map(|number| format!("{front}{number}"));
        let name = names.find(|name| !self.taken.contains(name)).unwrap_or_default();
        self.take(&name);
        name
    }

    /// A name, with a number if something has it.
    pub(super) fn numbered(&mut self, name: &str) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let mut names = (2_u64..).map(|number| format!("{name} {number}"));
        let name = names.find(|name| !self.taken.contains(name)).unwrap_or_default();
        self.take(&name);
        name
    }

    /// Marks a name as taken.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }
}

/// The texts under a key of a block.
fn texts<'b>(block: &'b Block, key: &str) -> impl Iterator<Item = String> + 'b {
    let key = key.to_owned();
    block.items.iter().filter_map(move |item| match item {
        Item::Pair(pair) if pair.key.text() == key => Some(match &pair.value {
            Value::Text(text) => squeezed(&text.value),
            Value::Raw(slot) => squeezed(&slot.text),
            _ => String::new(),
        }),
        _ => None,
    })
}

/// What a block says under a key.
pub(super) fn entry(block: &Block, key: &str) -> String {
    texts(block, key).next().unwrap_or_default()
}

/// A value as it is written, without quotes and the layout of its words.
pub(super) fn normal(written: &str) -> String {
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => squeezed(&inner.replace("\\\"", "\"").replace("\\\\", "\\")),
        None => squeezed(written),
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a dimension may have a value.
pub(super) fn has(domain: &Domain, value: &str) -> bool {
    let number = value.parse::<f64>().ok();
    match domain {
        Domain::Values(values) => values
            .iter()
            .any(|known| plain(known) == value || number.is_some() && known.as_float() == number),
        Domain::Ints(low, high, step) => value.parse::<i64>().is_ok_and(|value| {
            (*low..=*high).contains(&value)
                && value.abs_diff(*low) % step.unsigned_abs().max(1) == 0
        }),
        Domain::Reals(low, high) => match (low.as_float(), high.as_float(), number) {
            (Some(low), Some(high), Some(value)) => (low..=high).contains(&value),
            _ => false,
        },
        Domain::Any(kind) => match kind.as_str() {
            "int" => value.parse::<i64>().is_ok(),
            "float" => number.is_some(),
            "bool" => matches!(value, "true" | "false"),
            _ => true,
        },
    }
}

/// A value written as those of a dimension are; nothing if it is of another type.
pub(super) fn written_like(domain: &Domain, value: &str) -> Option<String> {
    use spak_model::Literal as L;
    let Domain::Values(values) = domain else { return None };
    let is_number = value.parse::<f64>().is_ok_and(f64::is_finite);
    let is_bool = matches!(value, "true" | "false");
    match values.first()? {
        L::Text(_) => Some(quoted(value)),
        L::Int(_) | L::Float(_) => is_number.then(|| value.to_owned()),
        L::Bool(_) => is_bool.then(|| value.to_owned()),
        L::Quantity(..) | L::List(_) => None,
    }
}

/// The values of a dimension in words.
pub(super) fn shown(domain: &Domain) -> String {
    match domain {
        Domain::Values(values) => {
            let values: Vec<String> = values.iter().take(8).map(ToString::to_string).collect();
            values.join(", ")
        }
        Domain::Ints(low, high, _) => format!("whole numbers from {low} to {high}"),
        Domain::Reals(low, high) => format!("numbers from {low} to {high}"),
        Domain::Any(kind) => format!("of the type {kind}"),
    }
}

/// Where the last value of the list of a dimension ends.
pub(super) fn end_of_list(items: &[Item], dimension: &Dimension) -> Option<u32> {
    let mut open: Vec<&Item> = items.iter().collect();
    while let Some(item) = open.pop() {
        match item {
            Item::Block(block) | Item::Section(block) => open.extend(&block.items),
            Item::Pair(pair) => {
                if let Value::Map(map) = &pair.value {
                    open.extend(&map.items);
                }
                let holds = |at: u32| pair.span.start <= at && at < pair.span.end;
                let is_named =
                    pair.key.words.last().is_some_and(|word| word.text == dimension.name);
                if let Value::List(_, values) = &pair.value
                    && is_named
                    && holds(dimension.place.span.start)
                {
                    return Some(values.last()?.span().end);
                }
            }
            Item::Line(_) => {}
        }
    }
    None
}
