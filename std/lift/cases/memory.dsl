// How arrays are read and written, and what changes none of it.
system Lift_Memory_Cases {
    example "tiles with everything said" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(X, Y, N: ct.Constant[int]):
                i = ct.bid(0)
                x = ct.load(X, index=(i, 0), shape=(1, N), padding_mode=ct.PaddingMode.ZERO, latency=3, allow_tma=False)
                y = x / ct.sum(x * x, axis=1, keepdims=True)
                ct.store(Y, index=(i, 0), tile=y, latency=2, allow_tma=False)
            """
        finds {
            x.load_path: "tile_load"
            y.store_path: "tile_store"
            x.load_latency: 3
            y.store_latency: 2
            x.load_tma_policy: "disabled"
            y.store_tma_policy: "disabled"
            y.store_hints: "no_tma"
            x.padding_mode: "zero"
        }
        lacks: [gather_scatter_bounds_check, index_dtype, load_path_of_others]
    }

    example "tiles with nothing said" {
        from: "tiles with everything said"
        with {
            ", padding_mode=ct.PaddingMode.ZERO, latency=3, allow_tma=False": ""
            ", latency=2, allow_tma=False": ""
        }
        finds {
            x.load_latency: "unset"
            y.store_latency: "unset"
            x.load_tma_policy: "default"
            y.store_tma_policy: "default"
            y.store_hints: "default"
            x.padding_mode: "undetermined"
        }
        lacks {
            x.load_latency: 3
            y.store_latency: 2
            x.padding_mode: "zero"
            x.load_tma_policy: "disabled"
        }
    }

    example "minus infinity past the end, and a latency of the store" {
        from: "tiles with everything said"
        with {
            "PaddingMode.ZERO": "PaddingMode.NEG_INF"
            "tile=y, latency=2, allow_tma=False": "tile=y, latency=2"
        }
        finds {
            x.padding_mode: "neg_inf"
            y.store_hints: "latency_n"
            y.store_tma_policy: "default"
        }
        lacks { y.store_hints: "no_tma", y.store_tma_policy: "disabled" }
    }

    example "elements by index" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(X, Y, N: ct.Constant[int]):
                i = ct.bid(0)
                at = ct.arange(N, dtype=ct.int32)
                x = ct.gather(X, (i, at), check_bounds=True)
                ct.scatter(Y, (i, at), x / ct.sum(x * x, axis=0), check_bounds=True)
            """
        finds {
            x.load_path: "gather"
            y.store_path: "scatter"
            gather_scatter_bounds_check: "true"
            index_dtype: "int32"
            x.padding_mode: "zero"
        }
        lacks { x.load_path: "tile_load", y.store_path: "tile_store" }
        lacks: [load_tma_policy, store_tma_policy, store_hints]
    }

    example "the check is left out" {
        from: "elements by index"
        with { "check_bounds=True": "check_bounds=False" }
        finds { gather_scatter_bounds_check: "false" }
        lacks { gather_scatter_bounds_check: "true" }
    }

    example "pointers" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(X, Y, stride, n, N: tl.constexpr):
                row = tl.program_id(0).to(tl.int64)
                cols = tl.arange(0, N)
                x = tl.load(X + row * stride + cols, mask=cols < n, other=0.0)
                y = x / tl.sum(x * x, axis=0)
                tl.store(Y + row * stride + cols, y, mask=cols < n)
            """
        finds {
            x.load_path: "pointer"
            y.store_path: "pointer"
            x.padding_mode: "zero"
            row.index_dtype: "int64"
        }
        // Only cuTile has these.
        lacks: [load_latency, store_latency, load_tma_policy, store_tma_policy, store_hints]
    }

    example "the number of the block keeps its type, and no value is given for what is masked" {
        from: "pointers"
        with { ".to(tl.int64)": "", ", other=0.0": "" }
        finds { x.padding_mode: "undetermined" }
        lacks { row.index_dtype: "int64", x.padding_mode: "zero" }
    }

    example "operands whose part is not known" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(X, Y, Z, N: ct.Constant[int]):
                x = ct.load(X, index=(ct.bid(0),), shape=(N,))
                y = ct.load(Y, index=(ct.bid(0),), shape=(N,))
                ct.store(Z, index=(ct.bid(0),), tile=x + y)
            """
        finds: [load_path_of_others]
        lacks: [load_path]
    }
}
