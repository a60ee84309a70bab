"""Made-up kernels of the backward pass of attention, from which examples of packs begin."""

import math

import cuda.tile as ct
import torch


@ct.kernel
def prepare(O, DO, Delta, M: ct.Constant[int], D: ct.Constant[int]):
    i = ct.bid(0)
    h = ct.bid(1)
    o = ct.load(O, index=(h, i, 0), shape=(1, M, D)).reshape((M, D)).astype(ct.float32)
    do = ct.load(DO, index=(h, i, 0), shape=(1, M, D)).reshape((M, D)).astype(ct.float32)
    ct.store(Delta, index=(h, i), tile=ct.sum(o * do, axis=1).reshape((1, M)))


@ct.kernel
def keys_and_values(Q, K, V, DO, Lse, Delta, DK, DV, scale: float, GROUP: ct.Constant[int],
                    M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
    j = ct.bid(0)
    kv = ct.bid(1)
    k = ct.load(K, index=(kv, j, 0), shape=(1, N, D)).reshape((N, D))
    v = ct.load(V, index=(kv, j, 0), shape=(1, N, D)).reshape((N, D))
    dk = ct.full((N, D), 0.0, dtype=ct.float32)
    dv = ct.full((N, D), 0.0, dtype=ct.float32)
    zero = ct.full((M, N), 0.0, dtype=ct.float32)
    for g in range(GROUP):
        h = kv * GROUP + g
        for i in range(ct.cdiv(Q.shape[1], M)):
            q = ct.load(Q, index=(h, i, 0), shape=(1, M, D)).reshape((M, D))
            do = ct.load(DO, index=(h, i, 0), shape=(1, M, D)).reshape((M, D))
            lse = ct.load(Lse, index=(h, i), shape=(1, M)).reshape((M, 1))
            delta = ct.load(Delta, index=(h, i), shape=(1, M)).reshape((M, 1))
            s = ct.mma(q, ct.transpose(k), zero)
            p = ct.exp2(s * scale - lse)
            dv = ct.mma(ct.transpose(p).astype(V.dtype), do, dv)
            dp = ct.mma(do, ct.transpose(v), zero)
            ds = p * (dp - delta)
            dk = ct.mma(ct.transpose(ds).astype(K.dtype), q, dk)
    ct.store(DK, index=(kv, j, 0), tile=(dk * scale).reshape((1, N, D)))
    ct.store(DV, index=(kv, j, 0), tile=dv.reshape((1, N, D)))


@ct.kernel
def queries(Q, K, V, DO, Lse, Delta, DQ, scale: float, GROUP: ct.Constant[int], M: ct.Constant[int],
            N: ct.Constant[int], D: ct.Constant[int]):
    i = ct.bid(0)
    h = ct.bid(1)
    q = ct.load(Q, index=(h, i, 0), shape=(1, M, D)).reshape((M, D))
    do = ct.load(DO, index=(h, i, 0), shape=(1, M, D)).reshape((M, D))
    lse = ct.load(Lse, index=(h, i), shape=(1, M)).reshape((M, 1))
    delta = ct.load(Delta, index=(h, i), shape=(1, M)).reshape((M, 1))
    dq = ct.full((M, D), 0.0, dtype=ct.float32)
    zero = ct.full((M, N), 0.0, dtype=ct.float32)
    for j in range(ct.cdiv(K.shape[1], N)):
        k = ct.load(K, index=(h // GROUP, j, 0), shape=(1, N, D)).reshape((N, D))
        v = ct.load(V, index=(h // GROUP, j, 0), shape=(1, N, D)).reshape((N, D))
        s = ct.mma(q, ct.transpose(k), zero)
        p = ct.exp2(s * scale - lse)
        dp = ct.mma(do, ct.transpose(v), zero)
        ds = p * (dp - delta)
        dq = ct.mma(ds.astype(K.dtype), k, dq)
    ct.store(DQ, index=(h, i, 0), tile=(dq * scale).reshape((1, M, D)))


def run(q, k, v, o, do, lse, scale):
    heads, rows, width = q.shape
    group = heads // k.shape[0]
    padded = torch.full((heads, rows + 63), math.inf, dtype=torch.float32)
    padded[:, :rows] = lse
    delta = torch.zeros((heads, rows), dtype=torch.float32)
    dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
    tiles = (ct.cdiv(rows, 64), heads)
    ct.launch(None, tiles, prepare, (o, do, delta, 64, width))
    ct.launch(None, (ct.cdiv(k.shape[1], 64), k.shape[0]), keys_and_values,
              (q, k, v, do, padded, delta, dk, dv, scale, group, 64, 64, width))
    ct.launch(None, tiles, queries, (q, k, v, do, padded, delta, dq, scale, group, 64, 64, width))
    return dq, dk, dv
