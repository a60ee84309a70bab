//! Keeps the processors from sleeping while a sample is prepared.
//!
//! Between two samples the candidate is stopped and the judge writes inputs on one core. The other
//! cores have nothing to do for some milliseconds, which is long enough for a deep idle state: its
//! caches are emptied, its clock falls and its wide vector units are switched off. The first call
//! afterwards pays for all of that. On a virtual machine with two cores of a Sapphire Rapids this
//! made a matrix product of 6.0 ms take 10.3 ms. A kernel in real use runs right after other work, so
//! busy cores are the state to measure in; benchmarks that call in a loop measure the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Threads that spin, one for each core but the judge's own, until this is dropped.
pub(crate) struct Awake {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Awake {
    /// Starts them. Where a thread cannot be started there is one fewer: times may then be larger,
    /// but nothing else changes.
    pub(crate) fn start() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let over = Arc::new(AtomicBool::new(false));
        let threads = (1..cores).map_while(|_| {
            let over = Arc::clone(&over);
            let spin = move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            };
            std::thread::Builder::new().name("spak-awake".to_owned()).spawn(spin).ok()
        });
        let threads = threads.collect();
        Self { over, threads }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Awake;

    #[test]
    fn no_thread_is_left() {
        let awake = Awake::start();
        let over = std::sync::Arc::downgrade(&awake.over);
        drop(awake);
        assert!(over.upgrade().is_none());
    }
}
