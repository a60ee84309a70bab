"""What the backward pass of attention is compared with: PyTorch's through autograd, and the kernels of TileGym as they are shipped."""

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel


def sdpa(backend):
    def prepare(problem, arrays):
        if problem.causal and problem.seq_len != problem.kv_len:
            raise ValueError("scaled_dot_product_attention has no mask that ends at the last key")
        grouped = problem.num_heads != problem.num_kv_heads
        inputs = [one.detach().requires_grad_() for one in (arrays.q, arrays.k, arrays.v)]
        with sdpa_kernel(backend):
            out = F.scaled_dot_product_attention(*inputs, is_causal=bool(problem.causal), enable_gqa=grouped)

        def call():
            return dict(zip(("d_q", "d_k", "d_v"), torch.autograd.grad(out, inputs, arrays.d_out, retain_graph=True)))

        return call

    return prepare


def tilegym(problem, arrays):
    from tilegym.ops.cutile import attention

    scale = problem.head_dim**-0.5
    causal = bool(problem.causal)
    out, lse = attention.fmha_forward_with_lse(arrays.q, arrays.k, arrays.v, scale, causal)[:2]

    def call():
        gradients = attention._fmha_backward(arrays.q, arrays.k, arrays.v, out, arrays.d_out, lse, scale, causal)
        return dict(zip(("d_q", "d_k", "d_v"), gradients))

    return call


BASELINES = {
    "sdpa-cudnn": sdpa(SDPBackend.CUDNN_ATTENTION),
    "sdpa-flash": sdpa(SDPBackend.FLASH_ATTENTION),
    "tilegym": tilegym,
}
