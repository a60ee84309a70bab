// A matrix product on an H200 by someone who knows nothing of it: a second operator, for what was learnt from the first.
system Matmul_Seed_H200 {
    import "std/hardware/h200"

    workload square_8k {
        operator: matmul
        m: 8192
        n: 8192
        k: 8192
        dtype: "bf16"
    }

    design_space {
        scheduling: ["tile_per_cta", "static_persistent"]
        block_swizzle: ["none", "grouped_m"]
        swizzle_group_size: ["8", "16"]
        k_dim_loop: ["serial_full_k"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        tile_m: [64, 128, 256]
        tile_n: [64, 128, 256]
        tile_k: [32, 64, 128]
        occupancy: [0, 1, 2, 3]
        num_ctas: [1, 2]
    }
}
