// What attention does beyond the plain one.
system Lift_Attention_Variants_Cases {
    example "the plain one" {
        file: "std/lift/cases/attention_kernel.py"
        lacks: [
            score_composition, window_support, score_bias, empty_row_guard, varlen_support,
            kv_split_merge, kv_split_rule, partial_output_dtype
        ]
    }

    example "a second product is added to the first" {
        from: "the plain one"
        with {
            "ct.full((M, N), 0.0, dtype=ct.float32))\n        if": "ct.full((M, N), 0.0, dtype=ct.float32))\n        r = ct.load(K, index=(b, h, 0, j), shape=(1, 1, D, N), order=(0, 1, 3, 2))\n        s = ct.mma(q, r.reshape((D, N)), s)\n        if"
        }
        finds { score_composition: "chained_mma" }
    }

    example "only the last keys are seen" {
        from: "the plain one"
        with {
            "mask & (rows >= at)": "mask & (rows >= at) & (rows - at < window)"
            "shift: int,": "shift: int, window: ct.Constant[int],"
            "keys - queries,": "keys - queries, 256,"
        }
        finds { window_support: "constexpr_flag" }
    }

    example "a bias" {
        from: "the plain one"
        with {
            "        new = max(": "        s = s + ct.load(Bias, index=(i, j), shape=(M, N))\n        new = max("
            "Lse, scale": "Lse, Bias, scale"
            "lse, scale, keys": "lse, bias, scale, keys"
            "run(q, k, v, scale": "run(q, k, v, bias, scale"
        }
        finds { score_bias: "always_on" }
    }

    example "a maximum that may be infinite" {
        from: "the plain one"
        with {
            "        p = ct.exp2(": "        pivot = ct.where(new == -math.inf, 0.0, new)\n        p = ct.exp2("
            "s * scale - new": "s * scale - pivot"
        }
        finds { empty_row_guard: "finite_pivot" }
    }

    example "lengths are read" {
        from: "the plain one"
        with {
            "    keys = K.shape[2]\n    if CAUSAL": "    keys = K.shape[2]\n    if VARLEN:\n        keys = ct.load(Lengths, index=(b,), shape=(1,))\n    if CAUSAL"
            "Lse, scale: float,": "Lse, Lengths, VARLEN: ct.Constant[bool], scale: float,"
            "lse, scale, keys": "lse, lengths, True, scale, keys"
            "run(q, k, v, scale": "run(q, k, v, lengths, scale"
        }
        finds { varlen_support: "constexpr_flag" }
    }

    example "keys in parts" {
        file: "std/lift/cases/decode_kernels.py"
        finds {
            weighted_sum_path: "constexpr_switch"
            kv_split_merge: "separate_kernel"
            kv_loop_bound: "constant_trip_count"
            kv_split_rule: "sm_count"
            partial_output_dtype: "f32"
        }
        lacks { partial_output_dtype: "input_dtype" }
    }

    example "as many turns as there are keys, and one way to add" {
        from: "keys in parts"
        with {
            "range(0, TURNS)": "range(0, K.shape[2] // N)"
            "    if PRODUCT:\n        y": "    y"
            "    else:\n        y = ct.sum(ct.reshape(w, (S, 1)) * x, axis=0, keepdims=True)\n": ""
            "torch.cuda.get_device_properties(q.device).multi_processor_count // batch": "8"
            "splits, width), dtype=torch.float32": "splits, width), dtype=q.dtype"
        }
        finds { partial_output_dtype: "input_dtype", kv_split_merge: "separate_kernel" }
        lacks: [kv_loop_bound, weighted_sum_path, kv_split_rule]
    }

    example "all keys in one block" {
        from: "keys in parts"
        with { "at = part * TURNS + j": "at = j" }
        lacks: [kv_loop_bound, kv_split_rule, partial_output_dtype]
    }
}
