//! Lines that are no part of a design: marks of a merge, and what markdown puts around it.

use super::Lexer;
use crate::codes::{MARKDOWN_FENCE, MERGE_CONFLICT, NUL_CHARACTER};
use crate::diagnostic::Diagnostic;
use crate::edit::Edit;
use crate::span::Span;
use crate::tree::Kind;

impl Lexer<'_> {
    /// Takes the rest of the line when it is no part of the design.
    pub(super) fn foreign(&mut self) -> bool {
        let at = self.at as u32;
        while self.outside.last().is_some_and(|span| span.end <= at) {
            self.outside_before = self.outside.pop();
        }
        let outside = self.outside.last().is_some_and(|span| span.start <= at);
        if !outside && !self.begins_line() {
            return false;
        }
        let rest = self.rest();
        let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = rest.get(..len).unwrap_or("");
        let span = Span::new(at, at + line.trim_end().len() as u32);
        if is_fence(line) {
            self.fence(span, len);
        } else if outside && len > 0 {
            self.push(Kind::Foreign, len);
            return true;
        } else if self.is_conflict_mark(line) {
            self.report(
                Diagnostic::error(MERGE_CONFLICT, span, "a merge left this mark behind")
                    .because(
                        "two versions of the design stand between the marks, and both are read",
                    )
                    .repair("keep one of the versions, or join them, and remove the marks"),
            );
        } else {
            return false;
        }
        self.push(Kind::Foreign, len);
        // The design in the fence may begin with its front matter.
        if !self.begun {
            self.front_matter_below();
        }
        true
    }

    fn front_matter_below(&mut self) {
        let rest = self.rest();
        let end = if rest.starts_with("\r\n") { 2 } else { 1 };
        if rest.get(end..).is_some_and(|below| below.starts_with("---")) {
            self.push(Kind::Newline, end);
            self.front_matter();
        }
    }

    /// Whether at most the three spaces that markdown allows stand before this place on its line.
    fn begins_line(&self) -> bool {
        let mut before = self.tokens.iter().rev();
        match before.next() {
            None => true,
            Some(last) if last.kind == Kind::Newline => true,
            Some(last) => {
                last.kind == Kind::Whitespace
                    && last.span.end - last.span.start <= 3
                    && before.next().is_none_or(|t| t.kind == Kind::Newline)
            }
        }
    }

    fn fence(&mut self, span: Span, len: usize) {
        let rest = self.rest();
        let mut end = self.at + len;
        end += if rest.get(len..).is_some_and(|r| r.starts_with("\r\n")) { 2 } else { 1 };
        let opens = self.fences.len().is_multiple_of(2);
        let above = self.outside_before.take().filter(|_| opens);
        // What stands between two fenced parts goes with the fence below it.
        let below = self.outside.last().filter(|_| !opens && self.outside.len() == 1);
        let line = Span::new(
            above.map_or(self.at as u32, |above| above.start),
            below.map_or(end.min(self.text.len()) as u32, |below| below.end),
        );
        self.fences.push(span);
        let (message, reason) = match (opens, above.is_none() && below.is_none()) {
            (_, false) => (
                "the design stands in markdown",
                "a `.dsl` file is the design itself: what stands outside of the fences is not read",
            ),
            (true, true) => (
                "a markdown fence begins here",
                "a `.dsl` file is the design itself, without fences",
            ),
            (false, true) => {
                ("a markdown fence ends here", "a `.dsl` file is the design itself, without fences")
            }
        };
        self.report(
            Diagnostic::error(MARKDOWN_FENCE, span, message)
                .because(reason)
                .repair("remove the fence and everything that is not the design")
                .fix(Edit::replace(line, "")),
        );
    }

    /// Whether the line is `<<<<<<< ours`, `||||||| base`, `=======` or `>>>>>>> theirs`; the middle
    /// ones only behind the first, since they could be rules of signs.
    fn is_conflict_mark(&mut self, line: &str) -> bool {
        if self.tokens.last().is_some_and(|t| t.kind == Kind::Whitespace) {
            return false;
        }
        let line = line.trim_end();
        let mark = |sign: char| {
            let rest = line.trim_start_matches(sign);
            line.len() - rest.len() == 7 && (rest.is_empty() || rest.starts_with(' '))
        };
        let (ours, theirs) = (mark('<'), mark('>'));
        let inside = self.in_conflict && (mark('|') || line == "=======");
        if ours || theirs {
            self.in_conflict = ours;
        }
        ours || theirs || inside
    }

    /// Reports the first NUL in `blank`, the space at hand.
    pub(super) fn report_nul(&mut self, blank: &str) {
        let Some(nul) = blank.find('\0').filter(|_| !self.nul_reported) else { return };
        self.nul_reported = true;
        let at = (self.at + nul) as u32;
        self.report(
            Diagnostic::error(NUL_CHARACTER, Span::new(at, at + 1), "a NUL character")
                .because(
                    "no text holds one: the file is damaged, or in another encoding than UTF-8",
                )
                .repair("remove it, or save the file as UTF-8"),
        );
    }
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_end();
    let words = line.strip_prefix("```").or_else(|| line.strip_prefix("~~~"));
    words.is_some_and(|words| !words.contains('`') && words.split_whitespace().count() <= 1)
}

/// What stands outside of the `fences` of `text`; nothing when that could be a part of the design too.
pub(super) fn outside(text: &str, fences: &[Span]) -> Vec<Span> {
    let (mut outside, mut inside) = (Vec::new(), Vec::new());
    let mut from = 0;
    for pair in fences.chunks(2) {
        let Some(open) = pair.first() else { continue };
        if is_code(open.slice(text)) {
            return Vec::new();
        }
        outside.push(Span::new(from, open.start));
        let close = pair.get(1).map_or(Span::at(text.len() as u32), |close| *close);
        inside.push(Span::new(open.end, close.start));
        from = close.end;
    }
    outside.push(Span::new(from, text.len() as u32));
    outside.retain(|span| !span.slice(text).trim().is_empty());
    let structure = |spans: &[Span]| -> usize {
        let lines = spans.iter().flat_map(|span| span.slice(text).lines());
        lines.filter(|l| l.contains(": ") || l.trim_end().ends_with(['{', ':'])).count()
    };
    let has_braces = |span: &Span| span.slice(text).contains(['{', '}']);
    let chat = !outside.iter().any(has_braces) && structure(&outside) < structure(&inside);
    if chat { outside } else { Vec::new() }
}

/// Languages of programs: a fence with one holds a sample in a design, not the design.
const PROGRAMS: &[&str] = &[
    "python",
    "py",
    "c",
    "cpp",
    "c++",
    "cuda",
    "cu",
    "triton",
    "rust",
    "rs",
    "go",
    "java",
    "js",
    "javascript",
    "ts",
    "typescript",
    "bash",
    "sh",
    "shell",
    "console",
    "diff",
    "latex",
    "math",
];

/// Whether a fence says that it holds a program.
fn is_code(fence: &str) -> bool {
    let language = fence.trim_start_matches(['`', '~']).trim().to_lowercase();
    PROGRAMS.contains(&language.as_str())
}
