//! Formulas in slots: the bridge to the expression language, and how prose around them is kept.
use spak_syntax::Span;

/// A formula with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
}
impl Formula {
    /// normal
    pub fn normal(&self) -> String { self.text.clone() }
}
impl std::fmt::Display for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.text) }
}
/// What could be read of a text.
pub enum Read {
    /// All of it.
    Whole(Formula),
    /// A part.
    Prefix(Formula, String),
    /// Nothing.
    None,
}
/// read
pub fn read(_text: &str, _base: u32) -> Read { Read::None }
/// read value
pub fn read_value(_text: &str, _base: u32) -> Option<(Formula, Option<usize>)> { None }
/// r
pub fn rewrite_partial(_f: &Formula, _rest: &str) -> Option<String> { None }
/// r
pub fn rewrite_warning(_a: &str, _b: &str) -> String { String::new() }
/// r
pub fn rewrite_prose(_a: &str) -> Option<String> { None }
