// Attention forward in cuTile: Out = softmax(Q Kᵀ · scale + mask) V, one launch.
// The first value of each line is taken where a design says nothing. Names and values are those that lifting finds.
system AttentionForward_CuTile {
    design_space {
        softmax_scheme: ["online"]
        fusion_level: ["fused_qk_softmax_pv"]
        stationary_operand: ["q_stationary"]
        scheduling: ["tile_per_cta", "static_persistent"]
        persistent_loop_form: ["for_range"]
        persistent_step: ["num_blocks"]
        grid_mapping: ["(q_tiles,BH)", "(BH,q_tiles)"]
        kv_split: ["none"]
        head_dim_tiling: ["full"]
        head_dim_rounding: ["next_pow2", "exact"]
        head_batch_axis: ["fused", "separate_axes"]
        gqa_mapping: ["index_div"]
        tensor_layout: ["BHSD", "BSHD"]
        causal_support: ["constexpr_flag", "runtime_flag", "always_on", "none"]
        causal_predicate: [">=", ">"]
        causal_alignment: ["bottom_right", "top_left"]
        causal_tile_skipping: ["pruned", "full_loop"]
        causal_work_order: ["ascending", "descending_lpt"]
        mask_form: ["additive_pre_softmax", "select_pre_softmax"]
        mask_fill_value: ["-inf", "finite"]
        mask_region: ["predicated_tail_splittable", "predicated_tail_not_splittable", "explicit_two_loops", "every_tile"]
        masked_tile_n: ["full", "half", "quarter"]
        tail_handling: ["even_k_specialized", "always_masked", "assume_even"]
        math_approximation: ["exp2_folded", "exp2_unfolded", "exp", "exp_approx"]
        exp_flush_to_zero: ["true", "false"]
        score_lookahead: ["none", "one_tile"]
        score_scale_placement: ["after_row_max", "after_mma_before_max", "pre_scale_q"]
        rescale_policy: ["unconditional"]
        rowsum_reduction: ["per_iteration", "deferred_2d"]
        softmax_state_layout: ["2d_keepdims"]
        l_init: [0, 1]
        normalization_division: ["approx_ftz", "approx", "full", "ieee_div", "reciprocal_multiply"]
        normalization_placement: ["epilogue"]
        accum_dtype: ["f32"]
        p_p_operand_dtype: ["input_dtype", "tf32"]
        output_cast: ["dst_dtype", "input_dtype"]
        index_dtype: ["int32"]
        extent_source: ["array_shape"]
        array_shapes: ["dynamic", "static"]
        k_operand_transpose: ["load_order", "register_permute"]
        v_load_placement: ["late", "with_k"]
        in_loop_constant_tiles: ["in_loop", "hoisted"]
        q_load_path: ["tile_load"]
        k_load_path: ["tile_load"]
        v_load_path: ["tile_load"]
        o_store_path: ["tile_store"]
        q_padding_mode: ["zero", "undetermined"]
        k_padding_mode: ["zero", "undetermined"]
        v_padding_mode: ["zero", "undetermined"]
        q_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        k_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        v_load_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        o_store_latency: ["unset", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        q_load_tma_policy: ["default", "forced", "disabled"]
        k_load_tma_policy: ["default", "forced", "disabled"]
        v_load_tma_policy: ["default", "forced", "disabled"]
        o_store_tma_policy: ["default", "forced", "disabled"]
        lse_storage: ["not_stored", "3d_tile_store", "strided_nd"]
        lse_base: ["log2", "ln"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        tile_m: [64, 128, 256]
        tile_n: [128, 64, 32]
        occupancy: [0, 1, 2, 3, 4]
        num_ctas: [1, 2, 4]
        opt_level: [3, 2, 1, 0]
    }

    constraint "work that is dealt out" {
        require: "scheduling == \"tile_per_cta\" or head_batch_axis == \"fused\""
        reason: "blocks that take tile after tile count all of them along one axis"
    }

    constraint "ends that are assumed not to be there" {
        require: "tail_handling != \"assume_even\" or mask_region != \"explicit_two_loops\" or causal_support != \"none\""
        reason: "without anything to hide there is no second loop"
    }

    constraint "narrow tiles where keys are hidden" {
        require: "masked_tile_n == \"full\" or (mask_region == \"explicit_two_loops\" and rowsum_reduction == \"per_iteration\" and tile_n >= (32 if masked_tile_n == \"half\" else 64))"
        reason: "tiles of two widths need two loops, and nothing that goes from one to the other but rows"
    }

    constraint "each row sees a key" {
        require: "causal_predicate == \">=\" or causal_alignment == \"bottom_right\""
        reason: "the first row sees no key before its own"
    }

    constraint "the log-sum-exp" {
        require: "(lse_storage != \"not_stored\") == store_lse"
        reason: "it is stored where the problem has it as an output"
    }
}
