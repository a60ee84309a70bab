// How configs and kernels are chosen and arrays made, and what only looks like a choice.
system Lift_Choices_Cases {
    example "each config is timed" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            CACHE = {}

            @ct.kernel
            def k(x, y, N: ct.Constant[int]):
                i = ct.bid(0)
                ct.store(y, index=(i, 0), tile=ct.exp(ct.load(x, index=(i, 0), shape=(1, N))))

            def configs():
                yield SimpleNamespace(N=128, occupancy=1)
                yield SimpleNamespace(N=256, occupancy=2)

            def run(x):
                x = x.contiguous()
                y = torch.empty_like(x)
                stream = torch.cuda.current_stream()
                key = (x.shape[1], x.dtype)
                if key not in CACHE:
                    best = exhaustive_search(
                        list(configs()), stream, lambda c: (x.shape[0],), k, lambda c: (x, y, c.N),
                        lambda c: {"occupancy": c.occupancy},
                    ).best.config
                    CACHE[key] = (best, k.replace_hints(occupancy=best.occupancy))
                best, kernel = CACHE[key]
                ct.launch(stream, (x.shape[0],), kernel, (x, y, best.N))
                return y
            """
        finds {
            tuning_strategy: "exhaustive"
            tuning_hints_applied: "yes"
            hint_kernel_caching: "cached"
            contiguity_policy: "always"
            y.output_init: "empty"
        }
        lacks: [contiguity_asserted, kernel_mode_dispatch, compile_timeout, tune_cache_key, head_dim_rounding, row_tile_rule]
    }

    example "what is timed has no hints" {
        from: "each config is timed"
        with { "lambda c: {\"occupancy\": c.occupancy},": "" }
        finds { tuning_hints_applied: "no" }
        lacks { tuning_hints_applied: "yes" }
    }

    example "a kernel for each call" {
        from: "each config is timed"
        with {
            "CACHE[key] = (best, k.replace_hints(occupancy=best.occupancy))": "CACHE[key] = best"
            "best, kernel = CACHE[key]": "best = CACHE[key]\n    kernel = k.replace_hints(occupancy=best.occupancy)"
        }
        finds { hint_kernel_caching: "per_call" }
        lacks { hint_kernel_caching: "cached" }
    }

    example "the first config" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(x, y, N: ct.Constant[int]):
                i = ct.bid(0)
                ct.store(y, index=(i, 0), tile=ct.exp(ct.load(x, index=(i, 0), shape=(1, N))))

            def configs():
                if torch.cuda.get_device_capability()[0] < 9:
                    yield SimpleNamespace(N=128)
                else:
                    yield SimpleNamespace(N=256)

            def run(x):
                assert x.is_contiguous()
                y = torch.zeros_like(x)
                best = list(configs())[0]
                ct.launch(None, (x.shape[0],), k, (x, y, best.N))
                return y
            """
        finds {
            tuning_strategy: "first_config"
            contiguity_asserted: "assert"
            y.output_init: "zeros"
        }
        lacks: [tuning_hints_applied, hint_kernel_caching]
        lacks { tuning_strategy: "exhaustive", contiguity_policy: "always", y.output_init: "empty" }
    }

    example "a written width" {
        from: "the first config"
        with { "best.N": "128", "    assert x.is_contiguous()\n": "" }
        finds { tuning_strategy: "fixed", row_tile_rule: "fixed" }
        lacks { tuning_strategy: "first_config" }
        lacks: [contiguity_policy]
    }

    example "a width that is rounded up" {
        from: "the first config"
        with { "best.N": "next_power_of_2(x.shape[1])", "import torch\n": "import torch\nfrom triton import next_power_of_2\n" }
        finds { row_tile_rule: "next_pow2" }
    }

    example "the caller says which kernel" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def double(x, y):
                ct.store(y, index=(ct.bid(0),), tile=ct.load(x, index=(ct.bid(0),), shape=(64,)) * 2.0)

            @ct.kernel
            def halve(x, y):
                ct.store(y, index=(ct.bid(0),), tile=ct.load(x, index=(ct.bid(0),), shape=(64,)) * 0.5)

            def run(x, y, up):
                if up:
                    ct.launch(None, (8,), double, (x, y))
                else:
                    ct.launch(None, (8,), halve, (x, y))
            """
        finds { kernel_mode_dispatch: "explicit" }
        lacks { kernel_mode_dispatch: ["heuristic", "auto_by_grad"] }
    }

    example "both kernels are launched" {
        from: "the caller says which kernel"
        with { "    if up:\n        ct": "    ct", "    else:\n        ct": "    ct" }
        lacks: [kernel_mode_dispatch]
    }
}
