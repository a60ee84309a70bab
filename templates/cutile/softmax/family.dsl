// Softmax over the rows of a matrix in cuTile.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
// The copy engine comes last: with it a block takes all registers of a multiprocessor, unless `occupancy` says otherwise.
system Softmax_CuTile {
    design_space {
        softmax_scheme: ["full_row", "three_pass", "online"]
        row_passes: ["single_pass", "reload"]
        scheduling: ["tile_per_cta", "static_persistent"]
        persistent_loop_form: ["for_range"]
        persistent_step: ["num_blocks"]
        x_load_path: ["tile_load", "gather"]
        y_store_path: ["tile_store", "scatter"]
        x_padding_mode: ["neg_inf"]
        tail_handling: ["padding_only", "bounds_check", "constexpr_bounds_check"]
        gather_scatter_bounds_check: ["true", "constexpr_expr"]
        index_dtype: ["int32"]
        x_compute_dtype: ["f32"]
        math_approximation: ["exp_approx", "exp", "exp2_folded"]
        normalization_division: ["approx_ftz", "approx", "full", "ieee_div", "reciprocal_multiply"]
        rowsum_reduction: ["per_iteration", "deferred_2d"]
        output_cast: ["input_dtype", "dst_dtype"]
        x_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        y_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        x_load_tma_policy: ["disabled", "default", "forced"]
        y_store_tma_policy: ["disabled", "default", "forced"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [1, 2, 4, 8, 16]
        tile_size: [1024, 512, 2048, 4096]
        occupancy: [0, 1, 2, 4, 6, 8]
        num_ctas: [1]
        opt_level: [3, 2, 1, 0]
    }

    constraint "a row in one piece" {
        require: "(softmax_scheme == \"full_row\") == (row_passes == \"single_pass\")"
        reason: "other schemes than that of a full row read it more than once"
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
}
