// Root mean square normalization backward in cuTile: the gradients of X and of the weight, from that of Y.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
// The copy engine comes last: with it a block takes all registers of a multiprocessor, unless `occupancy` says otherwise.
system RmsNormBackward_CuTile {
    design_space {
        row_passes: ["single_pass", "reload"]
        bwd_decomposition: ["fused_dx_dw_partial", "split_two_kernels"]
        bwd_stat_source: ["saved", "recompute"]
        bwd_formulation: ["two_row_sums_xhat"]
        grad_reduction: ["second_kernel"]
        scheduling: ["static_persistent"]
        work_distribution: ["grid_stride", "contiguous_chunk"]
        persistent_loop_form: ["for_range"]
        persistent_step: ["num_blocks"]
        persistent_grid_clamp: ["clamp_to_items"]
        grid_mapping: ["sm_count_clamped"]
        row_tile_rule: ["next_pow2"]
        weight_load_placement: ["hoisted", "per_row"]
        rsqrt_form: ["rsqrt"]
        accum_dtype: ["f32"]
        x_compute_dtype: ["f32"]
        dy_compute_dtype: ["f32"]
        weight_compute_dtype: ["f32"]
        output_cast: ["dst_dtype", "input_dtype"]
        tail_handling: ["padding_only"]
        index_dtype: ["int32"]
        x_load_path: ["tile_load"]
        dy_load_path: ["tile_load"]
        weight_load_path: ["tile_load"]
        dx_store_path: ["tile_store"]
        x_padding_mode: ["zero"]
        dy_padding_mode: ["zero"]
        weight_padding_mode: ["zero"]
        x_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        dy_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        weight_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        dx_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        x_load_tma_policy: ["disabled", "default", "forced"]
        dy_load_tma_policy: ["disabled", "default", "forced"]
        weight_load_tma_policy: ["disabled", "default", "forced"]
        dx_store_tma_policy: ["disabled", "default", "forced"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [1, 2, 4, 8, 16]
        tile_size: [1024, 512, 2048, 4096]
        blocks_per_processor: [2, 1, 4, 8]
        sum_tile_m: [32, 16, 64]
        sum_tile_n: [64, 32, 128]
        occupancy: [0, 1, 2, 4, 8]
        num_ctas: [1]
        opt_level: [3, 2, 1, 0]
    }

    constraint "gradients that are summed where rows are read" {
        require: "bwd_decomposition == \"split_two_kernels\" or row_passes == \"single_pass\""
        reason: "a block that sums gradients of the weight has all columns at once"
    }

    constraint "what is known of a row" {
        require: "bwd_stat_source == \"saved\" or bwd_decomposition == \"fused_dx_dw_partial\""
        reason: "a kernel that sees some columns of a row cannot compute what is known of all"
    }

    constraint "a weight that stays" {
        require: "weight_load_placement == \"hoisted\" or row_passes == \"single_pass\""
        reason: "rows in parts read the weight in parts, too"
    }
}
