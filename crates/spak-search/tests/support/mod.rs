//! Spaces in short.

/// Every point of a space with domains of these sizes, the last parameter changing fastest.
pub(crate) fn points(sizes: &[u32]) -> Vec<Vec<u32>> {
    let mut points = vec![Vec::new()];
    for &size in sizes {
        points = points
            .into_iter()
            .flat_map(|point| {
                (0..size).map(move |index| {
                    let mut next = point.clone();
                    next.push(index);
                    next
                })
            })
            .collect();
    }
    points
}
