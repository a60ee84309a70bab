// Root mean square normalization over the rows of a matrix in cuTile: Y = X / sqrt(mean(X²) + eps) * (W + offset).
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
// The copy engine comes last: with it a block takes all registers of a multiprocessor, unless `occupancy` says otherwise.
system RmsNorm_CuTile {
    design_space {
        row_passes: ["single_pass", "reload"]
        scheduling: ["tile_per_cta", "static_persistent"]
        persistent_loop_form: ["for_range"]
        persistent_step: ["num_blocks"]
        variance_algorithm: ["mean_square"]
        rsqrt_form: ["rsqrt", "one_over_sqrt"]
        normalization_division: ["ieee_div"]
        accum_dtype: ["f32"]
        output_cast: ["input_dtype", "dst_dtype"]
        stat_storage: ["not_stored", "tile_store", "scatter_scalar"]
        tail_handling: ["padding_only", "bounds_check", "constexpr_bounds_check"]
        gather_scatter_bounds_check: ["true", "constexpr_expr"]
        index_dtype: ["int32"]
        x_load_path: ["tile_load", "gather"]
        x_padding_mode: ["zero"]
        x_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        x_load_tma_policy: ["disabled", "default", "forced"]
        x_compute_dtype: ["f32"]
        weight_load_placement: ["late", "with_x", "once"]
        weight_load_path: ["tile_load", "gather"]
        weight_padding_mode: ["zero"]
        weight_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        weight_load_tma_policy: ["disabled", "default", "forced"]
        weight_compute_dtype: ["f32", "input_dtype"]
        y_store_path: ["tile_store", "scatter"]
        y_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        y_store_tma_policy: ["disabled", "default", "forced"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [1, 2, 4, 8, 16]
        tile_size: [1024, 512, 2048, 4096]
        occupancy: [0, 1, 2, 4, 8]
        num_ctas: [1]
        opt_level: [3, 2, 1, 0]
    }

    constraint "what keeps the end of a row from counting" {
        require: "(tail_handling == \"padding_only\") == (x_load_path == \"tile_load\")"
        reason: "tiles are filled up beyond the row, gathered elements are checked"
    }

    constraint "checks of gathered elements" {
        require: "gather_scatter_bounds_check == \"true\" or x_load_path == \"gather\""
        reason: "tiles have no checks"
    }

    constraint "checks that fall away" {
        require: "(tail_handling == \"constexpr_bounds_check\") == (gather_scatter_bounds_check == \"constexpr_expr\")"
        reason: "both say that checks fall away where nothing is beyond the end"
    }

    constraint "weights before they are needed" {
        require: "weight_load_placement == \"late\" or row_passes == \"single_pass\""
        reason: "a row in parts needs those of each part in turn"
    }

    constraint "weights for all rows of a block" {
        require: "weight_load_placement != \"once\" or scheduling == \"static_persistent\""
        reason: "a block that has one tile reads them once anyway"
    }

    constraint "what is known of rows" {
        require: "(stat_storage != \"not_stored\") == store_stats"
        reason: "it is stored where the problem has it as an output"
    }
}
