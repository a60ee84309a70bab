// What the patterns of softmax find, and what only looks like it.
system Lift_Softmax_Cases {
    example "attention" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(Q, K, V, Out, scale: float, M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
                i = ct.bid(0)
                q = ct.load(Q, index=(i, 0), shape=(M, D))
                peak = ct.full((M, 1), -1e30, dtype=ct.float32)
                total = ct.full((M, 1), 0.0, dtype=ct.float32)
                acc = ct.full((M, D), 0.0, dtype=ct.float32)
                for j in range(ct.cdiv(K.shape[1], N)):
                    keys = ct.load(K, index=(0, j), shape=(D, N))
                    s = ct.mma(q, keys, ct.full((M, N), 0.0, dtype=ct.float32))
                    s = s * scale
                    new = max(peak, ct.max(s, axis=1, keepdims=True))
                    p = ct.exp2(s - new)
                    a = ct.exp2(peak - new)
                    total = total * a + ct.sum(p, axis=1, keepdims=True)
                    acc = acc * a
                    v = ct.load(V, index=(j, 0), shape=(N, D))
                    acc = ct.mma(p.astype(Q.dtype), v, acc)
                    peak = new
                out = acc / total
                ct.store(Out, index=(i, 0), tile=out)
            """
        finds {
            softmax_scheme: "online"
            score_scale_placement: "after_mma_before_max"
            normalization_division: "ieee_div"
            normalization_placement: "epilogue"
            rowsum_reduction: "per_iteration"
            rescale_policy: "unconditional"
            softmax_state_layout: "2d_keepdims"
            l_init: 0
            p.p_operand_dtype: "input_dtype"
            fusion_level: "fused_qk_softmax_pv"
        }
        lacks: [lse_base]
    }

    example "the sum is not scaled to the new maximum" {
        from: "attention"
        with { "total = total * a + ": "total = total + " }
        finds { rowsum_reduction: "per_iteration" }
        lacks: [softmax_scheme, normalization_placement, l_init]
    }

    example "the maximum of one tile only" {
        from: "attention"
        with { "max(peak, ct.max(s, axis=1, keepdims=True))": "ct.max(s, axis=1, keepdims=True)" }
        lacks: [softmax_scheme, rescale_policy, softmax_state_layout]
    }

    example "weights are summed at the end, and scaled before" {
        from: "attention"
        with {
            "ct.full((M, 1), 0.0": "ct.full((M, N), 0.0"
            "ct.sum(p, axis=1, keepdims=True)": "p"
            "acc / total": "acc * (1.0 / ct.sum(total, axis=1, keepdims=True))"
            "        s = s * scale\n": ""
            "shape=(M, D))\n": "shape=(M, D))\n    q = q * scale\n"
        }
        finds {
            rowsum_reduction: "deferred_2d"
            normalization_division: "reciprocal_multiply"
            score_scale_placement: "pre_scale_q"
        }
    }

    example "an approximate division in each turn, and scores scaled behind their maximum" {
        from: "attention"
        with {
            "        s = s * scale\n": ""
            "max(peak, ct.max(s, axis=1, keepdims=True))": "max(peak, ct.max(s, axis=1, keepdims=True) * scale)"
            "ct.exp2(s - new)": "ct.exp2(s * scale - new)"
            "acc / total": "acc"
            "    peak = new": "    acc = ct.truediv(acc, ct.sum(p, axis=1, keepdims=True), rounding_mode=ct.RoundingMode.APPROX, flush_to_zero=True)\n        peak = new"
            "p.astype(Q.dtype)": "p.astype(ct.float16)"
        }
        finds {
            score_scale_placement: "after_row_max"
            normalization_division: "approx_ftz"
            normalization_placement: "per_iteration"
            p.p_operand_dtype: "f16"
        }
        lacks { p.p_operand_dtype: "input_dtype" }
    }

    example "rows lose their axis" {
        from: "attention"
        with {
            "ct.full((M, 1)": "ct.full((M,)"
            "ct.max(s, axis=1, keepdims=True)": "ct.max(s, axis=1)"
            "ct.sum(p, axis=1, keepdims=True)": "ct.sum(p, axis=1)"
            "s - new": "s - new[:, None]"
            "acc * a": "acc * a[:, None]"
            "acc / total": "acc / total[:, None]"
        }
        finds { softmax_state_layout: "1d_with_expand" }
    }

    example "the logarithm of the sum is kept" {
        from: "attention"
        with {
            "tile=out": "tile=out)\n    ct.store(Lse, index=(i, 0), tile=peak + ct.log2(total)"
            "Out, scale": "Out, Lse, scale"
        }
        finds { lse_base: "log2" }
    }

    example "a logarithm that no maximum is added to" {
        from: "the logarithm of the sum is kept"
        with { "peak + ct.log2(total)": "ct.log2(total)" }
        lacks: [lse_base]
    }

    example "weights are not multiplied by anything" {
        from: "attention"
        with { "ct.mma(p.astype(Q.dtype), v, acc)": "acc + v" }
        lacks: [fusion_level, p_operand_dtype]
    }

    example "an exponential of a product has no softmax" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(A, B, Out, scale: float, M: ct.Constant[int], N: ct.Constant[int]):
                a = ct.load(A, index=(ct.bid(0), 0), shape=(M, M))
                acc = ct.full((M, N), 0.0, dtype=ct.float32)
                for j in range(8):
                    b = ct.load(B, index=(0, j), shape=(M, N))
                    acc = ct.mma(a, b, acc)
                ct.store(Out, index=(ct.bid(0), 0), tile=ct.exp2(acc * scale) / scale)
            """
        lacks: [
            softmax_scheme, score_scale_placement, normalization_division, normalization_placement,
            rowsum_reduction, rescale_policy, softmax_state_layout, l_init, fusion_level
        ]
    }

    example "a row at once" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(X, Y, N: ct.Constant[int]):
                i = ct.bid(0)
                x = ct.load(X, index=(i, 0), shape=(1, N))
                p = ct.exp(x - ct.max(x, axis=1, keepdims=True))
                ct.store(Y, index=(i, 0), tile=p / ct.sum(p, axis=1, keepdims=True))
            """
        finds { softmax_scheme: "full_row", normalization_division: "ieee_div" }
        lacks: [rescale_policy]
    }

    example "no maximum is subtracted" {
        from: "a row at once"
        with { " - ct.max(x, axis=1, keepdims=True)": "" }
        finds { softmax_scheme: "max_elided" }
        lacks { softmax_scheme: "full_row" }
    }
}
