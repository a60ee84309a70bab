//! Costs of `O = softmax(Q·Kᵀ/√d + mask)·V`, by head, with shared key heads, causal masks and LSE.

use spak_records::{CausalAlignment, Problem};

use super::{Case, Family, Tiles, Work};
use crate::formula::Symbols;

/// The family `attention_forward`.
pub(super) struct AttentionForward;

/// More rows of tiles than this are not walked through; the estimate then takes visible pairs.
const MAX_TILE_ROWS: i64 = 1 << 20;

/// Which keys the queries of one head see.
struct Mask {
    queries: i64,
    keys: i64,
    /// Query `i` sees keys up to `i + offset`; `None` when it sees all.
    offset: Option<i64>,
}

impl Mask {
    fn of(problem: &Problem) -> Option<Self> {
        let Problem::AttentionForward { seq_len, kv_len, causal, .. } = *problem else {
            return None;
        };
        let offset = causal.map(|alignment| match alignment {
            CausalAlignment::TopLeft => 0,
            CausalAlignment::BottomRight => kv_len - seq_len,
        });
        Some(Self { queries: seq_len, keys: kv_len, offset })
    }

    /// How many keys queries before `rows` see at most.
    fn seen(&self, rows: i64) -> i64 {
        self.offset.map_or(self.keys, |offset| (rows + offset).clamp(0, self.keys))
    }

    /// Queries that see at least one key.
    fn active_queries(&self) -> i64 {
        self.offset.map_or(self.queries, |offset| (self.queries + offset.min(0)).max(0))
    }

    /// Pairs of a query and a key that it sees, as a formula of whole numbers and as a number.
    fn pairs(&self) -> (String, f64) {
        let Some(offset) = self.offset else {
            return ("1.0 * seq_len * kv_len".to_owned(), self.queries as f64 * self.keys as f64);
        };
        // Rows below `first` see nothing, rows from `full` on see every key, and in between each row sees
        // one key more than the one before.
        let first = (-offset).clamp(0, self.queries);
        let full = (self.keys - offset).clamp(first, self.queries);
        let (low, high) = (first + offset + 1, full + offset);
        let triangle = if full > first {
            format!("({low} + {high}) / 2 * {}", full - first)
        } else {
            "0".to_owned()
        };
        let rows = (self.queries - full) as f64;
        let count = (low as f64 + high as f64) * (full - first) as f64 / 2.0;
        let text = match self.queries - full {
            0 => triangle,
            all => format!("{triangle} + {all} * kv_len"),
        };
        (text, count + rows * self.keys as f64)
    }

    /// Tiles that hold a visible pair.
    fn tiles(&self, tile_m: i64, tile_n: i64) -> f64 {
        let rows = div_up(self.queries, tile_m);
        if self.offset.is_none() {
            return rows as f64 * div_up(self.keys, tile_n) as f64;
        }
        if rows > MAX_TILE_ROWS {
            return self.pairs().1 / (tile_m as f64 * tile_n as f64);
        }
        let tiles =
            |row: i64| div_up(self.seen(((row + 1) * tile_m).min(self.queries)), tile_n) as f64;
        (0..rows).map(tiles).sum()
    }
}

fn div_up(size: i64, tile: i64) -> i64 {
    size.div_euclid(tile) + i64::from(size % tile != 0)
}

impl Family for AttentionForward {
    fn name(&self) -> &'static str {
        "attention_forward"
    }

    fn work(&self, case: &Case<'_>) -> Result<Work, String> {
        let (
            Some(mask),
            &Problem::AttentionForward {
                batch,
                heads,
                kv_heads,
                seq_len,
                kv_len,
                head_dim,
                store_lse,
                ..
            },
        ) = (Mask::of(case.problem), case.problem)
        else {
            return Err("the problem is no attention".to_owned());
        };
        let mut symbols = Symbols::default();
        for (name, value) in [
            ("batch", batch),
            ("num_heads", heads),
            ("num_kv_heads", kv_heads),
            ("seq_len", seq_len),
            ("kv_len", kv_len),
            ("head_dim", head_dim),
            ("queries", mask.active_queries()),
            ("keys", mask.seen(seq_len)),
        ] {
            symbols.set(name, value);
        }
        symbols.fix("pairs", &mask.pairs().0)?;
        let element = case.element();
        // Pairs are a float, and what begins with a float does not leave 64 bits.
        let mut exponentials = "pairs * batch * num_heads".to_owned();
        let mut writes = format!("{element} * batch * num_heads * seq_len * head_dim");
        if store_lse {
            exponentials = "(pairs + queries) * batch * num_heads".to_owned();
            writes.push_str(" + 4 B * batch * num_heads * seq_len");
        }
        Ok(Work {
            symbols,
            products: "4 FLOP * batch * num_heads * head_dim * pairs".to_owned(),
            exponentials: Some(exponentials),
            reads: format!(
                "{element} * batch * num_heads * queries * head_dim + 2 * {element} * batch * num_kv_heads * keys * head_dim"
            ),
            writes,
            assumes: vec![
                "both products and an exponential are formed for each pair of a query and a key that it sees".to_owned(),
                "every product is formed as defined (no Strassen), from dense inputs".to_owned(),
            ],
        })
    }

    fn tiles(&self, case: &Case<'_>) -> Option<Tiles> {
        let &Problem::AttentionForward { batch, heads, seq_len, head_dim, .. } = case.problem
        else {
            return None;
        };
        let mask = Mask::of(case.problem)?;
        let tile_m = case.number(&["tile_m", "block_m", "BLOCK_M", "bm", "tile_q"])?;
        let tile_n = case.number(&["tile_n", "block_n", "BLOCK_N", "bn", "tile_kv"])?;
        let mut assumes = Vec::new();
        let threads = super::threads(case, tile_m, &mut assumes);
        let stages = super::stages(case, &mut assumes);
        let problems = batch as f64 * heads as f64;
        let tiles = problems * mask.tiles(tile_m, tile_n);
        let pairs = tiles * tile_m as f64 * tile_n as f64;
        let bytes = f64::from(case.dtype.bits()) / 8.0;
        let element = case.element();
        let d = head_dim as f64;
        assumes.push("for each pair four vector instructions besides the exponential: scale, maximum, sum, conversion".to_owned());
        Some(Tiles {
            sizes: vec![("tile_m", tile_m), ("tile_n", tile_n)],
            blocks: problems * div_up(seq_len, tile_m) as f64,
            threads,
            shared_memory: format!(
                "({tile_m} * {head_dim} + {stages} * 2 * {tile_n} * {head_dim}) * {element}"
            ),
            registers: super::registers(
                tile_m.saturating_mul(head_dim.saturating_add(tile_n)),
                threads,
                &mut assumes,
            ),
            products: 4.0 * pairs * d,
            exponentials: pairs,
            vector: 4.0 * pairs,
            traffic: bytes
                * (problems * 2.0 * seq_len as f64 * d + 2.0 * tiles * tile_n as f64 * d),
            assumes,
        })
    }
}
