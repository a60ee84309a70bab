//! Every family of kernels for a GPU: its whole space, with workloads in which each of its choices can be made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A problem's values besides its sizes, by name.
pub(crate) type Fields = Vec<(String, String)>;

/// A family with the operator that it computes.
pub(crate) struct Family {
    pub(crate) name: String,
    /// Its manifest, which is a design.
    text: String,
    /// Values of axes and parameters, by name.
    pub(crate) values: BTreeMap<String, Vec<String>>,
    /// What a workload has to say.
    sizes: Vec<String>,
    /// What may hold or not; it does not by default.
    flags: Vec<String>,
    /// Values of a problem that are choices of the templates, too.
    shared: Vec<(String, String)>,
}

/// Values that no operator has a problem for: arrays that are written over, and one that holds two.
const NOT_JUDGED: &[(&str, &str, &str)] = &[
    ("cross_entropy", "in_place", "always"),
    ("rope", "in_place", "always"),
    ("swiglu", "half_selection", "tile_index"),
    ("swiglu", "tensor_layout", "concatenated"),
];
/// What workloads say besides, by operator.
const MORE: &[(&str, &str, &str)] = &[
    ("linear", "activation", "relu"),
    ("linear", "activation", "gelu"),
    ("linear", "activation", "gelu_tanh"),
    ("linear", "activation", "silu"),
];

/// A type for which there are choices that no other has, by operator.
const OWN: &[(&str, &str)] = &[("matmul", "f8e4m3")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All families that an operator has the name of.
pub(crate) fn families() -> Vec<Family> {
    let folders = std::fs::read_dir(root().join("templates/cutile")).unwrap().flatten();
    let mut names: Vec<String> = folders
        .filter(|folder| folder.path().join("family.dsl").is_file())
        .map(|folder| folder.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 13, "{names:?}");
    names.into_iter().filter_map(|name| Family::read(&name)).collect()
}

/// The texts in quotes of the first line that begins with `key`.
fn quoted(text: &str, key: &str) -> Vec<String> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(key));
    line.unwrap_or_default().split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

impl Family {
    fn read(of: &str) -> Option<Self> {
        let operator = root().join("operators").join(of).join("operator.dsl");
        let Ok(operator) = std::fs::read_to_string(operator) else {
            eprintln!("SKIPPED: there is no operator `{of}`");
            return None;
        };
        let path = root().join("templates/cutile").join(of).join("family.dsl");
        // One latency is like another.
        let all: String = (2..10).map(|latency| format!("{latency}, ")).collect();
        let text = std::fs::read_to_string(path).unwrap().replace(&format!("1, {all}10"), "1, 10");
        // Its conditions hold by themselves.
        let text = match text.split_once("\n    constraint") {
            Some((before, _)) => before.to_owned(),
            None => text.trim_end().strip_suffix('}').unwrap().to_owned(),
        };
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in text.lines() {
            let Some((axis, listed)) = line.trim().split_once(": [") else { continue };
            let listed = listed.trim_end_matches(']').split(", ");
            let listed = listed.map(|value| value.trim_matches('"').to_owned());
            let listed = listed.filter(|v| !NOT_JUDGED.contains(&(of, axis, v)));
            values.insert(axis.to_owned(), listed.collect());
        }
        let (mut sizes, mut flags, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for one in quoted(&operator, "values:") {
            let (name, default) = one.split_once(" = ").unwrap_or((&one, ""));
            match default {
                "" => sizes.push(name.to_owned()),
                "false" => flags.push(name.to_owned()),
                _ if values.contains_key(name) => {
                    shared.push((name.to_owned(), default.trim_matches('\'').to_owned()));
                }
                _ => {}
            }
        }
        Some(Self { name: of.to_owned(), text, values, sizes, flags, shared })
    }

    /// The plain workload, one in which all flags hold, and those of types that have choices of their own.
    pub(crate) fn plain(&self) -> Vec<Fields> {
        let flags = self.flags();
        let own = OWN.iter().filter(|(of, _)| *of == self.name);
        let own = own.map(|(_, dtype)| vec![field("dtype", &quote(dtype))]);
        let flagged = (!flags.is_empty()).then_some(flags);
        std::iter::once(Vec::new()).chain(flagged).chain(own).collect()
    }

    fn flags(&self) -> Fields {
        self.flags.iter().map(|flag| field(flag, "true")).collect()
    }

    /// Workloads with other choices of the problem, and with other types.
    pub(crate) fn variants(&self) -> Vec<Fields> {
        let flags = self.flags();
        let mut variants = Vec::new();
        for (name, default) in &self.shared {
            let others = self.values.get(name).into_iter().flatten();
            let others = others.filter(|value| *value != default);
            // A mask without its diagonal leaves a row of a square with nothing.
            let keys = name.starts_with("causal").then(|| field("kv_len", "96"));
            let with = |value: &String| {
                let own = [Some(field(name, &quote(value))), keys.clone()];
                [flags.clone(), own.into_iter().flatten().collect()].concat()
            };
            variants.extend(others.map(with));
        }
        let more = MORE.iter().filter(|(of, ..)| *of == self.name);
        variants.extend(more.map(|(_, name, value)| vec![field(name, &quote(value))]));
        variants.extend(["f32", "f16"].map(|dtype| vec![field("dtype", &quote(dtype))]));
        variants
    }

    /// A design with the whole space of the family, and these workloads.
    pub(crate) fn design(&self, workloads: &[Fields]) -> String {
        let mut blocks = String::new();
        for (at, fields) in workloads.iter().enumerate() {
            blocks.push_str(&format!("    workload w{at} {{\n        operator: {}\n", self.name));
            for size in &self.sizes {
                let size = match size.as_str() {
                    name if name.contains("heads") => format!("{name}: 4"),
                    name => format!("{name}: 64"),
                };
                blocks.push_str(&format!("        {size}\n"));
            }
            for (name, value) in fields {
                blocks.push_str(&format!("        {name}: {value}\n"));
            }
            blocks.push_str("    }\n");
        }
        let mut text = self.text.clone();
        for (_, axis, value) in NOT_JUDGED.iter().filter(|(of, ..)| *of == self.name) {
            let line = self
                .text
                .lines()
                .find(|line| line.trim().starts_with(&format!("{axis}: [")))
                .unwrap();
            text = text.replace(line, &line.replace(&format!(", {}", quote(value)), ""));
        }
        let (head, body) = text.split_once("{\n").unwrap();
        format!("{head}{{\n{blocks}{body}\n}}\n")
    }

    /// Values of axes and parameters that nothing of `seen` has.
    pub(crate) fn unseen(&self, seen: &BTreeSet<(String, String)>) -> Vec<String> {
        let all =
            self.values.iter().flat_map(|(name, values)| values.iter().map(move |v| (name, v)));
        let unseen = all.filter(|(name, value)| {
            self.values[*name].len() > 1 && !seen.contains(&((*name).clone(), (*value).clone()))
        });
        unseen.map(|(name, value)| format!("{}.{name}.{value}", self.name)).collect()
    }
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn quote(value: &str) -> String {
    format!("\"{value}\"")
}
