// Where operands of attention are, and near misses.
system Lift_Attention_Operands_Cases {
    example "batch, head, position" {
        file: "std/lift/cases/attention_kernel.py"
        finds {
            k.operand_transpose: "load_order"
            tensor_layout: "BHSD"
            head_dim_tiling: "full"
            stationary_operand: "q_stationary"
            v_load_placement: "late"
            lse_storage: "3d_tile_store"
            head_batch_axis: "fused"
            causal_work_order: "ascending"
            gqa_mapping: "index_div"
            kv_split: "none"
        }
        lacks: [gqa_packing]
        lacks { head_batch_axis: "separate_axes" }
    }

    example "batch, position, head" {
        from: "batch, head, position"
        with {
            "index=(b, h, i, 0), shape=(1, 1, M, D))": "index=(b, i, h, 0), shape=(1, M, 1, D))"
            "index=(b, h, i, 0), tile=out.reshape((1, 1, M, D))": "index=(b, i, h, 0), tile=out.reshape((1, M, 1, D))"
        }
        finds { tensor_layout: "BSHD" }
        lacks { tensor_layout: "BHSD" }
    }

    example "keys are turned behind their load, with the values" {
        from: "batch, head, position"
        with {
            "index=(b, h // GROUP, 0, j), shape=(1, 1, D, N), order=(0, 1, 3, 2), latency=2)": "index=(b, h // GROUP, j, 0), shape=(1, 1, N, D))\n        v = ct.load(V, index=(b, h // GROUP, j, 0), shape=(1, 1, N, D), latency=4).reshape((N, D))"
            "k.reshape((D, N))": "ct.transpose(k.reshape((N, D)))"
            "total = total * a + ct.sum(p, axis=1, keepdims=True)\n        v = ct.load(V, index=(b, h // GROUP, j, 0), shape=(1, 1, N, D), latency=4).reshape((N, D))": "total = total * a + ct.sum(p, axis=1, keepdims=True)"
        }
        finds { k.operand_transpose: "register_permute", v_load_placement: "with_k" }
        lacks { k.operand_transpose: "load_order", v_load_placement: "late" }
    }

    example "a head of keys for each head, on axes of their own" {
        from: "batch, head, position"
        with {
            "b = block // H": "b = block"
            "h = block % H": "h = ct.bid(2)"
            "h // GROUP": "h"
            "batch * heads)": "batch, heads)"
        }
        finds { head_batch_axis: "separate_axes" }
        lacks: [gqa_mapping]
        lacks { head_batch_axis: "fused", tensor_layout: "BSHD" }
    }

    example "only products" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(A, B, C, H: ct.Constant[int], M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
                b = ct.bid(1) // H
                h = ct.bid(1) % H
                x = ct.load(A, index=(b, h, ct.bid(0), 0), shape=(1, 1, M, D)).reshape((M, D))
                acc = ct.full((M, N), 0.0, dtype=ct.float32)
                for j in range(8):
                    y = ct.load(B, index=(b, h, j, 0), shape=(1, 1, N, D), order=(0, 1, 3, 2)).reshape((D, N))
                    acc = ct.mma(x, y, acc)
                ct.store(C, index=(b, h, ct.bid(0), 0), tile=acc.reshape((1, 1, M, N)))
            """
        lacks: [
            operand_transpose, tensor_layout, head_dim_tiling, stationary_operand, v_load_placement,
            lse_storage, head_batch_axis, causal_work_order, gqa_mapping, kv_split
        ]
    }

    example "a tile has a row for each head that shares keys" {
        file: "std/lift/cases/decode_kernels.py"
        finds { gqa_packing: "pack_group_in_tile", kv_split: "split_kv" }
        lacks { kv_split: "none" }
    }
}
