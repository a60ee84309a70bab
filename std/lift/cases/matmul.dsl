// Products of matrices, and what has the same operations and another flow.
system Lift_Matmul_Cases {
    example "a product" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(A, B, C, M: ct.Constant[int], N: ct.Constant[int], D: ct.Constant[int]):
                i = ct.bid(0)
                j = ct.bid(1)
                acc = ct.full((M, N), 0.0, dtype=ct.float32)
                for d in range(ct.cdiv(A.shape[1], D)):
                    a = ct.load(A, index=(i, d), shape=(M, D), padding_mode=ct.PaddingMode.ZERO)
                    b = ct.load(B, index=(d, j), shape=(D, N), padding_mode=ct.PaddingMode.ZERO)
                    acc = ct.mma(a, b, acc)
                ct.store(C, index=(i, j), tile=acc.astype(C.dtype))
            """
        finds {
            family: "matmul"
            k_dim_loop: "serial_full_k"
            block_swizzle: "none"
            epilogue_fusion: "none"
            a.operand_transpose: "none"
            b.operand_transpose: "none"
            extent_source: "array_shape"
            tail_handling: "padding_only"
        }
        lacks: [swizzle_group_size]
    }

    example "products that are not summed up" {
        from: "a product"
        with {
            "acc = ct.mma(a, b, acc)": "acc = ct.mma(a, b, ct.full((M, N), 0.0, dtype=ct.float32))"
        }
        lacks: [family, k_dim_loop, epilogue_fusion]
    }

    example "sums of elements, and no product of matrices" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(A, B, C, M: ct.Constant[int], N: ct.Constant[int]):
                acc = ct.full((M, N), 0.0, dtype=ct.float32)
                for d in range(ct.cdiv(A.shape[1], N)):
                    a = ct.load(A, index=(ct.bid(0), d), shape=(M, N), padding_mode=ct.PaddingMode.ZERO)
                    b = ct.load(B, index=(d, ct.bid(1)), shape=(M, N), padding_mode=ct.PaddingMode.ZERO)
                    acc = acc + a * b
                ct.store(C, index=(ct.bid(0), ct.bid(1)), tile=acc)
            """
        lacks: [
            family, k_dim_loop, block_swizzle, swizzle_group_size, epilogue_fusion, operand_transpose,
            extent_source, tail_handling
        ]
    }

    example "each block has a part of the sum" {
        from: "a product"
        with {
            "range(ct.cdiv(A.shape[1], D))": "range(ct.bid(2), ct.cdiv(A.shape[1], D), 4)"
            "ct.store(C, index=(i, j), tile=acc.astype(C.dtype))": "ct.atomic_add(C, (i, j), acc)"
        }
        finds { k_dim_loop: "split_k" }
        lacks { k_dim_loop: "serial_full_k" }
    }

    example "an activation" {
        from: "a product"
        with { "tile=acc.astype(C.dtype)": "tile=ct.tanh(acc).astype(C.dtype)" }
        finds { epilogue_fusion: "activation", family: "matmul" }
        lacks { epilogue_fusion: "none" }
    }

    example "an activation with an exponential" {
        from: "a product"
        with { "tile=acc.astype(C.dtype)": "tile=(acc / (1.0 + ct.exp(-acc))).astype(C.dtype)" }
        finds { family: "matmul", a.operand_transpose: "none" }
        lacks { epilogue_fusion: "none" }
    }

    example "exponentials of the product are summed up" {
        from: "a product"
        with { "tile=acc.astype(C.dtype)": "tile=acc / ct.sum(ct.exp(acc), axis=1, keepdims=True)" }
        lacks { family: "matmul", epilogue_fusion: "none" }
    }

    example "the product is scaled" {
        from: "a product"
        with { "tile=acc.astype(C.dtype)": "tile=(acc * 0.5).astype(C.dtype)" }
        finds { epilogue_fusion: "scale", family: "matmul" }
        lacks { epilogue_fusion: "none" }
    }

    example "the right operand is turned" {
        from: "a product"
        with {
            "index=(d, j), shape=(D, N)": "index=(j, d), shape=(N, D)"
            "ct.mma(a, b, acc)": "ct.mma(a, ct.transpose(b), acc)"
        }
        finds { b.operand_transpose: "register_permute", a.operand_transpose: "none" }
        lacks { b.operand_transpose: "none" }
    }

    example "a tile that is turned and not multiplied" {
        from: "a product"
        with { "tile=acc.astype(C.dtype)": "tile=ct.transpose(acc)" }
        finds { b.operand_transpose: "none" }
        lacks { operand_transpose: ["register_permute", "load_order"] }
    }

    example "tiles in groups of eight rows" {
        from: "a product"
        with {
            "    i = ct.bid(0)\n    j = ct.bid(1)\n": "    t = ct.bid(0)\n    width = 8 * ct.cdiv(C.shape[1], N)\n    first = t // width * 8\n    size = min(ct.cdiv(C.shape[0], M) - first, 8)\n    i = first + t % size\n    j = t % width // size\n"
        }
        finds { block_swizzle: "grouped_m", swizzle_group_size: 8 }
        lacks { block_swizzle: "none" }
    }

    example "tiles one row after another" {
        from: "a product"
        with {
            "    i = ct.bid(0)\n    j = ct.bid(1)\n": "    t = ct.bid(0)\n    n = ct.cdiv(C.shape[1], N)\n    i = t // n\n    j = t % n\n"
        }
        finds { block_swizzle: "none" }
        lacks { block_swizzle: ["grouped_m", "grouped_n"] }
        lacks: [swizzle_group_size]
    }

    example "the size is a parameter" {
        from: "a product"
        with { "A.shape[1]": "size", "A, B, C, ": "A, B, C, size, " }
        finds { extent_source: "scalar_arg" }
        lacks { extent_source: "array_shape" }
    }

    example "nothing is said about the end" {
        from: "a product"
        with { ", padding_mode=ct.PaddingMode.ZERO": "" }
        finds { tail_handling: "assume_even" }
        lacks { tail_handling: "padding_only" }
    }
}
