// A matrix product as a textbook has it: one tile of the result for a block.
system Matmul_seed {
    workload square {
        operator: matmul
        m: 8192
        n: 8192
        k: 8192
        dtype: "bf16"
    }
    design_space {
        accum_dtype: ["f32"]
    }
    tuning_space {
        tile_m: [32, 64, 128]
        tile_n: [32, 64, 128]
        tile_k: [16, 32, 64]
    }
}
