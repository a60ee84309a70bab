// Layer normalisation on an H200, on matrices of 512 MiB.
system LayerNorm_H200 {
    import "std/hardware/h200"

    workload wide {
        operator: layer_norm
        rows: 16384
        columns: 16384
        dtype: "bf16"
    }

    workload usual {
        operator: layer_norm
        rows: 65536
        columns: 4096
        dtype: "bf16"
    }

    workload narrow {
        operator: layer_norm
        rows: 262144
        columns: 1024
        dtype: "bf16"
    }

    design_space {
        row_passes: ["single_pass", "reload"]
        variance_algorithm: ["e_x2_minus_mean2", "centered"]
        scheduling: ["tile_per_cta", "static_persistent"]
        x_load_path: ["tile_load"]
        tail_handling: ["padding_only"]
        x_load_tma_policy: ["disabled", "default"]
        weight_load_placement: ["late", "with_x", "once"]
        x_load_latency: ["unset", "2", "4", "8"]
        y_store_tma_policy: ["disabled", "default"]
        array_shapes: ["static", "dynamic"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [1, 2, 4, 8, 16]
        tile_size: [4096, 2048, 8192]
        occupancy: [0, 1, 2, 4, 8]
    }

    constraint "tiles that fit into registers" {
        require: row_passes == "reload" or rows_per_tile * columns <= 32768
        reason: "a row in one piece stays in registers"
    }

    constraint "rows in parts" {
        require: row_passes == "single_pass" or tile_size * rows_per_tile <= 16384
        reason: "parts stay in registers"
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills waits for memory that its data should have"
    }
}
