"""What a matrix product is compared with: cuBLAS through PyTorch, and the kernel of TileGym as it is shipped."""

import torch


def cublas(problem, arrays):
    if problem.dtype in ("f8e4m3", "f8e5m2"):
        if not problem.transpose_b:
            raise ValueError("the products of eight bits want b by columns")
        one = torch.ones((), device="cuda")
        return lambda: {"c": torch._scaled_mm(arrays.a, arrays.b, scale_a=one, scale_b=one, out_dtype=torch.bfloat16)}
    torch.backends.cuda.matmul.allow_tf32 = True
    return lambda: {"c": torch.mm(arrays.a, arrays.b)}


def tilegym(problem, arrays):
    from tilegym.ops.cutile.matmul import matmul

    if problem.transpose_a or problem.dtype in ("f8e4m3", "f8e5m2"):
        raise ValueError("not compared")
    if problem.transpose_b:
        return lambda: {"c": matmul(arrays.a, arrays.b.T, trans_b=True, static_persistent=True, use_tma=True)}
    return lambda: {"c": matmul(arrays.a, arrays.b, static_persistent=True, use_tma=True)}


BASELINES = {"cublas": cublas, "tilegym": tilegym}
