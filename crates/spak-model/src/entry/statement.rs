//! Statements on one line that begin with a word of the language: `require tile_m % 16 == 0`,
//! `type Shape = [int]`, `case Bare`, `when "x" then "y"`.

use spak_syntax::ast::{self, Head, HeadWord, Slot, Value, WordKind};
use spak_syntax::{Diagnostic, Span};

use super::pieces::{
    behind_sign, called, keyed, quoted, quoted_word, separated, trimmed, unquoted,
};
use super::{Content, Entry, Lowering, all_words, first_word, is_space, kind_in, takes_words};
use crate::codes::MISSING_VALUE;
use crate::formula;
use crate::literal::Literal;
use crate::reading::{self, Class, Reading, SlotReading};
use crate::types::Type;
use crate::vocabulary::{self, Expect, Kind};

impl Lowering {
    /// A line. One that begins with a known action has a head (`return EXPR`, `emit Case`,
    /// `artifact "file"`, `import "file"`); any other is read as what its place expects.
    pub(super) fn line(&mut self, parent: Option<Kind>, slot: &Slot, out: &mut Vec<Entry>) {
        if is_space(parent) {
            out.push(self.space_line(slot));
            return;
        }
        let end = slot.span.end;
        let (word, rest) = first_word(slot);
        let head = |words: Vec<HeadWord>| Head { span: slot.span, words };
        match word.text.as_str() {
            "return" | "emit" => {
                let expect = match (word.text.as_str(), parent) {
                    ("emit", _) => Expect::Name,
                    (_, Some(Kind::Fact)) => Expect::Condition,
                    _ => Expect::Any,
                };
                let content = Content::Slot(reading::line(&rest, expect, &mut self.diagnostics));
                out.push(self.entry(None, head(vec![word]), slot.span, end, content));
            }
            "artifact" | "import" | "extends" | "refines" | "use" | "SNF_MODEL" => {
                let mut words = vec![word];
                words.extend(all_words(&rest));
                let kind = vocabulary::kind_of(words.first().map_or("", |w| w.text.as_str()));
                let content = Content::Block(Vec::new());
                out.push(self.entry(kind, head(words), slot.span, end, content));
            }
            _ => {
                if self.keyed(parent, slot, out) {
                    return;
                }
                let declared = self.declaration(parent, slot, &word, &rest);
                out.push(declared.unwrap_or_else(|| {
                    let expect = vocabulary::expect(parent, None, false);
                    let mut reading = reading::statement(slot, expect, &mut self.diagnostics);
                    reading.span = slot.span;
                    self.entry(None, Head::default(), slot.span, end, Content::Slot(reading))
                }));
            }
        }
    }

    /// `when "x > 3" then "y = 3"`, `require tile_m > 2`: keys of the block around, each with its value
    /// behind it.
    fn keyed(&mut self, parent: Option<Kind>, slot: &Slot, out: &mut Vec<Entry>) -> bool {
        let keys: &[&str] = match parent {
            Some(Kind::Rule) => &[
                "when",
                "if",
                "unless",
                "recommend",
                "apply",
                "avoid",
                "forbid",
                "then",
                "prefer",
                "reason",
            ],
            Some(Kind::Constraint | Kind::Invariant) => {
                &["require", "assert", "holds", "condition", "reason"]
            }
            Some(Kind::Hint) => &["trigger", "suggestion"],
            _ => return false,
        };
        let parts = keyed(slot, keys, parent == Some(Kind::Rule));
        for (key, value) in &parts {
            let expect = vocabulary::expect(parent, Some(&key.text), false);
            let reading = reading::line(&unquoted(value), expect, &mut self.diagnostics);
            let head = Head { span: key.span, words: vec![key.clone()] };
            let span = Span::new(key.span.start, value.span.end);
            let kind = kind_in(parent, &head);
            out.push(self.entry(kind, head, span, span.end, Content::Slot(reading)));
        }
        !parts.is_empty()
    }

    /// A declaration without a block.
    fn declaration(
        &mut self,
        parent: Option<Kind>,
        slot: &Slot,
        word: &HeadWord,
        rest: &Slot,
    ) -> Option<Entry> {
        match word.text.as_str() {
            "require" | "constraint" | "constraints" | "assert" | "invariant" => {
                self.condition(parent, slot, word, rest)
            }
            "type" | "state" => self.typed(slot, word, rest),
            "case" if matches!(parent, Some(Kind::Variant | Kind::TraceSchema)) => {
                self.case(slot, word, rest)
            }
            "variant" => self.variant(slot, word, rest),
            "fact" => self.predicate(slot, word, rest),
            "axiom" | "heuristic" | "prediction" | "hint" => {
                let words = reading::line(&quoted(rest)?, Expect::Words, &mut self.diagnostics);
                Some(self.with_head(slot, vec![word.clone()], Content::Slot(words)))
            }
            "operator" | "Operator" | "op" => {
                let (name, arguments, behind) = called(rest)?;
                let behind = trimmed(&behind);
                if !(behind.text.is_empty() || behind.text.starts_with(['-', '→'])) {
                    return None;
                }
                let mut words = vec![word.clone(), name, arguments?];
                words.extend(all_words(&behind));
                Some(self.with_head(slot, words, Content::Block(Vec::new())))
            }
            _ => None,
        }
    }

    fn with_head(&self, slot: &Slot, words: Vec<HeadWord>, content: Content) -> Entry {
        let head = Head { span: slot.span, words };
        let kind = vocabulary::kind_of(head.keyword());
        self.entry(kind, head, slot.span, slot.span.end, content)
    }

    /// `require tile_m % 16 == 0`, `constraint "whole tiles" tile_m % 16 == 0`.
    fn condition(
        &mut self,
        parent: Option<Kind>,
        slot: &Slot,
        word: &HeadWord,
        rest: &Slot,
    ) -> Option<Entry> {
        if takes_words(parent) {
            return None;
        }
        let mut words = vec![word.clone()];
        let mut stated = trimmed(rest);
        if let Some((name, behind)) = quoted_word(&stated)
            && !behind.text.is_empty()
        {
            words.push(name);
            stated = behind;
        }
        let stated = unquoted(&stated);
        let is_formula = match formula::read_condition(&stated.text, 0) {
            formula::Read::Whole(formula) => !formula.expr.is_bare_name(),
            formula::Read::Prefix(..) => true,
            formula::Read::None => formula::broken(&stated.text, 0).is_some(),
        };
        if !is_formula {
            return None;
        }
        let reading = reading::line(&stated, Expect::Condition, &mut self.diagnostics);
        let mut entry = self.with_head(slot, words, Content::Slot(reading));
        entry.kind = entry.kind.or(Some(Kind::Invariant));
        Some(entry)
    }

    /// `type Shape = [int]`, `state n = 4`.
    fn typed(&mut self, slot: &Slot, word: &HeadWord, rest: &Slot) -> Option<Entry> {
        let (name, _, behind) = called(rest)?;
        let value = behind_sign(&behind, '=')?;
        let literal = match quoted(&value) {
            Some(text) => Some(Literal::Text(text.text)),
            None => Literal::read(&value.text).filter(|l| !matches!(l, Literal::Text(_))),
        };
        let reading = match literal.filter(|_| word.text == "state") {
            Some(literal) => Reading::Type(Type::of(&literal), Some(literal)),
            None => Reading::Type(Type::read(&value.text)?, None),
        };
        let read = SlotReading {
            span: value.span,
            reading,
            class: Class::Formal,
            expect: Expect::Type,
            rewrite: None,
        };
        Some(self.with_head(slot, vec![word.clone(), name], Content::Slot(read)))
    }

    /// `case Bare`, `case Pos(x: int)`.
    fn case(&mut self, slot: &Slot, word: &HeadWord, rest: &Slot) -> Option<Entry> {
        let (name, arguments, behind) = called(rest)?;
        if !behind.text.trim().is_empty() {
            return None;
        }
        let fields = arguments.map(|a| self.fields(&a)).unwrap_or_default();
        Some(self.with_head(slot, vec![word.clone(), name], Content::Block(fields)))
    }

    /// The fields `x: int, y: float` as entries.
    fn fields(&mut self, arguments: &HeadWord) -> Vec<Entry> {
        let inside = Slot { span: arguments.span, text: arguments.text.clone() };
        let mut entries = Vec::new();
        for part in separated(&inside, ',') {
            let (name, ty) = first_word(&part);
            let Some(ty) = behind_sign(&ty, ':') else { continue };
            let reading = reading::line(&ty, Expect::Type, &mut self.diagnostics);
            let head = Head { span: name.span, words: vec![name] };
            let (span, end) = (part.span, part.span.end);
            entries.push(self.entry(None, head, span, end, Content::Slot(reading)));
        }
        entries
    }

    /// `variant Step = Ok | Failed(reason: string)`.
    fn variant(&mut self, slot: &Slot, word: &HeadWord, rest: &Slot) -> Option<Entry> {
        let (name, _, behind) = called(rest)?;
        let mut cases = Vec::new();
        for part in separated(&behind_sign(&behind, '=')?, '|') {
            if part.text.is_empty() {
                continue;
            }
            let span = Span::at(part.span.start);
            let keyword = HeadWord { span, text: "case".to_owned(), kind: WordKind::Name };
            cases.push(self.case(&part, &keyword, &part)?);
        }
        Some(self.with_head(slot, vec![word.clone(), name], Content::Block(cases)))
    }

    /// `fact slow(t: TraceItem.Performance) = t.tflops < 10`.
    fn predicate(&mut self, slot: &Slot, word: &HeadWord, rest: &Slot) -> Option<Entry> {
        let (name, arguments, behind) = called(rest)?;
        let value = behind_sign(&behind, '=').filter(|v| !v.text.starts_with('='))?;
        let returns = self.returns(&value);
        let words = [Some(word.clone()), Some(name), arguments].into_iter().flatten().collect();
        Some(self.with_head(slot, words, Content::Block(vec![returns])))
    }

    fn returns(&mut self, value: &Slot) -> Entry {
        let reading = reading::line(value, Expect::Condition, &mut self.diagnostics);
        let span = Span::at(value.span.start);
        let word = HeadWord { span, text: "return".to_owned(), kind: WordKind::Name };
        let head = Head { span, words: vec![word] };
        self.entry(None, head, value.span, value.span.end, Content::Slot(reading))
    }

    /// What stands inside of a pair whose value holds more than one slot: `constraints: ["a > 3"]`,
    /// `fact f(t: T.P): t.x < 3`, `curriculum: max_steps: [2 -> 4 -> 8]`.
    pub(super) fn inside_of_pair(
        &mut self,
        kind: Option<Kind>,
        pair: &ast::Pair,
    ) -> Option<Vec<Entry>> {
        match (kind, &pair.value) {
            (Some(Kind::Constraint | Kind::Invariant), Value::List(_, elements)) => {
                let mut conditions = Vec::with_capacity(elements.len());
                for element in elements {
                    let read = reading::value(element, Expect::Condition, &mut self.diagnostics);
                    let (span, content) = (element.span(), Content::Slot(read));
                    conditions.push(self.entry(None, Head::default(), span, span.end, content));
                }
                Some(conditions)
            }
            (Some(Kind::Fact), Value::Raw(slot)) => {
                pair.key.words.iter().find(|w| w.kind == WordKind::Group)?;
                Some(vec![self.returns(slot)])
            }
            (Some(Kind::Part | Kind::Record), Value::Raw(slot)) => {
                let (key, rest) = first_word(slot);
                if key.text.is_empty() || !rest.text.starts_with(": ") {
                    return None;
                }
                let value = behind_sign(&rest, ':')?;
                let value = list_in(&value).unwrap_or(Value::Raw(value));
                let key = Head { span: key.span, words: vec![key] };
                let inner = ast::Pair { span: slot.span, key, value };
                let reading = vocabulary::expect(kind, Some(inner.key.keyword()), false);
                let reading = reading::value(&inner.value, reading, &mut self.diagnostics);
                let (span, content) = (inner.span, Content::Slot(reading));
                Some(vec![self.entry(None, inner.key, span, span.end, content)])
            }
            (_, Value::Raw(slot)) if matches!(slot.text.trim(), "|" | ">" | "|-" | ">-") => {
                let message = format!("`{}` has no text", pair.key.text());
                self.diagnostics.push(
                    Diagnostic::warning(MISSING_VALUE, slot.span, message)
                        .because("a bar begins a text in YAML only; the lines below are statements")
                        .repair("put a text of several lines between two `\"\"\"`"),
                );
                None
            }
            _ => None,
        }
    }
}

/// `[2 -> 4 -> 8]` as a list.
fn list_in(slot: &Slot) -> Option<Value> {
    let inner = slot.text.strip_prefix('[')?.strip_suffix(']')?.to_owned();
    let span = Span::new(slot.span.start + 1, slot.span.end.saturating_sub(1));
    let elements = separated(&Slot { span, text: inner }, ',').into_iter().map(Value::Raw);
    Some(Value::List(slot.span, elements.collect()))
}
