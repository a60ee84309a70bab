// A matrix product as a textbook has it: one tile of the result for a block.
system Matmul_seed {
    import "std/knowledge/h200"  // kernels that spill take a multiple of the time there
    import "std/knowledge/generations"  // rules about copies, clusters and matrix units hold for a generation and not for a device
    import "std/hardware/h200"  // the goal is for H200
    goal {
        said: "fastest bf16 matmul on an H200"
        hardware: "H200"
        operator: "matmul"
        objective: "maximize tflops"
        workload {
            dtype: "bf16"
        }
    }
    workload square {
        operator: matmul
        m: 8192
        n: 8192
        k: 8192
        dtype: "bf16"
    }
    design_space {
        accum_dtype: ["f32"]
        // neighbours in time are neighbours in the matrix (blocks that run at once share rows and columns of operands, which then come from the cache)
        block_swizzle: ["grouped_m", "none", "grouped_n"]
        // blocks that stay (as many blocks as fit do all tiles: what a block sets up is set up once)
        scheduling: ["static_persistent", "tile_per_cta"]
    }
    tuning_space {
        tile_m: [32, 64, 128]
        tile_n: [32, 64, 128]
        tile_k: [16, 32, 64]
        // neighbours in time are neighbours in the matrix (blocks that run at once share rows and columns of operands, which then come from the cache)
        swizzle_group_size: [8, 4, 16]
        // two blocks for one tile (blocks of a cluster read what they share once)
        num_ctas: [1, 2]
    }
}
