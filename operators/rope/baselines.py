"""What rotary embedding is compared with: PyTorch, eager and compiled, TileGym's kernel, and a copy of as many bytes."""

import torch


def halves(x, cos, sin):
    first, second = x.float().chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(x.dtype)


def neighbours(x, cos, sin):
    first, second = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((first * cos - second * sin, second * cos + first * sin), dim=-1).flatten(-2).to(x.dtype)


def rotate(problem):
    one = neighbours if problem.rotation_layout == "interleaved" else halves
    return lambda q, k, cos, sin: (one(q, cos, sin), one(k, cos, sin))


def named(pair):
    return {"q_out": pair[0], "k_out": pair[1]}


def eager(problem, arrays):
    own = rotate(problem)
    return lambda: named(own(arrays.q, arrays.k, arrays.cos, arrays.sin))


def compiled(problem, arrays):
    own = torch.compile(rotate(problem), dynamic=False)
    return lambda: named(own(arrays.q, arrays.k, arrays.cos, arrays.sin))


def copy(problem, arrays):
    def call():
        torch.mul(arrays.q, 1.0, out=arrays.q_out)
        torch.mul(arrays.k, 1.0, out=arrays.k_out)

    call.is_ceiling = True
    return call


BASELINES = {"torch": eager, "torch-compile": compiled, "copy": copy}
