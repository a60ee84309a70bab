//! The fallback for restrictions with `&&`, `||` and `!`, which some files have: the same text with
//! `and`, `or` and `not`, and the way back to the places of the original.

use spak_expr::Expr;
use spak_syntax::{Diagnostic, Span};

use super::scan::{Kind, Tokens};

/// A text in which the operators are Python's.
pub(super) struct Rewritten {
    pub(super) text: String,
    /// The first such operator in the original, and its length.
    pub(super) first: u32,
    pub(super) first_length: u32,
    /// From an offset in `text` to one in the original, in order; in between both advance alike.
    anchors: Vec<(u32, u32)>,
}

/// `text` with Python's operators; `None` when `!` or a bit operator makes the meaning doubtful.
///
/// `!x` becomes `(not x)` for a name or parenthesis `x`, because in C it binds tighter than what
/// follows. A text that also has `&`, `|` or `^` is refused: they bind otherwise in C.
pub(super) fn rewrite(text: &str) -> Option<Rewritten> {
    let mut out = Rewritten {
        text: String::with_capacity(text.len() + 16),
        first: 0,
        first_length: 0,
        anchors: vec![(0, 0)],
    };
    // Where a `)` is due for a `!`, as offsets in the original, the next one last.
    let mut due: Vec<usize> = Vec::new();
    let mut done = 0;
    for token in Tokens::new(text) {
        let at = token.at as usize;
        let rest = text.get(at..)?;
        if token.kind == Kind::Operator && rest.starts_with(['&', '|', '^']) {
            return None;
        }
        if token.kind != Kind::COperator {
            continue;
        }
        let (word, length) = match rest.get(..1)? {
            "&" => (" and ", 2),
            "|" => (" or ", 2),
            _ => ("(not ", 1),
        };
        if out.first_length == 0 {
            (out.first, out.first_length) = (token.at, length);
        }
        out.copy(text, &mut done, at, &mut due)?;
        out.push(word, at + length as usize);
        done = at + length as usize;
        if length == 1 {
            due.push(done + operand(text.get(done..)?)?);
        }
    }
    out.copy(text, &mut done, text.len(), &mut due)?;
    Some(out)
}

/// The length of a name or a balanced parenthesis, possibly after further `!`.
fn operand(text: &str) -> Option<usize> {
    let start = text.find(|c: char| c != ' ' && c != '!')?;
    let rest = text.get(start..)?;
    if !rest.starts_with('(') {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (end > 0).then_some(start + end);
    }
    let mut depth = 0_usize;
    for token in Tokens::new(rest) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return Some(start + token.at as usize + 1);
        }
    }
    None
}

impl Rewritten {
    fn anchor(&mut self, original: usize) {
        let here = crate::bytes::offset(self.text.len());
        self.anchors.push((here, crate::bytes::offset(original)));
    }

    fn push(&mut self, word: &str, original: usize) {
        self.text.push_str(word);
        self.anchor(original);
    }

    /// Copies the original up to `to`, with the parentheses that are due on the way.
    fn copy(
        &mut self,
        text: &str,
        from: &mut usize,
        to: usize,
        due: &mut Vec<usize>,
    ) -> Option<()> {
        while let Some(&at) = due.last()
            && at <= to
        {
            due.pop();
            self.text.push_str(text.get(*from..at)?);
            self.push(")", at);
            *from = at;
        }
        self.text.push_str(text.get(*from..to)?);
        *from = to;
        Some(())
    }

    fn original(&self, offset: u32) -> u32 {
        let next = self.anchors.partition_point(|(here, _)| *here <= offset);
        let end = self.anchors.get(next).map_or(u32::MAX, |(_, there)| *there);
        match next.checked_sub(1).and_then(|at| self.anchors.get(at)) {
            Some((here, there)) => there.saturating_add(offset - here).min(end),
            None => offset,
        }
    }

    fn span(&self, span: Span) -> Span {
        Span::new(self.original(span.start), self.original(span.end))
    }

    /// Moves the places of a diagnostic to the original text.
    pub(super) fn relocate(&self, diagnostic: &mut Diagnostic) {
        diagnostic.primary.span = self.span(diagnostic.primary.span);
        for label in &mut diagnostic.related {
            label.span = self.span(label.span);
        }
    }

    /// Moves the places of an expression to the original text.
    pub(super) fn relocated(&self, mut expr: Expr) -> Expr {
        expr.span = self.span(expr.span);
        expr.map_children(&mut |child| self.relocated(child))
    }
}
