//! JSON whose values know where they stand, read one level at a time.

use std::fmt::Display;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use spak_records::Value;
use spak_syntax::{Diagnostic, Span};

use crate::bytes::{json_error, offset};
use crate::codes::BAD_ENTRY;
use crate::item::Item;

/// A value of a JSON text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'t> {
    /// The whole text.
    text: &'t str,
    /// This value in it.
    raw: &'t str,
}

/// A text of a JSON value, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    /// Without the quotes.
    pub(crate) place: Span,
    /// No character is escaped, so that an offset in `text` is one in `place`.
    pub(crate) verbatim: bool,
}

impl Text {
    /// A diagnostic about this text, moved to its place in the file.
    pub(crate) fn relocated(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if self.verbatim {
            return diagnostic.shift(self.place.start);
        }
        diagnostic.primary.span = self.place;
        diagnostic.related.clear();
        diagnostic.fix.clear();
        diagnostic
    }
}

impl<'t> Node<'t> {
    /// The only value of `text`.
    ///
    /// # Errors
    /// When it is not JSON.
    pub(crate) fn of(text: &'t str) -> Result<Self, Box<Diagnostic>> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|e| json_error(text, &e, ""))?;
        Ok(Self { text, raw: raw.get() })
    }

    fn start(self) -> usize {
        // Both are slices of one text: the distance is the offset.
        (self.raw.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// Where it stands.
    pub(crate) fn span(self) -> Span {
        let start = self.start();
        Span::new(offset(start), offset(start + self.raw.len()))
    }

    pub(crate) fn is_object(self) -> bool {
        self.raw.starts_with('{')
    }

    pub(crate) fn is_list(self) -> bool {
        self.raw.starts_with('[')
    }

    pub(crate) fn is_text(self) -> bool {
        self.raw.starts_with('"')
    }

    fn read<T: Deserialize<'t>>(self, path: &dyn Display) -> Result<T, Box<Diagnostic>> {
        serde_json::from_str(self.raw).map_err(|e| {
            let mut diagnostic = json_error(self.raw, &e, "").shift(offset(self.start()));
            let what = e.to_string();
            let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
            diagnostic.message =
                self.located(&format!("{what} in `{path}`"), diagnostic.primary.span);
            Box::new(diagnostic)
        })
    }

    fn located(self, message: &str, at: Span) -> String {
        let before = self.text.get(..at.start as usize).unwrap_or(self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        format!("{message}, line {line}, column {column}")
    }

    /// An error about this value.
    pub(crate) fn fault(self, path: &dyn Display, message: &str) -> Diagnostic {
        let whole = self.located(&format!("`{path}`: {message}"), self.span());
        Diagnostic::error(BAD_ENTRY, self.span(), whole)
    }

    /// The entries of an object in order, doubled ones included.
    pub(crate) fn members(
        self,
        path: &dyn Display,
    ) -> Result<Vec<(String, Self)>, Box<Diagnostic>> {
        let Members(members) = self.read(path)?;
        let node = |raw: &'t RawValue| Self { text: self.text, raw: raw.get() };
        Ok(members.into_iter().map(|(key, raw)| (key, node(raw))).collect())
    }

    /// The elements of a list.
    pub(crate) fn elements(self, path: &dyn Display) -> Result<Vec<Self>, Box<Diagnostic>> {
        let elements: Vec<&'t RawValue> = self.read(path)?;
        Ok(elements.into_iter().map(|raw| Self { text: self.text, raw: raw.get() }).collect())
    }

    /// The elements of a list of simple values.
    pub(crate) fn values(self, path: &dyn Display) -> Result<Vec<Value>, Box<Diagnostic>> {
        let items: Vec<Item> = self.read(path)?;
        Ok(items.into_iter().map(|Item(value)| value).collect())
    }

    /// A simple value.
    pub(crate) fn value(self, path: &dyn Display) -> Result<Value, Box<Diagnostic>> {
        let Item(value) = self.read(path)?;
        Ok(value)
    }

    /// A text.
    pub(crate) fn string(self, path: &dyn Display) -> Result<Text, Box<Diagnostic>> {
        let text: String = self.read(path)?;
        let span = self.span();
        let place = Span::new(span.start.saturating_add(1), span.end.saturating_sub(1));
        let verbatim = text.len() == place.len() as usize;
        Ok(Text { text, place, verbatim })
    }
}

struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'t> Visitor<'t> for MembersVisitor {
    type Value = Members<'t>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Members<'t>, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = map.next_entry()? {
            members.push(entry);
        }
        Ok(Members(members))
    }
}
