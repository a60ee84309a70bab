//! The card of the language: what somebody who never saw a design has to know to write one, made from the tables that the parser and
//! the model are made of.

use std::fmt::Write as _;

use spak_model::vocabulary::{Expect, KEYWORDS, Kind, expect, keys};
use spak_syntax::parser::GRAMMAR;

/// Blocks that an architect writes, with what each is for.
const BLOCKS: &[(Kind, &str)] = &[
    (Kind::System, "a named design"),
    (Kind::DesignSpace, "choices of what the kernel is: `axis: [\"first\", \"second\"]`"),
    (Kind::TuningSpace, "numbers of how it is laid on the machine: `tile_m: [64, 128]`"),
    (Kind::Constraint, "a condition over a config, the problem (`head_dim`) and `hardware.*`"),
    (Kind::Knowledge, "what is known: holds the blocks below"),
    (Kind::Invariant, "what must hold"),
    (Kind::Rule, "what to conclude when a condition holds"),
    (Kind::Fact, "what was observed, with `evidence`"),
    (Kind::Hint, "advice in words"),
];

/// The functions of formulas, as `name(arguments)` with what they give.
pub struct Function {
    /// Its name.
    pub name: String,
    /// What it gives.
    pub summary: String,
}

/// The card.
pub fn card(functions: &[Function]) -> String {
    let mut card = format!("The grammar:\n\n```text\n{GRAMMAR}```\n\n");
    card.push_str(
        "A comment begins with `//`. A block has a keyword, often a name, and braces.\n\n",
    );
    for (kind, what) in BLOCKS {
        let word = KEYWORDS.iter().find(|keyword| keyword.kind == *kind).map_or("", |k| k.word);
        let _ = write!(card, "- `{word}`: {what}");
        let read: Vec<String> = keys(*kind).iter().map(|key| key_of(*kind, key)).collect();
        if !read.is_empty() {
            let _ = write!(card, "; {}", read.join(", "));
        }
        card.push('\n');
    }
    card.push_str(
        "\nFormulas have numbers with units (`128 KB`, `2 B`), names, texts in single quotes, `+ - * / // % **`, `== != < <= > >= in`, \
         `and or not`, `a if condition else b`, and these functions:\n\n",
    );
    for function in functions {
        let _ = writeln!(card, "- `{}`: {}", function.name, function.summary);
    }
    card
}

/// A key of a block with how it is read.
fn key_of(kind: Kind, key: &str) -> String {
    let read = match expect(Some(kind), Some(key), false) {
        Expect::Condition => "formula",
        Expect::Assignment => "`name = value`",
        Expect::Conclusion => "`name = value` or formula",
        Expect::Variables => "`t in trials`",
        Expect::Number => "number",
        Expect::Words => "words",
        _ => return format!("`{key}`"),
    };
    format!("`{key}` ({read})")
}
