// A linear layer in cuTile: Out = activation(X Wᵀ + bias), any sizes. A is X, B is the weight, C is Out.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
system Linear_CuTile {
    design_space {
        scheduling: ["tile_per_cta", "static_persistent"]
        persistent_loop_form: ["for_range"]
        persistent_step: ["num_blocks"]
        grid_mapping: ["linear"]
        block_swizzle: ["grouped_m", "grouped_n", "none"]
        swizzle_group_size: ["8", "1", "2", "4", "16", "32"]
        k_dim_loop: ["serial_full_k", "split_k"]
        epilogue_fusion: ["bias_activation", "activation", "bias", "none"]
        math_approximation: ["exp_approx", "exp"]
        a_operand_transpose: ["none"]
        b_operand_transpose: ["register_permute", "load_order"]
        extent_source: ["array_shape"]
        tail_handling: ["padding_only"]
        mma_input_dtype: ["tf32_if_f32", "input_dtype"]
        accum_dtype: ["f32"]
        fp8_accumulation: ["promoted"]
        output_cast: ["dst_dtype", "input_dtype"]
        a_load_path: ["tile_load"]
        b_load_path: ["tile_load"]
        bias_load_path: ["tile_load"]
        c_store_path: ["tile_store"]
        a_padding_mode: ["zero"]
        b_padding_mode: ["zero"]
        bias_padding_mode: ["zero"]
        a_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        b_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        bias_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        c_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        a_load_tma_policy: ["default", "forced", "disabled"]
        b_load_tma_policy: ["default", "forced", "disabled"]
        bias_load_tma_policy: ["default", "forced", "disabled"]
        c_store_tma_policy: ["default", "forced", "disabled"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        tile_m: [128, 64, 256]
        tile_n: [128, 64, 256]
        tile_k: [64, 32, 128]
        split_k: [4, 2, 8, 16]
        occupancy: [0, 1, 2, 4]
        num_ctas: [1, 2, 4]
        opt_level: [3, 2, 1, 0]
    }

    constraint "shares are numbers of float32" {
        require: "k_dim_loop != \"split_k\" or output_cast == \"dst_dtype\""
        reason: "the kernel that sums the shares has no operand whose type it could take"
    }
}
