// What must hold for a kernel, and kernels of which nothing of it is asked.
system Lift_Constraints_Cases {
    example "all kinds of it" {
        source: """
            import cuda.tile as ct
            import torch

            @ct.kernel(occupancy=2)
            def k(A, B, C, steps: ct.Constant[int], M: ct.Constant[int], N: ct.Constant[int]):
                acc = ct.full((M, M), 0.0, dtype=ct.float32)
                for d in range(steps):
                    a = ct.load(A, index=(ct.bid(0), d), shape=(M, N), latency=2)
                    b = ct.load(B, index=(d, ct.bid(1)), shape=(N, M))
                    acc = ct.mma(a, b, acc)
                ct.store(C, index=(ct.bid(0), ct.bid(1)), tile=ct.exp2(acc, flush_to_zero=True))

            def run(a, b, c):
                assert a.shape[1] % 32 == 0
                ct.launch(None, (ct.cdiv(a.shape[0], 64), ct.cdiv(b.shape[1], 64)), k, (a, b, c, a.shape[1] // 32, 64, 32))
            """
        finds {
            asserted: "asserted"
            computed: "computed"
            grids: ["hardware", "computed", "implied"]
            shapes_of_tiles: "implied"
            types: ["implied", "API"]
            hints: "API"
        }
        lacks: [indices]
    }

    example "nothing is asked" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(x, y):
                if ct.bid(0) > 3:
                    ct.store(y, index=(ct.bid(0),), tile=ct.exp2(ct.load(x, index=(ct.bid(0),), shape=(64,))))

            def run(x, y):
                ct.launch(None, (8, 8), k, (x, y))
            """
        lacks: [asserted, computed, grids, shapes_of_tiles, types, hints, indices]
    }

    example "an array by single numbers" {
        source: """
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(x, y, N: ct.Constant[int]):
                at = ct.bid(0) * N + ct.arange(N, dtype=ct.int32)
                ct.scatter(y, at, ct.gather(x, at) * 2.0)

            def run(x):
                y = torch.empty((x.shape[0] * x.shape[1],), dtype=x.dtype)
                ct.launch(None, (8,), k, (x, y, 64))
            """
        finds { indices: "implied" }
    }
}
