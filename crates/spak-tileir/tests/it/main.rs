//! Kernels of cuTile, read and run.
