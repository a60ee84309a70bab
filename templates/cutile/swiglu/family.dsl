// SwiGLU in cuTile: Out = silu(Gate) * Up, element by element. Gate and Up are two matrices, or the halves of the rows of one.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
system SwiGlu_CuTile {
    design_space {
        tensor_layout: ["separate", "concatenated"]
        half_selection: ["element_offset", "tile_index"]
        scheduling: ["tile_per_cta", "static_persistent"]
        persistent_loop_form: ["for_range"]
        persistent_step: ["num_blocks"]
        grid_mapping: ["rows_x_col_tiles"]
        in_place: ["never"]
        math_approximation: ["exp2_folded", "exp", "exp_approx", "tanh_form"]
        exp_flush_to_zero: ["true", "false"]
        normalization_division: ["approx_ftz", "approx", "full", "ieee_div", "reciprocal_multiply"]
        a_compute_dtype: ["f32"]
        b_compute_dtype: ["f32", "input_dtype"]
        output_cast: ["dst_dtype", "input_dtype"]
        index_dtype: ["int32"]
        tail_handling: ["padding_only"]
        a_load_path: ["tile_load", "gather"]
        b_load_path: ["tile_load", "gather"]
        y_store_path: ["tile_store", "scatter"]
        a_padding_mode: ["undetermined", "zero"]
        b_padding_mode: ["undetermined", "zero"]
        a_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        b_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        y_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        a_load_tma_policy: ["default", "forced", "disabled"]
        b_load_tma_policy: ["default", "forced", "disabled"]
        y_store_tma_policy: ["default", "forced", "disabled"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        rows_per_tile: [2, 1, 4, 8, 16]
        tile_size: [1024, 512, 2048, 4096, 256]
        occupancy: [0, 1, 2, 4, 8, 16]
        num_ctas: [1]
        opt_level: [3, 2, 1, 0]
    }

    constraint "halves that are chosen" {
        require: "half_selection == \"element_offset\" or tensor_layout == \"concatenated\""
        reason: "arrays that are separate have no halves"
    }

    constraint "halves that are counted in tiles" {
        require: "half_selection == \"element_offset\" or (a_load_path == \"tile_load\" and b_load_path == \"tile_load\")"
        reason: "gathered elements are found by their offsets"
    }

    constraint "what is flushed to zero" {
        require: "exp_flush_to_zero == \"true\" or math_approximation == \"exp2_folded\""
        reason: "only powers of two can be told not to"
    }
}
