//! Sources that nobody meant well.

use proptest::prelude::*;

use crate::support::read_files;

#[test]
fn broken_files_are_read_as_far_as_they_can_be() {
    let reading = read_files(&[(
        "test",
        "import cuda.tile as ct\n@ct.kernel\ndef a(x):\n    y = ct.load(x, (0,), (4,)\n\n\
         def b(:\n    pass\n\n@ct.kernel\ndef c(x):\n    ct.store(x, (0,), ct.bid(0))\n",
    )]);
    assert!(!reading.errors.is_empty());
    let names: Vec<&str> =
        reading.program.kernels.iter().map(|kernel| kernel.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
}

#[test]
fn every_text_ends() {
    let texts = [
        "def g(x):\n    return g(x + 1) + g(x)\ng(1)\n",
        "from nowhere import *\nexec('import os')\n",
        "while True:\n    x = 1\n",
        "for i in range(10**12):\n    y = i\n",
        "x = [i for i in range(10**9) for j in range(10**9)]\n",
        "x = 2 ** (2 ** 62)\ny = 1 << 10**6\nz = -(-9223372036854775807 - 1)\nw = 1 % 0\n",
        "a = []\na.append(a)\nb = {}\nb[0] = b\nc = (a, b)\nd = a + a\n",
        "class A(A): pass\nA().x.y = A\nA()()\n",
        "def f(*a, **k):\n    return f(*a, f, **k, x=f)\nf(f)(f)(f)\n",
        "import test\nfrom test import test\nfrom . import x\nfrom ... import y\n",
        "lambda: (yield)\nyield 1\nreturn 2\nbreak\n",
        "x: int = y = z\n(a, *b, c) = 1, 2\n[d, e] = f\n*g, = h\n",
        "\u{feff}x = '\u{1F600}'\n",
        "@a.b(c)\n@d\ndef e(): pass\n@e\nclass f: pass\n",
        "",
    ];
    for text in texts {
        read_files(&[("test", text)]);
    }
    let mutual = [("a", "from b import *\nfrom b import x\n"), ("b", "from a import *\nx = 1\n")];
    read_files(&mutual);
    let many: String =
        (0..5000).map(|at| format!("def f{at}(x):\n    return f{}(x)\n", at + 1)).collect();
    read_files(&[("test", &many)]);
}

/// Each level doubles what there is to do.
#[test]
fn what_doubles_is_cut_short() {
    let mut text = "import cuda.tile as ct\ndef f0(x):\n    return x + 1\n".to_owned();
    for level in 1..40 {
        text += &format!("def f{level}(x):\n    return f{0}(x) + f{0}(x)\n", level - 1);
    }
    text += "@ct.kernel\ndef k(x):\n    ct.store(x, (0,), f39(1))\n";
    let reading = read_files(&[("test", &text)]);
    assert_eq!(reading.program.kernels.len(), 1);
    assert!(reading.program.gaps.iter().any(|(gap, _)| gap.contains("cut short")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Lines of Python in any order, cut anywhere, never do anything but end.
    #[test]
    fn pieces_of_programs_end(
        lines in prop::collection::vec(prop::sample::select(LINES), 0..24),
        cut in 0usize..400,
    ) {
        let text = lines.join("\n");
        let end = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        read_files(&[("test", &text[..end.unwrap_or(0)])]);
        read_files(&[("test", &text)]);
    }
}

const LINES: &[&str] = &[
    "import cuda.tile as ct",
    "import triton, triton.language as tl",
    "@ct.kernel",
    "@ct.kernel(occupancy=x)",
    "@triton.jit",
    "@triton.autotune(configs=[triton.Config({'B': 1})], key=['n'])",
    "def k(a, b: ct.Constant[int], *c, d=1, **e):",
    "    for i in range(b):",
    "        a = a + ct.load(a, index=(i,), shape=(b,))",
    "    while a:",
    "        continue",
    "    if a > b:",
    "        return a",
    "    else:",
    "        b = [a, b][0]",
    "    yield a",
    "    ct.store(a, (0,), b.reshape((1, 2))[:, None])",
    "    x, *y = a.shape",
    "def g(cfg):",
    "    return {'occupancy': cfg.o, **cfg}",
    "    ct.launch(s, (1,), k.replace_hints(**g(a)), (a, b))",
    "    k[(1,)](a, b, num_warps=4)",
    "z = [q for q in zip([1, 2], (3, 4)) if q]",
    "z += sorted(set(z))[-1:]",
    "w = max(c.x for c in z) if z else next(iter(z))",
    "v = {**w, 'a': lambda t: t}['a'](z)",
    "class C(torch.autograd.Function):",
    "    def forward(ctx, a): ctx.save_for_backward(a)",
    "C.apply(z).b[0] = 1",
    "try:",
    "    raise x",
    "except: pass",
    "with a as b: pass",
    "assert z % 2 == 0",
];
