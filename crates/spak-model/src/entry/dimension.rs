//! Dimensions that are written as blocks, on lines without a colon, or with a word before their name.

use spak_syntax::ast::{self, Head, HeadWord, WordKind};
use spak_syntax::{Diagnostic, Span};

use super::{Content, Entry, Lowering, is_space};
use crate::codes::NOT_A_DIMENSION;
use crate::domain;
use crate::reading::{self, SlotReading};
use crate::vocabulary::{Expect, Kind};

/// Words before the name of a dimension that say only that it is one.
const NAMING: &[&str] = &["axis", "parameter", "param", "dimension", "dim", "tunable", "knob"];

impl Lowering {
    /// The dimension that a block describes or whose values it lists; `None` for a group.
    pub(super) fn dimension(
        &mut self,
        parent: Option<Kind>,
        kind: Option<Kind>,
        head: &Head,
        block: &ast::Block,
        span: Span,
    ) -> Option<Entry> {
        let is_parameter = kind == Some(Kind::Parameter) && head.name().is_some();
        let is_map = block.head.words.is_empty() || block.head == *head;
        if !(is_space(parent) || is_parameter) || !is_map {
            return None;
        }
        let slot = match domain::of_block(&block.items, block.span, &mut self.diagnostics)? {
            Some(read) => SlotReading::of_domain(block.span, read),
            None => reading::nothing(block.span, Expect::Domain),
        };
        let head = if is_parameter { head.clone() } else { self.dimension_head(parent, head) };
        Some(self.entry(kind, head, span, block.inner_end, Content::Slot(slot)))
    }

    /// The name of a dimension: `axis tile_m` is `tile_m`.
    pub(super) fn dimension_head(&mut self, parent: Option<Kind>, head: &Head) -> Head {
        if !is_space(parent) || head.words.len() < 2 {
            return head.clone();
        }
        if let [word, name] = head.words.as_slice()
            && NAMING.contains(&word.text.as_str())
        {
            return Head { span: head.span, words: vec![name.clone()] };
        }
        let message = format!("`{}` is no name of a dimension", head.text());
        self.diagnostics.push(
            Diagnostic::warning(NOT_A_DIMENSION, head.span, message)
                .because("a dimension is referred to by its name, which is one word")
                .repair("write one word before the colon, or make the first the name of a group"),
        );
        head.clone()
    }

    /// A line of a space.
    pub(super) fn space_line(&mut self, slot: &ast::Slot) -> Entry {
        let end = slot.span.end;
        if matches!(slot.text.trim(), "..." | "…") {
            let open = reading::line(slot, Expect::Domain, &mut self.diagnostics);
            return self.entry(None, Head::default(), slot.span, end, Content::Slot(open));
        }
        match domain::line(slot, &mut self.diagnostics) {
            Some(line) => {
                let word = HeadWord { span: line.name, text: line.text, kind: WordKind::Name };
                let head = Head { span: line.name, words: vec![word] };
                let reading = SlotReading::of_domain(slot.span, line.values);
                self.entry(None, head, slot.span, end, Content::Slot(reading))
            }
            None => {
                let words = reading::line(slot, Expect::Words, &mut self.diagnostics);
                self.entry(None, Head::default(), slot.span, end, Content::Slot(words))
            }
        }
    }
}
