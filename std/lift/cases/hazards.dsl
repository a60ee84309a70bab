// What a reviewer wants to know, and kernels of which there is nothing to say.
system Lift_Hazards_Cases {
    example "a field that reaches nothing" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            CACHE = {}

            @ct.kernel
            def k(x, y, turns, N: ct.Constant[int]):
                t = ct.load(x, index=(ct.bid(0),), shape=(N,))
                for i in range(turns):
                    t = t * 2.0
                ct.store(y, index=(ct.bid(0),), tile=t)

            def configs():
                if torch.cuda.get_device_capability()[0] < 9:
                    # sm_120
                    yield SimpleNamespace(N=128, occupancy=1)
                else:
                    yield SimpleNamespace(N=128, occupancy=1)
                    yield SimpleNamespace(N=256, occupancy=2)

            def run(x):
                y = torch.zeros_like(x)
                stream = torch.cuda.current_stream()
                key = (x.dtype, x.device)
                if key not in CACHE:
                    CACHE[key] = exhaustive_search(
                        list(configs()), stream, lambda c: (ct.cdiv(x.shape[0], c.N),), k, lambda c: (x, y, x.shape[1], c.N),
                    ).best.config
                best = CACHE[key]
                ct.launch(stream, (ct.cdiv(x.shape[0], best.N),), k, (x, y, x.shape[1], best.N))
                return y
            """
        finds {
            dead_hints: "hint_never_launched"
            stale_choice: "cache_key_incomplete"
            needless_initialisation: "needless_initialisation"
            misnamed_configs: "prose_disagrees"
        }
        lacks: [unused_parameters, unused_names, clone_drift]
    }

    example "all of it is used" {
        from: "a field that reaches nothing"
        with {
            "k, lambda c: (x, y, x.shape[1], c.N),": "k, lambda c: (x, y, x.shape[1], c.N), lambda c: {\"occupancy\": c.occupancy},"
            "best = CACHE[key]": "best = CACHE[key]\n    kernel = k.replace_hints(occupancy=best.occupancy)"
            "best.N),), k,": "best.N),), kernel,"
            "# sm_120": "# sm_80, sm_86, sm_89"
            "torch.zeros_like": "torch.empty_like"
            "key = (x.dtype, x.device)": "key = (x.dtype, x.device, x.shape[0], x.shape[1])"
        }
        lacks: [dead_hints, stale_choice, needless_initialisation, misnamed_configs]
    }

    example "parameters and names that nothing reads" {
        source: """
            import cuda.tile as ct

            UNUSED = 3

            @ct.kernel
            def k(x, y, B: ct.Constant[int], N: ct.Constant[int]):
                ct.store(y, index=(ct.bid(0),), tile=ct.load(x, index=(ct.bid(0),), shape=(N,)) * 2.0)

            def run(x, y, options=None):
                ct.launch(None, (8,), k, (x, y, x.shape[0], 128))
            """
        finds {
            unused_parameters: "unused_parameter"
            unused_names: ["unused_parameter", "unused_constant"]
        }
    }

    example "two copies that differ in one place" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def one(x, w, y, H: ct.Constant[int], N: ct.Constant[int]):
                i = ct.bid(0)
                t = ct.load(x, index=(i, 0), shape=(1, N), padding_mode=ct.PaddingMode.ZERO)
                mean = ct.sum(t, axis=1, keepdims=True) / H
                d = t - mean
                r = ct.rsqrt(ct.sum(d * d, axis=1, keepdims=True) / H + 0.00001)
                p = ct.exp(d * r - ct.max(d * r, axis=1, keepdims=True))
                q = p / ct.sum(p, axis=1, keepdims=True)
                ct.store(y, index=(i, 0), tile=q * ct.load(w, index=(0,), shape=(N,)) + t)

            @ct.kernel
            def two(x, w, y, H: ct.Constant[int], N: ct.Constant[int]):
                i = ct.bid(0)
                t = ct.load(x, index=(i, 0), shape=(1, N))
                mean = ct.sum(t, axis=1, keepdims=True) / H
                d = t - mean
                r = ct.rsqrt(ct.sum(d * d, axis=1, keepdims=True) / H + 0.00001)
                p = ct.exp(d * r - ct.max(d * r, axis=1, keepdims=True))
                q = p / ct.sum(p, axis=1, keepdims=True)
                ct.store(y, index=(i, 0), tile=q * ct.load(w, index=(0,), shape=(N,)) + t)
            """
        finds { clone_drift: "clone_drift" }
    }

    example "two copies that do not differ there" {
        from: "two copies that differ in one place"
        with { ", padding_mode=ct.PaddingMode.ZERO": "" }
        lacks: [clone_drift]
    }
}
