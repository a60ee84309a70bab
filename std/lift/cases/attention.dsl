// Kernels of attention, and what only looks like them.
system Lift_Attention_Cases {
    example "scores, weights, output" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(Q, K, V, Out, M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
                i = ct.bid(0)
                q = ct.load(Q, index=(i, 0), shape=(M, D))
                acc = ct.full((M, D), 0.0, dtype=ct.float32)
                total = ct.full((M, 1), 0.0, dtype=ct.float32)
                for j in range(ct.cdiv(K.shape[1], N)):
                    keys = ct.load(K, index=(0, j), shape=(D, N))
                    p = ct.exp2(ct.mma(q, keys, ct.full((M, N), 0.0, dtype=ct.float32)))
                    total = total + ct.sum(p, axis=1, keepdims=True)
                    acc = ct.mma(p.astype(Q.dtype), ct.load(V, index=(j, 0), shape=(N, D)), acc)
                ct.store(Out, index=(i, 0), tile=acc / total)
            """
        finds { family: "attention_forward" }
        lacks { family: ["decode", "attention_backward"] }
    }

    example "two products without an exponential between them" {
        from: "scores, weights, output"
        with { "ct.exp2(": "ct.tanh(" }
        lacks: [family]
    }

    example "the exponential stands behind both products" {
        from: "scores, weights, output"
        with { "ct.exp2(ct.mma(": "(ct.mma(", "tile=acc / total": "tile=ct.exp2(acc / total)" }
        lacks { family: "attention_forward" }
    }
}
