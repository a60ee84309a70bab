// Matrix product on the CPU: C[m,n] = A[m,k] * B[k,n], float32, row-major.
// The first value of each line is taken where a design says nothing.
system Matmul_C {
    design_space {
        loop_order: ["ijk", "ikj", "tiled_ikj", "panels_b", "panels_a"]
        data_packing: ["none", "pack_b", "pack_ab"]
        tail_handling: ["scalar_tail", "padded_pack"]
        accum_dtype: ["f32", "f64"]
        simd: ["auto", "vector"]
        parallel_loop: ["m", "n", "mn"]
    }

    tuning_space {
        tile_m: [64, 32, 96, 128, 256, 512]
        tile_n: [256, 64, 128, 512, 1024, 2048]
        tile_k: [256, 64, 128, 320, 384, 512]
        micro_m: [4, 1, 2, 6, 8, 12, 14]
        micro_n: [1, 2, 3, 4]
        simd_width: [8, 4, 16]
        unroll: [1, 2, 4, 8]
        prefetch: [0, 4, 8, 16]
        threads: [1, 2, 4]
        opt_level: [3, 2]
    }

    constraint "packing needs panels" {
        require: "data_packing == \"none\" or loop_order in [\"panels_b\", \"panels_a\"]"
        reason: "only the panel loops have a block that is read often enough to be packed"
    }

    constraint "padding needs packed panels" {
        require: "tail_handling != \"padded_pack\" or data_packing == \"pack_ab\""
        reason: "zeros can be appended to a packed copy only, never to the caller's matrices"
    }

    constraint "register tile" {
        require: "not (loop_order in [\"panels_b\", \"panels_a\"]) or micro_m * micro_n <= 32"
        reason: "the tile of C has to fit the vector registers, of which no CPU has more than 32"
    }

    constraint "one thread has nothing to divide" {
        require: "threads > 1 or parallel_loop == \"m\""
        reason: "with one thread every parallel loop is the same code"
    }

    constraint "a grid of threads" {
        require: "parallel_loop != \"mn\" or threads >= 4"
        reason: "fewer than four threads form a row or a column, which \"m\" and \"n\" already are"
    }
}
