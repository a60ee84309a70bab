//! Tuning spaces as decision diagrams: count, rank, sample and explain without enumerating.
