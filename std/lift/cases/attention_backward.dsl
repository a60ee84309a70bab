// Gradients of attention, and near misses.
system Lift_Attention_Backward_Cases {
    example "three kernels" {
        file: "std/lift/cases/attention_backward_kernels.py"
        finds {
            bwd_softmax_reconstruction: "recompute_from_lse"
            dq.grad_scale_placement: "epilogue_on_acc"
            dk.grad_scale_placement: "epilogue_on_acc"
            preprocess_dot_precision: "f32"
            delta_computation: "preprocess_kernel"
            delta_storage: "tile_store"
            lse.lse_delta_read: "tile_load"
            delta.lse_delta_read: "tile_load"
            lse_padding: "inf_padding"
            gqa_grad_reduction: "in_kernel_loop"
            bwd_decomposition: "split_two_kernels"
        }
        lacks { delta_computation: "fused_in_bwd", gqa_grad_reduction: "atomic_add" }
        lacks: [lse_variant_packaging]
    }

    example "gradients of scores are scaled in each turn" {
        from: "three kernels"
        with {
            "ds = p * (dp - delta)": "ds = p * (dp - delta) * scale"
            "dk * scale": "dk"
            "dq * scale": "dq"
        }
        finds {
            dq.grad_scale_placement: "per_tile_on_dS"
            dk.grad_scale_placement: "per_tile_on_dS"
        }
        lacks { grad_scale_placement: "epilogue_on_acc" }
    }

    example "the output is multiplied by itself" {
        from: "three kernels"
        with { "ct.sum(o * do": "ct.sum(o * o" }
        lacks: [preprocess_dot_precision, delta_computation, delta_storage]
    }

    example "the type of the operands, and zeros behind the rows" {
        from: "three kernels"
        with { ".astype(ct.float32)": "", "math.inf": "0.0" }
        finds { lse_padding: "zero_padding" }
        lacks { preprocess_dot_precision: "f32", lse_padding: "inf_padding" }
    }

    example "what the weights are made from is not what was kept" {
        from: "three kernels"
        with { "s * scale - lse": "s * scale - ct.max(s, axis=1, keepdims=True)" }
        lacks { bwd_softmax_reconstruction: "recompute_from_lse", lse.lse_delta_read: "tile_load" }
    }

    example "forward, with and without what training needs" {
        file: "std/lift/cases/attention_kernel.py"
        lacks: [
            bwd_softmax_reconstruction, grad_scale_placement, preprocess_dot_precision, delta_computation,
            delta_storage, lse_delta_read, gqa_grad_reduction, bwd_decomposition
        ]
    }

    example "one kernel keeps what training needs, its twin does not" {
        file: "std/lift/cases/attention_twins.py"
        finds { lse_variant_packaging: "duplicated" }
    }

    example "both keep it" {
        from: "one kernel keeps what training needs, its twin does not"
        with {
            "def infer(Q, K, V, Out, ": "def infer(Q, K, V, Out, Lse, "
            "    weigh(Q, K": "    peak, total = weigh(Q, K"
            "D)\n\n\n@ct.kernel\ndef train": "D)\n    ct.store(Lse, index=(ct.bid(1), ct.bid(0)), tile=(peak + ct.log2(total)).reshape((1, M)))\n\n\n@ct.kernel\ndef train"
            "infer, (q, k, v, out, scale": "infer, (q, k, v, out, out, scale"
        }
        lacks: [lse_variant_packaging]
    }
}
