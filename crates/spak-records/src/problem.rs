//! Operator families as typed problems: what the buffers are, which shape they have, and what is computed.
//!
//! The generator, the harness in the candidate's process and the judge agree on this file and on nothing else.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::Workload;
use crate::value::Value;

/// Which rows see which columns when the query and key lengths differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CausalAlignment {
    /// Query `i` sees keys `0..=i`.
    TopLeft,
    /// The last query sees every key: query `i` sees keys `0..=i + kv_len - seq_len`.
    BottomRight,
}

/// A problem of one operator family with all its sizes. But for those of [`Problem::Operator`], all element types are
/// `f32`, row-major.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "family", rename_all = "snake_case")]
pub enum Problem {
    /// `C[m,n] = A[m,k] · B[k,n]`. Inputs `A`, `B`; output `C`; dims `[m, n, k]`.
    Matmul {
        /// Rows of A and C.
        m: i64,
        /// Columns of B and C.
        n: i64,
        /// Columns of A, rows of B.
        k: i64,
    },
    /// `O = softmax(Q·Kᵀ/√d + mask)·V` by head; query head `h` reads key head `h / (heads / kv_heads)`.
    ///
    /// Inputs `Q[batch,heads,seq_len,head_dim]`, `K[batch,kv_heads,kv_len,head_dim]`, `V` like `K`;
    /// outputs `O` like `Q` and, when `store_lse`, `LSE[batch,heads,seq_len]` (natural logarithm of
    /// the sum of exponentials of the scaled scores). A row that sees no key is zero with LSE −∞.
    /// Dims `[batch, heads, kv_heads, seq_len, kv_len, head_dim, causal_offset]`, where query `i`
    /// sees keys `j <= i + causal_offset`; without causality the offset is `i64::MAX / 2`.
    AttentionForward {
        /// Independent problems.
        batch: i64,
        /// Query heads.
        heads: i64,
        /// Key and value heads; divides `heads`.
        kv_heads: i64,
        /// Query rows of each head.
        seq_len: i64,
        /// Key rows of each head.
        kv_len: i64,
        /// Columns of Q, K, V and O.
        head_dim: i64,
        /// Whether later keys are hidden, and how the triangle lies.
        causal: Option<CausalAlignment>,
        /// Whether LSE is an output.
        store_lse: bool,
    },
    /// A problem of an operator that is described by data (`operators/NAME/operator.dsl`): those that run on a GPU.
    Operator(OperatorProblem),
}

/// A problem of an operator that is described by data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OperatorProblem {
    /// The operator's name.
    pub operator: String,
    /// Sizes, flags and the element type (`dtype`), defaults included.
    pub values: BTreeMap<String, Value>,
    /// Floating-point operations, as the field counts them for this operator.
    pub flops: u64,
    /// Bytes of arrays that have to be read and written at least.
    pub bytes: u64,
}

impl Problem {
    /// The family's name, which is also the name of its template folder.
    pub fn family(&self) -> &str {
        match self {
            Self::Matmul { .. } => "matmul",
            Self::AttentionForward { .. } => "attention_forward",
            Self::Operator(problem) => &problem.operator,
        }
    }

    /// The problem that `workload` describes for `family`.
    ///
    /// Aliases that real designs use are accepted: `num_heads`/`heads`, `num_head_kv`/`num_kv_heads`/
    /// `kv_heads` (default: as many as query heads), `k_len`/`kv_len` (default: `seq_len`), `batch`
    /// (default 1), `causal` (default false), `causal_alignment` (default `"bottom_right"`),
    /// `store_lse` (default false).
    ///
    /// # Errors
    /// A sentence naming what is missing or out of range (each size is 1 to 2^31; `kv_heads` divides `heads`).
    pub fn from_workload(family: &str, workload: &Workload) -> Result<Self, String> {
        let size = |names: &[&str], default: Option<i64>| -> Result<i64, String> {
            let name = names.first().copied().unwrap_or_default();
            let found = names.iter().find_map(|n| workload.get(n).map(|v| (*n, v)));
            let value = match found {
                Some((n, Value::Int(i))) if !(1..=1 << 31).contains(i) => {
                    return Err(format!("workload `{n}` is {i}, but a size is 1 to 2147483648"));
                }
                Some((_, Value::Int(i))) => Some(*i),
                Some((n, other)) => {
                    return Err(format!(
                        "workload `{n}` is `{other}`, but a whole number is needed"
                    ));
                }
                None => default,
            };
            value.ok_or_else(|| format!("the workload of {family} needs `{name}`"))
        };
        if let Some(dtype) = workload.get("dtype")
            && !matches!(dtype.as_text(), Some("f32" | "fp32" | "float32"))
        {
            return Err(format!("workload `dtype` is `{dtype}`, but kernels are made in f32 only"));
        }
        match family {
            "matmul" => Ok(Self::Matmul {
                m: size(&["m", "M"], None)?,
                n: size(&["n", "N"], None)?,
                k: size(&["k", "K"], None)?,
            }),
            "attention_forward" => {
                let heads = size(&["num_heads", "heads"], None)?;
                let kv_heads = size(&["num_kv_heads", "num_head_kv", "kv_heads"], Some(heads))?;
                if heads % kv_heads != 0 {
                    return Err(format!("{kv_heads} key heads do not divide {heads} query heads"));
                }
                let seq_len = size(&["seq_len", "q_len"], None)?;
                let causal = match workload.get("causal") {
                    None => false,
                    Some(Value::Bool(b)) => *b,
                    Some(Value::Int(i)) => *i != 0,
                    Some(other) => {
                        return Err(format!("workload `causal` is `{other}`, not a flag"));
                    }
                };
                let alignment = match workload.get("causal_alignment").and_then(Value::as_text) {
                    None | Some("bottom_right") => CausalAlignment::BottomRight,
                    Some("top_left") => CausalAlignment::TopLeft,
                    Some(other) => {
                        return Err(format!(
                            "workload `causal_alignment` is `{other}`, not `top_left` or `bottom_right`"
                        ));
                    }
                };
                Ok(Self::AttentionForward {
                    batch: size(&["batch", "batch_size"], Some(1))?,
                    heads,
                    kv_heads,
                    seq_len,
                    kv_len: size(&["kv_len", "k_len"], Some(seq_len))?,
                    head_dim: size(&["head_dim"], None)?,
                    causal: causal.then_some(alignment),
                    store_lse: workload.flag("store_lse").unwrap_or(false),
                })
            }
            other => {
                Err(format!("no operator family `{other}`; there are: attention_forward, matmul"))
            }
        }
    }

    /// Everything that makes it this problem, defaults included, by the names that designs use:
    /// conditions that compare all of them hold for no other one.
    pub fn symbols(&self) -> Vec<(&str, Value)> {
        let dtype = Value::Text("f32".to_owned());
        match *self {
            Self::Operator(ref problem) => {
                problem.values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
            }
            Self::Matmul { m, n, k } => {
                vec![("m", m.into()), ("n", n.into()), ("k", k.into()), ("dtype", dtype)]
            }
            Self::AttentionForward {
                batch,
                heads,
                kv_heads,
                seq_len,
                kv_len,
                head_dim,
                causal,
                store_lse,
            } => {
                // With as many keys as queries both alignments are the same mask.
                let alignment = match causal {
                    None => "none",
                    Some(CausalAlignment::TopLeft) if kv_len != seq_len => "top_left",
                    Some(_) => "bottom_right",
                };
                vec![
                    ("batch", batch.into()),
                    ("num_heads", heads.into()),
                    ("num_kv_heads", kv_heads.into()),
                    ("seq_len", seq_len.into()),
                    ("kv_len", kv_len.into()),
                    ("head_dim", head_dim.into()),
                    ("causal", causal.is_some().into()),
                    ("causal_alignment", Value::Text(alignment.to_owned())),
                    ("store_lse", store_lse.into()),
                    ("dtype", dtype),
                ]
            }
        }
    }

    /// Other names that workloads may use for a symbol of a problem.
    pub fn aliases(symbol: &str) -> &'static [&'static str] {
        match symbol {
            "m" => &["M"],
            "n" => &["N"],
            "k" => &["K"],
            "batch" => &["batch_size"],
            "num_heads" => &["heads"],
            "num_kv_heads" => &["num_head_kv", "kv_heads"],
            "seq_len" => &["q_len"],
            "kv_len" => &["k_len"],
            _ => &[],
        }
    }

    /// The numbers every generated C kernel gets, in the order its family documents; of an operator that is described by
    /// data none, nor any buffers: its description has them.
    pub fn dims(&self) -> Vec<i64> {
        match *self {
            Self::Operator(_) => Vec::new(),
            Self::Matmul { m, n, k } => vec![m, n, k],
            Self::AttentionForward {
                batch,
                heads,
                kv_heads,
                seq_len,
                kv_len,
                head_dim,
                causal,
                ..
            } => {
                let offset = match causal {
                    None => i64::MAX / 2,
                    Some(CausalAlignment::TopLeft) => 0,
                    Some(CausalAlignment::BottomRight) => kv_len - seq_len,
                };
                vec![batch, heads, kv_heads, seq_len, kv_len, head_dim, offset]
            }
        }
    }

    /// Name and number of elements of each input buffer, in order.
    pub fn inputs(&self) -> Vec<(&'static str, u64)> {
        match *self {
            Self::Operator(_) => Vec::new(),
            Self::Matmul { m, n, k } => vec![("A", elements(&[m, k])), ("B", elements(&[k, n]))],
            Self::AttentionForward {
                batch, heads, kv_heads, seq_len, kv_len, head_dim, ..
            } => vec![
                ("Q", elements(&[batch, heads, seq_len, head_dim])),
                ("K", elements(&[batch, kv_heads, kv_len, head_dim])),
                ("V", elements(&[batch, kv_heads, kv_len, head_dim])),
            ],
        }
    }

    /// Name and number of elements of each output buffer, in order.
    pub fn outputs(&self) -> Vec<(&'static str, u64)> {
        match *self {
            Self::Operator(_) => Vec::new(),
            Self::Matmul { m, n, .. } => vec![("C", elements(&[m, n]))],
            Self::AttentionForward { batch, heads, seq_len, head_dim, store_lse, .. } => {
                let mut out = vec![("O", elements(&[batch, heads, seq_len, head_dim]))];
                if store_lse {
                    out.push(("LSE", elements(&[batch, heads, seq_len])));
                }
                out
            }
        }
    }

    /// Floating-point operations as the field counts them: `2·m·n·k`, and for attention two products
    /// of `2·head_dim` for each visible (query, key) pair; softmax is not counted.
    pub fn flops(&self) -> f64 {
        match *self {
            Self::Operator(ref problem) => problem.flops as f64,
            Self::Matmul { m, n, k } => 2.0 * m as f64 * n as f64 * k as f64,
            Self::AttentionForward { batch, heads, seq_len, kv_len, head_dim, causal, .. } => {
                let pairs: f64 = match causal {
                    None => seq_len as f64 * kv_len as f64,
                    Some(alignment) => {
                        let offset = match alignment {
                            CausalAlignment::TopLeft => 0,
                            CausalAlignment::BottomRight => kv_len - seq_len,
                        };
                        (0..seq_len).map(|i| (i + offset + 1).clamp(0, kv_len) as f64).sum()
                    }
                };
                4.0 * batch as f64 * heads as f64 * head_dim as f64 * pairs
            }
        }
    }
}

/// In one line: `attention causal B=1 H=8/8 S=1024 D=64 f32`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matmul { m, n, k } => write!(f, "matmul {m}x{n}x{k} f32"),
            Self::AttentionForward {
                batch,
                heads,
                kv_heads,
                seq_len,
                kv_len,
                head_dim,
                causal,
                store_lse,
            } => {
                let mask = match causal {
                    None => "full",
                    Some(CausalAlignment::TopLeft) if kv_len != seq_len => "causal (top left)",
                    Some(_) => "causal",
                };
                let keys = if kv_len == seq_len { String::new() } else { format!("/{kv_len}") };
                let lse = if *store_lse { " with LSE" } else { "" };
                write!(
                    f,
                    "attention {mask} B={batch} H={heads}/{kv_heads} S={seq_len}{keys} D={head_dim} f32{lse}"
                )
            }
            Self::Operator(problem) => {
                f.write_str(&problem.operator)?;
                for (name, value) in &problem.values {
                    match value {
                        Value::Bool(false) => {}
                        Value::Bool(true) => write!(f, " {name}")?,
                        value => write!(f, " {name}={value}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

fn elements(shape: &[i64]) -> u64 {
    shape.iter().map(|d| d.unsigned_abs()).fold(1, u64::saturating_mul)
}
