// Products of several problems at once.
system Lift_Groups_Cases {
    example "a list of problems" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(xs, ws, ys, M: ct.Constant[int], N: ct.Constant[int], K: ct.Constant[int]):
                tile = ct.bid(0)
                end = 0
                for g in range(len(xs)):
                    x = xs[g]
                    w = ws[g]
                    rows = ct.num_tiles(x, 0, (M, K))
                    columns = ct.num_tiles(w, 1, (K, N))
                    while tile >= end and tile < end + rows * columns:
                        at = tile - end
                        acc = ct.full((M, N), 0.0, dtype=ct.float32)
                        for i in range(ct.num_tiles(x, 1, (M, K))):
                            a = ct.load(x, index=(at // columns, i), shape=(M, K))
                            b = ct.load(w, index=(i, at % columns), shape=(K, N))
                            acc = ct.mma(a, b, acc)
                        ct.store(ys[g], index=(at // columns, at % columns), tile=acc)
                        tile += ct.num_blocks(0)
                    end = end + rows * columns

            def run(xs, ws, ys):
                ct.launch(None, (132,), k, (xs, ws, ys, 64, 64, 32))
            """
        finds {
            operand_passing: "array_list"
            problem_batching: "single_launch"
            group_lookup: "linear_scan"
        }
        lacks: [early_exit, mma_threshold, split_tile_rule, tuning_strategy_of_caller]
    }

    example "a table of problems" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(x, w, y, table, count, M: ct.Constant[int], N: ct.Constant[int], K: ct.Constant[int]):
                i = ct.bid(0)
                j = ct.bid(1)
                if i * M < ct.gather(count, 0):
                    expert = ct.load(table, index=(i,), shape=(1,)).item()
                    acc = ct.full((M, N), 0.0, dtype=ct.float32)
                    for n in range(ct.num_tiles(x, 1, (M, K))):
                        a = ct.load(x, index=(i, n), shape=(M, K))
                        b = ct.load(w, index=(expert, n, j), shape=(1, K, N)).reshape((K, N))
                        acc = ct.mma(a, b, acc)
                    ct.store(y, index=(i, j), tile=acc)

            def run(x, w, y, table, count, config):
                ct.launch(None, (8, 8), k, (x, w, y, table, count, config["M"], config["N"], config["K"]))
            """
        finds {
            operand_passing: "stacked_3d"
            problem_batching: "single_launch"
            group_lookup: "tile_to_group_table"
            early_exit: "block_guard"
            tuning_strategy_of_caller: "fixed"
        }
    }

    example "one problem" {
        from: "a table of problems"
        with {
            "expert = ct.load(table, index=(i,), shape=(1,)).item()": "expert = 0"
            "config[\"M\"], config[\"N\"], config[\"K\"]": "64, 64, 32"
        }
        lacks: [operand_passing, problem_batching, group_lookup, tuning_strategy_of_caller]
    }

    example "parts of a result" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(o, lse, y, D: ct.Constant[int], S: ct.Constant[int], DOT: ct.Constant[bool]):
                i = ct.bid(0)
                part = ct.load(o, index=(i, 0, 0), shape=(1, S, D)).reshape((S, D))
                m = ct.gather(lse, (i, ct.arange(S, dtype=ct.int32)), padding_value=-float("inf"))
                p = ct.exp2(m - ct.max(m))
                total = ct.sum(p)
                if DOT:
                    v = ct.mma(p.reshape((1, S)), part, ct.full((1, D), 0.0, dtype=ct.float32)).reshape((D,))
                else:
                    v = ct.sum(part * p[:, None], axis=0)
                ct.store(y, index=(i, 0), tile=(v / total).reshape((1, D)))

            def above(n):
                return 1 << (n - 1).bit_length()

            def run(o, lse, y):
                s = above(lse.shape[1])
                ct.launch(None, (o.shape[0],), k, (o, lse, y, 64, s, s >= 8))
            """
        finds { mma_threshold: "8", split_tile_rule: "next_pow2" }
    }

    example "parts of a result, always so many" {
        from: "parts of a result"
        with { "s = above(lse.shape[1])": "s = 16", "s >= 8": "True" }
        lacks: [mma_threshold, split_tile_rule]
    }
}
