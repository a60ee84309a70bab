"""What SwiGLU is compared with: PyTorch, eager and compiled, TileGym's kernel, and a copy of as many bytes."""

import torch
import torch.nn.functional as F


def unit(gate, up):
    return F.silu(gate.float()).mul(up.float()).to(gate.dtype)


def eager(problem, arrays):
    return lambda: {"out": F.silu(arrays.gate) * arrays.up}


def compiled(problem, arrays):
    own = torch.compile(unit, dynamic=False)
    return lambda: {"out": own(arrays.gate, arrays.up)}


def tilegym(problem, arrays):
    from tilegym.ops.cutile.swiglu import swiglu

    return lambda: {"out": swiglu(arrays.gate, arrays.up)}


def copy(problem, arrays):
    # Three matrices go through the memory: half of them are read here, half written.
    count = 3 * problem.rows * problem.columns // 2
    source = torch.randn(count, device="cuda", dtype=torch.float32).to(arrays.out.dtype)
    target = torch.empty_like(source)

    def call():
        torch.mul(source, 1.0, out=target)

    call.is_ceiling = True
    return call


BASELINES = {"torch": eager, "torch-compile": compiled, "tilegym": tilegym, "copy": copy}
