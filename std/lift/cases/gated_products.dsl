// A product with a gate, and products that only look like it.
system Lift_Gated_Products_Cases {
    example "a gate and what it scales" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(X, A, B, Y, G, M: ct.Constant[int], N: ct.Constant[int], K: ct.Constant[int], KIND: ct.Constant[int]):
                p = ct.full((M, N), 0.0, dtype=ct.float32)
                q = ct.full((M, N), 0.0, dtype=ct.float32)
                for d in range(ct.cdiv(X.shape[1], K)):
                    x = ct.load(X, index=(ct.bid(0), d), shape=(M, K))
                    a = ct.load(A, index=(d, ct.bid(1)), shape=(K, N))
                    b = ct.load(B, index=(d, ct.bid(1)), shape=(K, N))
                    p = ct.mma(x, a, p)
                    q = ct.mma(x, b, q)
                if KIND == 0:
                    g = p * ct.truediv(1.0, 1.0 + ct.exp(-p))
                else:
                    g = p * 0.5 * (1.0 + ct.tanh(0.7978845608028654 * (p + 0.044715 * p * p * p)))
                ct.store(G, index=(ct.bid(0), ct.bid(1)), tile=g)
                ct.store(Y, index=(ct.bid(0), ct.bid(1)), tile=g * q)
            """
        finds {
            fusion_level: "gate_and_up_one_kernel"
            intermediate_storage: "all_stored"
            tensor_layout: "separate"
            feature_gating: "constexpr_flag"
            silu.activation_of_product: "exp_explicit"
            gelu.activation_of_product: "tanh_form"
        }
    }

    example "only the result is kept" {
        from: "a gate and what it scales"
        with { "    ct.store(G, index=(ct.bid(0), ct.bid(1)), tile=g)\n": "" }
        finds { intermediate_storage: "output_only" }
        lacks { intermediate_storage: "all_stored" }
    }

    example "both operands are of one array" {
        from: "a gate and what it scales"
        with {
            "ct.load(B, index=(d, ct.bid(1)), shape=(K, N))": "ct.load(A, index=(d, ct.bid(1) + 8), shape=(K, N))"
        }
        finds { tensor_layout: "concatenated" }
        lacks { tensor_layout: "separate" }
    }

    example "two products that are added" {
        from: "a gate and what it scales"
        with {
            "tile=g * q": "tile=p + q"
            "tile=g)": "tile=p)"
            "if KIND == 0": "if True"
            "ct.exp(-p)": "p"
            "ct.tanh(0.7978845608028654 * (p + 0.044715 * p * p * p))": "p"
        }
        lacks: [fusion_level, intermediate_storage, tensor_layout, feature_gating, activation_of_product]
    }
}
