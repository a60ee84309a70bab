//! What trials were made of and on: the scope of everything that is learned from them.

use std::collections::BTreeMap;

use spak_records::{ContentHash, Device, Problem, Toolchain, Value, Workload};

use crate::scope::Scope;
use crate::wording::slug;

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
    /// What the design calls that workload (`Prefill`), if it has a name: facts are named after it.
    pub workload_name: Option<String>,
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
    /// `compiler`, `family`, each symbol of the problem, and what else the workload says. Whoever
    /// evaluates `when` must know them.
    pub fn symbols(&self) -> Vec<(String, Value)> {
        let family = Value::Text(self.problem.family().to_owned());
        let mut symbols = vec![
            ("device".to_owned(), Value::Text(self.device.name.clone())),
            ("cores".to_owned(), Value::Int(i64::from(self.device.cores))),
            ("compiler".to_owned(), Value::Text(self.toolchain.compiler.clone())),
            ("family".to_owned(), family.clone()),
        ];
        let problem = self.problem.symbols();
        let mut told: Vec<&str> = vec!["device", "cores", "compiler", "family"];
        for (name, _) in &problem {
            told.push(name);
            told.extend(Problem::aliases(name));
        }
        symbols.extend(problem.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        for (name, value) in &self.workload.0 {
            let is_told = matches!(value, Value::List(_)) || *value == family;
            if !is_told && !told.contains(&name.as_str()) {
                symbols.push((name.clone(), value.clone()));
            }
        }
        symbols
    }

    /// Where the trials were made, with its name and the terms of its predicate.
    pub fn scope(&self) -> Scope {
        self.scope_without("", &[])
    }

    /// Whether a condition is one of this context: all that it compares has the value that it has here.
    pub fn is_under(&self, condition: &str) -> bool {
        let own: Vec<String> = self.symbols().iter().map(crate::scope::term).collect();
        let terms = crate::scope::terms(condition);
        !terms.is_empty() && terms.iter().all(|term| own.contains(term))
    }

    /// The fields of the problem by name: what a witness about the workload names beside the config.
    pub fn problem_fields(&self) -> BTreeMap<String, Value> {
        problem_fields(&self.problem)
    }

    /// The machine and the compiler, whatever was computed there.
    pub(crate) fn machine(&self) -> Scope {
        const OF_IT: [&str; 3] = ["device", "cores", "compiler"];
        let mut terms = self.symbols();
        terms.retain(|(name, _)| OF_IT.contains(&name.as_str()));
        let compiler = slug(&self.toolchain.compiler);
        let name = format!("{compiler}_on_{}_{}c", device_slug(&self.device), self.device.cores);
        Scope { name: spelled(name), terms }
    }

    /// The same without the symbols that a finding compares, which are all names of the field `any`.
    pub(crate) fn scope_without(&self, any: &str, left_out: &[&str]) -> Scope {
        let workload = self.workload_name.as_deref().map(slug).filter(|name| !name.is_empty());
        let what = workload.unwrap_or_else(|| slug(self.problem.family()));
        let mut name = format!("{what}_on_{}_{}c", device_slug(&self.device), self.device.cores);
        if !any.is_empty() {
            name = format!("{name}_any_{}", slug(any));
        }
        let mut terms = self.symbols();
        terms.retain(|(name, _)| !left_out.contains(&name.as_str()));
        Scope { name: spelled(name), terms }
    }
}

/// As a predicate may be called: names begin with a letter.
fn spelled(name: String) -> String {
    if name.starts_with(char::is_alphabetic) { name } else { format!("at_{name}") }
}

/// `xeon`, `epyc_7763`, `apple_m2`, `rtx_5070`: what people call a device.
fn device_slug(device: &Device) -> String {
    const FILLERS: &[&str] =
        &["intel", "amd", "nvidia", "geforce", "processor", "cpu", "gen", "gpu"];
    let whole = slug(&device.name);
    let plain = device.name.split(" with ").next().unwrap_or_default();
    let ordinal = |word: &str| word.strip_suffix("th").is_some_and(|n| n.parse::<u32>().is_ok());
    let words: Vec<String> = plain
        .split('@')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter(|word| !word.to_lowercase().ends_with("-core") && !ordinal(word))
        .map(slug)
        .filter(|word| !word.is_empty() && !FILLERS.contains(&word.as_str()))
        .collect();
    let short = words.join("_");
    [short, whole, slug(&device.architecture)]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "device".to_owned())
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
        Problem::Operator(problem) => return problem.values.clone(),
    };
    fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()
}

/// The names under which a design may write the field `field` of a problem, and those of the field
/// that follows it by default.
pub(crate) fn names_of_field(field: &str) -> Vec<&str> {
    let names: &[&str] = match field {
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
        // Sizes of operators that are described by data are called as designs call them.
        other => return vec![other],
    };
    names.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_called_what_people_call_them() {
        let called = |name: &str| {
            device_slug(&Device {
                name: name.to_owned(),
                architecture: "x86_64".to_owned(),
                features: Vec::new(),
                cores: 2,
                caches: Vec::new(),
                system: String::new(),
            })
        };
        for (name, expected) in [
            ("Intel(R) Xeon(R) Processor", "xeon"),
            ("Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz", "xeon_platinum_8481c"),
            ("12th Gen Intel(R) Core(TM) i7-12700K", "core_i7_12700k"),
            ("AMD EPYC 7763 64-Core Processor", "epyc_7763"),
            ("AMD Ryzen 7 5700G with Radeon Graphics", "ryzen_7_5700g"),
            ("Apple M2", "apple_m2"),
            ("NVIDIA GeForce RTX 5070", "rtx_5070"),
            ("Intel(R) Processor", "intel_processor"),
            ("  ", "x86_64"),
        ] {
            assert_eq!(called(name), expected, "{name}");
        }
    }
}
