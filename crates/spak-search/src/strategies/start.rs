//! Points to begin with.

use crate::strategy::View;

/// Of some random points the one that is farthest from its nearest among the known trials: with few points, most values of most
/// parameters are met. Ordered parameters count by how far apart the values are, others by whether they differ.
/// False if the space is empty.
pub(crate) fn spread(
    view: &mut View<'_>,
    known: impl Iterator<Item = usize> + Clone,
    draws: usize,
    point: &mut [u32],
    work: &mut [u32],
) -> bool {
    let mut farthest = f32::NEG_INFINITY;
    for _ in 0..draws.max(1) {
        if !view.space.sample(view.random, work) {
            return false;
        }
        let mut nearest = f32::INFINITY;
        for trial in known.clone() {
            let Some(other) = view.memory.points().get(trial) else { continue };
            let mut distance = 0.0;
            for ((&a, &b), domain) in work.iter().zip(other).zip(view.space.domains()) {
                // Farther than the nearest is enough.
                if distance >= nearest {
                    break;
                }
                if a != b {
                    distance += if domain.ordered {
                        0.5 + 0.5 * a.abs_diff(b) as f32 / (domain.size - 1) as f32
                    } else {
                        1.0
                    };
                }
            }
            nearest = nearest.min(distance);
            if nearest <= farthest {
                break;
            }
        }
        if nearest > farthest {
            farthest = nearest;
            point.copy_from_slice(work);
        }
        if nearest == f32::INFINITY {
            break;
        }
    }
    true
}
