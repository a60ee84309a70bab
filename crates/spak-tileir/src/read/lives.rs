//! Where each value is used for the last time, so that a run can give its memory to the next.

use std::collections::BTreeSet;

use crate::module::{Block, ValueId};

/// Marks last uses in a block and in those within it.
pub(super) fn mark(block: &mut Block) {
    let mut later = BTreeSet::new();
    visit(block, &mut later);
}

/// Goes through a block from its end; `later` are the values that are used behind the place. Values from outside of the
/// block that it uses are added: what runs the block again may need them again, so they are not marked within it.
fn visit(block: &mut Block, later: &mut BTreeSet<ValueId>) {
    let first = block.first;
    for operation in block.operations.iter_mut().rev() {
        let results = operation.first..operation.first + operation.results.len() as u32;
        operation.dead = results.clone().filter(|value| !later.contains(value)).collect();
        // What was used behind has its last definition here; before it the number may mean another value.
        for value in results {
            later.remove(&value);
        }
        let mut inside = BTreeSet::new();
        for inner in &mut operation.blocks {
            visit(inner, &mut inside);
        }
        for operand in operation.operands.iter_mut().rev() {
            let used_again = later.contains(&operand.value) || inside.contains(&operand.value);
            operand.last = operand.value >= first && !used_again;
            if !used_again {
                later.insert(operand.value);
            }
        }
        let ends = inside.iter().copied().filter(|value| *value >= first && !later.contains(value));
        operation.dead.extend(ends.collect::<Vec<_>>());
        later.extend(inside);
    }
    let arguments = first..first + block.arguments.len() as u32;
    block.unused = arguments.clone().filter(|value| !later.contains(value)).collect();
    for value in arguments {
        later.remove(&value);
    }
}
