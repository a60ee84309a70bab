// Hints of kernels and of their launches, and what does not reach them.
system Lift_Host_Cases {
    example "hints of the config" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            @ct.kernel
            def k(x, y, N: ct.Constant[int]):
                ct.store(y, index=(ct.bid(0),), tile=ct.load(x, index=(ct.bid(0),), shape=(N,)) * 2.0)

            def configs():
                yield SimpleNamespace(N=128, occupancy=1, num_ctas=1)
                yield SimpleNamespace(N=256, occupancy=2, num_ctas=2)

            def run(x, y):
                stream = torch.cuda.current_stream()
                best = exhaustive_search(
                    list(configs()), stream, lambda c: (8,), k, lambda c: (x, y, c.N),
                    lambda c: {"occupancy": c.occupancy, "num_ctas": c.num_ctas},
                ).best.config
                kernel = k.replace_hints(occupancy=best.occupancy, num_ctas=best.num_ctas)
                ct.launch(stream, (8,), kernel, (x, y, best.N))
            """
        finds {
            occupancy: "tuned"
            num_ctas: "tuned"
            num_worker_warps: "unset"
            opt_level: "unset"
        }
        lacks: [num_warps, num_stages]
    }

    example "a field of the config that is no hint" {
        from: "hints of the config"
        with {
            "lambda c: {\"occupancy\": c.occupancy, \"num_ctas\": c.num_ctas},": ""
            "k.replace_hints(occupancy=best.occupancy, num_ctas=best.num_ctas)": "k"
        }
        finds { occupancy: "unset", num_ctas: "unset" }
        lacks { occupancy: "tuned", num_ctas: "tuned" }
    }

    example "written hints" {
        from: "hints of the config"
        with {
            "lambda c: {\"occupancy\": c.occupancy, \"num_ctas\": c.num_ctas},": ""
            "k.replace_hints(occupancy=best.occupancy, num_ctas=best.num_ctas)": "k.replace_hints(occupancy=2, num_worker_warps=8, opt_level=3)"
        }
        finds {
            occupancy: 2
            num_worker_warps: 8
            opt_level: 3
        }
        lacks { num_worker_warps: "unset", opt_level: "unset" }
    }

    example "warps and stages" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(X, Y, n, N: tl.constexpr):
                at = tl.program_id(0) * N + tl.arange(0, N)
                tl.store(Y + at, tl.load(X + at, mask=at < n), mask=at < n)

            def run(x, y):
                k[(8,)](x, y, x.shape[0], N=128, num_warps=8, num_stages=3)
            """
        finds { num_warps: 8, num_stages: 3 }
        lacks: [occupancy, num_ctas, num_worker_warps, opt_level]
    }

    example "neither warps nor stages" {
        from: "warps and stages"
        with { ", num_warps=8, num_stages=3": "" }
        finds { num_warps: "unset", num_stages: "unset" }
        lacks { num_warps: "tuned", num_stages: "tuned" }
    }
}
