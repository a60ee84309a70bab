//! JSON that a person or another program wrote, read with errors that say where.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A value and the path to it.
pub(crate) struct Node<'a> {
    value: &'a Value,
    place: String,
}

impl<'a> Node<'a> {
    /// The whole document; `place` is what it is called in errors.
    pub(crate) fn root(value: &'a Value, place: &str) -> Self {
        Self { value, place: place.to_owned() }
    }

    /// What stands under `key`; null counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Node { value, place: format!("{}.{key}", self.place) })
    }

    /// What must stand under `key`.
    pub(crate) fn must(&self, key: &str) -> Result<Node<'a>> {
        self.get(key).with_context(|| format!("{}: no `{key}`", self.place))
    }

    /// A string, a number or a truth value, as text.
    pub(crate) fn word(&self) -> Result<String> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(truth) => Ok(truth.to_string()),
            _ => bail!("{}: not a word", self.place),
        }
    }

    /// The word under `key`, if there is one.
    pub(crate) fn optional(&self, key: &str) -> Result<Option<String>> {
        self.get(key).map(|node| node.word()).transpose()
    }

    /// The word that must stand under `key`.
    pub(crate) fn text(&self, key: &str) -> Result<String> {
        self.must(key)?.word()
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Node<'a>>> {
        let list = self.value.as_array().with_context(|| format!("{}: no list", self.place))?;
        let place = |number| format!("{}[{number}]", self.place);
        Ok(list.iter().enumerate().map(|(n, value)| Node { value, place: place(n) }).collect())
    }

    /// The items of the list under `key`; none if there is no such list.
    pub(crate) fn list(&self, key: &str) -> Result<Vec<Node<'a>>> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |node| node.items())
    }

    /// The words of the list under `key`.
    pub(crate) fn words(&self, key: &str) -> Result<Vec<String>> {
        self.list(key)?.iter().map(Node::word).collect()
    }

    /// The fields of an object, by name.
    pub(crate) fn fields(&self) -> Result<Vec<(String, Node<'a>)>> {
        let map = self.value.as_object().with_context(|| format!("{}: no object", self.place))?;
        let field = |(key, value): (&String, &'a Value)| {
            (key.clone(), Node { value, place: format!("{}.{key}", self.place) })
        };
        Ok(map.iter().map(field).collect())
    }

    /// The 1-based lines under `lines`, in order.
    pub(crate) fn lines(&self) -> Result<Vec<u64>> {
        let number = |node: Node<'_>| {
            node.value.as_u64().with_context(|| format!("{}: no line number", node.place))
        };
        let mut lines = self.list("lines")?.into_iter().map(number).collect::<Result<Vec<_>>>()?;
        lines.sort_unstable();
        lines.dedup();
        Ok(lines)
    }
}
