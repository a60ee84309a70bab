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
            tune_cache_key: "dtype_sizes"
            y.output_init: "empty"
        }
        lacks: [contiguity_asserted, kernel_mode_dispatch, head_dim_rounding, row_tile_rule]
    }

    example "a key that nobody knows" {
        from: "each config is timed"
        with { "key = (x.shape[1], x.dtype)": "key = len(CACHE)" }
        finds { tuning_strategy: "exhaustive" }
        lacks: [tune_cache_key]
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
        with {
            "best.N": "next_power_of_2(x.shape[1])"
            "import torch\n": "import torch\nfrom triton import next_power_of_2\n"
        }
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

    example "an attention with a limit, and a key without the keys" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            CACHE = {}

            @ct.kernel
            def k(Q, K, V, Out, n: int, M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
                i = ct.bid(0)
                q = ct.load(Q, index=(0, 0, i, 0), shape=(1, 1, M, D)).reshape((M, D))
                acc = ct.full((M, D), 0.0, dtype=ct.float32)
                total = ct.full((M, 1), 0.0, dtype=ct.float32)
                for j in range(ct.cdiv(n, N)):
                    keys = ct.load(K, index=(0, 0, j, 0), shape=(1, 1, N, D)).reshape((N, D))
                    p = ct.exp2(ct.mma(q, ct.transpose(keys), ct.full((M, N), 0.0, dtype=ct.float32)))
                    total = total + ct.sum(p, axis=1, keepdims=True)
                    v = ct.load(V, index=(0, 0, j, 0), shape=(1, 1, N, D)).reshape((N, D))
                    acc = ct.mma(p.astype(Q.dtype), v, acc)
                ct.store(Out, index=(0, 0, i, 0), tile=(acc / total).reshape((1, 1, M, D)))

            def configs():
                yield SimpleNamespace(M=64, N=64)
                yield SimpleNamespace(M=128, N=64)

            def run(q, k_, v):
                _, _, rows, width = q.shape
                keys = k_.shape[2]
                out = torch.empty_like(q)
                stream = torch.cuda.current_stream()
                key = (rows, width, q.dtype)
                if key not in CACHE:
                    with ct.compiler_timeout(5):
                        best = exhaustive_search(
                            list(configs()), stream, lambda c: (ct.cdiv(rows, c.M),), k,
                            lambda c: (q, k_, v, out, keys, c.M, c.N, width),
                        ).best.config
                    CACHE[key] = best
                best = CACHE[key]
                ct.launch(stream, (ct.cdiv(rows, best.M),), k, (q, k_, v, out, keys, best.M, best.N, width))
                return out
            """
        finds { compile_timeout: 5, head_dim_rounding: "exact", tune_cache_key: "omits_k_len" }
        lacks { head_dim_rounding: "next_pow2", tune_cache_key: "includes_k_len" }
    }

    example "no limit, and a width that is rounded up" {
        from: "an attention with a limit, and a key without the keys"
        with {
            "with ct.compiler_timeout(5):": "if True:"
            "key = (rows,": "key = (rows, keys,"
            "_, _, rows, width = q.shape": "_, _, rows, features = q.shape\n    width = 1 << (features - 1).bit_length()"
        }
        finds { head_dim_rounding: "next_pow2", tune_cache_key: "includes_k_len" }
        lacks { head_dim_rounding: "exact", tune_cache_key: "omits_k_len" }
        finds { compile_timeout: "none" }
        lacks { compile_timeout: "7" }
    }
}
