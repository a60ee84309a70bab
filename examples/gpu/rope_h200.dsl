// Rotary position embedding on an H200.
system Rope_H200 {
    import "std/hardware/h200"

    workload llama_8b {
        operator: rope
        batch: 8
        num_heads: 32
        num_kv_heads: 8
        seq_len: 8192
        head_dim: 128
        dtype: "bf16"
    }

    design_space {
        rotation_layout: ["half_split"]
        half_selection: ["element_offset", "tile_index"]
        head_tiling: ["block_of_heads", "one_by_one"]
        partial_rotary: ["none"]
        tensor_layout: ["BHSD"]
        q_load_tma_policy: ["disabled", "default"]
        k_load_tma_policy: ["disabled", "default"]
        y_store_tma_policy: ["disabled", "default"]
        array_shapes: ["static", "dynamic"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        heads_per_tile: [1, 2, 4, 8]
        tile_s: [1, 4, 8, 16, 32]
        occupancy: [0, 2, 4, 8, 12]
    }

    constraint "the copy engine for all or none" {
        require: q_load_tma_policy == k_load_tma_policy and k_load_tma_policy == y_store_tma_policy
        reason: "mixtures were never better"
    }

    constraint "tiles that fit into registers" {
        require: heads_per_tile * tile_s <= 128 and heads_per_tile * tile_s >= 8
        reason: "a block has work for its threads, and room for it"
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills waits for memory that its data should have"
    }
}
