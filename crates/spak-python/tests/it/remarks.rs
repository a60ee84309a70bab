//! What names and comments say, and how the host makes and keeps kernels.

use spak_program::Program;

use crate::support::read;

const TEXT: &str = r#"
import math
from types import SimpleNamespace
import cuda.tile as ct
import torch
from cuda.tile.tune import exhaustive_search

USED = 3
FORGOTTEN = 4
cache = {}

@ct.kernel
def k(x, y, N: ct.Constant[int]):
    ct.store(y, index=(ct.bid(0),), tile=ct.load(x, index=(ct.bid(0),), shape=(N,)))

def configs():
    # sm90
    yield SimpleNamespace(N=64, occupancy=2)

def run(x, y, wish, **rest):
    width, height = x.shape
    key = (width, x.dtype)
    if key not in cache:
        with ct.compiler_timeout(5):
            found = exhaustive_search(
                list(configs()), torch.cuda.current_stream(),
                lambda c: (math.ceil(width / c.N), 1, 1), k,
                lambda c: (x, y, c.N),
                lambda c: {"occupancy": getattr(c, "occupancy", 2), "num_ctas": getattr(c, "num_ctas", USED)},
            )
        best = found.best.config
        cache[key] = (best, k.replace_hints(occupancy=best.occupancy))
    best, tuned = cache[key]
    ct.launch(torch.cuda.current_stream(), (math.ceil(width / best.N), 1, 1), tuned, (x, y, best.N))
"#;

fn remarks(program: &Program, kind: &str) -> Vec<String> {
    let of = program.remarks.iter().filter(|remark| remark.kind == kind);
    let name = |remark: &spak_program::Remark| program.node(remark.node)?.name().map(str::to_owned);
    of.filter_map(name).collect()
}

#[test]
fn names_that_nothing_uses() {
    let program = read(TEXT);
    assert_eq!(remarks(&program, "unused_global"), ["FORGOTTEN"]);
    assert_eq!(remarks(&program, "unused_argument"), ["wish"]);
    assert_eq!(remarks(&program, "unused_rest"), ["rest"]);
    assert_eq!(remarks(&program, "unused_local"), ["height"]);
}

#[test]
fn what_only_stands_for_others_says_nothing() {
    let program = read(
        "__all__ = ['A']\nA = 1\n\ndef later(x, y):\n    \"\"\"Not here.\"\"\"\n    raise NotImplementedError\n\n\
         def all_of(x):\n    return locals()\n",
    );
    assert!(program.remarks.is_empty(), "{:?}", program.remarks);
}

#[test]
fn searches_say_what_they_were_told_and_kernels_where_they_are_kept() {
    let program = read(TEXT);
    let labels: Vec<&str> = program.configs[0].options.iter().map(|one| one.label).collect();
    for label in ["timeout", "chosen", "hints", "lacks", "key"] {
        assert!(labels.contains(&label), "{label} of {labels:?}");
    }
    let real = program.kernels_made.values().last();
    assert!(real.is_some_and(|made| made.hinted.is_some() && made.kept.is_some()));
}

#[test]
fn the_host_has_names_for_its_values_and_files_have_comments() {
    let program = read(TEXT);
    assert!(program.names.values().any(|(name, _)| name == "width"));
    let comments = program.comments.iter().filter_map(|id| program.node(*id)?.name());
    assert_eq!(comments.collect::<Vec<_>>(), ["# sm90"]);
    assert!(!program.tests.is_empty());
}

#[test]
fn what_a_backward_pass_is_handed_and_never_reads() {
    let program = read(
        r#"
class Twice:
    @staticmethod
    def forward(given, x, wide):
        def never(a):
            return a
        given.wide = wide
        given.kept = wide
        return x * given.kept

    @staticmethod
    def backward(given, dy):
        raise NotImplementedError("no gradient")
"#,
    );
    assert_eq!(remarks(&program, "unread_field"), ["wide"]);
    assert_eq!(remarks(&program, "unused_function"), ["never"]);
    assert_eq!(remarks(&program, "only_raises"), ["backward"]);
}
