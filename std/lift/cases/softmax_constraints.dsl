// What must hold where kernels weigh by exponentials.
system Lift_Softmax_Constraints_Cases {
    example "an attention" {
        file: "std/lift/cases/attention_kernel.py"
        finds {
            scores: "implied"
            positions: "implied"
            statistics: "contract"
            partial_tiles: "hazard"
        }
        lacks: [agreement, trials]
    }

    example "nothing is scaled, shifted, kept or left open" {
        from: "an attention"
        with {
            " * scale)": ")"
            "s * scale - new": "s - new"
            "-math.inf, dtype": "-1e30, dtype"
            "range(0, turns)": "range(0, 8)"
            "keys - queries": "0"
            "    ct.store(Lse, index=(b, h, i), tile=lse.reshape((1, 1, M)))\n": ""
            "latency=2)": "padding_mode=ct.PaddingMode.ZERO)"
            "latency=4)": "padding_mode=ct.PaddingMode.ZERO)"
        }
        lacks: [scores, positions, statistics, partial_tiles]
    }

    example "trials write what is not read" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            @ct.kernel
            def k(x, y, N: ct.Constant[int]):
                ct.store(y, index=(ct.bid(0),), tile=ct.load(x, index=(ct.bid(0),), shape=(N,)) * 2.0)

            def configs():
                yield SimpleNamespace(N=128)
                yield SimpleNamespace(N=256)

            def run(x, y):
                stream = torch.cuda.current_stream()
                best = exhaustive_search(list(configs()), stream, lambda c: (8,), k, lambda c: (x, y, c.N)).best.config
                ct.launch(stream, (8,), k, (x, y, best.N))
            """
        finds { trials: "implied" }
    }

    example "trials change what they read" {
        from: "trials write what is not read"
        with { "ct.store(y,": "ct.store(x," }
        lacks: [trials]
    }

    example "only one of two copies shifts its rows" {
        file: "std/lift/cases/attention_twins.py"
        finds { agreement: "implied" }
    }

    example "both copies shift them" {
        from: "only one of two copies shifts its rows"
        with { "lse, scale, 0, 64": "lse, scale, keys - rows, 64" }
        lacks: [agreement]
    }
}
