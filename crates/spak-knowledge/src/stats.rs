//! The distributions that the tests need: those of `spak-learn`.

pub(crate) use spak_learn::stats::{critical, deviation, holm, mean, median, two_sided};
