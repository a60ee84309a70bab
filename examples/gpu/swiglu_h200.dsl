// SwiGLU on an H200, on three matrices of 512 MiB and more.
system SwiGlu_H200 {
    import "std/hardware/h200"

    workload llama_8b {
        operator: swiglu
        rows: 32768
        columns: 14336
        dtype: "bf16"
    }

    workload usual {
        operator: swiglu
        rows: 65536
        columns: 4096
        dtype: "bf16"
    }

    design_space {
        scheduling: ["tile_per_cta", "static_persistent"]
        math_approximation: ["exp2_folded", "tanh_form"]
        a_load_tma_policy: ["disabled", "default"]
        b_load_tma_policy: ["disabled", "default"]
        a_load_path: ["tile_load", "gather"]
        b_load_path: ["tile_load", "gather"]
        y_store_path: ["tile_store", "scatter"]
        y_store_tma_policy: ["disabled", "default"]
        array_shapes: ["static", "dynamic"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [1, 2, 4, 8]
        tile_size: [512, 1024, 2048, 4096]
        occupancy: [0, 1, 2, 4, 8]
    }

    constraint "the copy engine for all or none" {
        require: a_load_tma_policy == b_load_tma_policy and b_load_tma_policy == y_store_tma_policy
        reason: "mixtures were never better"
    }

    constraint "elements one by one for all or none" {
        require: (a_load_path == "gather") == (b_load_path == "gather") and (a_load_path == "gather") == (y_store_path == "scatter")
        reason: "a mixture has the costs of both"
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills waits for memory that its data should have"
    }
}
