//! What is known of the whole text before reading it: which brackets belong together, how lines are
//! indented, and whether braces are missing. All in one pass each.

use crate::lexer::Lexeme;
use crate::tree::Kind;

/// For each opening `(`, `[` or `{` the index of the bracket that closes it.
///
/// A bracket never closes across a brace or across a pair that is not deeper, and a parenthesis never across an empty line or a line end
/// between two words, so that a lone one in prose stays alone.
pub(super) fn matching(text: &str, tokens: &[Lexeme], indents: &[Option<u32>]) -> Vec<Option<u32>> {
    let mut close = vec![None; tokens.len()];
    let mut frames = vec![Frame::default()];
    let mut line_is_empty = false;
    let mut before: Option<&Lexeme> = None;
    let mut new_line = false;
    let mut indent = 0;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Newline {
            new_line = true;
        } else if !token.kind.is_trivia() {
            let line_ended = std::mem::take(&mut new_line);
            if line_ended {
                indent = indents.get(index).copied().flatten().unwrap_or(0);
                if let Some(frame) = frames.last_mut().filter(|_| is_key(tokens, index)) {
                    frame.drop_lists(indent);
                }
            }
            let broken = before.filter(|_| line_ended).is_some_and(|before| {
                !joins_lines(text, before) && !joins_lines(text, token) && !closes(token)
            });
            if let Some(frame) = frames.last_mut().filter(|_| broken) {
                frame.drop_parens();
            }
            before = Some(token);
        }
        let frame = frames.last_mut();
        match (token.kind, frame) {
            (Kind::LeftBrace, _) => frames.push(Frame { brace: Some(index), ..Frame::default() }),
            (Kind::RightBrace, Some(_)) => {
                // A surplus brace ends what is open at the top as well.
                let closed = frames.pop().unwrap_or_default();
                set(&mut close, closed.brace, index);
                if frames.is_empty() {
                    frames.push(Frame::default());
                }
            }
            (Kind::LeftBracket | Kind::LeftParen, Some(frame)) => {
                frame.open(token.kind, index, indent);
            }
            (Kind::RightBracket, Some(frame)) => {
                set(&mut close, frame.close(Kind::LeftBracket), index);
            }
            (Kind::RightParen, Some(frame)) => set(&mut close, frame.close(Kind::LeftParen), index),
            (Kind::Newline, Some(frame)) if line_is_empty => frame.drop_parens(),
            _ => {}
        }
        line_is_empty = match token.kind {
            Kind::Newline => true,
            Kind::Whitespace => line_is_empty,
            _ => false,
        };
    }
    close
}

/// Words that stand between two operands.
const JOINING_WORDS: &[&str] = &["and", "or", "not", "in", "is", "if", "else", "for"];

/// Whether a formula in parentheses can go on over the line end beside `token`.
fn joins_lines(text: &str, token: &Lexeme) -> bool {
    match token.kind {
        Kind::Word => JOINING_WORDS.contains(&token.span.slice(text)),
        Kind::Number | Kind::RightParen | Kind::RightBracket | Kind::RightBrace => false,
        _ => true,
    }
}

fn closes(token: &Lexeme) -> bool {
    matches!(token.kind, Kind::RightParen | Kind::RightBracket | Kind::RightBrace)
}

/// Whether a name and a colon stand at `index`.
fn is_key(tokens: &[Lexeme], index: usize) -> bool {
    let kind = |index: usize| tokens.get(index).map(|t| t.kind);
    let behind = if kind(index + 1) == Some(Kind::Whitespace) { index + 2 } else { index + 1 };
    matches!(kind(index), Some(Kind::Word | Kind::Text)) && kind(behind) == Some(Kind::Colon)
}

/// The brackets that are open inside one brace.
#[derive(Default)]
struct Frame {
    brace: Option<usize>,
    /// Each with its token and how far its line is indented.
    open: Vec<(Kind, usize, u32)>,
    /// How many of `open` are brackets and parentheses: a closing bracket with nothing to close must
    /// not cost a search.
    counts: [usize; 2],
}

impl Frame {
    fn count(&mut self, kind: Kind) -> &mut usize {
        let [brackets, parens] = &mut self.counts;
        if kind == Kind::LeftBracket { brackets } else { parens }
    }

    fn open(&mut self, kind: Kind, index: usize, indent: u32) {
        self.open.push((kind, index, indent));
        *self.count(kind) += 1;
    }

    /// Closes the innermost open `kind`; what is open inside it stays without a partner.
    fn close(&mut self, kind: Kind) -> Option<usize> {
        if *self.count(kind) == 0 {
            return None;
        }
        while let Some((top, index, _)) = self.open.pop() {
            *self.count(top) -= 1;
            if top == kind {
                return Some(index);
            }
        }
        None
    }

    fn drop_parens(&mut self) {
        while self.open.last().is_some_and(|(kind, ..)| *kind == Kind::LeftParen) {
            self.open.pop();
            *self.count(Kind::LeftParen) -= 1;
        }
    }

    /// Forgets the lists that a pair on a line indented by `indent` cannot be an element of.
    fn drop_lists(&mut self, indent: u32) {
        while self
            .open
            .last()
            .is_some_and(|(kind, _, line)| *kind == Kind::LeftBracket && *line >= indent)
        {
            self.open.pop();
            *self.count(Kind::LeftBracket) -= 1;
        }
    }
}

fn set(close: &mut [Option<u32>], open: Option<usize>, index: usize) {
    if let Some(slot) = open.and_then(|o| close.get_mut(o)) {
        *slot = Some(index as u32);
    }
}

/// For each token the number of line ends before it.
pub(super) fn lines(tokens: &[Lexeme]) -> Vec<u32> {
    tokens
        .iter()
        .scan(0, |line, token| {
            let here = *line;
            *line += u32::from(token.kind == Kind::Newline);
            Some(here)
        })
        .collect()
}

/// For each token that is the first on its line, how far it is indented (a tab goes to the next
/// multiple of four).
pub(super) fn indents(text: &str, tokens: &[Lexeme]) -> Vec<Option<u32>> {
    let mut at_line_start = Some(0);
    tokens
        .iter()
        .map(|token| match token.kind {
            Kind::Newline => {
                at_line_start = Some(0);
                None
            }
            Kind::Whitespace => {
                if let Some(column) = at_line_start.as_mut() {
                    for c in token.span.slice(text).chars().filter(|c| *c != '\u{feff}') {
                        *column = if c == '\t' { (*column / 4 + 1) * 4 } else { *column + 1 };
                    }
                }
                None
            }
            _ => at_line_start.take(),
        })
        .collect()
}

/// For each line how far its first token is indented; 0 for a line without one.
pub(super) fn line_indents(indents: &[Option<u32>], lines: &[u32]) -> Vec<u32> {
    let mut out = vec![0; lines.last().map_or(0, |l| *l as usize + 1)];
    for (indent, line) in indents.iter().zip(lines) {
        if let (Some(indent), Some(slot)) = (indent, out.get_mut(*line as usize)) {
            *slot = *indent;
        }
    }
    out
}

/// How many more closing than opening braces there are.
pub(super) fn brace_surplus(tokens: &[Lexeme]) -> i64 {
    tokens
        .iter()
        .map(|t| match t.kind {
            Kind::LeftBrace => -1,
            Kind::RightBrace => 1,
            _ => 0,
        })
        .sum()
}

/// Where the lines stand: what a text whose braces do not add up is read by.
pub(super) struct Outline {
    /// For each line: its first token that means something.
    first: Vec<Option<u32>>,
    /// For each line with such a token: the next one that is not deeper.
    not_deeper: Vec<Option<u32>>,
    /// No line is indented.
    pub(super) flat: bool,
}

impl Outline {
    pub(super) fn new(tokens: &[Lexeme], lines: &[u32], line_indents: &[u32]) -> Self {
        let mut first = vec![None; line_indents.len()];
        for (index, (token, line)) in tokens.iter().zip(lines).enumerate() {
            if let Some(slot) = first.get_mut(*line as usize).filter(|_| !token.kind.is_trivia()) {
                slot.get_or_insert(index as u32);
            }
        }
        let mut not_deeper = vec![None; line_indents.len()];
        let mut waiting: Vec<(u32, usize)> = Vec::new();
        let mut flat = true;
        for (line, (_, indent)) in
            first.iter().zip(line_indents).enumerate().filter(|(_, (first, _))| first.is_some())
        {
            flat &= *indent == 0;
            while let Some((_, above)) = waiting.pop_if(|(above, _)| *above >= *indent) {
                if let Some(slot) = not_deeper.get_mut(above) {
                    *slot = Some(line as u32);
                }
            }
            waiting.push((*indent, line));
        }
        Self { first, not_deeper, flat }
    }

    /// The first token of the next line below `line` that is not indented deeper.
    pub(super) fn not_deeper(&self, line: u32) -> Option<usize> {
        let next = self.not_deeper.get(line as usize).copied().flatten()?;
        self.first.get(next as usize).copied().flatten().map(|index| index as usize)
    }
}
