//! The tree as owned data: what the later stages read. It keeps everything but layout, with places.

use crate::parser::Parse;
use crate::span::Span;
use crate::tree::{Element, Kind, Node, Token, node_span, token_span};

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The text between the two `---` lines, without them.
    pub front_matter: Option<Slot>,
    /// The statements at the top.
    pub items: Vec<Item>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `head { … }`
    Block(Block),
    /// `key: value`
    Pair(Pair),
    /// `head:` and indented lines
    Section(Block),
    /// anything else: a formula, an action or prose
    Line(Slot),
}

impl Item {
    /// The place of the whole statement.
    pub fn span(&self) -> Span {
        match self {
            Self::Block(b) | Self::Section(b) => b.span,
            Self::Pair(p) => p.span,
            Self::Line(s) => s.span,
        }
    }

    /// The words before the brace or the colon, if there are any.
    pub fn head(&self) -> Option<&Head> {
        match self {
            Self::Block(b) | Self::Section(b) => Some(&b.head),
            Self::Pair(p) => Some(&p.key),
            Self::Line(_) => None,
        }
    }
}

/// A head with statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The place of the whole statement.
    pub span: Span,
    /// The words before the brace or the colon; may be empty.
    pub head: Head,
    /// What is inside.
    pub items: Vec<Item>,
    /// Just inside the closing brace, where a further statement would go; the end for a section.
    pub inner_end: u32,
}

/// A key with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The place of the whole statement.
    pub span: Span,
    /// The words before the colon.
    pub key: Head,
    /// What follows the colon.
    pub value: Value,
}

/// What follows a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing, at this place.
    Empty(Span),
    /// One text in quotes.
    Text(Text),
    /// `[ … ]`
    List(Span, Vec<Value>),
    /// `{ … }`, or `tool.run { … }` with a head.
    Map(Block),
    /// Anything else: a number, a name, a type, a formula or prose.
    Raw(Slot),
}

impl Value {
    /// The place of the value.
    pub fn span(&self) -> Span {
        match self {
            Self::Empty(s) | Self::List(s, _) => *s,
            Self::Text(t) => t.span,
            Self::Map(b) => b.span,
            Self::Raw(s) => s.span,
        }
    }
}

/// A text in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The place, quotes included.
    pub span: Span,
    /// The place of what is between the quotes.
    pub inner: Span,
    /// The text: escapes resolved; a long text without its common indentation.
    pub value: String,
    /// Whether `value` is letter for letter what stands at `inner`, so that places in it can be shown.
    pub verbatim: bool,
}

/// A piece of text that has a place in the structure but none of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The place.
    pub span: Span,
    /// The text at that place, comments and carriage returns blanked out, so that offsets in it are offsets in the file.
    pub text: String,
}

/// The words before a brace or a colon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The place of all of them.
    pub span: Span,
    /// The words in order; a group in parentheses is a word of its own.
    pub words: Vec<HeadWord>,
}

impl Head {
    /// The first word, which says what kind of statement it is; `""` when there is none.
    pub fn keyword(&self) -> &str {
        self.words.first().map_or("", |w| w.text.as_str())
    }

    /// The second word, when it is a name, a number or a text.
    pub fn name(&self) -> Option<&HeadWord> {
        self.words.get(1).filter(|w| w.kind != WordKind::Group)
    }

    /// The words as written, one space between them, texts without quotes.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|w| w.text.as_str()).collect();
        words.join(" ")
    }
}

/// One word of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadWord {
    /// The place.
    pub span: Span,
    /// The word; a text in quotes without them, a group without its parentheses.
    pub text: String,
    /// What it is.
    pub kind: WordKind,
}

/// What a word of a head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// A name, possibly with dots, digits or an index (`tool.run`, `1b_Name`, `h[L+1]`).
    Name,
    /// A text in quotes.
    Text,
    /// `( … )`
    Group,
}

/// The owned form of a parsed file.
pub fn file(parse: &Parse) -> File {
    let root = parse.tree.root();
    let front_matter = root
        .children_with_tokens()
        .filter_map(Element::into_token)
        .find(|t| t.kind() == Kind::FrontMatter)
        .map(|t| front_matter(&t));
    File { front_matter, items: items(&root) }
}

fn front_matter(token: &Token) -> Slot {
    let text = token.text();
    let start = text.find('\n').map_or(text.len(), |i| i + 1);
    let end = text.rfind("---").unwrap_or(text.len()).max(start);
    let base = token_span(token).start;
    Slot {
        span: Span::new(base + start as u32, base + end as u32),
        text: text.get(start..end).unwrap_or("").to_owned(),
    }
}

fn items(node: &Node) -> Vec<Item> {
    node.children().filter_map(|n| item(&n)).collect()
}

fn item(node: &Node) -> Option<Item> {
    let span = node_span(node);
    match node.kind() {
        Kind::Block => Some(Item::Block(block(node, child(node, Kind::Body), span))),
        Kind::Section => Some(Item::Section(block(node, child(node, Kind::Indented), span))),
        Kind::Pair => Some(Item::Pair(Pair {
            span,
            key: head(node),
            value: child(node, Kind::Value).map_or(Value::Empty(Span::at(span.end)), |v| value(&v)),
        })),
        Kind::Line => Some(Item::Line(slot(node))),
        _ => None,
    }
}

fn child(node: &Node, kind: Kind) -> Option<Node> {
    node.children().find(|n| n.kind() == kind)
}

fn block(node: &Node, body: Option<Node>, span: Span) -> Block {
    let closed = body
        .as_ref()
        .and_then(Node::last_token)
        .filter(|t| t.kind() == Kind::RightBrace)
        .map(|t| token_span(&t).start);
    Block {
        span,
        head: head(node),
        items: body.as_ref().map(items).unwrap_or_default(),
        inner_end: closed.unwrap_or(span.end),
    }
}

fn value(node: &Node) -> Value {
    let span = node_span(node);
    if let Some(body) = child(node, Kind::Body) {
        return Value::Map(block(node, Some(body), span));
    }
    if let Some(list) = child(node, Kind::List) {
        return self::list(&list);
    }
    let mut parts = node.children_with_tokens().filter(|e| !e.kind().is_trivia());
    if let (Some(Element::Token(token)), None) = (parts.next(), parts.next())
        && matches!(token.kind(), Kind::Text | Kind::LongText)
    {
        return Value::Text(text(&token));
    }
    Value::Raw(slot(node))
}

fn list(node: &Node) -> Value {
    let elements = node.children().filter(|n| n.kind() == Kind::Element).map(|n| value(&n));
    Value::List(node_span(node), elements.collect())
}

/// The text of a node with its comments blanked out.
fn slot(node: &Node) -> Slot {
    let mut text = String::new();
    for token in node.descendants_with_tokens().filter_map(Element::into_token) {
        if token.kind().is_comment() || token.kind() == Kind::Foreign {
            let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
            text.extend(
                token.text().chars().flat_map(|c| std::iter::repeat_n(blank(c), c.len_utf8())),
            );
        } else if token.kind() == Kind::Newline && token.text() == "\r\n" {
            text.push_str(" \n");
        } else {
            text.push_str(token.text());
        }
    }
    Slot { span: node_span(node), text }
}

/// A text token: quotes off, escapes resolved, a long text without its common indentation.
pub fn text(token: &Token) -> Text {
    let span = token_span(token);
    let raw = token.text();
    let long = token.kind() == Kind::LongText;
    let single = raw.starts_with('\'');
    let quotes = match (long, single) {
        (true, _) => "\"\"\"",
        (false, true) => "'",
        (false, false) => "\"",
    };
    let inner = raw.strip_prefix(quotes).unwrap_or(raw);
    let inner = inner.strip_suffix(quotes).unwrap_or(inner);
    let start = span.start + quotes.len() as u32;
    let mut value = if long { dedent(inner) } else { unescape(inner, single) };
    if inner.contains("\r\n") {
        // A file means the same with the line ends of another system.
        value = value.replace("\r\n", "\n");
    }
    Text {
        span,
        inner: Span::new(start, start + inner.len() as u32),
        verbatim: value == inner,
        value,
    }
}

fn unescape(inner: &str, single: bool) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some(quoted @ ('"' | '\\')) => out.push(quoted),
            Some('\'') if single => out.push('\''),
            // An unknown escape means itself: paths and regular expressions are written in texts.
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

fn dedent(inner: &str) -> String {
    let lines: Vec<&str> = inner.lines().collect();
    let margin = lines
        .iter()
        .skip(1)
        .filter(|l| !l.trim().is_empty())
        .map(|l| l.len() - l.trim_start().len())
        .min()
        .unwrap_or(0);
    let stripped: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(i, l)| if i == 0 { l.trim() } else { l.get(margin..).unwrap_or("").trim_end() })
        .collect();
    stripped.join("\n").trim_matches('\n').to_owned()
}

fn head(node: &Node) -> Head {
    let Some(node) = child(node, Kind::Head) else {
        return Head { span: Span::at(node_span(node).start), words: Vec::new() };
    };
    let mut words: Vec<HeadWord> = Vec::new();
    let mut glued = false;
    let mut depth = 0u32;
    for token in node.children_with_tokens().filter_map(Element::into_token) {
        let span = token_span(&token);
        let group = words.last_mut().filter(|w| depth > 0 && w.kind == WordKind::Group);
        match token.kind() {
            Kind::LeftParen if depth == 0 => {
                depth = 1;
                words.push(HeadWord { span, text: String::new(), kind: WordKind::Group });
            }
            Kind::RightParen if depth == 1 => {
                depth = 0;
                glued = false;
                if let Some(group) = group {
                    group.span = group.span.cover(span);
                }
            }
            kind => {
                depth = match kind {
                    Kind::LeftParen => depth + 1,
                    Kind::RightParen => depth.saturating_sub(1),
                    _ => depth,
                };
                if let Some(group) = group {
                    group.text.push_str(token.text());
                    group.span = group.span.cover(span);
                } else if kind.is_trivia() {
                    glued = false;
                } else if matches!(kind, Kind::Text | Kind::LongText) {
                    words.push(HeadWord { span, text: text(&token).value, kind: WordKind::Text });
                    glued = false;
                } else if let Some(word) = words.last_mut().filter(|_| glued) {
                    word.text.push_str(token.text());
                    word.span = word.span.cover(span);
                } else {
                    words.push(HeadWord {
                        span,
                        text: token.text().to_owned(),
                        kind: WordKind::Name,
                    });
                    glued = true;
                }
            }
        }
    }
    Head { span: node_span(&node), words }
}
