//! Which entry of a file is meant by a key; spelling varies between tools and versions.

use crate::json::Node;

/// Whether a key is `wanted`, apart from what varies: case, `_` and `-`.
pub(super) fn is(key: &str, wanted: &str) -> bool {
    let plain = key.bytes().filter(|b| !matches!(b, b'_' | b'-'));
    plain.map(|b| b.to_ascii_lowercase()).eq(wanted.bytes())
}

/// Whether a key is one of `wanted`.
fn is_one(key: &str, wanted: &[&str]) -> bool {
    wanted.iter().any(|w| is(key, w))
}

pub(super) const SPACE: &[&str] = &["configurationspace"];
pub(super) const PARAMETERS: &[&str] =
    &["tuningparameters", "tuneparams", "params", "parameters", "tunableparameters"];
pub(super) const RESTRICTIONS: &[&str] = &["conditions", "constraints", "restrictions"];
pub(super) const EXPRESSION: &[&str] = &["expression"];
pub(super) const NAME: &[&str] = &["name", "kernelname", "benchmarkname"];
pub(super) const VALUES: &[&str] = &["values"];
pub(super) const DEFAULT: &[&str] = &["default"];
pub(super) const TYPE: &[&str] = &["type"];

/// The entries of an object.
pub(super) struct Entries<'t>(pub(super) Vec<(String, Node<'t>)>);

impl<'t> Entries<'t> {
    /// The first entry with one of these keys, as it is spelt.
    pub(super) fn find(&self, keys: &[&str]) -> Option<(&str, Node<'t>)> {
        let found = self.0.iter().find(|(key, _)| is_one(key, keys));
        found.map(|(key, node)| (key.as_str(), *node))
    }

    /// The second entry with exactly the same key as another one, when it is one of these keys.
    pub(super) fn repeated(&self, keys: &[&str]) -> Option<(&str, Node<'t>)> {
        let mut seen: Vec<&str> = Vec::new();
        for (key, node) in self.0.iter().filter(|(key, _)| is_one(key, keys)) {
            if seen.contains(&key.as_str()) {
                return Some((key.as_str(), *node));
            }
            seen.push(key);
        }
        None
    }

    /// Every entry with one of these keys.
    pub(super) fn all<'s>(&'s self, keys: &'s [&str]) -> impl Iterator<Item = (&'s str, Node<'t>)> {
        self.0
            .iter()
            .filter(move |(key, _)| is_one(key, keys))
            .map(|(key, node)| (key.as_str(), *node))
    }
}
