"""A made-up attention forward, from which examples of packs begin."""

import math

import cuda.tile as ct
import torch


@ct.kernel
def attend(Q, K, V, Out, Lse, scale: float, shift: int, H: ct.Constant[int], GROUP: ct.Constant[int],
           M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int], CAUSAL: ct.Constant[bool],
           EVEN: ct.Constant[bool]):
    i = ct.bid(0)
    block = ct.bid(1)
    b = block // H
    h = block % H
    rows = (i * M + ct.arange(M, dtype=ct.int32) + shift)[:, None]
    columns = ct.arange(N, dtype=ct.int32)[None, :]
    q = ct.load(Q, index=(b, h, i, 0), shape=(1, 1, M, D)).reshape((M, D))
    peak = ct.full((M, 1), -math.inf, dtype=ct.float32)
    total = ct.full((M, 1), 0.0, dtype=ct.float32)
    acc = ct.full((M, D), 0.0, dtype=ct.float32)
    keys = K.shape[2]
    if CAUSAL:
        first = (shift + i * M) // N
        turns = ct.cdiv(min(shift + (i + 1) * M, keys), N)
    else:
        first = keys // N
        turns = ct.cdiv(keys, N)
    for j in range(0, turns):
        k = ct.load(K, index=(b, h // GROUP, 0, j), shape=(1, 1, D, N), order=(0, 1, 3, 2), latency=2)
        s = ct.mma(q, k.reshape((D, N)), ct.full((M, N), 0.0, dtype=ct.float32))
        if (CAUSAL or not EVEN) and j >= first:
            at = j * N + columns
            mask = ct.full((M, N), True, dtype=ct.bool_)
            if not EVEN:
                mask = mask & (at < keys)
            if CAUSAL:
                mask = mask & (rows >= at)
            s = s + ct.where(mask, 0.0, -math.inf)
        new = max(peak, ct.max(s, axis=1, keepdims=True) * scale)
        p = ct.exp2(s * scale - new)
        a = ct.exp2(peak - new)
        total = total * a + ct.sum(p, axis=1, keepdims=True)
        v = ct.load(V, index=(b, h // GROUP, j, 0), shape=(1, 1, N, D), latency=4).reshape((N, D))
        acc = ct.mma(p.astype(Q.dtype), v, acc * a)
        peak = new
    out = acc / total
    ct.store(Out, index=(b, h, i, 0), tile=out.reshape((1, 1, M, D)).astype(Out.dtype))
    lse = peak + ct.log2(total)
    ct.store(Lse, index=(b, h, i), tile=lse.reshape((1, 1, M)))


def run(q, k, v, scale):
    batch, heads, queries, width = q.shape
    keys = k.shape[2]
    out = torch.empty_like(q)
    lse = torch.empty((batch, heads, queries), dtype=torch.float32)
    grid = (math.ceil(queries / 64), batch * heads)
    ct.launch(None, grid, attend, (q, k, v, out, lse, scale, keys - queries, heads, heads // k.shape[1],
                                   64, 128, width, True, keys % 128 == 0))
