// Root mean square normalisation backward on an H200: rows of a tile and blocks that stay.
system RmsNormBackward_H200 {
    import "std/hardware/h200"

    workload tokens {
        operator: rms_norm_backward
        rows: 32768
        columns: 4096
        dtype: "bf16"
    }

    workload wide {
        operator: rms_norm_backward
        rows: 8192
        columns: 16384
        dtype: "bf16"
    }

    design_space {
        bwd_decomposition: ["fused_dx_dw_partial", "split_two_kernels"]
        row_passes: ["single_pass"]
    }

    tuning_space {
        rows_per_tile: [1, 2, 4]
        blocks_per_processor: [1, 2, 4]
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
