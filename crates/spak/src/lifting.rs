//! Lifting: from files of kernels to what `spak lift` reports.

pub(crate) mod compare;
pub(crate) mod draft;
pub(crate) mod merge;
pub(crate) mod packs;
pub(crate) mod parts;
pub(crate) mod report;
pub(crate) mod select;
pub(crate) mod sources;

/// The stack on which sources are read and run; deep texts need it.
const STACK: usize = 256 << 20;

/// Does two things at once, the first on a stack that is deep enough for reading sources.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn both<A: Send, B>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> anyhow::Result<(A, B)> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let handle = thread.spawn_scoped(scope, one)?;
        let other = other();
        match handle.join() {
            Ok(one) => Ok((one, other)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Does something on a stack that is deep enough for reading sources.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
    Ok(both(work, || ())?.0)
}
