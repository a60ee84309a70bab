"""A small attention for inference: a tuned kernel, and the host that launches it."""

import math
from types import SimpleNamespace

import cuda.tile as ct
import torch
from cuda.tile import RoundingMode as RMd
from cuda.tile.tune import exhaustive_search

# Weights are powers of two.
LOG2E = 1.0 / math.log(2)
PAD = ct.PaddingMode.ZERO
Int = ct.Constant[int]
_winners: dict = {}
UNUSED = 7


def columns_of(step, width):
    """The numbers of the columns of one tile."""
    return step * width + ct.arange(width, dtype=ct.int32)[None, :]


def weigh(scores, highest, factor):
    return ct.exp2(scores * factor - highest, flush_to_zero=True)


@ct.kernel
def attend(query, key, value, out, scale: float, heads: Int, group: Int, depth: Int, rows: Int,
           cols: Int, causal: ct.Constant[bool], whole: ct.Constant[bool], spare: Int):
    block, pair = ct.bid(0), ct.bid(1)
    batch, head = pair // heads, pair % heads
    factor = scale * LOG2E
    highest = ct.full((rows, 1), -math.inf, dtype=ct.float32)
    total = ct.full((rows, 1), 0.0, dtype=ct.float32)
    acc = ct.full((rows, depth), 0.0, dtype=ct.float32)
    q = ct.load(query, index=(batch, head, block, 0), shape=(1, 1, rows, depth), padding_mode=PAD).reshape((rows, depth))
    at = block * rows + ct.arange(rows, dtype=ct.int32)[:, None]
    length = key.shape[2]
    if causal:
        turns = ct.cdiv(min((block + 1) * rows, length), cols)
        first = min(block * rows // cols, length // cols)
    else:
        turns = ct.cdiv(length, cols)
        first = length // cols
    for step in range(0, turns):
        k = ct.load(key, index=(batch, head // group, 0, step), shape=(1, 1, depth, cols), order=(0, 1, 3, 2), latency=2)
        s = ct.full((rows, cols), 0.0, dtype=ct.float32)
        s = ct.mma(q, k.reshape((depth, cols)), s)
        if (causal or not whole) and step >= first:
            here = columns_of(step, cols)
            seen = ct.full((rows, cols), True, dtype=ct.bool_)
            if not whole:
                seen = seen & (here < length)
            if causal: seen = seen & (at >= here)
            s += ct.where(seen, 0.0, -math.inf)
        peak = max(highest, ct.max(s, axis=-1, keepdims=True) * factor)
        p = weigh(s, peak, factor)
        fade = ct.exp2(highest - peak, flush_to_zero=True)
        total = total * fade + ct.sum(p, axis=-1, keepdims=True)
        v = ct.load(value, index=(batch, head // group, step, 0), shape=(1, 1, cols, depth), latency=4).reshape((cols, depth))
        acc = ct.mma(p.astype(query.dtype), v, acc * fade)
        highest = peak
    acc = ct.truediv(acc, total, rounding_mode=RMd.APPROX, flush_to_zero=True)
    ct.store(out, index=(batch, head, block, 0), tile=acc.reshape((1, 1, rows, depth)).astype(out.dtype))


def candidates():
    major, minor = torch.cuda.get_device_capability()
    if major < 9:
        yield SimpleNamespace(height=64, width=64, ctas=1, fit=2)
    else:
        # sm100
        yield SimpleNamespace(height=128, width=128, ctas=1, fit=1)
        yield SimpleNamespace(height=256, width=128, ctas=2, fit=1)


def hints_of(candidate):
    return {"num_ctas": candidate.ctas, "occupancy": candidate.fit}


class Attention:
    """Chooses a config for each shape, and remembers it."""

    def __init__(self, causal):
        self.causal = causal

    def __call__(self, q, k, v, scale, verbose=False):
        batch, heads, q_len, depth = q.shape
        _, kv_heads, k_len, _ = k.shape
        assert heads % kv_heads == 0, "heads must be shared by whole groups"
        group = heads // kv_heads
        q, k, v = q.contiguous(), k.contiguous(), v.contiguous()
        out = torch.empty_like(q)
        stream = torch.cuda.current_stream()
        whole = k_len % max(one.width for one in candidates()) == 0

        def grid(candidate):
            return (math.ceil(q_len / candidate.height), batch * heads, 1)

        def arguments(candidate):
            return (q, k, v, out, scale, heads, group, depth, candidate.height, candidate.width, self.causal, whole, batch)

        remembered = (batch, heads, q_len, depth, str(q.device), q.dtype)
        if remembered not in _winners:
            result = exhaustive_search(list(candidates()), stream, grid, attend, arguments, hints_of)
            best = result.best.config
            _winners[remembered] = (best, attend.replace_hints(num_ctas=best.ctas, occupancy=best.fit))
        best, tuned = _winners[remembered]
        ct.launch(stream, grid(best), tuned, arguments(best))
        return out


def attention(q, k, v, scale=None, causal=True):
    """Attention as a function."""
    if scale is None:
        scale = 1.0 / math.sqrt(q.shape[-1])
    return Attention(causal)(q, k, v, scale=scale)
