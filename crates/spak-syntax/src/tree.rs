//! The lossless tree. This is the only file that names the tree library.

use crate::span::Span;

/// What a node or token of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Kind {
    /// Spaces and tabs.
    Whitespace,
    /// One line end, `\n` or `\r\n`, or a lone `\r`.
    Newline,
    /// `// …` or `# …` to the end of the line.
    LineComment,
    /// `/* … */`.
    BlockComment,
    /// A line that is no part of the design: a mark of a merge, a fence of markdown, and what stands
    /// outside of fences.
    Foreign,
    /// `---` to `---` at the start of the file.
    FrontMatter,
    /// `"…"`, with backslash escapes; may span lines.
    Text,
    /// `"""…"""`, taken as it is.
    LongText,
    /// A number, with what is glued to it (`12GB`, `1b_Name`).
    Number,
    /// A name: letters of any script, digits, `_`.
    Word,
    /// `{{name}}`: a place to be filled in.
    Template,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `:` that is not part of `:=` or `::`.
    Colon,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Any other character or operator.
    Operator,

    /// The whole file.
    File,
    /// `head { … }`.
    Block,
    /// `key: value`.
    Pair,
    /// `head:` and the deeper indented lines below.
    Section,
    /// A statement with no structure of its own: a formula, an action or prose.
    Line,
    /// The words before a brace or a colon.
    Head,
    /// What follows the colon of a pair.
    Value,
    /// `{ … }`.
    Body,
    /// The indented lines of a section.
    Indented,
    /// `[ … ]` as a whole value.
    List,
    /// One item of a list.
    Element,
    /// Tokens that fit nowhere; a diagnostic says why.
    Unreadable,
}

impl Kind {
    /// Whether the token means nothing.
    pub fn is_trivia(self) -> bool {
        matches!(
            self,
            Self::Whitespace
                | Self::Newline
                | Self::LineComment
                | Self::BlockComment
                | Self::Foreign
        )
    }

    /// Whether the token is a comment.
    pub fn is_comment(self) -> bool {
        matches!(self, Self::LineComment | Self::BlockComment)
    }
}

const ALL: [Kind; Kind::Unreadable as usize + 1] = {
    use Kind::*;
    [
        Whitespace,
        Newline,
        LineComment,
        BlockComment,
        Foreign,
        FrontMatter,
        Text,
        LongText,
        Number,
        Word,
        Template,
        LeftBrace,
        RightBrace,
        LeftBracket,
        RightBracket,
        LeftParen,
        RightParen,
        Colon,
        Comma,
        Semicolon,
        Operator,
        File,
        Block,
        Pair,
        Section,
        Line,
        Head,
        Value,
        Body,
        Indented,
        List,
        Element,
        Unreadable,
    ]
};

/// The tree library's name for this language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Snf {}

impl rowan::Language for Snf {
    type Kind = Kind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> Kind {
        ALL.get(usize::from(raw.0)).copied().unwrap_or(Kind::Unreadable)
    }

    fn kind_to_raw(kind: Kind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// An inner node.
pub type Node = rowan::SyntaxNode<Snf>;
/// A token.
pub type Token = rowan::SyntaxToken<Snf>;
/// A node or a token.
pub type Element = rowan::SyntaxElement<Snf>;

/// The place of a node.
pub fn node_span(node: &Node) -> Span {
    let range = node.text_range();
    Span::new(range.start().into(), range.end().into())
}

/// The place of a token.
pub fn token_span(token: &Token) -> Span {
    let range = token.text_range();
    Span::new(range.start().into(), range.end().into())
}

/// Makes a tree from a well-nested sequence of calls.
pub(crate) struct Builder(rowan::GreenNodeBuilder<'static>);

impl Builder {
    pub(crate) fn new() -> Self {
        Self(rowan::GreenNodeBuilder::new())
    }

    pub(crate) fn open(&mut self, kind: Kind) {
        self.0.start_node(rowan::SyntaxKind(kind as u16));
    }

    pub(crate) fn token(&mut self, kind: Kind, text: &str) {
        self.0.token(rowan::SyntaxKind(kind as u16), text);
    }

    pub(crate) fn close(&mut self) {
        self.0.finish_node();
    }

    pub(crate) fn finish(self) -> rowan::GreenNode {
        self.0.finish()
    }
}

/// The finished tree: cheap to clone, can be sent to other threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree(rowan::GreenNode);

impl Tree {
    pub(crate) fn new(green: rowan::GreenNode) -> Self {
        Self(green)
    }

    /// The root node, of kind [`Kind::File`].
    pub fn root(&self) -> Node {
        Node::new_root(self.0.clone())
    }

    /// The text the tree was made from, byte for byte.
    pub fn text(&self) -> String {
        self.root().text().to_string()
    }
}
