// Cross-entropy in cuTile: the loss of each row of logits, and the gradient of the logits with it.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
// The copy engine comes last: with it a block takes all registers of a multiprocessor, unless `occupancy` says otherwise.
system CrossEntropy_CuTile {
    design_space {
        softmax_scheme: ["online", "full_row"]
        row_passes: ["reload", "single_pass"]
        bwd_decomposition: ["grad_in_forward", "none"]
        in_place: ["never", "always"]
        target_correction: ["per_element_select"]
        ignored_row_path: ["masked"]
        gradient_normalization: ["per_element_in_kernel"]
        loss_reduction: ["per_row_then_host_sum"]
        scheduling: ["tile_per_cta", "static_persistent"]
        persistent_loop_form: ["for_range"]
        persistent_step: ["num_blocks"]
        grid_mapping: ["row_blocks"]
        math_approximation: ["exp2_unfolded", "exp", "exp_approx"]
        exp_flush_to_zero: ["true", "false"]
        rowsum_reduction: ["per_iteration", "deferred_2d"]
        x_compute_dtype: ["f32"]
        accum_dtype: ["f32"]
        output_cast: ["dst_dtype"]
        tail_handling: ["padding_only"]
        index_dtype: ["int32"]
        x_load_path: ["tile_load"]
        dx_store_path: ["tile_store"]
        x_padding_mode: ["neg_inf"]
        x_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        dx_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        x_load_tma_policy: ["disabled", "default", "forced"]
        dx_store_tma_policy: ["disabled", "default", "forced"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [1, 2, 4, 8]
        tile_size: [4096, 2048, 8192, 1024]
        occupancy: [0, 1, 2, 4, 8]
        num_ctas: [1]
        opt_level: [3, 2, 1, 0]
    }

    constraint "a row in one piece" {
        require: "(softmax_scheme == \"full_row\") == (row_passes == \"single_pass\")"
        reason: "other schemes than that of a full row read it more than once"
    }

    constraint "where the gradient goes" {
        require: "in_place == \"never\" or bwd_decomposition == \"grad_in_forward\""
        reason: "without a gradient nothing is written over"
    }

    constraint "sums over parts of a row" {
        require: "rowsum_reduction == \"per_iteration\" or row_passes == \"reload\""
        reason: "a row in one piece is summed once"
    }

    constraint "what is flushed to zero" {
        require: "exp_flush_to_zero == \"true\" or math_approximation == \"exp2_unfolded\""
        reason: "only powers of two can be told not to"
    }
}
