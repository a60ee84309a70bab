// Losses and gates, and what only has their words.
system Lift_Losses_And_Gates_Cases {
    example "two arrays" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(A, B, Y, n, N: tl.constexpr):
                at = tl.program_id(0) * n + tl.arange(0, N)
                a = tl.load(A + at)
                b = tl.load(B + at)
                tl.store(Y + at, a * tl.sigmoid(a) * b)
            """
        finds { gate_layout: "separate" }
        lacks: [gradient_of_loss]
    }

    example "one array" {
        from: "two arrays"
        with { "tl.load(B + at)": "tl.load(A + at + n)" }
        finds { gate_layout: "concatenated" }
        lacks { gate_layout: "separate" }
    }

    example "nothing is gated" {
        from: "two arrays"
        with { "a * tl.sigmoid(a) * b": "a * b" }
        lacks: [gate_layout]
    }

    example "a loss that leaves its gradient" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(X, Label, Loss, stride, n, N: tl.constexpr):
                row = tl.program_id(0)
                label = tl.load(Label + row)
                peak = float("-inf")
                total = 0.0
                for i in range(0, n, N):
                    at = i + tl.arange(0, N)
                    x = tl.load(X + row * stride + at, mask=at < n, other=float("-inf"))
                    new = tl.maximum(peak, tl.max(x))
                    total = total * tl.exp(peak - new) + tl.sum(tl.exp(x - new))
                    peak = new
                for i in range(0, n, N):
                    at = i + tl.arange(0, N)
                    x = tl.load(X + row * stride + at, mask=at < n, other=float("-inf"))
                    p = tl.exp(x - peak) / total
                    tl.store(X + row * stride + at, tl.where(at == label, p - 1.0, p), mask=at < n)
                score = tl.load(X + row * stride + label)
                tl.store(Loss + row, peak + tl.log(total) - score)
            """
        finds { gradient_of_loss: "grad_in_forward" }
    }

    example "the gradient goes elsewhere" {
        from: "a loss that leaves its gradient"
        with { "tl.store(X +": "tl.store(Y +", "k(X, ": "k(X, Y, " }
        lacks: [gradient_of_loss]
    }
}
