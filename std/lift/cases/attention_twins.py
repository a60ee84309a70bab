"""Made-up kernels of attention that differ in what they keep, from which examples of packs begin."""

import cuda.tile as ct
import torch


def weigh(Q, K, V, Out, scale, shift, M, N, D):
    i = ct.bid(0)
    rows = (i * M + ct.arange(M, dtype=ct.int32) + shift)[:, None]
    q = ct.load(Q, index=(ct.bid(1), 0, i, 0), shape=(1, 1, M, D)).reshape((M, D))
    peak = ct.full((M, 1), -1e30, dtype=ct.float32)
    total = ct.full((M, 1), 0.0, dtype=ct.float32)
    acc = ct.full((M, D), 0.0, dtype=ct.float32)
    for j in range(ct.cdiv(K.shape[2], N)):
        k = ct.load(K, index=(ct.bid(1), 0, j, 0), shape=(1, 1, N, D)).reshape((N, D))
        s = ct.mma(q, ct.transpose(k), ct.full((M, N), 0.0, dtype=ct.float32)) * scale
        s = ct.where(rows >= j * N + ct.arange(N, dtype=ct.int32)[None, :], s, -1e30)
        new = max(peak, ct.max(s, axis=1, keepdims=True))
        p = ct.exp2(s - new)
        a = ct.exp2(peak - new)
        total = total * a + ct.sum(p, axis=1, keepdims=True)
        v = ct.load(V, index=(ct.bid(1), 0, j, 0), shape=(1, 1, N, D)).reshape((N, D))
        acc = ct.mma(p.astype(Q.dtype), v, acc * a)
        peak = new
    ct.store(Out, index=(ct.bid(1), 0, i, 0), tile=(acc / total).reshape((1, 1, M, D)))
    return peak, total


@ct.kernel
def infer(Q, K, V, Out, scale: float, shift: int, M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
    weigh(Q, K, V, Out, scale, shift, M, N, D)


@ct.kernel
def train(Q, K, V, Out, Lse, scale: float, shift: int, M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
    peak, total = weigh(Q, K, V, Out, scale, shift, M, N, D)
    ct.store(Lse, index=(ct.bid(1), ct.bid(0)), tile=(peak + ct.log2(total)).reshape((1, M)))


def run(q, k, v, scale, training):
    out = torch.empty_like(q)
    rows, keys = q.shape[2], k.shape[2]
    grid = (ct.cdiv(rows, 64), q.shape[0])
    if training:
        lse = torch.empty((q.shape[0], rows), dtype=torch.float32)
        ct.launch(None, grid, train, (q, k, v, out, lse, scale, 0, 64, 64, 128))
    else:
        ct.launch(None, grid, infer, (q, k, v, out, scale, keys - rows, 64, 64, 128))
    return out
