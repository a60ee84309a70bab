// Kernels that compute each element by itself.
system Lift_Elementwise_Cases {
    example "a gate" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(x, b, y, N: ct.Constant[int]):
                a = ct.load(x, index=(ct.bid(0),), shape=(N,))
                g = ct.load(b, index=(ct.bid(0),), shape=(N,))
                s = 1.0 / (1.0 + ct.exp(-a))
                ct.store(y, index=(ct.bid(0),), tile=a * s * g)
            """
        finds { family: "swiglu", scalar_specialization: "constexpr" }
        lacks: [prng, bwd_decomposition, in_place, fusion_level, device_function_factoring, family_of_the_rest]
    }

    example "nothing is gated" {
        from: "a gate"
        with { "a * s * g": "a * s + g" }
        lacks { family: "swiglu" }
    }

    example "elements by themselves" {
        from: "a gate"
        with { "    s = 1.0 / (1.0 + ct.exp(-a))\n": "", "a * s * g": "a * g" }
        finds { family_of_the_rest: "elementwise" }
        lacks { family: ["swiglu", "rope"] }
    }

    example "a tile that is turned" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(x, y, N: ct.Constant[int]):
                ct.store(y, index=(ct.bid(0), 0), tile=ct.transpose(ct.load(x, index=(0, ct.bid(0)), shape=(N, N))))
            """
        finds { family_of_the_rest: "transpose" }
        lacks { family_of_the_rest: "elementwise" }
    }

    example "written back" {
        source: """
            import cuda.tile as ct

            def scaled(t, factor):
                return t * factor

            @ct.kernel
            def k(x, factor: float, N: ct.Constant[int]):
                t = ct.load(x, index=(ct.bid(0),), shape=(N,))
                ct.store(x, index=(ct.bid(0),), tile=scaled(t, factor))
            """
        finds {
            in_place: "always"
            device_function_factoring: "helper"
            factor.parameter_specialization: "runtime"
            scalars.scalar_specialization: "mixed"
        }
    }

    example "written elsewhere, in one piece" {
        from: "written back"
        with {
            "def k(x, factor: float,": "def k(x, y, factor: ct.Constant[int],"
            "ct.store(x,": "ct.store(y,"
            "scaled(t, factor))": "t * factor)"
        }
        finds { factor.parameter_specialization: "constexpr" }
        lacks { factor.parameter_specialization: "runtime", scalars.scalar_specialization: "mixed" }
        lacks: [in_place, device_function_factoring]
    }

    example "random numbers" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(X, Y, n, p, seed, N: tl.constexpr):
                at = tl.program_id(0) * N + tl.arange(0, N)
                x = tl.load(X + at, mask=at < n)
                keep = tl.rand(seed, at) > p
                tl.store(Y + at, tl.where(keep, x / (1 - p), 0.0), mask=at < n)
            """
        finds { family: "dropout", prng: "philox" }
    }

    example "what is kept does not depend on them" {
        from: "random numbers"
        with { "tl.rand(seed, at) > p": "x > p" }
        lacks { family: "dropout" }
        lacks: [prng]
    }

    example "pairs are rotated" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(Q, C, S, stride, N: tl.constexpr, BACKWARD: tl.constexpr):
                row = tl.program_id(0)
                at = tl.arange(0, N)
                c = tl.load(C + row * N + at)
                s = tl.load(S + row * N + at)
                x = tl.load(Q + row * stride + at)
                y = tl.load(Q + row * stride + at + N)
                if BACKWARD:
                    tl.store(Q + row * stride + at, x * c + y * s)
                    tl.store(Q + row * stride + at + N, y * c - x * s)
                else:
                    tl.store(Q + row * stride + at, x * c - y * s)
                    tl.store(Q + row * stride + at + N, y * c + x * s)
            """
        finds {
            family: "rope"
            bwd_decomposition: "inverse_rotation_same_kernel"
            in_place: "always"
            fusion_level: "separate_launches"
        }
    }

    example "products that are no rotation" {
        from: "pairs are rotated"
        with { "y * c - x * s": "y * c - y * s", "y * c + x * s": "y * c + y * s" }
        lacks { family: "rope" }
        lacks: [fusion_level, bwd_decomposition]
    }
}
