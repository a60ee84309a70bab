// What is written and changes nothing.
system Lift_Leftovers_Cases {
    example "much of it is of no use" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            CACHE = {}

            @ct.kernel(occupancy=4)
            def k(x, y, turns, N: ct.Constant[int], SOFT: ct.Constant[int]):
                t = ct.load(x, index=(ct.bid(0), 0), shape=(1, N), order=(0, 1))
                for i in range(turns):
                    z = ct.full((1, N), 1.0, dtype=ct.float32)
                    t = t * z
                if SOFT == 1:
                    t = t * 0.5
                ct.store(y, index=(ct.bid(0), 0), tile=t)

            class Twice(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    def never(a):
                        return a
                    y = torch.empty_like(x)
                    stream = torch.cuda.current_stream()
                    key = (x.shape, x.dtype)
                    if key not in CACHE:
                        best = exhaustive_search(
                            [SimpleNamespace(occupancy=1), SimpleNamespace(occupancy=2)], stream, lambda c: (x.shape[0],), k,
                            lambda c: (x, y, 3, 64, 0), lambda c: {"occupancy": c.occupancy},
                        ).best.config
                        CACHE[key] = k.replace_hints(occupancy=best.occupancy)
                    ct.launch(stream, (x.shape[0],), CACHE[key], (x, y, 3, 64, 0))
                    ctx.wide = 64
                    return y

                @staticmethod
                def backward(ctx, dy):
                    raise NotImplementedError("no gradient")

            def twice(x):
                return Twice.apply(x)
            """
        finds {
            redundant_arguments: "redundant_argument"
            decided_flags: "decided_flag"
            repeated_work: "invariant_in_loop"
            unused_hints: "replaced_hint"
            unlimited_search: "no_timeout"
            left_over_code: ["only_raises", "unread_field", "unused_function"]
        }
    }

    example "all of it is of use" {
        from: "much of it is of no use"
        with {
            ", order=(0, 1)": ", order=(1, 0)"
            "for i in range(turns):\n        z = ct.full((1, N), 1.0, dtype=ct.float32)": "z = ct.full((1, N), 1.0, dtype=ct.float32)\n    for i in range(turns):"
            "@ct.kernel(occupancy=4)": "@ct.kernel"
            "key = (x.shape, x.dtype)": "key = (never(x.shape), x.dtype)"
            "raise NotImplementedError(\"no gradient\")": "return dy * ctx.wide"
        }
        lacks: [redundant_arguments, repeated_work, unused_hints, left_over_code]
    }

    example "a limit, and flags of both values" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            @ct.kernel
            def k(x, y, N: ct.Constant[int], SOFT: ct.Constant[int]):
                t = ct.load(x, index=(ct.bid(0), 0), shape=(1, N))
                if SOFT == 1:
                    t = t * 0.5
                ct.store(y, index=(ct.bid(0), 0), tile=t)

            def run(x, soft):
                y = torch.empty_like(x)
                stream = torch.cuda.current_stream()
                with ct.compiler_timeout(5):
                    best = exhaustive_search(
                        [SimpleNamespace(N=64), SimpleNamespace(N=128)], stream, lambda c: (x.shape[0],), k, lambda c: (x, y, c.N, soft),
                    ).best.config
                ct.launch(stream, (x.shape[0],), k, (x, y, best.N, soft))
            """
        lacks: [unlimited_search, decided_flags]
    }

    example "a search without a limit, and a flag of one value" {
        from: "a limit, and flags of both values"
        with {
            "with ct.compiler_timeout(5):": "if soft is not None:"
            "c.N, soft)": "c.N, 1)"
            "best.N, soft)": "best.N, 1)"
        }
        finds { unlimited_search: "no_timeout", decided_flags: "decided_flag" }
    }

    example "a limit and a flag again" {
        from: "a search without a limit, and a flag of one value"
        with { "if soft is not None:": "with ct.compiler_timeout(9):", "best.N, 1)": "best.N, 0)" }
        lacks: [unlimited_search, decided_flags]
    }
}
