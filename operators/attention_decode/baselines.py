"""What attention of one query is compared with: PyTorch's scaled_dot_product_attention, and the kernel of TileGym as it is shipped."""

import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel


def sdpa(backend):
    def prepare(problem, arrays):
        if problem.store_lse:
            raise ValueError("scaled_dot_product_attention gives no log-sum-exps")
        grouped = problem.num_heads != problem.num_kv_heads

        def call():
            with sdpa_kernel(backend):
                return {"out": F.scaled_dot_product_attention(arrays.q, arrays.k, arrays.v, enable_gqa=grouped)}

        return call

    return prepare


def tilegym(problem, arrays):
    from tilegym.ops.cutile.flash_decode import fmha_decode

    if problem.store_lse:
        raise ValueError("fmha_decode gives no log-sum-exps")
    return lambda: {"out": fmha_decode(arrays.q, arrays.k, arrays.v, problem.head_dim**-0.5)}


BASELINES = {
    "sdpa-cudnn": sdpa(SDPBackend.CUDNN_ATTENTION),
    "sdpa-flash": sdpa(SDPBackend.FLASH_ATTENTION),
    "tilegym": tilegym,
}
