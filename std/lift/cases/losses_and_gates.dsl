// Losses and gates, and what only has their words.
system Lift_Losses_And_Gates_Cases {
    example "the gradient of a gate" {
        source: """
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(x, dy, dx, W: ct.Constant[int], N: ct.Constant[int]):
                i = ct.bid(0)
                at = ct.arange(N, dtype=ct.int32)
                g = ct.gather(x, (i, at)).astype(ct.float32)
                u = ct.gather(x, (i, at + W)).astype(ct.float32)
                d = ct.gather(dy, (i, at)).astype(ct.float32)
                s = ct.truediv(1.0, 1.0 + ct.exp(-g), flush_to_zero=True, rounding_mode=ct.RoundingMode.APPROX)
                ct.scatter(dx, (i, at), d * u * (s + g * s * (1.0 - s)))

            def run(x, dy, width):
                dx = torch.empty_like(dy)
                ct.launch(torch.cuda.current_stream(), (x.shape[0],), k, (x, dy, dx, width, 64))
                return dx
            """
        finds {
            division_of_gate: "approx_ftz"
            source_of_activation: "recompute"
            gate_in_place: "never"
            gate_layout: "concatenated"
        }
    }

    example "the gradient of something else" {
        from: "the gradient of a gate"
        with { "1.0, 1.0 + ct.exp(-g)": "1.0, 2.0 + g" }
        lacks: [division_of_gate, source_of_activation, gate_in_place, gate_layout]
    }

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
