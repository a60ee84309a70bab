//! Which variables depend on which: components, and the tree of positions that an order makes.
//!
//! Once a variable has a value, what is left may fall apart into parts that share no condition; each is
//! a subtree of its own. Every condition has its variables on one path from the root.

/// A variable in the tree.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    /// The parameter, by its number in the graph.
    pub(crate) variable: u32,
    pub(crate) parent: Option<u32>,
    /// In ascending order; all are greater than this position.
    pub(crate) children: Vec<u32>,
    /// The variables from the root to here, this one included.
    pub(crate) path: u128,
}

/// Sets of variables, of those in `variables`, that conditions connect.
pub(crate) fn components(variables: u128, supports: &[u128]) -> Vec<u128> {
    let mut parts: Vec<u128> = Vec::new();
    for support in supports {
        let mut joined = support & variables;
        if joined == 0 {
            continue;
        }
        parts.retain(|part| {
            let meets = part & joined != 0;
            if meets {
                joined |= part;
            }
            !meets
        });
        parts.push(joined);
    }
    let covered = parts.iter().fold(0, |all, part| all | part);
    parts.extend(members(variables & !covered).map(|v| 1 << v));
    parts.sort_unstable_by_key(|part| part.trailing_zeros());
    parts
}

/// The variables of a set, ascending.
pub(crate) fn members(set: u128) -> impl Iterator<Item = u32> {
    let mut rest = set;
    std::iter::from_fn(move || {
        if rest == 0 {
            return None;
        }
        let next = rest.trailing_zeros();
        rest &= rest - 1;
        Some(next)
    })
}

/// The tree of one component; parents come before their children, subtrees are contiguous.
pub(crate) fn tree(order: &[u32], supports: &[u128]) -> Vec<Position> {
    let all = order.iter().fold(0_u128, |all, v| all | 1 << v);
    let mut positions: Vec<Position> = Vec::with_capacity(order.len());
    let mut open: Vec<(u128, Option<u32>)> = vec![(all, None)];
    while let Some((rest, parent)) = open.pop() {
        let Some(first) = order.iter().copied().find(|v| rest & (1 << v) != 0) else { continue };
        let at = positions.len() as u32;
        let above = parent.map_or(0, |p: u32| positions[p as usize].path);
        if let Some(parent) = parent {
            positions[parent as usize].children.push(at);
        }
        let path = above | 1 << first;
        positions.push(Position { variable: first, parent, children: Vec::new(), path });
        let left = rest & !(1 << first);
        let parts = components(left, supports);
        // The last one pushed comes next.
        open.extend(parts.into_iter().rev().map(|part| (part, Some(at))));
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shares_no_condition_falls_apart() {
        // 0-1, 1-2, 3 alone, 4-5
        let supports = [0b11, 0b110, 0b11_0000];
        assert_eq!(components(0b11_1111, &supports), [0b111, 0b1000, 0b11_0000]);
        // With 1 first, 0 and 2 are independent.
        let tree = tree(&[1, 0, 2], &supports);
        assert_eq!(tree.iter().map(|p| p.variable).collect::<Vec<_>>(), [1, 0, 2]);
        assert_eq!(tree[0].children, [1, 2]);
        // With 0 first they are a chain.
        let chain = super::tree(&[0, 1, 2], &supports);
        assert_eq!(chain[1].children, [2]);
    }
}
