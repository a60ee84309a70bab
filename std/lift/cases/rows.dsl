// Kernels that go over rows, and what only looks like them.
system Lift_Rows_Cases {
    example "a row divided by its root mean square" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(X, W, Y, eps: float, H: ct.Constant[int], N: ct.Constant[int]):
                i = ct.bid(0)
                x = ct.load(X, index=(i, 0), shape=(1, N), padding_mode=ct.PaddingMode.ZERO)
                w = ct.load(W, index=(0,), shape=(N,), padding_mode=ct.PaddingMode.ZERO)
                r = ct.rsqrt(ct.sum(x * x, axis=1, keepdims=True) / H + eps)
                ct.store(Y, index=(i, 0), tile=x * r * w)

            def run(x, w, y, eps):
                n = 1 << (x.shape[1] - 1).bit_length()
                ct.launch(None, (x.shape[0],), k, (x, w, y, eps, x.shape[1], next_power_of_2(x.shape[1])))
            """
        finds {
            family: "rms_norm"
            variance_algorithm: "mean_square"
            rsqrt_form: "rsqrt"
            row_passes: "single_pass"
            row_tile_rule: "next_pow2"
            stat_storage: "not_stored"
            tail_handling: "padding_only"
            weight_load_placement: "with_x"
        }
        lacks { tail_handling: "always_masked" }
        lacks: [bwd_decomposition, grad_reduction, bwd_stat_source, rows_per_tile]
    }

    example "weights that are read when they are needed" {
        from: "a row divided by its root mean square"
        with {
            "    w = ct.load(W, index=(0,), shape=(N,), padding_mode=ct.PaddingMode.ZERO)\n": ""
            "tile=x * r * w": "tile=x * r * ct.load(W, index=(0,), shape=(N,), padding_mode=ct.PaddingMode.ZERO)"
        }
        finds { weight_load_placement: "late" }
        lacks { weight_load_placement: "with_x" }
    }

    example "weights for all rows of a block" {
        from: "a row divided by its root mean square"
        with {
            "    i = ct.bid(0)\n    x = ": "    w = ct.load(W, index=(0,), shape=(N,), padding_mode=ct.PaddingMode.ZERO)\n    for i in range(ct.bid(0), X.shape[0], ct.num_blocks(0)):\n        x = "
            "    w = ct.load(W, index=(0,), shape=(N,), padding_mode=ct.PaddingMode.ZERO)\n    r = ": "        r = "
            "    ct.store(Y": "        ct.store(Y"
        }
        finds { weight_load_placement: "once" }
        lacks { weight_load_placement: ["with_x", "late"] }
    }

    example "a root of something that is no sum" {
        from: "a row divided by its root mean square"
        with { "ct.sum(x * x, axis=1, keepdims=True) / H + eps": "x * x + eps" }
        lacks: [family, variance_algorithm, rsqrt_form, stat_storage, row_passes]
    }

    example "a row that is centred first" {
        from: "a row divided by its root mean square"
        with {
            "    r = ": "    d = x - ct.sum(x, axis=1, keepdims=True) / H\n    r = "
            "ct.sum(x * x,": "ct.sum(d * d,"
            "tile=x * r * w": "tile=d * r * w"
            "ct.rsqrt(": "1.0 / ct.sqrt("
        }
        finds { family: "layer_norm", variance_algorithm: "centered", rsqrt_form: "one_over_sqrt" }
        lacks { family: "rms_norm", variance_algorithm: "mean_square", rsqrt_form: "rsqrt" }
    }

    example "a mean that is subtracted behind the root is none of the spread" {
        from: "a row divided by its root mean square"
        with { "tile=x * r * w": "tile=(x - ct.sum(x, axis=1, keepdims=True) / H) * r" }
        finds { variance_algorithm: "mean_square" }
        lacks { variance_algorithm: ["centered", "e_x2_minus_mean2"] }
    }

    example "the mean of squares less the square of the mean" {
        from: "a row divided by its root mean square"
        with {
            "    r = ct.rsqrt(": "    m = ct.sum(x, axis=1, keepdims=True) / H\n    r = ct.rsqrt("
            " / H + eps": " / H - m * m + eps"
            "tile=x * r": "tile=(x - m) * r"
        }
        finds { family: "layer_norm", variance_algorithm: "e_x2_minus_mean2" }
    }

    example "the root is kept, and the width is a number" {
        from: "a row divided by its root mean square"
        with {
            "    ct.store(Y": "    ct.store(R, index=(i, 0), tile=r)\n    ct.store(Y"
            "X, W, Y, eps": "X, W, Y, R, eps"
            "(x, w, y, eps": "(x, w, y, r, eps"
            "next_power_of_2(x.shape[1])": "256"
        }
        finds { stat_storage: "tile_store" }
        lacks { stat_storage: "not_stored", row_tile_rule: "next_pow2" }
    }

    example "several rows in a tile" {
        from: "a row divided by its root mean square"
        with {
            "H: ct.Constant[int], ": "H: ct.Constant[int], R: ct.Constant[int], "
            "shape=(1, N)": "shape=(R, N)"
            "eps, x.shape[1], ": "eps, x.shape[1], 4, "
        }
        finds { rows_per_tile: 4 }
    }

    example "the way back" {
        source: """
            import triton
            import triton.language as tl

            @triton.jit
            def k(DY, DX, DW, X, W, R, stride, rows, n, N: tl.constexpr):
                i = tl.program_id(0)
                cols = tl.arange(0, N)
                dw = tl.zeros((N,), dtype=tl.float32)
                w = tl.load(W + cols, mask=cols < n, other=0.0)
                for row in range(i * rows, i * rows + rows):
                    dy = tl.load(DY + row * stride + cols, mask=cols < n, other=0.0)
                    x = tl.load(X + row * stride + cols, mask=cols < n, other=0.0)
                    r = tl.load(R + row)
                    m = dy * w
                    dx = r * m - x * (r * r * r / n) * tl.sum(m * x, axis=0)
                    dw += dy * (x * r)
                    tl.store(DX + row * stride + cols, dx, mask=cols < n)
                tl.store(DW + i * n + cols, dw, mask=cols < n)
            """
        finds {
            bwd_decomposition: "fused_dx_dw_partial"
            grad_reduction: "partial_buffer_host_sum"
            bwd_stat_source: "saved"
            tail_handling: "always_masked"
        }
        lacks: [rsqrt_form, stat_storage, row_tile_rule]
    }

    example "each block writes its sum to one place" {
        from: "the way back"
        with { "DW + i * n + cols": "DW + cols" }
        lacks: [grad_reduction, bwd_decomposition]
    }
}
