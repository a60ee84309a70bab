"""Made-up kernels of decoding with the keys in parts, from which examples of packs begin."""

import math

import cuda.tile as ct
import torch


@ct.kernel
def parts(Q, K, V, Out, Lse, scale: float, G: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int],
          TURNS: ct.Constant[int]):
    b = ct.bid(0)
    h = ct.bid(1)
    part = ct.bid(2)
    q = ct.load(Q, index=(b, h, 0, 0), shape=(1, 1, G, D)).reshape((G, D))
    peak = ct.full((G, 1), -math.inf, dtype=ct.float32)
    total = ct.full((G, 1), 0.0, dtype=ct.float32)
    acc = ct.full((G, D), 0.0, dtype=ct.float32)
    for j in range(0, TURNS):
        at = part * TURNS + j
        k = ct.load(K, index=(b, h, 0, at), shape=(1, 1, D, N), order=(0, 1, 3, 2)).reshape((D, N))
        s = ct.mma(q, k, ct.full((G, N), 0.0, dtype=ct.float32)) * scale
        new = max(peak, ct.max(s, axis=1, keepdims=True))
        p = ct.exp2(s - new)
        a = ct.exp2(peak - new)
        total = total * a + ct.sum(p, axis=1, keepdims=True)
        v = ct.load(V, index=(b, h, at, 0), shape=(1, 1, N, D)).reshape((N, D))
        acc = ct.mma(p.astype(Q.dtype), v, acc * a)
        peak = new
    ct.store(Out, index=(b, h, part, 0), tile=(acc / total).reshape((1, 1, G, D)).astype(Out.dtype))
    ct.store(Lse, index=(b, h, part), tile=(peak + ct.log2(total)).reshape((1, 1, G)))


@ct.kernel
def merge(Part, Lse, Out, S: ct.Constant[int], D: ct.Constant[int], PRODUCT: ct.Constant[bool]):
    b = ct.bid(0)
    h = ct.bid(1)
    lse = ct.load(Lse, index=(b, h, 0), shape=(1, 1, S)).reshape((1, S))
    w = ct.exp2(lse - ct.max(lse, axis=1, keepdims=True))
    x = ct.load(Part, index=(b, h, 0, ct.bid(2)), shape=(1, 1, S, D)).reshape((S, D))
    if PRODUCT:
        y = ct.mma(w, x, ct.full((1, D), 0.0, dtype=ct.float32))
    else:
        y = ct.sum(ct.reshape(w, (S, 1)) * x, axis=0, keepdims=True)
    ct.store(Out, index=(b, h, ct.bid(2)), tile=(y / ct.sum(w, axis=1, keepdims=True)).reshape((1, 1, D)))


def run(q, k, v, scale, product):
    batch, heads, _, width = q.shape
    kv_heads = k.shape[1]
    splits = torch.cuda.get_device_properties(q.device).multi_processor_count // batch
    group = heads // kv_heads
    out = torch.empty((batch, kv_heads, splits, width), dtype=torch.float32)
    lse = torch.empty((batch, kv_heads, splits), dtype=torch.float32)
    ct.launch(None, (batch, kv_heads, splits), parts, (q, k, v, out, lse, scale, group, 128, width, 8))
    result = torch.empty((batch, kv_heads, width), dtype=q.dtype)
    ct.launch(None, (batch, kv_heads, 1), merge, (out, lse, result, 16, width, product))
    return result
