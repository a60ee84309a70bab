//! In which order the variables of a component get their values.

use crate::tree::members;

/// Orders to try: by how many conditions name a variable, and as declared.
pub(crate) fn candidates(component: u128, supports: &[u128]) -> Vec<Vec<u32>> {
    let declared: Vec<u32> = members(component).collect();
    let mut by_degree = declared.clone();
    let degree = |v: u32| supports.iter().filter(|s| **s & (1 << v) != 0).count();
    by_degree.sort_by_key(|v| std::cmp::Reverse(degree(*v)));
    let mut orders = vec![by_degree];
    if !orders.contains(&declared) {
        orders.push(declared);
    }
    orders
}
