// What must hold between what a kernel does and how it is launched.
system Lift_Launches_Cases {
    example "a product that as many blocks as processors do" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            CACHE = {}

            @ct.kernel
            def k(x, w, y, M: ct.Constant[int], N: ct.Constant[int], K: ct.Constant[int]):
                rows = ct.num_tiles(x, 0, (M, K))
                columns = ct.num_tiles(w, 1, (K, N))
                for at in range(ct.bid(0), rows * columns, ct.num_blocks(0)):
                    acc = ct.full((M, N), 0.0, dtype=ct.float32)
                    for i in range(ct.num_tiles(x, 1, (M, K))):
                        a = ct.load(x, index=(at // columns, i), shape=(M, K))
                        b = ct.load(w, index=(i, at % columns), shape=(K, N))
                        acc = ct.mma(a, b, acc)
                    ct.store(y, index=(at // columns, at % columns), tile=acc)

            def run(x, w, y):
                sms = torch.cuda.get_device_properties("cuda").multi_processor_count
                stream = torch.cuda.current_stream()
                def grid(c):
                    tiles = ct.cdiv(x.shape[0], c.M) * ct.cdiv(w.shape[1], c.N)
                    return (min(sms // c.num_ctas, tiles) * c.occupancy,)
                key = (x.shape, w.shape, x.dtype)
                if key not in CACHE:
                    best = exhaustive_search(
                        [SimpleNamespace(M=64, N=64, num_ctas=1, occupancy=1), SimpleNamespace(M=128, N=128, num_ctas=2, occupancy=2)],
                        stream, grid, k, lambda c: (x, w, y, c.M, c.N, 32), lambda c: {"num_ctas": c.num_ctas, "occupancy": c.occupancy},
                    ).best.config
                    CACHE[key] = (best, k.replace_hints(num_ctas=best.num_ctas, occupancy=best.occupancy))
                best, tuned = CACHE[key]
                ct.launch(stream, grid(best), tuned, (x, w, y, best.M, best.N, 32))
            """
        finds {
            grids_of_machines: ["computed", "hazard"]
            architectures: "hardware"
            ranks: "implied"
            operand_types: "implied"
            forgotten_types: "cache_key_incomplete"
        }
        lacks: [offsets, scales, fills, spread]
    }

    example "rows by blocks" {
        source: """
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(x, y, scale, N: ct.Constant[int]):
                at = ct.bid(0) * N + ct.arange(N, dtype=ct.int32)
                t = ct.gather(x, at).astype(ct.float32)
                t = ct.where(at < 100, t, -1.0e6)
                mean = ct.sum(t) / N
                variance = ct.sum(t * t) / N - mean * mean
                p = ct.exp2(t * (scale * 1.4426950408889634))
                ct.scatter(y, at, p * ct.rsqrt(variance + 0.001))

            def run(x, y, scale):
                ct.launch(torch.cuda.current_stream(), (8,), k, (x, y, scale, 64))
            """
        finds { offsets: "implied", scales: "contract", fills: "hazard", spread: "hazard" }
        lacks: [grids_of_machines, architectures, ranks, operand_types, forgotten_types]
    }
}
