// Types and functions that tiles are computed with.
system Lift_Tiles_Cases {
    example "a base that is changed in the scale" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(x, y, scale: float, N: ct.Constant[int]):
                t = ct.load(x, index=(ct.bid(0), 0), shape=(1, N))
                p = ct.exp2(t * (scale * 1.4426950408889634), flush_to_zero=True)
                ct.store(y, index=(ct.bid(0), 0), tile=p.astype(y.dtype))
            """
        finds {
            math_approximation: "exp2_folded"
            exp_flush_to_zero: "true"
            output_cast: "dst_dtype"
            x.compute_dtype: "input_dtype"
        }
        lacks: [accum_dtype, output_dtype, mma_input_dtype, in_loop_constant_tiles]
    }

    example "no base is changed" {
        from: "a base that is changed in the scale"
        with {
            "scale * 1.4426950408889634": "scale * 1.5"
            ", flush_to_zero=True": ""
            "p.astype(y.dtype)": "p.astype(ct.float16)"
        }
        finds { math_approximation: "exp2", exp_flush_to_zero: "false", output_cast: "hard_coded" }
        lacks {
            math_approximation: "exp2_folded"
            exp_flush_to_zero: "true"
            output_cast: "dst_dtype"
        }
    }

    example "a difference whose base is changed" {
        from: "a base that is changed in the scale"
        with {
            "t * (scale * 1.4426950408889634)": "(t - ct.max(t, axis=1, keepdims=True)) * 1.4426950408889634"
        }
        finds { math_approximation: "exp2_unfolded" }
        lacks { math_approximation: "exp2_folded" }
    }

    example "base e, in f32" {
        from: "a base that is changed in the scale"
        with {
            "ct.exp2(t * (scale * 1.4426950408889634), flush_to_zero=True)": "ct.exp(t * scale)"
            "shape=(1, N))\n": "shape=(1, N)).astype(ct.float32)\n"
            "p.astype(y.dtype)": "p"
        }
        finds {
            math_approximation: "exp"
            exp_flush_to_zero: "false"
            x.compute_dtype: "f32"
        }
        lacks { x.compute_dtype: "input_dtype", exp_flush_to_zero: "true" }
        lacks: [output_cast]
    }

    example "a product of matrices" {
        source: """
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(A, B, C, M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
                acc = ct.full((M, N), 0.0, dtype=ct.float32)
                for d in range(ct.cdiv(A.shape[1], D)):
                    a = ct.load(A, index=(ct.bid(0), d), shape=(M, D))
                    b = ct.load(B, index=(d, ct.bid(1)), shape=(D, N))
                    acc = ct.mma(a, b, acc)
                ct.store(C, index=(ct.bid(0), ct.bid(1)), tile=acc.astype(C.dtype))

            def run(a, b):
                c = torch.empty((a.shape[0], b.shape[1]), dtype=a.dtype)
                ct.launch(None, (8, 8), k, (a, b, c, 64, 64, 32))
            """
        finds {
            accum_dtype: "f32"
            mma_input_dtype: "input_dtype"
            c.output_dtype: "input_dtype"
        }
        lacks: [compute_dtype, in_loop_constant_tiles, math_approximation]
    }

    example "operands of one type, sums of another" {
        from: "a product of matrices"
        with {
            "ct.mma(a, b, acc)": "ct.mma(a.astype(ct.tfloat32), b.astype(ct.tfloat32), acc)"
            "dtype=a.dtype": "dtype=torch.float32"
        }
        finds { mma_input_dtype: "tf32", c.output_dtype: "hard_coded" }
        lacks { mma_input_dtype: "input_dtype", c.output_dtype: "input_dtype" }
    }

    example "sums that stay in the matrix units" {
        from: "a product of matrices"
        with { "ct.mma(a, b, acc)": "ct.mma(a, b, acc, use_fast_acc=True)" }
        finds { fp8_accumulation: "fast" }
    }

    example "sums that do not stay there" {
        from: "a product of matrices"
        with { "ct.mma(a, b, acc)": "ct.mma(a, b, acc, use_fast_acc=False)" }
        lacks { fp8_accumulation: "fast" }
    }

    example "a tile of zeros in each turn" {
        from: "a product of matrices"
        with {
            "acc = ct.mma(a, b, acc)": "acc = acc + ct.mma(a, b, ct.full((M, N), 0.0, dtype=ct.float32))"
        }
        finds { in_loop_constant_tiles: "in_loop" }
        lacks { in_loop_constant_tiles: "hoisted" }
    }
}
