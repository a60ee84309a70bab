//! Which parts of a page are text that a reader reads, and which are code, targets of links or comments.
//!
//! As CommonMark has it, for pages that are easy to read: spans and links end in their line. Where readers of Markdown
//! need to know more than the line (code over several lines, fences that do not end, HTML), the page is refused, so
//! that no number can hide there.

use std::ops::Range;

/// What a part of a page is, other than text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A code span or a fenced block, marks included.
    Code,
    /// A link's target or a URL.
    Target,
    /// An HTML comment.
    Comment,
    /// The ordinal of a list or a heading.
    Ordinal,
}

/// The most columns before what begins a block outside of lists.
const DEEPEST: usize = 3;

/// What a page consists of, other than text.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// All parts that are no text, in order.
    pub(crate) parts: Vec<(Range<usize>, Part)>,
    /// Places at which it cannot be told what is text, and why.
    pub(crate) unclear: Vec<(usize, &'static str)>,
}

/// The parts of `text`. What lies in `skipped` (in order) is a part already, and not looked into.
pub(crate) fn parts(text: &str, skipped: &[Range<usize>]) -> Parts {
    let mut reader = Reader { text, skipped, found: Parts::default(), brackets: 0 };
    let mut lists = Lists { indent: None, is_any: false, was_blank: true };
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let (indent, content) = content_of(line);
        let end = at + line.len();
        if let Some(fence) = Fence::opened_by(content).filter(|_| indent <= DEEPEST) {
            let is_in_item = lists.is_any && indent > 0;
            let after = fence.end(text, end, quotes(line), is_in_item);
            if after.is_none() {
                reader.found.unclear.push((at, "a fence of code has no end"));
            }
            let end = after.unwrap_or(end);
            reader.found.parts.push((at..end, Part::Code));
            lists.was_blank = false;
            at = end;
            continue;
        }
        if content.trim().is_empty() {
            lists.was_blank = true;
            at = end;
            continue;
        }
        if let Some(length) = text.get(at..).and_then(comment) {
            // At the beginning of a line a comment may go over several.
            reader.found.parts.push((at..at + length, Part::Comment));
            lists.was_blank = false;
            let length = length.max(1);
            at = reader.line(at + length, at + length + line_at(text, at + length).len());
            continue;
        }
        let is_html = content.strip_prefix('<').is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c))
        });
        if is_html && autolink(content).is_none() && comment(content).is_none() {
            reader.found.unclear.push((at, "HTML is not read; use Markdown"));
        }
        let ordinal = heading_ordinal(content).or_else(|| lists.ordinal(indent, content));
        at = end - content.len();
        if let Some(length) = ordinal {
            reader.found.parts.push((at..at + length, Part::Ordinal));
            at += length;
        }
        at = reader.line(at, end);
    }
    reader.found
}

/// Whether lines are in an ordered list, where any ordinal begins an item; a paragraph is ended by the first one only.
struct Lists {
    /// How far the last item is indented: the next one is not further.
    indent: Option<usize>,
    /// Whether they are in any list.
    is_any: bool,
    was_blank: bool,
}

impl Lists {
    /// Length of the ordinal at the beginning of a line.
    fn ordinal(&mut self, indent: usize, content: &str) -> Option<usize> {
        let is_item = |(number, length): &(u64, usize)| {
            let is_empty = content.get(*length..).is_none_or(|rest| rest.trim().is_empty());
            let begins = *number == 1 && indent <= DEEPEST;
            let is_next = self.indent.is_some_and(|before| indent <= before);
            self.was_blank && indent <= DEEPEST || !is_empty && (begins || is_next)
        };
        let item = list_ordinal(content).filter(is_item);
        let goes_on = !self.was_blank || indent > 1;
        let is_bullet = ["- ", "* ", "+ "].iter().any(|mark| content.starts_with(mark));
        self.is_any = item.is_some() || is_bullet || self.is_any && goes_on;
        self.indent = item.map(|_| indent).or(self.indent.filter(|_| goes_on));
        self.was_blank = false;
        item.map(|(_, length)| length)
    }
}

/// The line that begins at `from`, its end included.
fn line_at(text: &str, from: usize) -> &str {
    let rest = text.get(from..).unwrap_or_default();
    rest.split_inclusive('\n').next().unwrap_or_default()
}

/// How far a line is indented, and the line without that and without the marks of quotations.
fn content_of(line: &str) -> (usize, &str) {
    let content = line.trim_start_matches([' ', '\t', '>']);
    (line.len() - content.len(), content)
}

/// In how many quotations a line is.
fn quotes(line: &str) -> usize {
    let content = content_of(line).1;
    let before = line.get(..line.len() - content.len()).unwrap_or_default();
    before.matches('>').count()
}

/// Number and length of `12. ` or `12) ` at the beginning of a line.
fn list_ordinal(content: &str) -> Option<(u64, usize)> {
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let number = content.get(..digits).filter(|_| digits <= 9)?.parse().ok()?;
    let rest = content.get(digits..)?;
    let after = rest.strip_prefix(['.', ')'])?;
    after.starts_with([' ', '\t', '\n', '\r']).then_some((number, digits + 1))
}

/// Length of `## 3.1. ` at the beginning of a line.
fn heading_ordinal(content: &str) -> Option<usize> {
    let marks = content.bytes().take_while(|b| *b == b'#').count();
    let rest = content.get(marks..).filter(|_| (1..=6).contains(&marks))?;
    let number = rest.trim_start_matches([' ', '\t']);
    let end = number.find([' ', '\t'])?;
    let ordinal = number.get(..end)?;
    let digits = ordinal.strip_suffix(['.', ')'])?;
    let is_ordinal = digits.split('.').all(|part| {
        (1..=2).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit())
    });
    let has_space = rest.len() > number.len();
    (is_ordinal && has_space).then_some(marks + rest.len() - number.len() + end)
}

/// A block of code between lines of three marks or more.
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    fn opened_by(content: &str) -> Option<Self> {
        let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = content.chars().take_while(|c| *c == mark).count();
        let info = content.get(length..).unwrap_or_default();
        (length >= 3 && !(mark == '`' && info.contains('`'))).then_some(Self { mark, length })
    }

    /// Where the block ends whose first line ends at `from` and is in so many quotations, and perhaps in a list's item;
    /// nothing if these end before it does.
    fn end(&self, text: &str, mut from: usize, depth: usize, is_in_item: bool) -> Option<usize> {
        while from < text.len() {
            let line = line_at(text, from);
            let (indent, content) = content_of(line);
            let content = content.trim_end();
            if quotes(line) < depth || is_in_item && indent == 0 && !content.is_empty() {
                return None;
            }
            from += line.len();
            let length = content.chars().take_while(|c| *c == self.mark).count();
            if length >= self.length && length == content.len() && indent <= DEEPEST {
                return Some(from);
            }
        }
        None
    }
}

struct Reader<'t> {
    text: &'t str,
    skipped: &'t [Range<usize>],
    found: Parts,
    /// Brackets of this line that are open.
    brackets: u32,
}

impl Reader<'_> {
    /// Reads the rest of a line. Returns where it stopped: at `end`, or behind what goes on over it.
    fn line(&mut self, from: usize, end: usize) -> usize {
        let mut at = from;
        self.brackets = 0;
        while at < end {
            at = self.step(at, end);
        }
        at
    }

    /// Reads what begins at `at`: one character, or all of a span. Returns where it ends.
    fn step(&mut self, at: usize, end: usize) -> usize {
        let skipped = self.skipped.partition_point(|range| range.end <= at);
        if let Some(range) = self.skipped.get(skipped).filter(|range| range.start <= at) {
            // It is a link itself, and a link is in no other one.
            self.brackets = 0;
            return range.end.max(at + 1);
        }
        let rest = self.text.get(at..end).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return end };
        let part = match c {
            '\\' => {
                let next = rest.chars().nth(1).filter(char::is_ascii_punctuation);
                return at + 1 + next.map_or(0, char::len_utf8);
            }
            '`' => {
                let length = rest.bytes().take_while(|b| *b == b'`').count();
                let Some(end) = code_span(rest, length) else {
                    self.found.unclear.push((at, "code that begins here does not end in its line"));
                    return at + length;
                };
                if has_bar(rest.get(..end).unwrap_or_default()) && self.is_in_table(at) {
                    self.found
                        .unclear
                        .push((at, "a bar in a table's code ends the cell; write `\\|`"));
                }
                Some((0..end, Part::Code))
            }
            '<' => comment(rest).map(|end| (0..end, Part::Comment)).or_else(|| autolink(rest)),
            'h' => url(rest),
            '[' => {
                self.brackets += 1;
                None
            }
            ']' if self.brackets > 0 => {
                self.brackets -= 1;
                let target = target(rest);
                if target.is_some() {
                    self.brackets = 0;
                }
                target
            }
            '|' => {
                self.brackets = 0;
                None
            }
            _ => None,
        };
        match part {
            Some((range, part)) => {
                let after = at + range.end;
                self.found.parts.push((at + range.start..after, part));
                after
            }
            None => at + c.len_utf8(),
        }
    }

    /// Whether there is a table's line of dashes in the lines around `at`.
    fn is_in_table(&self, at: usize) -> bool {
        let is_blank = |line: &&str| !content_of(line).1.trim().is_empty();
        let is_rule = |line: &str| {
            line.contains('-')
                && line.trim().chars().all(|c| matches!(c, '|' | ':' | '-' | ' ' | '>'))
        };
        let before = self.text.get(..at).unwrap_or_default();
        let after = self.text.get(at..).unwrap_or_default();
        before.lines().rev().take_while(is_blank).any(is_rule)
            || after.lines().take_while(is_blank).any(is_rule)
    }
}

/// Whether a text has a bar without a backslash before it.
fn has_bar(text: &str) -> bool {
    let mut before = ' ';
    text.chars().any(|c| {
        let found = c == '|' && before != '\\';
        before = c;
        found
    })
}

/// Where the code span ends that `text` begins with.
fn code_span(text: &str, length: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = length;
    while at < bytes.len() {
        let run = bytes.get(at..)?.iter().take_while(|b| **b == b'`').count();
        if run == length {
            return Some(at + run);
        }
        at += run.max(1);
    }
    None
}

fn comment(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("<!--")?;
    // These two are whole comments.
    let is_whole = inner.starts_with('>') || inner.starts_with("->");
    inner.find("-->").filter(|_| !is_whole).map(|end| end + 7)
}

/// `<https://…>`.
fn autolink(text: &str) -> Option<(Range<usize>, Part)> {
    let end = text.find('>')?;
    let inner = text.get(1..end)?;
    let is_url = inner.starts_with("https://") || inner.starts_with("http://");
    (is_url && !inner.contains([' ', '\n', '<', '|'])).then_some((0..end + 1, Part::Target))
}

/// `https://…` in the middle of a text.
fn url(text: &str) -> Option<(Range<usize>, Part)> {
    if !(text.starts_with("https://") || text.starts_with("http://")) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, ')' | '>' | '<' | '"' | '|' | '*' | '`');
    Some((0..text.find(ends).unwrap_or(text.len()), Part::Target))
}

/// The target of `](target)`; a title after it is text.
fn target(text: &str) -> Option<(Range<usize>, Part)> {
    let inner = text.strip_prefix("](")?;
    if let Some(pointed) = inner.strip_prefix('<') {
        let end = pointed.find(['>', '\n', '<', '|'])?;
        let closes = pointed.get(end..)?.starts_with('>');
        let after = pointed.get(end + 1..)?.trim_start();
        return (closes && closes_link(after)).then_some((2..end + 4, Part::Target));
    }
    let mut depth = 0u32;
    let mut end = inner.len();
    for (at, c) in inner.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                end = at;
                break;
            }
            ')' => depth -= 1,
            c if c.is_whitespace() || c == '|' => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    // Else it is no link, and all of it is read.
    let after = inner.get(end..)?.trim_start();
    (depth == 0 && closes_link(after)).then_some((2..2 + end, Part::Target))
}

/// Whether a text goes on with a title or none, and the end of a link.
fn closes_link(text: &str) -> bool {
    let title = |quote: char| {
        let (title, after) = text.strip_prefix(quote)?.split_once(quote)?;
        (!title.contains(['\\', '|'])).then_some(after.trim_start())
    };
    title('"').or_else(|| title('\'')).unwrap_or(text).starts_with(')')
}
