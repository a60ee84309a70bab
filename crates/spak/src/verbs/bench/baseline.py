# The other side of `spak bench`: NumPy on the same problem, timed when a line comes in.
import sys
import time

import numpy as np

kind, *sizes = sys.argv[1:]
sizes = [int(s) for s in sizes]
rng = np.random.default_rng(0)


def normal(*shape):
    return rng.standard_normal(shape, dtype=np.float32)


if kind == "matmul":
    m, n, k = sizes
    a, b, c = normal(m, k), normal(k, n), np.empty((m, n), np.float32)
    inputs = [a, b]

    def call():
        np.matmul(a, b, out=c)

else:
    batch, heads, kv_heads, seq_len, kv_len, head_dim, causal, first_hidden = sizes
    q = normal(batch, heads, seq_len, head_dim)
    group = heads // kv_heads
    k, v = normal(batch, kv_heads, kv_len, head_dim), normal(batch, kv_heads, kv_len, head_dim)
    k, v = np.repeat(k, group, axis=1), np.repeat(v, group, axis=1)
    inputs = [q, k, v]
    scale = np.float32(1 / np.sqrt(head_dim))
    # Adding a mask is faster than setting the elements that it hides.
    mask = np.triu(np.full((seq_len, kv_len), -np.inf, np.float32), first_hidden)

    def call():
        s = q @ k.swapaxes(-1, -2)
        s *= scale
        if causal:
            s += mask
        s -= s.max(axis=-1, keepdims=True)
        np.exp(s, out=s)
        s /= s.sum(axis=-1, keepdims=True)
        return s @ v


# The library that NumPy was built with, so that a figure says what it is compared with.
try:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    blas = f"{blas.get('name')} {blas.get('version')}"
except Exception:
    blas = "unknown BLAS"
print(f"NumPy {np.__version__} ({blas})", flush=True)

call()
fresh = [x.copy() for x in inputs]
for _ in sys.stdin:
    samples = []
    until = time.perf_counter() + 0.4
    while len(samples) < 3 or time.perf_counter() < until:
        # As on the other side, every call finds inputs that have just been written.
        for x, new in zip(inputs, fresh):
            np.copyto(x, new)
        began = time.perf_counter_ns()
        call()
        samples.append(time.perf_counter_ns() - began)
    print(int(np.median(samples)), flush=True)
