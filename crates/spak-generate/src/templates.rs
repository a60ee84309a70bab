//! The texts that code is made from: those compiled in, and those a user adds or puts in their place.

use std::collections::BTreeMap;

/// Template texts by name (`c/matmul/kernel.c.j2`). A template includes others by the same names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Templates {
    texts: BTreeMap<String, String>,
}

/// The manifest of one built-in family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Backend (`c`).
    pub backend: &'static str,
    /// Family (`matmul`).
    pub family: &'static str,
    /// Path below the template root, for diagnostics (`c/matmul/family.dsl`).
    pub path: &'static str,
    /// The text, in the language of designs.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../templates/", $path)))),*]
    };
}

/// The manifests of all built-in families, by backend and name.
pub fn families() -> Vec<Manifest> {
    let texts = built_in![
        "c/attention_forward/family.dsl",
        "c/matmul/family.dsl",
        "cutile/attention_backward/family.dsl",
        "cutile/attention_decode/family.dsl",
        "cutile/attention_forward/family.dsl",
        "cutile/cross_entropy/family.dsl",
        "cutile/layer_norm/family.dsl",
        "cutile/layer_norm_backward/family.dsl",
        "cutile/linear/family.dsl",
        "cutile/matmul/family.dsl",
        "cutile/rms_norm/family.dsl",
        "cutile/rms_norm_backward/family.dsl",
        "cutile/rope/family.dsl",
        "cutile/softmax/family.dsl",
        "cutile/swiglu/family.dsl",
    ];
    let manifest = |(path, text): (&'static str, &'static str)| {
        let mut parts = path.split('/');
        Some(Manifest { backend: parts.next()?, family: parts.next()?, path, text })
    };
    texts.into_iter().filter_map(manifest).collect()
}

impl Templates {
    /// The built-in templates.
    pub fn builtin() -> Self {
        let texts = built_in![
            "c/common/header.j2",
            "c/common/threads.j2",
            "c/common/vector.j2",
            "c/attention_forward/blocks.j2",
            "c/attention_forward/entry.j2",
            "c/attention_forward/exponential.j2",
            "c/attention_forward/kernel.c.j2",
            "c/attention_forward/lanes.j2",
            "c/attention_forward/scores.j2",
            "c/attention_forward/softmax.j2",
            "c/attention_forward/values.j2",
            "c/matmul/kernel.c.j2",
            "c/matmul/loops.j2",
            "c/matmul/panels.j2",
            "cutile/common/attention.j2",
            "cutile/common/head.j2",
            "cutile/common/macros.j2",
            "cutile/common/norm.j2",
            "cutile/common/norm_backward.j2",
            "cutile/common/products.j2",
            "cutile/common/rows.j2",
            "cutile/attention_backward/kernel.py.j2",
            "cutile/attention_decode/kernel.py.j2",
            "cutile/attention_forward/kernel.py.j2",
            "cutile/cross_entropy/kernel.py.j2",
            "cutile/layer_norm/kernel.py.j2",
            "cutile/layer_norm_backward/kernel.py.j2",
            "cutile/linear/kernel.py.j2",
            "cutile/matmul/kernel.py.j2",
            "cutile/rms_norm/kernel.py.j2",
            "cutile/rms_norm_backward/kernel.py.j2",
            "cutile/rope/kernel.py.j2",
            "cutile/softmax/kernel.py.j2",
            "cutile/swiglu/kernel.py.j2",
        ];
        let texts = texts.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
        Self { texts: texts.collect() }
    }

    /// Adds a text, in place of the one that had the name; user templates go over built-in ones.
    pub fn insert(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.texts.insert(name.into(), text.into());
    }

    /// The text called `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// Names and texts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}
