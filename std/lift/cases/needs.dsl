// What kernels need of padding, of types and of arrays.
system Lift_Needs_Cases {
    example "rows that are normalized" {
        source: """
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(x, y, z, N: ct.Constant[int], W: ct.Constant[int]):
                i = ct.bid(0)
                t = ct.load(x, index=(i, 0), shape=(1, N), padding_mode=ct.PaddingMode.ZERO)
                s = ct.sum(t, axis=1, keepdims=True)
                ct.store(y, index=(i, 0), tile=(t / s).astype(x.dtype))
                at = ct.arange(N, dtype=ct.int32)
                ct.scatter(z, (i, at), (t * 2.0).reshape((N,)).astype(ct.bfloat16), check_bounds=N != W)

            def above(n):
                return 1 << (n - 1).bit_length()

            def run(x):
                y = torch.empty_like(x)
                z = torch.empty_like(x)
                ct.launch(torch.cuda.current_stream(), (x.shape[0],), k, (x, y.contiguous(), z, above(x.shape[1]), x.shape[1]))
                return y
            """
        finds {
            padding_for_sums: "implied"
            checks_by_size: "computed"
            types_of_results: ["contract", "implied"]
            copies_of_results: "hazard"
            tiles_without_limit: "hazard"
        }
    }

    example "rows of which nothing is needed" {
        from: "rows that are normalized"
        with {
            ", padding_mode=ct.PaddingMode.ZERO": ""
            ".astype(x.dtype)": ".astype(y.dtype)"
            ".astype(ct.bfloat16), check_bounds=N != W": ".astype(z.dtype)"
            "y.contiguous(), z, above(x.shape[1])": "y, z, 256"
        }
        lacks: [padding_for_sums, checks_by_size, types_of_results, copies_of_results, tiles_without_limit]
    }
}
