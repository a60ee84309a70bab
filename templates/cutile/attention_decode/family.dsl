// Attention of one query a head in cuTile: the keys are split over blocks, the query heads of a group are the rows of one tile.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
system AttentionDecode_CuTile {
    design_space {
        softmax_scheme: ["online"]
        fusion_level: ["fused_qk_softmax_pv"]
        stationary_operand: ["q_stationary"]
        scheduling: ["tile_per_cta"]
        grid_mapping: ["b_kvhead_split"]
        head_batch_axis: ["separate_axes"]
        gqa_mapping: ["pack_group_in_tile"]
        group_tile_rule: ["next_pow2_min8"]
        kv_split: ["split_kv"]
        kv_split_rule: ["sm_count", "fixed"]
        kv_split_merge: ["separate_kernel"]
        kv_loop_bound: ["clamped_to_end"]
        partial_output_dtype: ["f32", "input_dtype"]
        head_dim_tiling: ["full"]
        head_dim_rounding: ["next_pow2", "exact"]
        tensor_layout: ["BHSD", "BSHD"]
        mask_form: ["select_pre_softmax", "additive_pre_softmax"]
        mask_fill_value: ["-inf", "finite"]
        mask_region: ["predicated_tail_splittable", "every_tile"]
        tail_handling: ["even_k_specialized", "always_masked"]
        math_approximation: ["exp2_folded", "exp"]
        exp_flush_to_zero: ["true", "false"]
        score_scale_placement: ["after_row_max", "after_mma_before_max", "pre_scale_q"]
        rescale_policy: ["unconditional"]
        rowsum_reduction: ["per_iteration", "deferred_2d"]
        softmax_state_layout: ["2d_keepdims"]
        normalization_division: ["approx_ftz", "approx", "full", "ieee_div", "reciprocal_multiply"]
        normalization_placement: ["epilogue"]
        accum_dtype: ["f32"]
        p_p_operand_dtype: ["input_dtype"]
        output_cast: ["dst_dtype"]
        index_dtype: ["int32"]
        extent_source: ["array_shape"]
        k_operand_transpose: ["swap_operands", "load_order", "register_permute"]
        v_load_placement: ["late", "with_k"]
        q_load_path: ["gather"]
        k_load_path: ["tile_load"]
        v_load_path: ["tile_load"]
        o_store_path: ["scatter"]
        k_padding_mode: ["zero"]
        v_padding_mode: ["zero"]
        k_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        v_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        k_load_tma_policy: ["default", "forced", "disabled"]
        v_load_tma_policy: ["default", "forced", "disabled"]
        lse_storage: ["not_stored", "strided_nd"]
        lse_base: ["log2", "ln"]
        array_shapes: ["dynamic", "static"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        tile_n: [128, 64, 256, 32]
        blocks_per_processor: [2, 1, 3, 4]
        kv_splits: [8, 1, 2, 4, 16, 32, 64]
        sum_tile_d: [64, 32, 128]
        occupancy: [2, 0, 1, 3, 4]
        num_ctas: [1]
        opt_level: [3, 2, 1, 0]
    }

    constraint "the log-sum-exp" {
        require: "(lse_storage != \"not_stored\") == store_lse"
        reason: "it is stored where the problem has it as an output"
    }
}
