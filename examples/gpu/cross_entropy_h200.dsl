// Cross-entropy with its gradient on an H200, for the vocabulary of Llama 3.
system CrossEntropy_H200 {
    import "std/hardware/h200"

    workload llama_vocabulary {
        operator: cross_entropy
        rows: 4096
        columns: 128256
        dtype: "bf16"
    }

    design_space {
        softmax_scheme: ["online"]
        row_passes: ["reload"]
        bwd_decomposition: ["grad_in_forward"]
        in_place: ["never"]
        scheduling: ["tile_per_cta"]
        x_load_tma_policy: ["disabled", "default"]
        dx_store_tma_policy: ["disabled", "default"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [1]
        tile_size: [2048, 4096, 8192]
        occupancy: [0, 1, 2, 4]
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills waits for memory that its data should have"
    }
}
