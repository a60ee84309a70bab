//! Kernels whose binaries keep in memory what registers have no room for: whether that is ever worth it.
//!
//! Whatever the values of a config mean, and whatever is computed: a binary says how many bytes each thread spills.
//! What such kernels cost is therefore told of a machine and a compiler, not of a workload.

use std::collections::BTreeSet;

use spak_records::Problem;

use crate::finding::Finding;
use crate::sample::{Noise, Point};

/// The fewest configs that spill before anything is said of them.
const MIN_SPILLED: usize = 3;
/// What spills takes at least this many times as long as the best that does not, on every problem.
const CLEARLY: f64 = 1.1;

/// How the points of one problem divide at a number of bytes.
struct Divided<'a> {
    /// What the problem is.
    family: &'a str,
    /// Configs with more.
    above: usize,
    /// Time of their fastest, and of their slowest, over that of the fastest of the others.
    ratios: [f64; 2],
}

/// From how many bytes of local memory on a kernel loses on every problem; nothing if that cannot be told.
pub(crate) fn spills(points: &[Point], noise: &Noise) -> Option<Finding> {
    let bytes = |point: &Point| point.needs.as_ref().map(|needs| needs.local_memory);
    let mut bounds: Vec<u32> = points.iter().filter_map(bytes).collect();
    bounds.push(0);
    bounds.sort_unstable();
    bounds.dedup();
    let mut problems: Vec<&Problem> = Vec::new();
    for point in points {
        if !problems.contains(&&point.problem) {
            problems.push(&point.problem);
        }
    }
    // The smallest one: what spills less than that may be as good as what does not.
    bounds.into_iter().find_map(|bound| {
        let each = problems.iter().filter_map(|problem| divided(points, problem, bound));
        let each: Vec<Divided<'_>> = each.collect();
        let families: BTreeSet<&str> = each.iter().map(|one| one.family).collect();
        let configs: usize = each.iter().map(|one| one.above).sum();
        let fastest = each.iter().map(|one| one.ratios[0]).fold(f64::INFINITY, f64::min);
        let slowest = each.iter().map(|one| one.ratios[1]).fold(0.0, f64::max);
        let clearly = CLEARLY.max(1.0 + 3.0 * noise.deviation);
        (configs >= MIN_SPILLED && fastest >= clearly).then_some(Finding::Spills {
            bytes: bound,
            configs,
            problems: each.len(),
            families: families.into_iter().map(str::to_owned).collect(),
            fastest,
            slowest,
        })
    })
}

fn divided<'a>(points: &[Point], problem: &'a Problem, bound: u32) -> Option<Divided<'a>> {
    let here = points.iter().filter(|point| point.problem == *problem);
    let of = |point: &Point| Some((point.needs.as_ref()?.local_memory, point.log_ns));
    let (above, below): (Vec<_>, Vec<_>) =
        here.filter_map(of).partition(|(bytes, _)| *bytes > bound);
    let least = |of: &[(u32, f64)]| of.iter().map(|(_, log)| *log).min_by(f64::total_cmp);
    let most = above.iter().map(|(_, log)| *log).max_by(f64::total_cmp)?;
    let (first, best) = (least(&above)?, least(&below)?);
    let ratios = [(first - best).exp(), (most - best).exp()];
    Some(Divided { family: problem.family(), above: above.len(), ratios })
}
