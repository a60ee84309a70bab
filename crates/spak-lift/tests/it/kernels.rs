//! Small kernels of the kinds that packs are about.

use spak_program::{Constant, NodeId, Op};

use crate::support::Builder;

/// A forward attention over tiles, with an online softmax.
pub(crate) struct Attention {
    pub(crate) builder: Builder,
    pub(crate) q: NodeId,
    pub(crate) k: NodeId,
    pub(crate) v: NodeId,
    pub(crate) store: NodeId,
    pub(crate) weights: NodeId,
    pub(crate) factor: NodeId,
}

/// With operands of sums and products exchanged or not, and the scores transposed or not.
pub(crate) fn attention(is_swapped: bool, is_transposed: bool) -> Attention {
    let mut b = Builder::new();
    // The names say nothing.
    let (aq, ak, av, ao) = (b.array("k"), b.array("o"), b.array("q"), b.array("v"));
    let scale = b.array("scale");
    let (zero, low) = (b.float(0.0), b.float(f64::NEG_INFINITY));
    let log2e = b.float(std::f64::consts::LOG2_E);
    let full = |b: &mut Builder, v: NodeId| b.node(Op::Full, &[("value", v)]);
    let (m0, l0, acc0) = (full(&mut b, low), full(&mut b, zero), full(&mut b, zero));
    let (tile, head) = (b.block_id(0), b.block_id(1));
    let qk_scale = b.two(Op::Mul, scale, log2e);
    let q = b.load(aq, &[head, tile]);
    let (start, stop) = (b.int(0), b.node(Op::Extent, &[("array", ak)]));
    let two = |b: &mut Builder, op: Op, x: NodeId, y: NodeId| {
        if is_swapped { b.two(op, y, x) } else { b.two(op, x, y) }
    };
    let i = b.open(start, stop);
    let (m, l, acc) = (b.carried(m0), b.carried(l0), b.carried(acc0));
    let k = b.load(ak, &[head, i]);
    let s = if is_transposed {
        b.node(Op::Mma, &[("a", k), ("b", q), ("acc", acc0)])
    } else {
        let kt = b.one(Op::Transpose, k);
        b.node(Op::Mma, &[("a", q), ("b", kt), ("acc", acc0)])
    };
    let peak = b.one(Op::ReduceMax, s);
    let peak = two(&mut b, Op::Mul, peak, qk_scale);
    let greater = two(&mut b, Op::Max, m, peak);
    let scaled = two(&mut b, Op::Mul, s, qk_scale);
    let centred = b.two(Op::Sub, scaled, greater);
    let p = b.one(Op::Exp2, centred);
    let step = b.two(Op::Sub, m, greater);
    let a = b.one(Op::Exp2, step);
    let row = b.one(Op::ReduceSum, p);
    let decayed = two(&mut b, Op::Mul, l, a);
    let total = two(&mut b, Op::Add, decayed, row);
    let rescaled = two(&mut b, Op::Mul, acc, a);
    let v = b.load(av, &[head, i]);
    let four = b.int(4);
    b.given(v, "latency", four);
    let half = b.constant(Constant::Dtype("f16".to_owned()));
    let cast = b.node(Op::Cast, &[("a", p), ("dtype", half)]);
    let next = b.node(Op::Mma, &[("a", cast), ("b", v), ("acc", rescaled)]);
    b.next(m, greater);
    b.next(l, total);
    b.next(acc, next);
    b.close();
    let out = b.two(Op::Div, acc, l);
    let index = b.tuple(&[head, tile]);
    let store = b.node(Op::Store, &[("array", ao), ("index", index), ("value", out)]);
    Attention { builder: b, q, k, v, store, weights: p, factor: a }
}

/// The gradient of the queries: scores and their gradient are built anew from what the forward pass kept.
pub(crate) struct Backward {
    pub(crate) builder: Builder,
    pub(crate) loads: [NodeId; 6],
    pub(crate) store: NodeId,
}

/// With `has_decay`, what belongs to rows is added to the scores and the same of columns subtracted.
/// `of_queries` is the kernel that gives the gradient of the queries, else that of the keys and values.
pub(crate) fn backward(of_queries: bool, has_decay: bool) -> Backward {
    let mut b = Builder::new();
    let arrays = ["a", "b", "c", "d", "e", "f", "g"].map(|name| b.array(name));
    let [aq, ak, av, ado, alse, adelta, out] = arrays;
    let zero = b.float(0.0);
    let (tile, head) = (b.block_id(0), b.block_id(1));
    let (start, stop) = (b.int(0), b.int(64));
    let acc0 = b.node(Op::Full, &[("value", zero)]);
    let fixed = |b: &mut Builder, array| b.load(array, &[head, tile]);
    let (mut q, mut k, mut v, mut o, mut lse, mut delta) = (zero, zero, zero, zero, zero, zero);
    if of_queries {
        q = fixed(&mut b, aq);
        o = fixed(&mut b, ado);
        lse = fixed(&mut b, alse);
        delta = fixed(&mut b, adelta);
    } else {
        k = fixed(&mut b, ak);
        v = fixed(&mut b, av);
    }
    let i = b.open(start, stop);
    let moving = |b: &mut Builder, array| b.load(array, &[head, i]);
    if of_queries {
        k = moving(&mut b, ak);
        v = moving(&mut b, av);
    } else {
        q = moving(&mut b, aq);
        o = moving(&mut b, ado);
        lse = moving(&mut b, alse);
        delta = moving(&mut b, adelta);
    }
    let acc = b.carried(acc0);
    let kt = b.one(Op::Transpose, k);
    let s = b.node(Op::Mma, &[("a", q), ("b", kt)]);
    let s = if has_decay {
        let decay = b.array("h");
        let (row, column) = if of_queries { (tile, i) } else { (i, tile) };
        let (row, column) = (b.load(decay, &[head, row]), b.load(decay, &[head, column]));
        let more = b.two(Op::Add, s, row);
        b.two(Op::Sub, more, column)
    } else {
        s
    };
    let centred = b.two(Op::Sub, s, lse);
    let p = b.one(Op::Exp2, centred);
    let vt = b.one(Op::Transpose, v);
    let dp = b.node(Op::Mma, &[("a", o), ("b", vt)]);
    let less = b.two(Op::Sub, dp, delta);
    let ds = b.two(Op::Mul, p, less);
    let next = if of_queries {
        b.node(Op::Mma, &[("a", ds), ("b", k), ("acc", acc)])
    } else {
        let turned = b.one(Op::Transpose, ds);
        b.node(Op::Mma, &[("a", turned), ("b", q), ("acc", acc)])
    };
    b.next(acc, next);
    b.close();
    let store = b.node(Op::Store, &[("array", out), ("value", acc)]);
    Backward { builder: b, loads: [q, k, v, o, lse, delta], store }
}

/// A normalization of rows.
pub(crate) fn rows() -> (Builder, [NodeId; 4]) {
    let mut b = Builder::new();
    let [ax, aw, ab, ay] = ["w", "x", "y", "b"].map(|name| b.array(name));
    let (row, zero) = (b.block_id(0), b.int(0));
    let x = b.load(ax, &[row, zero]);
    let square = b.two(Op::Mul, x, x);
    let sum = b.one(Op::ReduceSum, square);
    let scale = b.one(Op::Rsqrt, sum);
    let w = b.load(aw, &[zero]);
    let bias = b.load(ab, &[zero]);
    let normal = b.two(Op::Mul, x, scale);
    let scaled = b.two(Op::Mul, w, normal);
    let out = b.two(Op::Add, bias, scaled);
    let store = b.node(Op::Store, &[("array", ay), ("value", out)]);
    (b, [x, w, bias, store])
}
