"""What attention forward is compared with: PyTorch's scaled_dot_product_attention, and the kernel of TileGym as it is shipped."""

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel


def sdpa(backend):
    def prepare(problem, arrays):
        if problem.store_lse:
            raise ValueError("scaled_dot_product_attention gives no log-sum-exps")
        if problem.causal and problem.seq_len != problem.kv_len:
            raise ValueError("scaled_dot_product_attention has no mask that ends at the last key")
        grouped = problem.num_heads != problem.num_kv_heads

        def call():
            with sdpa_kernel(backend):
                out = F.scaled_dot_product_attention(
                    arrays.q, arrays.k, arrays.v, is_causal=bool(problem.causal), enable_gqa=grouped
                )
            return {"out": out}

        return call

    return prepare


def tilegym(problem, arrays):
    from tilegym.ops.cutile import attention

    if problem.store_lse:
        raise ValueError("tile_fmha gives no log-sum-exps")

    def call():
        return {"out": attention.tile_fmha(arrays.q, arrays.k, arrays.v, is_causal=bool(problem.causal))}

    call.note = lambda: ", ".join(str(config) for config, _ in attention._fmha_fwd_tune_cache.values())
    # What it chose for one problem is not what it chooses for the next.
    attention._fmha_fwd_tune_cache.clear()
    return call


BASELINES = {
    "sdpa-cudnn": sdpa(SDPBackend.CUDNN_ATTENTION),
    "sdpa-flash": sdpa(SDPBackend.FLASH_ATTENTION),
    "tilegym": tilegym,
}
