//! Dimensions: one name each, in both spaces.

use std::collections::BTreeMap;

use spak_syntax::{Diagnostic, Label};

use crate::codes::DUPLICATE_NAME;
use crate::system::{Dimension, System};

pub(super) fn check(system: &System, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(Vec<String>, &str), &Dimension> = BTreeMap::new();
    for dimension in &system.dimensions {
        let key = (dimension.groups.clone(), dimension.name.as_str());
        if let Some(first) = seen.get(&key) {
            let mut diagnostic = Diagnostic::error(
                DUPLICATE_NAME,
                dimension.place.span,
                format!("the dimension `{}` is declared twice", dimension.name),
            )
            .because(
                "a config takes one value of each dimension, and conditions refer to it by name",
            )
            .repair("merge the two lists of values, or rename one")
            .in_file(dimension.place.file);
            diagnostic.related.push(Label {
                file: first.place.file,
                span: first.place.span,
                text: "the first is here".to_owned(),
            });
            found.push(diagnostic);
        } else {
            seen.insert(key, dimension);
        }
    }
}
