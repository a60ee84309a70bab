//! What an operator says of its sizes: which of them is which dimension.

use std::collections::BTreeMap;

use spak_model::entry::Entry;
use spak_model::system::Place;
use spak_syntax::Diagnostic;
use spak_syntax::diagnostic::suggest;

use crate::codes::UNKNOWN_CONCEPT;
use crate::concept::{Kind, Ontology};
use crate::read::texts;

/// Sizes of an operator, and the dimensions that each is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maps(pub BTreeMap<String, Vec<String>>);

impl Maps {
    /// Whether some size is this dimension.
    pub fn has(&self, dimension: &str) -> bool {
        self.0.values().any(|all| all.iter().any(|one| one == dimension))
    }

    /// The sizes that are this dimension.
    pub fn sizes(&self, dimension: &str) -> impl Iterator<Item = &str> {
        let has = move |all: &Vec<String>| all.iter().any(|one| one == dimension);
        self.0.iter().filter(move |(_, all)| has(all)).map(|(size, _)| size.as_str())
    }
}

/// What an `operator` block says by `maps`, and what is wrong with that: dimensions that there are not, sizes that the operator
/// does not have, and sizes of its arrays that it does not map.
pub fn maps(ontology: &Ontology, operator: &Entry) -> (Maps, Vec<Diagnostic>) {
    let (mut maps, mut found) = (Maps::default(), Vec::new());
    let name = operator.name_text().unwrap_or("operator");
    let blocks = || operator.children().iter().filter(|child| child.key() == "maps");
    let values: Vec<String> = ["values", "optional"]
        .into_iter()
        .flat_map(|key| operator.slots(key).flat_map(|slot| texts(&slot.reading)))
        .map(|text| text.split('=').next().unwrap_or_default().trim().to_owned())
        .collect();
    for one in blocks().flat_map(|block| block.children()) {
        let size = one.head.text();
        let place = Place { file: one.file, span: one.span };
        let dimensions = one.slot().map(|slot| texts(&slot.reading)).unwrap_or_default();
        for dimension in &dimensions {
            let known = ontology.concept(dimension).filter(|c| c.kind == Kind::Dimension);
            if known.is_none() {
                found.push(ontology.unknown(dimension, Some(Kind::Dimension), name, place));
            }
        }
        if !values.contains(&size) {
            let near = suggest(&size, values.iter().map(String::as_str));
            let message = format!("`{name}` maps `{size}`, which is none of its `values`");
            let diagnostic = Diagnostic::error(UNKNOWN_CONCEPT, one.head.span, message)
                .because("a size that no problem has is no dimension of one")
                .repair(near.map_or_else(
                    || format!("its values are {}", values.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                ));
            found.push(diagnostic.in_file(one.file));
        }
        maps.0.insert(size, dimensions);
    }
    if let Some(block) = blocks().next() {
        for size in shapes(operator) {
            if values.contains(&size) && !maps.0.contains_key(&size) {
                let message = format!("`{name}` does not say which dimension `{size}` is");
                let diagnostic = Diagnostic::warning(UNKNOWN_CONCEPT, block.head.span, message)
                    .because("nothing that lies along it can be told from another operator")
                    .repair(format!("write `{size}:` with a dimension in `maps`"));
                found.push(diagnostic.in_file(block.file));
            }
        }
    }
    (maps, found)
}

/// Names in the shapes of an operator's arrays, each once.
fn shapes(operator: &Entry) -> Vec<String> {
    let arrays = operator.children().iter().filter(|c| matches!(c.key(), "input" | "output"));
    let axes = arrays.flat_map(|a| a.slots("shape").flat_map(|slot| texts(&slot.reading)));
    let mut names: Vec<String> = axes
        .filter_map(|axis| spak_expr::parse(&axis, 0).expr)
        .flat_map(|axis| spak_expr::free_names(&axis))
        .collect();
    names.sort();
    names.dedup();
    names
}
