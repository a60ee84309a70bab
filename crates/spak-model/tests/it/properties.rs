//! The normal form, the difference and imports on designs that nobody wrote.

use std::collections::BTreeSet;

use proptest::prelude::*;
use spak_model::diff::diff;
use spak_model::{Files, Resolved, normal, resolve};
use spak_syntax::{FileId, Severity};

use crate::read;

/// A design as data: what it says, apart from how it is written.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Block(String, Vec<Item>),
    Pair(String, String),
}

/// How a design is written.
#[derive(Clone, Debug)]
struct Style {
    /// Decides shuffling, section or block form, comments and empty lines, item by item.
    seed: u64,
    shuffles: bool,
    sections: bool,
    comments: bool,
}

impl Style {
    fn draw(&mut self, below: u64) -> u64 {
        // splitmix64
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn comment(&mut self, out: &mut String, indent: &str) {
        if !self.comments {
            return;
        }
        match self.draw(6) {
            0 => out.push_str(&format!("{indent}// not a statement: x {{ y: 1\n")),
            1 => out.push('\n'),
            2 => out.push_str(&format!("{indent}/* 주석: a = b */\n")),
            _ => {}
        }
    }

    fn write(&mut self, out: &mut String, items: &[Item], depth: usize) {
        let indent = "    ".repeat(depth);
        let mut order: Vec<&Item> = items.iter().collect();
        if self.shuffles {
            for i in (1..order.len()).rev() {
                let j = self.draw(i as u64 + 1) as usize;
                order.swap(i, j);
            }
        }
        for item in order {
            self.comment(out, &indent);
            match item {
                Item::Pair(key, value) => {
                    let behind = if self.comments && self.draw(4) == 0 { "   // why" } else { "" };
                    out.push_str(&format!("{indent}{key}: {value}{behind}\n"));
                }
                Item::Block(head, inner) => {
                    let is_section =
                        self.sections && !inner.is_empty() && depth > 0 && self.draw(2) == 0;
                    out.push_str(&format!(
                        "{indent}{head}{}\n",
                        if is_section { ":" } else { " {" }
                    ));
                    self.write(out, inner, depth + 1);
                    if !is_section {
                        out.push_str(&format!("{indent}}}\n"));
                    }
                }
            }
        }
    }
}

fn written(design: &[Item], mut style: Style) -> String {
    let mut out = String::new();
    style.write(&mut out, design, 0);
    out
}

fn plain(design: &[Item]) -> String {
    written(design, Style { seed: 0, shuffles: false, sections: false, comments: false })
}

fn style() -> impl Strategy<Value = Style> {
    (any::<u64>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(seed, shuffles, sections, comments)| Style { seed, shuffles, sections, comments },
    )
}

fn domain() -> impl Strategy<Value = String> {
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    prop_oneof![
        prop::collection::btree_set(1_u32..9999, 1..6)
            .prop_map(move |s| list(s.into_iter().map(|i| i.to_string()).collect())),
        prop::collection::btree_set("[a-z]{2,8}", 1..5)
            .prop_map(move |s| list(s.into_iter().map(|t| format!("\"{t}\"")).collect())),
        (0_i32..50, 0_i32..50).prop_map(|(low, more)| format!("int range [{low}, {}]", low + more)),
        Just("[true, false]".to_owned()),
        prop::collection::btree_set(1_u32..99, 1..4)
            .prop_map(move |s| list(s.into_iter().map(|i| format!("{i}e-4")).collect())),
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i32>().prop_map(|i| i.to_string()),
        (-1e6_f64..1e6).prop_map(|x| format!("{x:?}")),
        any::<bool>().prop_map(|b| b.to_string()),
        "\"[a-z가-힣]{1,8}( [a-z가-힣]{1,8}){0,4}\"",
        (1_u32..4000).prop_map(|n| format!("{n}GB/s")),
        Just("[1, 2, 3]".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let side = || prop_oneof![(1_u32..999).prop_map(|i| i.to_string()), "(tile|axis)_[a-z]"];
    let comparison = (side(), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), side())
        .prop_map(|(a, op, b)| format!("{a} {op} {b}"));
    prop::collection::vec(comparison, 1..4).prop_map(|all| all.join(" and "))
}

fn named<S: Strategy<Value = Item> + 'static>(
    item: S,
    size: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<Item>> {
    prop::collection::vec(item, size).prop_map(|items| {
        // Names are told apart by a number, so that each stands for one item.
        let numbered = items.into_iter().enumerate().map(|(i, item)| match item {
            Item::Block(head, inner) => Item::Block(format!("{head}{i}"), inner),
            Item::Pair(key, value) => Item::Pair(format!("{key}{i}"), value),
        });
        numbered.collect()
    })
}

fn design() -> impl Strategy<Value = Vec<Item>> {
    let dimension = || ("[a-z]{3,7}_", domain()).prop_map(|(key, domain)| Item::Pair(key, domain));
    let field = || ("[a-z]{3,7}_", value()).prop_map(|(key, value)| Item::Pair(key, value));
    let space = |word: &'static str| {
        (named(dimension(), 1..5), named(dimension(), 1..3)).prop_map(move |(mut all, group)| {
            all.push(Item::Block("group".to_owned(), group));
            Item::Block(word.to_owned(), all)
        })
    };
    let fact = named(field(), 1..5).prop_map(|fields| Item::Block("fact f_".to_owned(), fields));
    let rule = (condition(), field()).prop_map(|(when, field)| {
        Item::Block(
            "rule r_".to_owned(),
            vec![Item::Pair("when".to_owned(), format!("\"{when}\"")), field],
        )
    });
    let invariant = condition().prop_map(|c| {
        Item::Block(
            "invariant i_".to_owned(),
            vec![Item::Pair("assert".to_owned(), format!("\"{c}\""))],
        )
    });
    let knowledge = named(prop_oneof![fact, rule, invariant], 1..6)
        .prop_map(|items| Item::Block("knowledge".to_owned(), items));
    let constraints = named(
        condition().prop_map(|c| {
            Item::Block("constraint c_".to_owned(), vec![Item::Pair("require".to_owned(), c)])
        }),
        0..3,
    );
    let workload = named(field(), 1..5).prop_map(|f| Item::Block("workload W".to_owned(), f));
    (space("design_space"), space("tuning_space"), knowledge, constraints, workload).prop_map(
        |(design, tuning, knowledge, constraints, workload)| {
            let mut items = vec![design, tuning, knowledge, workload];
            items.extend(constraints);
            vec![Item::Block("system S".to_owned(), items)]
        },
    )
}

/// Changes one thing: a key, a name or a value. `at` counts what could be changed.
fn mutated(items: &[Item], at: &mut usize) -> Vec<Item> {
    let mut now = |n: usize| {
        let hit = *at == n - 1;
        *at = at.wrapping_sub(n);
        hit
    };
    let mut out = Vec::new();
    for item in items {
        out.push(match item {
            Item::Pair(key, value) if now(1) => Item::Pair(format!("{key}_renamed"), value.clone()),
            Item::Pair(key, value) if now(1) => Item::Pair(key.clone(), changed(value)),
            Item::Block(head, inner) if now(1) => {
                Item::Block(format!("{head}_renamed"), inner.clone())
            }
            other => other.clone(),
        });
    }
    if out != items {
        return out;
    }
    for item in &mut out {
        if let Item::Block(_, inner) = item {
            let before = inner.clone();
            *inner = mutated(&before, at);
            if *inner != before {
                break;
            }
        }
    }
    out
}

/// Another value of the same form.
fn changed(value: &str) -> String {
    if let Some(rest) = value.strip_prefix("\"") {
        return format!("\"x{rest}");
    }
    if value == "true" || value == "false" {
        return (value != "true").to_string();
    }
    match value.find(|c: char| c.is_ascii_digit()) {
        Some(digit) => {
            let (head, tail) = value.split_at(digit);
            format!("{head}7{tail}")
        }
        None => value
            .replacen("true", "false", 1)
            .replacen('[', "[\"zzz\", ", 1)
            .replace("\"zzz\", false, false", "false, true"),
    }
}

fn hash(text: &str) -> String {
    normal::hash(&read(text).entries)
}

fn shown(text: &str) -> String {
    format!("{text}\n---\n{}", normal::text(&read(text).entries))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_it_is_written_does_not_change_the_hash(design in design(), style in style()) {
        let base = plain(&design);
        let other = written(&design, style);
        prop_assert_eq!(hash(&base), hash(&other), "{}\n=====\n{}", shown(&base), shown(&other));
        let formatted = spak_syntax::format(&other).text;
        prop_assert_eq!(hash(&base), hash(&formatted), "{}\n=====\n{}", shown(&base), shown(&formatted));
        prop_assert_eq!(diff(&read(&base).entries, &read(&other).entries), []);
        let printed = normal::text(&read(&other).entries);
        prop_assert_eq!(hash(&base), hash(&printed), "{}\n=====\n{}", shown(&base), shown(&printed));
    }

    #[test]
    fn what_it_says_changes_the_hash_and_is_a_difference(design in design(), style in style(), at in 0_usize..60) {
        let mut left = at;
        let mutant = mutated(&design, &mut left);
        prop_assume!(mutant != design);
        let (base, other) = (plain(&design), written(&mutant, style));
        prop_assert_ne!(hash(&base), hash(&other), "{}\n=====\n{}", shown(&base), shown(&other));
        prop_assert!(!diff(&read(&base).entries, &read(&other).entries).is_empty());
    }

    #[test]
    fn there_is_a_difference_exactly_when_the_hashes_differ(a in design(), b in design(), same in any::<bool>(), style in style()) {
        let left = plain(&a);
        let right = written(if same { &a } else { &b }, style);
        let changes = diff(&read(&left).entries, &read(&right).entries);
        prop_assert_eq!(changes.is_empty(), hash(&left) == hash(&right));
    }
}

/// Files that import each other as some graph says.
struct Graph(Vec<String>);

impl Files for Graph {
    fn load(&mut self, _from: FileId, spec: &str) -> Result<(FileId, String), String> {
        let index: usize = spec
            .trim_start_matches('f')
            .trim_end_matches(".dsl")
            .parse()
            .map_err(|_| "no such file")?;
        let text = self.0.get(index).ok_or("no such file")?;
        Ok((FileId(index as u32), text.clone()))
    }
}

const NODES: usize = 7;

fn graph(edges: &BTreeSet<(usize, usize, bool)>) -> Resolved {
    let mut files = Vec::new();
    for node in 0..NODES {
        let mut text = format!("system S{node} {{\n");
        for (_, to, inherits) in edges.iter().filter(|(from, ..)| *from == node) {
            let word = if *inherits { "extends" } else { "import" };
            text.push_str(&format!("  {word} \"f{to}.dsl\"\n"));
        }
        text.push_str(&format!(
            "  tuning_space {{ d{node}: [1, 2] }}\n  knowledge {{ fact k{node} {{ v: 1 }} }}\n}}\n"
        ));
        files.push(text);
    }
    let root = files[0].clone();
    resolve(FileId(0), &root, &mut Graph(files))
}

/// Whether a cycle can be reached from the first node.
fn has_cycle(edges: &BTreeSet<(usize, usize, bool)>, node: usize, open: &mut Vec<usize>) -> bool {
    if open.contains(&node) {
        return true;
    }
    open.push(node);
    let found = edges
        .iter()
        .filter(|(from, ..)| *from == node)
        .any(|(_, to, _)| has_cycle(edges, *to, open));
    open.pop();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn imports_end_and_cycles_are_reported(edges in prop::collection::btree_set((0..NODES, 0..NODES, any::<bool>()), 0..12)) {
        let resolved = graph(&edges);
        let errors: Vec<&str> =
            resolved.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code.0).collect();
        prop_assert_eq!(!errors.is_empty(), has_cycle(&edges, 0, &mut Vec::new()), "{:?}", errors);
        prop_assert!(errors.iter().all(|code| *code == "import-cycle"));
        // Everything that is known on the way is known in the end.
        let facts = spak_model::System::of(&resolved.entries).facts.len();
        prop_assert!((1..=NODES).contains(&facts));
        if errors.is_empty() {
            let mut reached = BTreeSet::from([0]);
            while edges.iter().any(|(from, to, _)| reached.contains(from) && reached.insert(*to)) {}
            prop_assert_eq!(facts, reached.len());
        }
    }
}
