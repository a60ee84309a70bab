//! The same work for many things, on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The stack of a thread: as deep as a search for a case with the most conditions goes.
const STACK: usize = 256 << 20;

/// What `work` makes of each thing, in the order of the things. So many threads help the calling one; where no other can be
/// started it works alone.
pub fn side_by_side<T: Sync, R: Send>(
    things: &[T],
    helpers: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(at) else { return done };
            done.push((at, work(thing)));
        }
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let helpers = helpers.min(things.len().saturating_sub(1));
        let thread = || std::thread::Builder::new().stack_size(STACK);
        let started: Vec<_> =
            (0..helpers).filter_map(|_| thread().spawn_scoped(scope, some).ok()).collect();
        let mut all = some();
        for helper in started {
            match helper.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::side_by_side;

    #[test]
    fn results_are_in_the_order_of_the_things() {
        let things: Vec<u64> = (0..1000).collect();
        let squares: Vec<u64> = things.iter().map(|n| n * n).collect();
        for helpers in [0, 1, 7] {
            assert_eq!(side_by_side(&things, helpers, |n| n * n), squares);
        }
        assert_eq!(side_by_side(&[] as &[u64], 3, |n| n * n), Vec::<u64>::new());
    }
}
