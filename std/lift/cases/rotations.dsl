// Rotations of pairs of elements.
system Lift_Rotations_Cases {
    example "two halves by tiles, with a search" {
        source: """
            from types import SimpleNamespace
            import cuda.tile as ct
            import torch
            from cuda.tile.tune import exhaustive_search

            CACHE = {}

            @ct.kernel
            def k(x, cos, sin, B: ct.Constant[int], H: ct.Constant[int], W: ct.Constant[int]):
                i = ct.bid(0)
                row = 0 if B == 1 else i
                c = ct.load(cos, index=(row, 0), shape=(1, W))
                s = ct.load(sin, index=(row, 0), shape=(1, W))
                first = ct.load(x, index=(0, i, 0), shape=(H, 1, W)).reshape((H, W))
                second = ct.load(x, index=(0, i, 1), shape=(H, 1, W)).reshape((H, W))
                ct.store(x, index=(0, i, 0), tile=(first * c - second * s).reshape((H, 1, W)))
                ct.store(x, index=(0, i, 1), tile=(second * c + first * s).reshape((H, 1, W)))

            def above(n):
                return 1 << (n - 1).bit_length()

            def run(x, cos, sin, part=None):
                width = x.shape[2]
                if part is None:
                    part = width
                w = above(part // 2)
                h = above(x.shape[0])
                stream = torch.cuda.current_stream()
                key = (x.shape, x.dtype)
                if key not in CACHE:
                    def args(c):
                        trial = x.clone()
                        return (trial, cos, sin, cos.shape[0], h, w)
                    CACHE[key] = exhaustive_search(
                        [SimpleNamespace(occupancy=1), SimpleNamespace(occupancy=2)], stream, lambda c: (x.shape[1],), k, args,
                        lambda c: {"occupancy": c.occupancy},
                    ).best.config
                best = CACHE[key]
                ct.launch(stream, (x.shape[1],), k.replace_hints(occupancy=best.occupancy), (x, cos, sin, cos.shape[0], h, w))
            """
        finds {
            rotation_layout: "half_split"
            half_selection: "tile_index"
            head_tiling: "all_heads_next_pow2"
            cos_sin_half: "first_half_only"
            cos_sin_batch: "constexpr_broadcast"
            autotune_isolation: "clone_in_args"
            partial_rotary: "untouched_tail"
            trials_on_copies: ["contract", "implied"]
        }
    }

    example "trials on the array itself" {
        from: "two halves by tiles, with a search"
        with { "trial = x.clone()": "trial = x" }
        finds { autotune_isolation: "live_tensors" }
        lacks { trials_on_copies: "contract" }
    }

    example "written elsewhere" {
        from: "two halves by tiles, with a search"
        with {
            "def k(x, cos,": "def k(x, y, cos,"
            "ct.store(x, index=(0, i, 0)": "ct.store(y, index=(0, i, 0)"
            "ct.store(x, index=(0, i, 1)": "ct.store(y, index=(0, i, 1)"
            "(trial, cos,": "(trial, trial, cos,"
            "(x, cos, sin, cos.shape[0], h, w)": "(x, x, cos, sin, cos.shape[0], h, w)"
        }
        lacks: [autotune_isolation]
        lacks { trials_on_copies: "implied" }
    }

    example "nothing is rotated" {
        from: "two halves by tiles, with a search"
        with {
            "first * c - second * s": "first * c - first * s"
            "second * c + first * s": "second * c + second * s"
        }
        lacks: [rotation_layout, half_selection, head_tiling, cos_sin_half, cos_sin_batch, partial_rotary]
    }

    example "neighbours are pairs" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(Q, C, S, stride, N: tl.constexpr):
                row = tl.program_id(0)
                at = tl.arange(0, N)
                c = tl.load(C + row * N + at)
                s = tl.load(S + row * N + at)
                x = tl.load(Q + row * stride + at * 2)
                y = tl.load(Q + row * stride + at * 2 + 1)
                tl.store(Q + row * stride + at * 2, x * c - y * s)
                tl.store(Q + row * stride + at * 2 + 1, y * c + x * s)
            """
        finds { rotation_layout: "interleaved", cos_sin_half: "first_half_only" }
        lacks { rotation_layout: "half_split", half_selection: "tile_index" }
    }
}
