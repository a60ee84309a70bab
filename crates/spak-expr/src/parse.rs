//! Tokens to a tree: operators by precedence. The first error ends the reading; nothing is guessed.

mod complaints;
mod infix;
mod operand;
mod quantifier;

use std::collections::BTreeSet;

use spak_syntax::{Diagnostic, Span};

use crate::codes::{EXPRESSION_TOO_DEEP, TEXT_AFTER_FORMULA};
use crate::expr::{BinaryOp, CompareOp, Expr, ExprKind, MAX_DEPTH};
use crate::formality::{Formality, formality, is_identifier};
use crate::lexer::{Kind, Lexer, Token, place};

/// How deep reading recurses: a tree of the greatest height has at most one pair of parentheses
/// around each of its levels when it is printed, and that has to read again.
const READING_DEPTH: usize = 2 * MAX_DEPTH;

/// What a text may contain beside the common syntax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `a = b` states that they are equal, as the research layers write it.
    pub allow_equals: bool,
    /// `λ L_halt` is a product. Only of names that no one writes in a sentence: with `_`, a digit or a
    /// dot, of one letter, or not in ASCII.
    pub implicit_multiplication: bool,
}

/// What was read of a text.
#[derive(Clone, Debug)]
pub struct Parse {
    /// The expression, when the whole text is one.
    pub expr: Option<Expr>,
    /// What is wrong with it: what ended the reading, or a `=` that was read as `==`.
    pub diagnostics: Vec<Diagnostic>,
    /// How formal the text is; of interest when it could also be prose.
    pub formality: Formality,
}

impl Parse {
    /// Whether the whole text is a formula rather than a value, a name or words that happen to
    /// look like one.
    pub fn is_formula(&self) -> bool {
        self.expr.is_some() && self.formality == Formality::Formula
    }
}

/// Reads all of `text`, which starts at byte `base` of its file.
pub fn parse(text: &str, base: u32) -> Parse {
    parse_with(text, base, Options::default())
}

/// Reads all of `text`, which starts at byte `base` of its file.
pub fn parse_with(text: &str, base: u32, options: Options) -> Parse {
    let mut parser = Parser::new(text, base, options, false);
    let read = parser.expression(Level::LOWEST).and_then(|built| {
        if parser.token.kind == Kind::End { Ok(built.expr) } else { Err(parser.trailing()) }
    });
    let mut diagnostics = parser.notes;
    let (expr, formality) = match read {
        Ok(expr) => (Some(expr), formality(text, text.len(), options)),
        Err(error) => {
            diagnostics.push(*error);
            (None, Formality::Words)
        }
    };
    Parse { expr, diagnostics, formality }
}

/// How tightly an operator binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Level(pub(crate) u8);

impl Level {
    pub(crate) const LOWEST: Self = Self::IMPLIES;
    pub(crate) const IMPLIES: Self = Self(0);
    pub(crate) const CONDITIONAL: Self = Self(1);
    pub(crate) const OR: Self = Self(2);
    pub(crate) const AND: Self = Self(3);
    pub(crate) const NOT: Self = Self(4);
    pub(crate) const COMPARE: Self = Self(5);
    pub(crate) const RANGE: Self = Self(6);
    pub(crate) const ADD: Self = Self(7);
    pub(crate) const MULTIPLY: Self = Self(8);
    pub(crate) const MINUS: Self = Self(9);
    pub(crate) const POWER: Self = Self(10);
    pub(crate) const OPERAND: Self = Self(11);

    pub(crate) fn tighter(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A tree and its height.
pub(crate) struct Built {
    pub(crate) expr: Expr,
    pub(crate) height: usize,
}

pub(crate) type Read<T> = Result<T, Box<Diagnostic>>;

pub(crate) struct Parser<'t> {
    pub(crate) text: &'t str,
    pub(crate) base: u32,
    pub(crate) options: Options,
    lexer: Lexer<'t>,
    /// The next token.
    pub(crate) token: Token,
    /// Where the last token that was taken ends.
    pub(crate) taken: usize,
    /// How many expressions the current one is inside of.
    pub(crate) depth: usize,
    /// How many brackets the current token is inside of.
    pub(crate) brackets: usize,
    /// Whether to end before an operator whose right side is no expression.
    prefix: bool,
    pub(crate) notes: Vec<Diagnostic>,
    /// Where an aggregation could not take what follows it. Trying again inside each enclosing one
    /// would take time exponential in their number.
    pub(crate) bare_aggregates: BTreeSet<usize>,
    /// Where operators stand that nothing readable follows. What stands on the right of an operator does
    /// not depend on what encloses it, so one failure is enough, and trying again for every enclosing
    /// expression would take exponential time.
    refused: BTreeSet<usize>,
}

/// A place to go back to.
struct Mark<'t> {
    lexer: Lexer<'t>,
    token: Token,
    taken: usize,
    brackets: usize,
    notes: usize,
}

/// An operator between operands, as the loop of [`Parser::expression`] sees it.
#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOp),
    And,
    Or,
    Compare(CompareOp),
    NotIn,
    If,
    Question,
    Range,
    Juxtaposed,
}

impl Infix {
    fn level(self) -> Level {
        match self {
            Self::Binary(BinaryOp::Implies) => Level::IMPLIES,
            Self::Binary(BinaryOp::Add | BinaryOp::Subtract) => Level::ADD,
            Self::Binary(BinaryOp::Power) => Level::POWER,
            Self::Binary(_) | Self::Juxtaposed => Level::MULTIPLY,
            Self::And => Level::AND,
            Self::Or => Level::OR,
            Self::Compare(_) | Self::NotIn => Level::COMPARE,
            Self::If | Self::Question => Level::CONDITIONAL,
            Self::Range => Level::RANGE,
        }
    }
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str, base: u32, options: Options, prefix: bool) -> Self {
        let mut lexer = Lexer::new(text, options.implicit_multiplication);
        let token = lexer.next();
        Self {
            text,
            base,
            options,
            lexer,
            token,
            taken: 0,
            depth: 0,
            brackets: 0,
            prefix,
            notes: Vec::new(),
            bare_aggregates: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    pub(crate) fn take(&mut self) -> Token {
        let taken = self.token;
        self.taken = taken.end;
        self.token = self.lexer.next();
        taken
    }

    /// The token after the next one.
    pub(crate) fn second(&self) -> Token {
        let mut ahead = self.lexer;
        ahead.next()
    }

    pub(crate) fn word(&self) -> &'t str {
        match self.token.kind {
            Kind::Name => self.token.text(self.text),
            _ => "",
        }
    }

    pub(crate) fn here(&self) -> Span {
        self.token.span(self.base)
    }

    /// From `start` to the end of the last token taken.
    pub(crate) fn since(&self, start: usize) -> Span {
        place(self.base, start, self.taken)
    }

    /// A node over children of the given height.
    pub(crate) fn node(&self, start: usize, height: usize, kind: ExprKind) -> Read<Built> {
        let span = self.since(start);
        if height >= MAX_DEPTH {
            return Err(Self::too_deep(span));
        }
        Ok(Built { expr: Expr::new(span, kind), height: height + 1 })
    }

    pub(crate) fn too_deep(span: Span) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error(EXPRESSION_TOO_DEEP, span, "this expression is nested too deeply")
                .because(format!("at most {MAX_DEPTH} operators may be inside one another"))
                .repair("name its parts, or write a long sum as `sum([…])`"),
        )
    }

    /// The text goes on after an expression that is complete.
    fn trailing(&self) -> Box<Diagnostic> {
        if matches!(self.token.kind, Kind::Bad(_)) {
            return self.unexpected("an operator");
        }
        let found = self.token.text(self.text);
        Box::new(
            Diagnostic::error(
                TEXT_AFTER_FORMULA,
                self.here(),
                format!("`{}` does not continue the formula before it", shorten(found)),
            )
            .because("two operands need an operator between them")
            .repair("add the operator, or quote the text if it is prose"),
        )
    }

    /// Everything that binds at least as tightly as `lowest`.
    pub(crate) fn expression(&mut self, lowest: Level) -> Read<Built> {
        if self.depth >= READING_DEPTH {
            return Err(Self::too_deep(self.here()));
        }
        self.depth += 1;
        let start = self.token.start;
        let result = self.operand().and_then(|first| self.operators(start, first, lowest));
        self.depth -= 1;
        result
    }

    fn operators(&mut self, start: usize, first: Built, lowest: Level) -> Read<Built> {
        let mut left = first;
        while let Some(infix) = self.infix() {
            if infix.level() < lowest {
                break;
            }
            let mark = self.mark();
            let mut operand = Some(left);
            left = match (self.infix_node(start, &mut operand, infix), operand) {
                (Ok(node), _) => node,
                (Err(error), Some(kept)) if self.may_end(&error, &mark) => {
                    self.leave(mark);
                    return Ok(kept);
                }
                (Err(error), _) => return Err(error),
            };
        }
        Ok(left)
    }

    fn mark(&self) -> Mark<'t> {
        Mark {
            lexer: self.lexer,
            token: self.token,
            taken: self.taken,
            brackets: self.brackets,
            notes: self.notes.len(),
        }
    }

    /// Goes back to the operator at `mark`, which is part of what follows the formula.
    fn leave(&mut self, mark: Mark<'t>) {
        self.refused.insert(mark.token.start);
        self.reset(mark);
    }

    fn reset(&mut self, mark: Mark<'t>) {
        self.lexer = mark.lexer;
        self.token = mark.token;
        self.taken = mark.taken;
        self.brackets = mark.brackets;
        self.notes.truncate(mark.notes);
    }

    /// Whether an operator at `mark` may be left to the rest of the text, since what follows it is
    /// no expression. Never inside brackets: they could not be closed then.
    fn may_end(&self, error: &Diagnostic, mark: &Mark<'t>) -> bool {
        self.prefix && mark.brackets == 0 && error.code != EXPRESSION_TOO_DEEP
    }

    fn infix(&self) -> Option<Infix> {
        if self.refused.contains(&self.token.start) {
            return None;
        }
        let symbol = match self.token.kind {
            Kind::Symbol(symbol) => symbol,
            Kind::Name => match self.word() {
                word @ ("and" | "or" | "in" | "if" | "not") => word,
                "implies" => "=>",
                "else" => return None,
                name if self.options.implicit_multiplication
                    && (is_identifier(name) || self.is_called()) =>
                {
                    return self.is_factor_taken().then_some(Infix::Juxtaposed);
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(match symbol {
            "+" => Infix::Binary(BinaryOp::Add),
            "-" => Infix::Binary(BinaryOp::Subtract),
            "*" => Infix::Binary(BinaryOp::Multiply),
            "/" => Infix::Binary(BinaryOp::Divide),
            "//" => Infix::Binary(BinaryOp::FloorDivide),
            "%" => Infix::Binary(BinaryOp::Remainder),
            "**" => Infix::Binary(BinaryOp::Power),
            "@" => Infix::Binary(BinaryOp::MatrixProduct),
            "=>" => Infix::Binary(BinaryOp::Implies),
            "and" => Infix::And,
            "or" => Infix::Or,
            "==" | "=" => Infix::Compare(CompareOp::Equal),
            "!=" => Infix::Compare(CompareOp::NotEqual),
            "<" => Infix::Compare(CompareOp::Less),
            "<=" => Infix::Compare(CompareOp::LessEqual),
            ">" => Infix::Compare(CompareOp::Greater),
            ">=" => Infix::Compare(CompareOp::GreaterEqual),
            "in" => Infix::Compare(CompareOp::In),
            "not in" => Infix::Compare(CompareOp::NotIn),
            "not" => {
                let next = self.second();
                if next.kind != Kind::Name || next.text(self.text) != "in" {
                    return None;
                }
                Infix::NotIn
            }
            "if" => Infix::If,
            "?" => Infix::Question,
            ".." => Infix::Range,
            _ => return None,
        })
    }

    /// Whether the name that comes next is a call: `0.1 mean(h)`.
    fn is_called(&self) -> bool {
        let second = self.second();
        second.is("(") && second.start == self.token.end
    }

    /// Whether the last token that was taken can be a factor before a name, and is no word of prose.
    fn is_factor_taken(&self) -> bool {
        let before = self.text.get(..self.taken).unwrap_or("");
        let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let start = before.char_indices().rev().take_while(|(_, c)| in_word(*c)).last();
        start.and_then(|(at, _)| before.get(at..)).is_none_or(is_identifier)
    }
}

/// The start of a text that is shown in a message.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}
