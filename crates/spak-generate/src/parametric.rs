//! Templates of lifted sources: every hole has what stood there as its default.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment};

use crate::error::GenerateError;

/// What a template may do: a step for each piece of it.
const FUEL: u64 = 10_000_000;

/// A hole of a template, with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// What stands there when nothing is said.
    pub default: String,
}

/// The holes of a template, in order.
pub fn slots(template: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    for piece in template.split("{{ ").skip(1) {
        let Some((name, rest)) = piece.split_once(" | default(\"") else { continue };
        let Some((default, _)) = rest.split_once("\") }}") else { continue };
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if plain && !default.contains('\n') {
            slots.push(Slot { name: name.to_owned(), default: default.to_owned() });
        }
    }
    slots
}

/// A template with these values in its holes. With none, it is the source that it was made from, byte for byte.
///
/// # Errors
/// When the text is no template of the engine.
pub fn fill(template: &str, values: &BTreeMap<String, String>) -> Result<String, GenerateError> {
    let failed = |error: minijinja::Error| GenerateError::Template {
        template: "the template".to_owned(),
        detail: error.to_string(),
    };
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build().map_err(failed)?;
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.render_str(template, values).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_values_nothing_changes_and_with_one_only_its_place_does() {
        let template = "a = {{ tile_1 | default(\"64\") }}\r\nb = '{{ \"{{\" }} x }}'\n\n";
        let source = "a = 64\r\nb = '{{ x }}'\n\n";
        assert_eq!(fill(template, &BTreeMap::new()).unwrap(), source);
        let values = BTreeMap::from([("tile_1".to_owned(), "128".to_owned())]);
        assert_eq!(fill(template, &values).unwrap(), source.replace("64", "128"));
        let slot = Slot { name: "tile_1".to_owned(), default: "64".to_owned() };
        assert_eq!(slots(template), [slot]);
    }
}
