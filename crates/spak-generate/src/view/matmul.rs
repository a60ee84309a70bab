//! Numbers and conflicts of the matrix product.

use minijinja::{Value as View, context};

use super::conflict_unless;
use crate::choices::Choices;
use crate::error::GenerateError;

/// Largest register tile in accumulators; more could only spill.
const LARGEST_TILE: i64 = 32;

pub(super) fn numbers(choices: &Choices) -> View {
    let vector = choices.is("simd", "vector");
    let lanes = if vector { choices.number("simd_width") } else { 1 };
    let (grid_m, grid_n) = grid(choices);
    // Without vectors `micro_n` still counts `simd_width` floats: the compiler has the same tile to work on.
    let micro_columns = choices.number("micro_n") * choices.number("simd_width");
    context! {
        lanes,
        micro_rows => choices.number("micro_m"),
        micro_vectors => choices.number("micro_n"),
        micro_columns,
        grid_m,
        grid_n,
    }
}

/// Rows and columns of the grid of threads; for `mn` the most square one.
fn grid(choices: &Choices) -> (i64, i64) {
    let threads = choices.number("threads");
    if choices.is("parallel_loop", "n") {
        return (1, threads);
    }
    if choices.is("parallel_loop", "m") {
        return (threads, 1);
    }
    let mut rows = 1;
    for candidate in 1..=threads {
        if threads % candidate == 0 && candidate * candidate <= threads {
            rows = candidate;
        }
    }
    (rows, threads / rows)
}

pub(super) fn check(choices: &Choices) -> Result<(), GenerateError> {
    let panels = choices.is("loop_order", "panels_b") || choices.is("loop_order", "panels_a");
    conflict_unless(
        panels || choices.is("data_packing", "none"),
        "`data_packing` needs `loop_order: panels_b` or `panels_a`: only these have a block that is read often enough to be packed",
    )?;
    conflict_unless(
        !choices.is("tail_handling", "padded_pack") || choices.is("data_packing", "pack_ab"),
        "`tail_handling: padded_pack` needs `data_packing: pack_ab`: zeros can be appended to a packed copy only",
    )?;
    conflict_unless(
        !panels || choices.number("micro_m") * choices.number("micro_n") <= LARGEST_TILE,
        "`micro_m` times `micro_n` is over 32: the tile of C does not fit the vector registers",
    )
}
