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
pub fn families() -> [Manifest; 2] {
    let [(attention_path, attention), (matmul_path, matmul)] =
        built_in!["c/attention_forward/family.dsl", "c/matmul/family.dsl"];
    [
        Manifest {
            backend: "c",
            family: "attention_forward",
            path: attention_path,
            text: attention,
        },
        Manifest { backend: "c", family: "matmul", path: matmul_path, text: matmul },
    ]
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
