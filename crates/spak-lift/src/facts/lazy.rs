//! What is found out about nodes when it is first asked for.

use std::sync::OnceLock;

/// So many nodes get their places together: of a program most nodes are never asked about.
const PAGE: usize = 256;

type Page<T> = Box<[OnceLock<T>]>;

/// A place for each of some things, made when it is needed.
#[derive(Debug)]
pub(crate) struct Lazy<T> {
    pages: Box<[OnceLock<Page<T>>]>,
    count: usize,
}

impl<T> Lazy<T> {
    /// Places for so many things.
    pub(crate) fn new(count: usize) -> Self {
        let pages = (0..count.div_ceil(PAGE)).map(|_| OnceLock::new()).collect();
        Self { pages, count }
    }

    /// What was found out about a thing before.
    pub(crate) fn peek(&self, at: usize) -> Option<&T> {
        self.pages.get(at / PAGE)?.get()?.get(at % PAGE)?.get()
    }

    /// What is known about a thing, found out if it is not; `None` for a thing that there is none of.
    pub(crate) fn get(&self, at: usize, find: impl FnOnce() -> T) -> Option<&T> {
        if at >= self.count {
            return None;
        }
        let page = self.pages.get(at / PAGE)?;
        let page = page.get_or_init(|| (0..PAGE).map(|_| OnceLock::new()).collect());
        Some(page.get(at % PAGE)?.get_or_init(find))
    }
}

#[cfg(test)]
mod tests {
    use super::Lazy;

    #[test]
    fn what_is_found_stays() {
        let lazy: Lazy<usize> = Lazy::new(700);
        assert_eq!(lazy.get(699, || 7), Some(&7));
        assert_eq!(lazy.get(699, || 8), Some(&7));
        assert_eq!((lazy.peek(699), lazy.peek(698), lazy.peek(0)), (Some(&7), None, None));
        assert_eq!(lazy.get(0, || 9), Some(&9));
        assert_eq!(lazy.get(700, || 1), None);
        assert_eq!(Lazy::<u8>::new(0).get(0, || 1), None);
    }
}
