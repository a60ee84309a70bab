"""What a matrix product is compared with: cuBLAS through PyTorch, and the kernel of TileGym as it is shipped."""

import torch


EIGHT_BITS = ("f8e4m3", "f8e5m2")


def scaled(problem, arrays, fast):
    if not problem.transpose_b:
        raise ValueError("the products of eight bits want b by columns")
    one = torch.ones((), device="cuda")
    out = {"out_dtype": torch.bfloat16, "use_fast_accum": fast}
    return lambda: {"c": torch._scaled_mm(arrays.a, arrays.b, scale_a=one, scale_b=one, **out)}


def cublas(problem, arrays):
    if problem.dtype in EIGHT_BITS:
        return scaled(problem, arrays, False)
    torch.backends.cuda.matmul.allow_tf32 = True
    return lambda: {"c": torch.mm(arrays.a, arrays.b)}


def cublas_fast(problem, arrays):
    # Sums stay in the matrix units, which keep fewer bits of them.
    if problem.dtype not in EIGHT_BITS or not getattr(problem, "fast_sums", False):
        raise ValueError("only products of eight bits with `fast_sums` may be summed so")
    return scaled(problem, arrays, True)


def tilegym(problem, arrays):
    from tilegym.ops.cutile.matmul import matmul

    if problem.transpose_a or problem.dtype in EIGHT_BITS:
        raise ValueError("not compared")
    if problem.transpose_b:
        return lambda: {"c": matmul(arrays.a, arrays.b.T, trans_b=True, static_persistent=True, use_tma=True)}
    return lambda: {"c": matmul(arrays.a, arrays.b, static_persistent=True, use_tma=True)}


BASELINES = {"cublas": cublas, "cublas-fast": cublas_fast, "tilegym": tilegym}
