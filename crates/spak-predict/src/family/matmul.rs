//! Costs of `C[m,n] = A[m,k] · B[k,n]`.

use spak_records::Problem;

use super::{Case, Family, Tiles, Work};
use crate::formula::Symbols;

/// The family `matmul`.
pub(super) struct Matmul;

impl Family for Matmul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn work(&self, case: &Case<'_>) -> Result<Work, String> {
        let Problem::Matmul { m, n, k } = *case.problem else {
            return Err("the problem is no matrix product".to_owned());
        };
        let mut symbols = Symbols::default();
        symbols.set("m", m);
        symbols.set("n", n);
        symbols.set("k", k);
        let element = case.element();
        Ok(Work {
            symbols,
            products: "2 FLOP * m * n * k".to_owned(),
            exponentials: None,
            reads: format!("{element} * m * k + {element} * k * n"),
            writes: format!("{element} * m * n"),
            assumes: vec![
                "every product of A and B is formed (no Strassen), from dense inputs".to_owned(),
            ],
        })
    }

    fn tiles(&self, case: &Case<'_>) -> Option<Tiles> {
        let Problem::Matmul { m, n, k } = *case.problem else { return None };
        let tile_m = case.number(&["tile_m", "block_m", "BLOCK_M", "bm"])?;
        let tile_n = case.number(&["tile_n", "block_n", "BLOCK_N", "bn"])?;
        let mut assumes = Vec::new();
        let tile_k = case.number(&["tile_k", "block_k", "BLOCK_K", "bk"]).unwrap_or_else(|| {
            assumes.push("tiles 64 deep".to_owned());
            64
        });
        let threads = super::threads(case, tile_m, &mut assumes);
        let stages = super::stages(case, &mut assumes);
        let across = |size: i64, tile: i64| -> f64 {
            size.div_euclid(tile) as f64 + f64::from(u8::from(size % tile != 0))
        };
        let (rows, columns, steps) = (across(m, tile_m), across(n, tile_n), across(k, tile_k));
        let bytes = f64::from(case.dtype.bits()) / 8.0;
        let element = case.element();
        Some(Tiles {
            sizes: vec![("tile_m", tile_m), ("tile_n", tile_n), ("tile_k", tile_k)],
            blocks: rows * columns,
            threads,
            shared_memory: format!(
                "{stages} * ({tile_m} * {tile_k} + {tile_k} * {tile_n}) * {element}"
            ),
            registers: super::registers(tile_m.saturating_mul(tile_n), threads, &mut assumes),
            products: 2.0 * rows * tile_m as f64 * columns * tile_n as f64 * steps * tile_k as f64,
            exponentials: 0.0,
            vector: 0.0,
            traffic: bytes
                * (columns * m as f64 * k as f64
                    + rows * k as f64 * n as f64
                    + m as f64 * n as f64),
            assumes,
        })
    }
}
