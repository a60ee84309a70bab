// What each level of engineering is worth in a matrix product on an H200: tiles as one would write them first, larger ones,
// two blocks a multiprocessor, blocks in groups, blocks that take tile after tile (and registers as they need them), and what
// the loop found from a seed (`docs/results/gpu/compound_loop.md`): two blocks that share tiles of 256 by 256.
system MatmulLevels_H200 {
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
        swizzle_group_size: ["16"]
        num_worker_warps: ["unset", "8"]
    }

    tuning_space {
        tile_m: [64, 128, 256]
        tile_n: [64, 128, 256]
        tile_k: [32, 64]
        occupancy: [0, 2]
        num_ctas: [1, 2]
    }

    constraint "levels" {
        require: (tile_m == 64 and tile_n == 64 and tile_k == 32 and occupancy == 0 and block_swizzle == "none" and scheduling == "tile_per_cta" and num_ctas == 1) or (tile_m == 128 and tile_n == 128 and tile_k == 64 and occupancy == 0 and block_swizzle == "none" and scheduling == "tile_per_cta" and num_ctas == 1) or (tile_m == 128 and tile_n == 128 and tile_k == 64 and occupancy == 2 and block_swizzle == "none" and scheduling == "tile_per_cta" and num_ctas == 1) or (tile_m == 128 and tile_n == 128 and tile_k == 64 and occupancy == 2 and block_swizzle == "grouped_m" and scheduling == "tile_per_cta" and num_ctas == 1) or (tile_m == 128 and tile_n == 128 and tile_k == 64 and occupancy == 0 and block_swizzle == "grouped_m" and scheduling == "static_persistent" and num_ctas == 1) or (tile_m == 256 and tile_n == 256 and tile_k == 64 and occupancy == 0 and block_swizzle == "none" and scheduling == "static_persistent" and num_ctas == 2)
        reason: "each level adds to the one before"
    }

    constraint "warps" {
        require: (num_worker_warps == "8") == (tile_m == 256)
        reason: "the compiler's choice, but for what the search found"
    }
}
