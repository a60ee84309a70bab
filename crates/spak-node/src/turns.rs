//! Whose turn it is when several programs are timed beside each other.
//!
//! A power cap leaves the clocks as the program before made them: after a light one the next runs faster. So each follows
//! each other equally often: the orders are the rows of a square that is balanced for what is carried over (E. J. Williams,
//! Experimental designs balanced for the estimation of residual effects of treatments, 1949).

/// How many rounds it takes until each has followed each other equally often.
pub(crate) fn cycle(count: usize) -> usize {
    if count.is_multiple_of(2) { count.max(1) } else { 2 * count }
}

/// The order of a round.
pub(crate) fn turns(round: usize, count: usize) -> Vec<usize> {
    if count == 0 {
        return Vec::new();
    }
    // 0, 1, last, 2, last but one …: each difference of neighbours once.
    let zigzag = |at: usize| if at % 2 == 1 { at.div_ceil(2) } else { (count - at / 2) % count };
    let mut order: Vec<usize> = (0..count).map(|at| (zigzag(at) + round) % count).collect();
    // Of an odd number each difference and its opposite take two squares.
    if !count.is_multiple_of(2) && !(round / count).is_multiple_of(2) {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::{cycle, turns};

    #[test]
    fn each_has_each_place_and_follows_each_other_equally_often() {
        assert!(turns(3, 0).is_empty());
        for count in 1..9 {
            let cycle = cycle(count);
            let rounds: Vec<Vec<usize>> = (0..cycle).map(|round| turns(round, count)).collect();
            for at in 0..count {
                for place in 0..count {
                    let there = rounds.iter().filter(|order| order[place] == at).count();
                    assert_eq!(there, cycle / count, "{rounds:?}");
                }
                for other in (0..count).filter(|other| *other != at) {
                    let after = rounds.iter().flat_map(|order| order.windows(2));
                    let after = after.filter(|pair| **pair == [other, at]).count();
                    assert_eq!(after, cycle / count, "{count}: {rounds:?}");
                }
            }
        }
    }
}
