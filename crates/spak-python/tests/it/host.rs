//! Host code: which kernels are launched, with what, and over which configs they are tuned.

use spak_program::{LaunchKind, Strategy};

use crate::support::{configs, read};

const HEAD: &str = r#"
import math
from types import SimpleNamespace
import cuda.tile as ct
import torch
from cuda.tile.tune import exhaustive_search

@ct.kernel(occupancy=4)
def k(x, y, N: ct.Constant[int], FLAG: ct.Constant[bool]):
    ct.store(y, index=(ct.bid(0),), tile=ct.load(x, index=(ct.bid(0),), shape=(N,)))
"#;

#[test]
fn a_generator_is_evaluated_for_each_architecture() {
    let program = read(&format!(
        r#"{HEAD}
TABLE = {{64: [1, 2], 128: [4]}}

def configs(width=None):
    capability = torch.cuda.get_device_capability()
    if capability in [(12, 0), (12, 1)]:
        yield SimpleNamespace(N=64, occupancy=2)
    elif capability[0] < 9:
        for n in [32, 64]:
            yield SimpleNamespace(N=n, occupancy=1)
    else:
        yield from (SimpleNamespace(N=1 << p, occupancy=o) for p in range(7, 9) for o in TABLE[64])

cache = {{}}

def run(x, y):
    key = (x.shape[0], x.dtype)
    if key not in cache:
        found = exhaustive_search(
            list(configs()), torch.cuda.current_stream(),
            lambda c: (math.ceil(x.shape[0] / c.N), 1, 1), k,
            lambda c: (x, y, c.N, x.shape[0] % c.N == 0),
            lambda c: {{"occupancy": c.occupancy}},
        )
        best = found.best.config
        cache[key] = (best, k.replace_hints(occupancy=best.occupancy))
    best, tuned = cache[key]
    ct.launch(torch.cuda.current_stream(), (math.ceil(x.shape[0] / best.N), 1, 1), tuned,
              (x, y, best.N, x.shape[0] % best.N == 0))
"#
    ));
    assert_eq!(configs(&program, 0, (12, 0)), ["N=64 occupancy=2"]);
    assert_eq!(configs(&program, 0, (8, 6)), ["N=32 occupancy=1", "N=64 occupancy=1"]);
    let hopper =
        ["N=128 occupancy=1", "N=128 occupancy=2", "N=256 occupancy=1", "N=256 occupancy=2"];
    assert_eq!(configs(&program, 0, (9, 0)), hopper);
    assert_eq!(program.configs[0].strategy, Strategy::Exhaustive);
    let key: Vec<String> =
        program.configs[0].key.iter().map(|part| program.describe(*part)).collect();
    assert_eq!(key, ["x.shape[0]", "x.dtype"]);
    let [trial, real] = program.launches.as_slice() else { panic!("{:?}", program.launches) };
    assert_eq!((trial.kind, real.kind), (LaunchKind::Trial, LaunchKind::Real));
    for launch in [trial, real] {
        assert_eq!(program.describe(launch.grid[0]), "ceil(x.shape[0] / N)");
        assert_eq!(program.describe(launch.arguments[2].unwrap()), "N");
        assert_eq!(program.describe(launch.arguments[3].unwrap()), "x.shape[0] % N == 0");
        let hint = &launch.hints[0];
        assert_eq!(
            (hint.name.as_str(), program.describe(hint.value).as_str()),
            ("occupancy", "occupancy")
        );
    }
}

#[test]
fn the_first_config_is_taken_where_a_list_is_indexed() {
    let program = read(&format!(
        r#"{HEAD}
def configs():
    if torch.cuda.get_device_capability()[0] < 9:
        yield SimpleNamespace(N=32)
    yield SimpleNamespace(N=64)

def run(x, y):
    first = next(configs())
    ct.launch(None, (x.shape[0] // first.N,), k, (x, y, first.N, True))
"#
    ));
    assert_eq!(program.configs[0].strategy, Strategy::First);
    assert_eq!(configs(&program, 0, (8, 0)), ["N=32", "N=64"]);
    assert_eq!(configs(&program, 0, (9, 0)), ["N=64"]);
    assert_eq!(program.launches[0].hints[0].name, "occupancy");
    assert_eq!(program.describe(program.launches[0].hints[0].value), "4");
}

#[test]
fn hints_are_followed_through_helpers_caches_and_differentiable_functions() {
    let program = read(&format!(
        r#"{HEAD}
_hinted = {{}}

def hinted(kernel, **hints):
    key = (id(kernel), tuple(sorted(hints.items())))
    entry = _hinted.get(key)
    if entry is not None:
        return entry
    entry = kernel.replace_hints(**hints)
    _hinted[key] = entry
    return entry

def hints_of(config, default=2):
    hints = {{}}
    ctas = getattr(config, "num_ctas", None)
    occupancy = getattr(config, "occupancy", default)
    if ctas is not None:
        hints["num_ctas"] = ctas
    if occupancy is not None:
        hints["occupancy"] = occupancy
    return hints

class Function(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.empty_like(x)
        ctx.save_for_backward(x, y)
        ct.launch(None, (1,), hinted(k, **hints_of(SimpleNamespace(num_ctas=2))), (x, y, 8, True))
        return y

    @staticmethod
    def backward(ctx, dy):
        x, y = ctx.saved_tensors
        ct.launch(None, (2,), k, (y, x, 8, False))
        return dy

def apply(x):
    return Function.apply(x)
"#
    ));
    let forward = &program.launches[0];
    let hints: Vec<String> = forward
        .hints
        .iter()
        .map(|hint| format!("{}={}", hint.name, program.describe(hint.value)))
        .collect();
    assert_eq!(hints, ["num_ctas=2", "occupancy=2"]);
    let backward = program.launches.last().unwrap();
    assert_eq!(program.describe(backward.grid[0]), "2");
    // What was allocated in the forward pass arrives in the backward pass.
    assert_eq!(program.op(backward.arguments[0].unwrap()), spak_program::Op::Alloc);
}

#[test]
fn a_power_of_two_is_recognised_however_it_is_computed() {
    let program = read(&format!(
        r#"{HEAD}
def twiddled(n):
    n -= 1
    n |= n >> 1
    n |= n >> 2
    n |= n >> 4
    n |= n >> 8
    n |= n >> 16
    return n + 1

def run(x, y):
    ct.launch(None, (1,), k, (x, y, twiddled(x.shape[1]), True))
    ct.launch(None, (1,), k, (x, y, 1 << (x.shape[1] - 1).bit_length(), True))
    ct.launch(None, (1,), k, (x, y, 2 ** math.ceil(math.log2(x.shape[1])), True))
    ct.launch(None, (1,), k, (x, y, 2 * x.shape[1], True))
"#
    ));
    let widths: Vec<String> = program
        .launches
        .iter()
        .map(|launch| program.describe(launch.arguments[2].unwrap()))
        .collect();
    let power = "next_power_of_2(x.shape[1])";
    assert_eq!(widths, [power, power, power, "2 * x.shape[1]"]);
}

#[test]
fn a_helper_that_gives_a_power_of_two_is_that_where_it_is_called() {
    let program = read(&format!(
        r#"{HEAD}
def wide(n):
    return 1 << (n - 1).bit_length()

def run(x, y):
    ct.launch(None, (1,), k, (x, y, wide(x.shape[1]), True))
"#
    ));
    let width = program.node(program.launches[0].arguments[2].unwrap()).unwrap();
    assert_eq!((width.op, width.name()), (spak_program::Op::Call, Some("next_power_of_2")));
}

#[test]
fn a_flag_among_open_keywords_may_be_given() {
    let program = read(&format!(
        r#"{HEAD}
def run(x, y, **options):
    if options.get("fast", False):
        ct.launch(None, (1,), k, (x, y, 64, True))
    else:
        ct.launch(None, (1,), k, (x, y, 32, True))
"#
    ));
    assert_eq!(program.launches.len(), 2);
}

#[test]
fn what_is_put_into_one_of_two_dictionaries_reaches_both() {
    let program = read(&format!(
        r#"{HEAD}
def hints_of(config, base):
    hints = base.copy()
    for name in ("occupancy", "num_ctas"):
        value = getattr(config, name, None)
        if value is not None:
            hints[name] = value
    return hints

def run(x, y, flag):
    if x.shape[0] > 100:
        base = {{"num_worker_warps": 4}}
    else:
        base = {{"num_worker_warps": 8}}
    best = exhaustive_search(
        [SimpleNamespace(N=32, occupancy=1), SimpleNamespace(N=64, occupancy=2)], None, lambda c: (8,), k,
        lambda c: (x, y, c.N, flag), lambda c: hints_of(c, base),
    ).best.config
    ct.launch(None, (8,), k.replace_hints(**hints_of(best, base)), (x, y, best.N, flag))
"#
    ));
    let rows = program.tuning();
    assert!(!rows.is_empty());
    for row in &rows {
        assert_eq!(row.parameters, ["N", "occupancy", "num_worker_warps"], "{row:?}");
        assert_eq!(row.values.len(), 2, "{row:?}");
        // What the caller gives is no choice of the host, and what a config decides no case.
        assert!(!row.condition.contains("flag") && !row.condition.contains("occupancy"), "{row:?}");
    }
}
