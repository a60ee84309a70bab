//! Numbers and conflicts of the attention forward pass.

use minijinja::{Value as View, context};
use spak_records::Problem;

use super::{conflict_unless, round_up};
use crate::choices::Choices;
use crate::error::GenerateError;

/// Largest register tile in accumulators; more could only spill.
const LARGEST_TILE: i64 = 32;
/// Largest `head_dim` that code is made for; the tiles of one row have to fit a cache.
const LARGEST_HEAD_DIM: i64 = 4096;

pub(super) fn numbers(choices: &Choices, head_dim: i64) -> View {
    let vector = choices.is("simd", "vector");
    let packed_k = !choices.is("data_packing", "none");
    let packed_v = choices.is("data_packing", "pack_kv");
    let lanes = if vector { choices.number("simd_width") } else { 1 };
    let micro_rows = if vector { choices.number("micro_m") } else { 1 };
    let micro_vectors = choices.number("micro_n");
    let tile_n = choices.number("tile_n");
    let width = round_up(head_dim, lanes);
    let panel = if vector { micro_vectors * lanes } else { tile_n };
    // A packed panel is scored as a whole, so that rows of scores need room for its last keys.
    let score_step = if vector && packed_k { panel } else { lanes };
    let blocks = value_blocks(head_dim, lanes, micro_vectors, packed_v);
    let mut kernels: Vec<&Block> = Vec::new();
    for block in &blocks {
        if kernels.iter().all(|k| k.columns != block.columns) {
            kernels.push(block);
        }
    }
    context! {
        head_dim,
        width,
        lanes,
        micro_rows,
        micro_vectors,
        panel,
        score_step,
        score_stride => round_up(tile_n, score_step),
        tile_rows => round_up(choices.number("tile_m"), micro_rows),
        scale => c_float(scale(choices, head_dim)),
        value_kernels => kernels.into_iter().map(Block::view).collect::<Vec<_>>(),
        value_blocks => blocks.iter().map(Block::view).collect::<Vec<_>>(),
    }
}

/// Columns of V that one call of the register kernel covers.
struct Block {
    from: i64,
    columns: i64,
    vectors: i64,
    /// Floats of the last vector when it is cut off by the row's end and V is not padded; else 0.
    tail: i64,
}

impl Block {
    fn view(&self) -> View {
        context! { from => self.from, columns => self.columns, vectors => self.vectors, tail => self.tail }
    }
}

fn value_blocks(head_dim: i64, lanes: i64, vectors: i64, padded: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while from < head_dim {
        let columns = (head_dim - from).min(vectors * lanes);
        let tail = if padded { 0 } else { columns % lanes };
        blocks.push(Block { from, columns, vectors: (columns + lanes - 1) / lanes, tail });
        from += columns;
    }
    blocks
}

/// What Q is multiplied by: `1/√d`, times `log2(e)` where exponentials are powers of two.
fn scale(choices: &Choices, head_dim: i64) -> f64 {
    let scale = 1.0 / (head_dim as f64).sqrt();
    if choices.is("math_approximation", "exp2") { scale * std::f64::consts::LOG2_E } else { scale }
}

/// Nine digits hold any float32; C wants a point or an exponent in it.
fn c_float(number: f64) -> String {
    format!("{number:.8e}")
}

pub(super) fn check(choices: &Choices, problem: &Problem) -> Result<(), GenerateError> {
    let Problem::AttentionForward { heads, kv_heads, head_dim, causal, store_lse, .. } = *problem
    else {
        return Ok(());
    };
    let vector = choices.is("simd", "vector");
    conflict_unless(
        head_dim <= LARGEST_HEAD_DIM,
        "`head_dim` is over 4096, for which there is no code",
    )?;
    conflict_unless(
        heads == kv_heads || !choices.is("attention_variant", "MHA"),
        "`attention_variant: MHA` needs as many key heads as query heads; use GQA",
    )?;
    conflict_unless(
        kv_heads == 1 || !choices.is("attention_variant", "MQA"),
        "`attention_variant: MQA` needs exactly one key head; use GQA",
    )?;
    conflict_unless(
        causal.is_none() || !choices.is("mask_fusion", "no_mask"),
        "`mask_fusion: no_mask` lets every query see every key, but the problem is causal",
    )?;
    conflict_unless(
        store_lse == choices.is("kernel_mode", "training"),
        "`kernel_mode: training` is for problems that store LSE, and `inference` for those that do not",
    )?;
    conflict_unless(
        choices.is("softmax_scheme", "online") || choices.is("loop_order", "q_outer"),
        "`softmax_scheme: naive` needs `loop_order: q_outer`: a row's maximum is known only after all of its keys",
    )?;
    let panel = choices.number("simd_width") * choices.number("micro_n");
    conflict_unless(
        !vector || choices.is("data_packing", "none") || choices.number("tile_n") % panel == 0,
        "`tile_n` is not a multiple of `simd_width` times `micro_n`: a tile of keys consists of whole packed panels",
    )?;
    conflict_unless(
        !vector || choices.number("micro_m") * choices.number("micro_n") <= LARGEST_TILE,
        "`micro_m` times `micro_n` is over 32: the tile of scores does not fit the vector registers",
    )
}
