//! What the tests share: the manifest's spaces, plans, compilers, and configs that cover a space.

#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "these are tests")]

pub(crate) mod manifest;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use manifest::family;
use manifest::value;
use spak_generate::{Family, Templates, render};
use spak_records::{Artifact, CausalAlignment, Config, ContentHash, Plan, Problem, Value};

/// `a=1 b=two` as a config.
pub(crate) fn config(text: &str) -> Config {
    let items = text.split_whitespace().filter_map(|item| item.split_once('='));
    Config(items.map(|(name, v)| (name.to_owned(), value(v))).collect())
}

pub(crate) fn plan(problem: Problem, config: Config) -> Plan {
    Plan {
        system: "Test_System".to_owned(),
        design: ContentHash::of_text("test"),
        backend: "c".to_owned(),
        family: problem.family().to_owned(),
        config,
        problem,
    }
}

pub(crate) fn matmul() -> Problem {
    Problem::Matmul { m: 256, n: 256, k: 256 }
}

/// A problem that the config's attention code can be made for.
pub(crate) fn attention(config: &Config, head_dim: i64) -> Problem {
    let is = |axis: &str, text: &str| config.get(axis).and_then(Value::as_text) == Some(text);
    let (heads, kv_heads) = match () {
        () if is("attention_variant", "GQA") => (4, 2),
        () if is("attention_variant", "MQA") => (3, 1),
        () => (2, 2),
    };
    Problem::AttentionForward {
        batch: 1,
        heads,
        kv_heads,
        seq_len: 64,
        kv_len: 64,
        head_dim,
        causal: (!is("mask_fusion", "no_mask")).then_some(CausalAlignment::BottomRight),
        store_lse: is("kernel_mode", "training"),
    }
}

/// Configs in which each pair of values of two different axes or parameters occurs, unless no
/// config has both: built greedily from a fixed seed, so that each run tests the same.
pub(crate) fn pairwise(family: &Family, fits: &dyn Fn(&Config) -> bool) -> Vec<Config> {
    let mut domains: Vec<(String, Vec<Value>)> = Vec::new();
    domains.extend(family.axes.iter().map(|a| (a.name.clone(), a.values.clone())));
    // The first three values of a parameter and only those that change the code of small problems.
    let parameters = family.parameters.iter().filter(|p| p.name != "opt_level");
    domains
        .extend(parameters.map(|p| (p.name.clone(), p.values.iter().take(3).cloned().collect())));
    let mut open: BTreeSet<(usize, usize, usize, usize)> = BTreeSet::new();
    for a in 0..domains.len() {
        for b in a + 1..domains.len() {
            for x in 0..domains[a].1.len() {
                open.extend((0..domains[b].1.len()).map(|y| (a, x, b, y)));
            }
        }
    }
    let mut state = 1u64;
    let mut configs = Vec::new();
    // Pairs that no try has met by now contradict a constraint.
    for _ in 0..6000 {
        let picks: Vec<usize> = domains
            .iter()
            .map(|(_, values)| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 33) as usize % values.len()
            })
            .collect();
        let named = domains.iter().zip(&picks);
        let config =
            Config(named.map(|((n, values), i)| (n.clone(), values[*i].clone())).collect());
        let met: Vec<_> = open
            .iter()
            .filter(|(a, x, b, y)| picks[*a] == *x && picks[*b] == *y)
            .copied()
            .collect();
        // A config that adds little is not worth a compiler run; the bar falls as pairs run out.
        if met.len() * 12 >= open.len().min(240) && !met.is_empty() && fits(&config) {
            met.iter().for_each(|pair| {
                open.remove(pair);
            });
            configs.push(config);
        }
    }
    configs
}

/// A compiler with flags, and the driver compiled by it.
pub(crate) struct Bench {
    compiler: String,
    flags: Vec<&'static str>,
    folder: tempfile::TempDir,
}

pub(crate) const WARNINGS: [&str; 8] = [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wconversion",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Werror",
];

impl Bench {
    /// Nothing, and a loud line, if the machine has no such compiler.
    pub(crate) fn new(compiler: &str, flags: &[&'static str]) -> Option<Self> {
        if Command::new(compiler).arg("--version").output().is_err() {
            eprintln!("SKIPPED: there is no `{compiler}` on this machine");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let bench = Self { compiler: compiler.to_owned(), flags: flags.to_vec(), folder };
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/driver/driver.c");
        bench.compile(&driver, &bench.path("driver.o"), &[]);
        Some(bench)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn compile(&self, source: &Path, to: &Path, extra: &[&str]) {
        let mut command = Command::new(&self.compiler);
        command.args(WARNINGS).args(&self.flags).args(extra);
        let out = command.arg("-c").arg(source).arg("-o").arg(to).output().unwrap();
        let errors = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && errors.is_empty(), "{command:?}\n{errors}");
    }

    /// Compiles a kernel, runs it on `arguments` of the driver, and fails unless every result is right.
    pub(crate) fn check(&self, artifact: &Artifact, config: &Config, arguments: &[String]) {
        let (source, object, program) =
            (self.path("kernel.c"), self.path("kernel.o"), self.path("kernel"));
        std::fs::write(&source, &artifact.text).unwrap();
        self.compile(&source, &object, &["-ffp-contract=fast"]);
        let mut link = Command::new(&self.compiler);
        link.args(&self.flags).arg(&object).arg(self.path("driver.o")).arg("-o").arg(&program);
        let linked = link.args(["-lm", "-pthread"]).output().unwrap();
        assert!(linked.status.success(), "{}", String::from_utf8_lossy(&linked.stderr));
        let out = Command::new(&program).args(arguments).output().unwrap();
        assert!(
            out.status.success(),
            "{} with {:?} on {config}\n{}{}",
            self.compiler,
            self.flags,
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
    }
}

/// Arguments of the driver: ragged sizes that the plan's code has to take.
pub(crate) fn ragged(plan: &Plan) -> Vec<String> {
    let join = |numbers: &[&[i64]]| {
        numbers.iter().flat_map(|n| n.iter().map(i64::to_string)).collect::<Vec<_>>()
    };
    match plan.problem {
        // Its kernels are not in C: the driver takes none.
        Problem::Operator(_) => Vec::new(),
        Problem::Matmul { .. } => {
            let sizes = join(&[
                &[1, 1, 1],
                &[7, 5, 3],
                &[1, 33, 9],
                &[67, 1, 70],
                &[65, 130, 67],
                &[31, 97, 260],
            ]);
            ["matmul".to_owned(), "0".to_owned()].into_iter().chain(sizes).collect()
        }
        Problem::AttentionForward { heads, kv_heads, head_dim, causal, store_lse, .. } => {
            let everything = i64::MAX / 2;
            let mut sizes = Vec::new();
            let lengths = [(1, 1), (5, 37), (37, 5), (53, 53), (70, 131), (131, 70)];
            for (batch, (rows, keys)) in lengths.into_iter().enumerate() {
                let batch = batch as i64 % 2 + 1;
                let offsets = if causal.is_some() {
                    vec![keys - rows, 0, everything]
                } else {
                    vec![everything, keys]
                };
                for offset in offsets {
                    sizes.extend(join(&[&[batch, heads, kv_heads, rows, keys, head_dim, offset]]));
                }
            }
            let lse = i64::from(store_lse).to_string();
            ["attention".to_owned(), "0".to_owned(), lse].into_iter().chain(sizes).collect()
        }
    }
}

pub(crate) fn source(family: &Family, plan: &Plan) -> Artifact {
    render(family, &Templates::builtin(), plan).unwrap()
}
