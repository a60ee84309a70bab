//! What trials were made of and on: the scope of everything that is learned from them.

use std::collections::BTreeMap;

use spak_records::{ContentHash, Device, Problem, Toolchain, Value, Workload};

use crate::wording::{literal, slug};

/// The scope of a learning step, as the caller knows it.
#[derive(Clone, Debug)]
pub struct Context {
    /// The machine that all trials ran on.
    pub device: Device,
    /// What compiled all candidates.
    pub toolchain: Toolchain,
    /// The problem that facts are about; trials of other problems only tell how the workload acts.
    pub problem: Problem,
    /// The same problem in the design's own names (`seq_len`, `head_dim`, `causal`).
    pub workload: Workload,
    /// Id of the trace that holds the trials; every fact names it as its source.
    pub trace: String,
    /// The date to write, as text (`2026-02-13`).
    pub date: String,
    /// Id of the config that the design starts from, if there is one.
    pub seed: Option<ContentHash>,
    /// The axes and parameters of the design in its order, with all their values. Names that only
    /// occur in configs come after them.
    pub dimensions: Vec<Dimension>,
}

/// One axis or parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// All values that the design allows, in its order.
    pub values: Vec<Value>,
}

impl Context {
    /// The symbols that `when` formulas compare, with the values measured: `device`, `cores`,
    /// `compiler`, `family`, and each workload symbol. Whoever evaluates `when` must know them.
    pub fn symbols(&self) -> Vec<(String, Value)> {
        let mut symbols = vec![
            ("device".to_owned(), Value::Text(self.device.name.clone())),
            ("cores".to_owned(), Value::Int(i64::from(self.device.cores))),
            ("compiler".to_owned(), Value::Text(self.toolchain.compiler.clone())),
            ("family".to_owned(), Value::Text(self.problem.family().to_owned())),
        ];
        let known = symbols.len();
        for (name, value) in &self.workload.0 {
            let scalar = !matches!(value, Value::List(_));
            if scalar && !symbols.iter().take(known).any(|(n, _)| n == name) {
                symbols.push((name.clone(), value.clone()));
            }
        }
        symbols
    }

    /// The formula that holds exactly where the trials were made.
    pub fn when(&self) -> String {
        self.when_without(&[])
    }

    /// The same formula, without the symbols that a finding compares.
    pub(crate) fn when_without(&self, left_out: &[&str]) -> String {
        let terms: Vec<String> = self
            .symbols()
            .iter()
            .filter(|(name, _)| !left_out.contains(&name.as_str()))
            .map(|(name, value)| format!("{name} == {}", literal(value)))
            .collect();
        terms.join(" && ")
    }

    /// A short name of the scope, the same in every run: device, cores, compiler, family, workload.
    pub fn key(&self) -> String {
        self.key_without(&[])
    }

    /// The same name, without the symbols that a finding compares.
    pub(crate) fn key_without(&self, left_out: &[&str]) -> String {
        let mut parts = vec![
            slug(&self.device.name),
            format!("{}c", self.device.cores),
            slug(&self.toolchain.compiler),
            slug(self.problem.family()),
        ];
        parts.extend(self.workload_parts(left_out));
        parts.retain(|p| !p.is_empty());
        parts.join("_")
    }

    /// `sl1024`, `hd64`, `causal`: initials and values, whole names where initials collide; flags
    /// that are off are left out.
    fn workload_parts(&self, left_out: &[&str]) -> Vec<String> {
        let initials = |name: &str| -> String {
            name.split('_').filter_map(|word| word.chars().next()).collect()
        };
        let mut count: BTreeMap<String, u32> = BTreeMap::new();
        for name in self.workload.0.keys() {
            *count.entry(initials(name)).or_default() += 1;
        }
        let mut parts = Vec::new();
        for (name, value) in self.workload.0.iter().filter(|(n, _)| !left_out.contains(&n.as_str()))
        {
            let short = initials(name);
            let short = if count.get(&short) == Some(&1) { short } else { name.clone() };
            match value {
                Value::Bool(true) => parts.push(slug(name)),
                Value::Bool(false) | Value::List(_) => {}
                Value::Int(_) | Value::Float(_) => parts.push(slug(&format!("{short}{value}"))),
                Value::Text(text) => parts.push(slug(text)),
            }
        }
        parts
    }
}

/// The fields of a problem by name, so that two problems can be compared field by field.
pub(crate) fn problem_fields(problem: &Problem) -> BTreeMap<String, Value> {
    let fields: Vec<(&str, Value)> = match problem {
        Problem::Matmul { m, n, k } => {
            vec![("m", (*m).into()), ("n", (*n).into()), ("k", (*k).into())]
        }
        Problem::AttentionForward {
            batch,
            heads,
            kv_heads,
            seq_len,
            kv_len,
            head_dim,
            causal,
            store_lse,
        } => vec![
            ("batch", (*batch).into()),
            ("heads", (*heads).into()),
            ("kv_heads", (*kv_heads).into()),
            ("seq_len", (*seq_len).into()),
            ("kv_len", (*kv_len).into()),
            ("head_dim", (*head_dim).into()),
            ("causal", causal.is_some().into()),
            ("store_lse", (*store_lse).into()),
        ],
    };
    fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()
}

/// The names under which a design may write the field `field` of a problem, and those of the field
/// that follows it by default.
pub(crate) fn names_of_field(field: &str) -> &'static [&'static str] {
    match field {
        "m" => &["m", "M"],
        "n" => &["n", "N"],
        "k" => &["k", "K"],
        "batch" => &["batch", "batch_size"],
        "heads" => {
            &["heads", "num_heads", "kv_heads", "num_kv_heads", "num_head_kv", "attention_variant"]
        }
        "kv_heads" => &["kv_heads", "num_kv_heads", "num_head_kv", "attention_variant"],
        "seq_len" => &["seq_len", "q_len", "kv_len", "k_len"],
        "kv_len" => &["kv_len", "k_len"],
        "head_dim" => &["head_dim"],
        "causal" => &["causal", "causal_alignment"],
        "store_lse" => &["store_lse"],
        _ => &[],
    }
}
