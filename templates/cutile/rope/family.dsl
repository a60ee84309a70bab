// Rotary position embedding in cuTile: pairs of the elements of each head of Q and K are rotated by the angles of their position. One launch.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
system Rope_CuTile {
    design_space {
        rotation_layout: ["half_split", "interleaved"]
        half_selection: ["element_offset", "tile_index"]
        partial_rotary: ["copy_tail", "none"]
        cos_sin_half: ["first_half_only"]
        in_place: ["never", "always"]
        fusion_level: ["q_and_k_one_kernel"]
        head_tiling: ["block_of_heads", "one_by_one"]
        scheduling: ["tile_per_cta"]
        grid_mapping: ["position_block"]
        tensor_layout: ["BHSD", "BSHD"]
        q_compute_dtype: ["f32", "input_dtype"]
        k_compute_dtype: ["f32", "input_dtype"]
        output_cast: ["dst_dtype"]
        tail_handling: ["padding_only"]
        extent_source: ["array_shape"]
        q_load_path: ["tile_load"]
        k_load_path: ["tile_load"]
        y_store_path: ["tile_store"]
        q_padding_mode: ["zero", "undetermined"]
        k_padding_mode: ["zero", "undetermined"]
        q_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        k_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        y_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        q_load_tma_policy: ["default", "forced", "disabled"]
        k_load_tma_policy: ["default", "forced", "disabled"]
        y_store_tma_policy: ["default", "forced", "disabled"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        heads_per_tile: [2, 1, 4, 8]
        tile_s: [16, 1, 4, 8, 32, 64]
        occupancy: [0, 1, 2, 4, 8, 12]
        num_ctas: [1]
        opt_level: [3, 2, 1, 0]
    }

    constraint "halves that are chosen" {
        require: "half_selection == \"element_offset\" or rotation_layout == \"half_split\""
        reason: "neighbours are in one tile"
    }

    constraint "what is not rotated" {
        require: "partial_rotary == \"copy_tail\" or in_place == \"never\""
        reason: "where the arrays are written over, what is not rotated stays as it is"
    }
}
