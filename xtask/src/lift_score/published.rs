//! The committed translation of the published truth against the original, where a checkout has it.
//!
//! The original is prose in cells; what can be compared is that every id is there and that no line was
//! added.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use super::read::Node;
use super::truth::Truth;

/// The original, relative to the root of the repository.
pub(crate) const ORIGINAL: &str = "../shared/lift/attention_axes.json";

/// Lines by id.
type Lines = BTreeMap<String, BTreeSet<u64>>;

/// Every difference between the original in `text` and its translation.
pub(crate) fn differences(text: &str, truth: &Truth) -> Result<Vec<String>> {
    let value: Value = serde_json::from_str(text)?;
    let node = Node::root(&value, ORIGINAL);
    let mut original = Lines::new();
    for row in node.list("axes")? {
        original.insert(row.text("id")?, row.lines()?.into_iter().collect());
    }
    for list in ["constraints", "dead_or_misleading"] {
        for item in node.list(list)? {
            original.insert(item.text("id")?, lines_in(&item.text("evidence")?));
        }
    }
    let tuning = node.list("tuning")?;
    for (number, row) in tuning.iter().enumerate() {
        original.insert(format!("T{:02}", number + 1), lines_in(&row.text("lines")?));
    }
    Ok(compare(&original, &translated(truth)))
}

fn translated(truth: &Truth) -> Lines {
    let mut lines = Lines::new();
    let axes = truth.axes.iter().map(|row| (&row.id, &row.lines));
    let tuning = truth.tuning.iter().map(|row| (&row.name, &row.lines));
    let statements = truth.constraints.iter().chain(&truth.dead).map(|s| (&s.id, &s.lines));
    for (id, numbers) in axes.chain(tuning).chain(statements) {
        lines.entry(id.clone()).or_default().extend(numbers);
    }
    lines
}

fn compare(original: &Lines, translated: &Lines) -> Vec<String> {
    let mut differences = Vec::new();
    for (id, lines) in original {
        match translated.get(id) {
            None => differences.push(format!("{id} is not translated")),
            Some(found) => {
                let added: Vec<_> = found.difference(lines).collect();
                if !added.is_empty() {
                    differences.push(format!("{id} has lines {added:?} that were not published"));
                }
            }
        }
    }
    let unknown = translated.keys().filter(|id| !original.contains_key(*id));
    differences.extend(unknown.map(|id| format!("{id} was not published")));
    differences
}

/// The lines in a cell such as `L854, L919; L478 (other.py)`, without those of other files.
fn lines_in(cell: &str) -> BTreeSet<u64> {
    let here = cell.split(';').filter(|part| !part.contains('('));
    let words = here.flat_map(|part| part.split(','));
    words.filter_map(|word| word.trim().strip_prefix('L')?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Lines, compare, lines_in};

    #[test]
    fn lines_of_other_files_do_not_count() {
        assert_eq!(
            lines_in("L3, L40; L478 (op.py); L5").into_iter().collect::<Vec<_>>(),
            [3, 5, 40]
        );
        assert!(lines_in("L58 (matmul.py)").is_empty());
    }

    #[test]
    fn missing_ids_and_added_lines_are_differences() {
        let lines = |id: &str, lines: &[u64]| -> (String, _) {
            (id.to_owned(), lines.iter().copied().collect())
        };
        let original: Lines = [lines("A1", &[1, 2]), lines("A2", &[3])].into();
        let translated: Lines = [lines("A1", &[1, 9]), lines("A3", &[])].into();
        assert_eq!(
            compare(&original, &translated),
            [
                "A1 has lines [9] that were not published",
                "A2 is not translated",
                "A3 was not published"
            ]
        );
        assert!(compare(&original, &original).is_empty());
    }
}
