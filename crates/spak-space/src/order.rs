//! In which order the variables of a component get their values.

use crate::tree::members;

/// Orders to try, the most promising one first: by how many conditions name a variable, as declared,
/// and by how much a variable shares with those before it.
pub(crate) fn candidates(component: u128, supports: &[u128]) -> Vec<Vec<u32>> {
    let declared: Vec<u32> = members(component).collect();
    let degree = |v: u32| supports.iter().filter(|s| **s & (1 << v) != 0).count();
    let mut by_degree = declared.clone();
    by_degree.sort_by_key(|v| std::cmp::Reverse(degree(*v)));
    let mut backwards = by_degree.clone();
    backwards.reverse();
    let mut orders: Vec<Vec<u32>> = Vec::new();
    for order in [by_degree, declared, connected(component, supports), backwards] {
        if !orders.contains(&order) {
            orders.push(order);
        }
    }
    orders
}

/// Next comes the variable whose conditions are closest to being decided.
fn connected(component: u128, supports: &[u128]) -> Vec<u32> {
    let mut placed = 0_u128;
    let mut order = Vec::new();
    while placed != component {
        let open = |v: u32| -> (u32, usize) {
            let own = supports.iter().filter(|s| **s & (1 << v) != 0);
            let left = own.clone().map(|s| (s & !placed).count_ones()).min().unwrap_or(u32::MAX);
            (left, usize::MAX - own.count())
        };
        let Some(next) = members(component & !placed).min_by_key(|v| open(*v)) else { break };
        placed |= 1 << next;
        order.push(next);
    }
    order
}
