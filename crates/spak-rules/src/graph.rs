//! Sets of nodes of a graph that can reach each other.

/// Strongly connected sets of a graph, those that are pointed at first (Tarjan 1972, without recursion).
#[expect(
    clippy::indexing_slicing,
    reason = "nodes are below the number of nodes, edges lead to nodes"
)]
pub(crate) fn connected(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut index = vec![NEW; needs.len()];
    let mut low = vec![0; needs.len()];
    let mut on_stack = vec![false; needs.len()];
    let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for start in 0..needs.len() {
        let mut work = vec![(start, 0)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                if index[node] != NEW {
                    continue;
                }
                index[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            } else if let Some(child) = needs[node].get(edge - 1) {
                low[node] = low[node].min(low[*child]);
            }
            let mut goes_on = false;
            for (at, child) in needs[node].iter().enumerate().skip(edge) {
                if index[*child] == NEW {
                    work.push((node, at + 1));
                    work.push((*child, 0));
                    goes_on = true;
                    break;
                } else if on_stack[*child] {
                    low[node] = low[node].min(index[*child]);
                }
            }
            if goes_on || low[node] != index[node] {
                continue;
            }
            let mut set = Vec::new();
            while let Some(top) = stack.pop() {
                on_stack[top] = false;
                set.push(top);
                if top == node {
                    break;
                }
            }
            set.sort_unstable();
            found.push(set);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::connected;

    #[test]
    fn circles_are_sets_and_what_is_pointed_at_comes_first() {
        let found = connected(&[vec![1], vec![2, 3], vec![0], vec![4], vec![4], vec![]]);
        assert_eq!(found, [vec![4], vec![3], vec![0, 1, 2], vec![5]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let chain: Vec<Vec<usize>> =
            (0..200_000).map(|i| if i == 0 { vec![] } else { vec![i - 1] }).collect();
        assert_eq!(connected(&chain).len(), chain.len());
    }
}
