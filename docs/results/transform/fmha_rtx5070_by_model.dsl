// Attention as a textbook has it, for `spak transform`: what it is, and nothing of any machine.
system Attention_v0 {
    import "std/hardware/rtx5070"  // the goal is for RTX5070
    goal {
        said: "Generate an FMHA kernel with maximum performance on an RTX 5070 using TMA, with at most 128 KB of shared memory and 64 KB of registers"
        hardware: "RTX5070"
        operator: "attention_forward"
        objective: "maximize tflops"
        uses: ["tma"]
        limit {
            shared_memory: 128 KiB
            registers: 64 KiB
        }
    }

    // ----- what the kernel is
    design_space {
        softmax_scheme: ["online", "naive"]   // scores are stored
        mask_type: ["causal", "none"]
        precision: ["f16", "f32"]
        // proposed by Claude (Anthropic) (scores stay in registers between both products, no traffic of seq x seq)
        fusion_level: ["fused_qk_softmax_pv"]
        // proposed by Claude (Anthropic) (a block keeps its queries and its sums, only K and V stream)
        stationary_operand: ["q_stationary"]
        // proposed by Claude (Anthropic) (the hardware balances blocks by itself; persistent saves starts of blocks and is worth a trial with 48 multiprocessors)
        scheduling: ["tile_per_cta", "static_persistent"]
        // proposed by Claude (Anthropic) (needed by static_persistent)
        persistent_loop_form: ["for_range"]
        // proposed by Claude (Anthropic) (each persistent block steps by the size of the grid)
        persistent_step: ["num_blocks"]
        // proposed by Claude (Anthropic) (the first keeps neighbours on one head, so K and V are shared in L2; the second starts the long causal tiles of all heads first)
        grid_mapping: ["(q_tiles,BH)", "(BH,q_tiles)"]
        // proposed by Claude (Anthropic) (a forward pass with many query tiles fills 48 multiprocessors without a second pass that merges)
        kv_split: ["none"]
        // proposed by Claude (Anthropic) (head_dim up to 128 fits with 64 rows, so the output is summed in one piece)
        head_dim_tiling: ["full"]
        // proposed by Claude (Anthropic) (tiles are powers of two; the same thing for 64 and 128)
        head_dim_rounding: ["next_pow2", "exact"]
        // proposed by Claude (Anthropic) (one axis saves a coordinate, two save a division)
        head_batch_axis: ["fused", "separate_axes"]
        // proposed by Claude (Anthropic) (shared heads of K and V are found by one division for each block)
        gqa_mapping: ["index_div"]
        // proposed by Claude (Anthropic) (BHSD makes a tile of one head contiguous; BSHD is what projections write)
        tensor_layout: ["BHSD", "BSHD"]
        // proposed by Claude (Anthropic) (the mask costs nothing where there is none)
        causal_support: ["constexpr_flag"]
        // proposed by Claude (Anthropic) (a query sees its own key)
        causal_predicate: [">="]
        // proposed by Claude (Anthropic) (both meanings are in use and agree for equal lengths)
        causal_alignment: ["bottom_right", "top_left"]
        // proposed by Claude (Anthropic) (tiles above the diagonal are half of the work of a long sequence)
        causal_tile_skipping: ["pruned"]
        // proposed by Claude (Anthropic) (the longest rows of tiles first leave a short tail)
        causal_work_order: ["descending_lpt", "ascending"]
        // proposed by Claude (Anthropic) (a select needs no addition)
        mask_form: ["select_pre_softmax", "additive_pre_softmax"]
        // proposed by Claude (Anthropic) (-inf gives exact zeros; finite avoids NaN in rows without keys)
        mask_fill_value: [-inf, "finite"]
        // proposed by Claude (Anthropic) (only tiles on the diagonal and at the end need comparisons)
        mask_region: ["explicit_two_loops", "predicated_tail_splittable", "every_tile"]
        // proposed by Claude (Anthropic) (smaller steps on the diagonal waste fewer products)
        masked_tile_n: ["full", "half"]
        // proposed by Claude (Anthropic) (lengths that divide need no mask of the tail)
        tail_handling: ["even_k_specialized", "always_masked"]
        // proposed by Claude (Anthropic) (special units compute powers of two; scale and logarithm in one factor save a multiplication for each score)
        math_approximation: ["exp2_folded", "exp2_unfolded"]
        // proposed by Claude (Anthropic) (weights below the least normal number do not matter in fp32 sums)
        exp_flush_to_zero: [true, false]
        // proposed by Claude (Anthropic) (scores of the next tile can overlap with exponentials, for 16 KiB more registers at 64 x 64)
        score_lookahead: ["none", "one_tile"]
        // proposed by Claude (Anthropic) (after the maximum the scale is part of one fused multiply-add)
        score_scale_placement: ["after_row_max", "pre_scale_q"]
        // proposed by Claude (Anthropic) (64 x 128 multiplications a step are about 64 cycles beside 4096 of products)
        rescale_policy: ["unconditional"]
        // proposed by Claude (Anthropic) (sums across lanes are made once at the end instead of in each step)
        rowsum_reduction: ["deferred_2d", "per_iteration"]
        // proposed by Claude (Anthropic) (maximum and sum broadcast without a change of layout)
        softmax_state_layout: ["2d_keepdims"]
        // proposed by Claude (Anthropic) (the sum begins empty)
        l_init: [0]
        // proposed by Claude (Anthropic) (one reciprocal for each row, then multiplications)
        normalization_division: ["reciprocal_multiply", "approx_ftz", "approx"]
        // proposed by Claude (Anthropic) (division once for each output and not in each step)
        normalization_placement: ["epilogue"]
        // proposed by Claude (Anthropic) (the tolerance of the reference asks for sums in float32, although fp16 sums run at twice the rate)
        accum_dtype: ["f32"]
        // proposed by Claude (Anthropic) (f16 weights feed f16 products; float32 needs tf32 to reach matrix units)
        p_p_operand_dtype: ["input_dtype", "tf32"]
        // proposed by Claude (Anthropic) (one conversion before the store)
        output_cast: ["dst_dtype"]
        // proposed by Claude (Anthropic) (narrow addresses save registers)
        index_dtype: ["int32"]
        // proposed by Claude (Anthropic) (extents come with the arrays)
        extent_source: ["array_shape"]
        // proposed by Claude (Anthropic) (known shapes let tests of bounds fall away)
        array_shapes: ["static", "dynamic"]
        // proposed by Claude (Anthropic) (K is transposed by the order of the load, which costs no instruction of a warp)
        k_operand_transpose: ["load_order", "register_permute"]
        // proposed by Claude (Anthropic) (late leaves registers free during the softmax; with_k hides more latency)
        v_load_placement: ["late", "with_k"]
        // proposed by Claude (Anthropic) (constants are made once unless registers are short)
        in_loop_constant_tiles: ["hoisted", "in_loop"]
        // proposed by Claude (Anthropic) (loads of whole tiles can become TMA copies)
        q_load_path: ["tile_load"]
        // proposed by Claude (Anthropic) (loads of whole tiles can become TMA copies)
        k_load_path: ["tile_load"]
        // proposed by Claude (Anthropic) (loads of whole tiles can become TMA copies)
        v_load_path: ["tile_load"]
        // proposed by Claude (Anthropic) (a store of a whole tile can become a TMA copy)
        o_store_path: ["tile_store"]
        // proposed by Claude (Anthropic) (TMA fills outside of the array with zeros by itself)
        q_padding_mode: ["zero"]
        // proposed by Claude (Anthropic) (TMA fills outside of the array with zeros by itself)
        k_padding_mode: ["zero"]
        // proposed by Claude (Anthropic) (zeros keep NaN of unknown memory out of the second product)
        v_padding_mode: ["zero"]
        // proposed by Claude (Anthropic) (Q is loaded once for each tile of queries)
        q_load_latency: ["unset", 1, 2]
        // proposed by Claude (Anthropic) (keys are needed first in a step; more stages do not fit beside two blocks)
        k_load_latency: [2, 3, 1, 4]
        // proposed by Claude (Anthropic) (values are needed last, so their copy may be started further ahead)
        v_load_latency: [4, 3, 2, 1, 5]
        // proposed by Claude (Anthropic) (one store at the end has nothing to overlap with)
        o_store_latency: ["unset"]
        // proposed by Claude (Anthropic) (the goal asks for TMA)
        q_load_tma_policy: ["forced", "default"]
        // proposed by Claude (Anthropic) (the goal asks for TMA, and one thread starts a whole tile)
        k_load_tma_policy: ["forced", "default"]
        // proposed by Claude (Anthropic) (the goal asks for TMA, and one thread starts a whole tile)
        v_load_tma_policy: ["forced", "default"]
        // proposed by Claude (Anthropic) (the output is written once, where a plain store may do as well)
        o_store_tma_policy: ["default", "forced"]
        // proposed by Claude (Anthropic) (the goal is the forward pass alone)
        lse_storage: ["not_stored"]
    }

    // ----- how it is laid on the machine
    tuning_space {
        block_size: [32, 64, 128]
        // unset is left out for RTX5070: "num_warps is a power of two": tiles are divided among the warps in halves
        num_warps: [4, 8]
        // proposed by Claude (Anthropic) (64 rows are four warps of 16; wider tiles lose on this machine, 32 is for head_dim above 128)
        tile_m: [64, 32]
        // proposed by Claude (Anthropic) (64 keys fit two blocks; 32 save registers, 128 are for small heads)
        tile_n: [64, 32, 128]
        // proposed by Claude (Anthropic) (two blocks overlap products and softmax; more fit at head_dim 64 only; 0 leaves it to the compiler)
        occupancy: [2, 1, 3, 4, 0]
        // proposed by Claude (Anthropic) (no multicast on this machine, so no gain from clusters)
        num_ctas: [1]
        // proposed by Claude (Anthropic) (the highest level of the compiler)
        opt_level: [3]
    }

    knowledge {
        invariant Correctness {
            assert: "The output must match the reference within the tolerance of the arithmetic."
        }
        // proposed by Claude (Anthropic) (a fused loop sees a part of a row at a time, so maximum and sum have to be carried along)
        rule OnlineSoftmax {
          when: fusion_level == 'fused_qk_softmax_pv'
          avoid: softmax_scheme = 'naive'
          priority: 9
          reason: "a fused loop sees a part of a row at a time, so maximum and sum have to be carried along"
          source: "FlashAttention, arXiv 2205.14135; online softmax, arXiv 1805.02867"
        }
        // proposed by Claude (Anthropic) (at head_dim 128 sums of 32 KiB and scores of 16 KiB stay below 64 KiB of registers, and Q, K and V of one stage take 48 KiB, so that two blocks fit)
        rule TilesOfThisMachine {
          when: hardware.architecture == 'sm_120' and precision == 'f16'
          recommend: tile_m = 64, tile_n = 64
          priority: 8
          reason: "at head_dim 128 sums of 32 KiB and scores of 16 KiB stay below 64 KiB of registers, and Q, K and V of one stage take 48 KiB, so that two blocks fit"
          source: "proposed, not measured"
        }
        // proposed by Claude (Anthropic) (four bytes an element: K and V of 128 keys at head_dim 128 take 128 KiB, more than a block may have)
        rule NarrowTilesForFloat32 {
          when: hardware.architecture == 'sm_120' and precision == 'f32' and 128 <= head_dim
          avoid: 64 < tile_n
          priority: 7
          reason: "four bytes an element: K and V of 128 keys at head_dim 128 take 128 KiB, more than a block may have"
          source: "CUDA Programming Guide, limits by compute capability"
        }
        // proposed by Claude (Anthropic) (instructions of a warp make 16 rows; with more warps than rows of 16, rows are shared among warps and maxima go through shared memory)
        rule OneWarpForSixteenRows {
          when: hardware.architecture == 'sm_120'
          avoid: tile_m < 16 * num_warps
          priority: 6
          reason: "instructions of a warp make 16 rows; with more warps than rows of 16, rows are shared among warps and maxima go through shared memory"
          source: "PTX ISA, mma.m16n8k16; FlashAttention-2, arXiv 2307.08691, on the split among warps"
        }
        // proposed by Claude (Anthropic) (GeForce Blackwell has no multicast of TMA, so a cluster shares no copy of K and V)
        rule NoClusters {
          when: hardware.architecture == 'sm_120'
          avoid: 1 < num_ctas
          priority: 7
          reason: "GeForce Blackwell has no multicast of TMA, so a cluster shares no copy of K and V"
          source: "CUTLASS documentation, Blackwell SM120 kernels: cluster shape 1x1x1"
        }
        // proposed by Claude (Anthropic) (blocks that do not fit with one stage of Q, K and V are never resident, and registers saved for them are lost)
        rule BlocksThatFit {
          when: hardware.architecture == 'sm_120'
          avoid: hardware.shared_memory_per_sm < occupancy * ((tile_m + 2 * tile_n) * head_dim * bytes_of(precision) + hardware.shared_memory_reserved_per_block)
          priority: 6
          reason: "blocks that do not fit with one stage of Q, K and V are never resident, and registers saved for them are lost"
          source: "CUDA Programming Guide, limits by compute capability; one stage of each operand is proposed, not measured"
        }
        // proposed by Claude (Anthropic) (products are instructions of a warp here and not asynchronous, so a second block fills matrix units while the first one computes exponentials)
        rule TwoBlocksOverlap {
          when: hardware.architecture == 'sm_120' and precision == 'f16' and head_dim <= 128
          recommend: occupancy = 2
          priority: 5
          reason: "products are instructions of a warp here and not asynchronous, so a second block fills matrix units while the first one computes exponentials"
          source: "proposed, not measured"
        }
        // proposed by Claude (Anthropic) (rows of tiles differ in length under a causal mask; long ones that start last leave multiprocessors idle)
        rule LongestFirst {
          when: mask_type == 'causal'
          recommend: causal_tile_skipping = 'pruned', causal_work_order = 'descending_lpt'
          priority: 7
          reason: "rows of tiles differ in length under a causal mask; long ones that start last leave multiprocessors idle"
          source: "proposed, not measured"
        }
        // proposed by Claude (Anthropic) (neighbouring blocks read the same K and V, which stay in 48 MiB of L2)
        rule HeadsShareL2 {
          when: mask_type == 'none' and hardware.architecture == 'sm_120'
          recommend: grid_mapping = '(q_tiles,BH)'
          priority: 4
          reason: "neighbouring blocks read the same K and V, which stay in 48 MiB of L2"
          source: "proposed, not measured"
        }
        // proposed by Claude (Anthropic) (keys are needed first in a step and values last; 99 KiB leave room for few stages)
        rule CopiesAhead {
          when: hardware.architecture == 'sm_120'
          recommend: k_load_latency = 2, v_load_latency = 4
          priority: 4
          reason: "keys are needed first in a step and values last; 99 KiB leave room for few stages"
          source: "proposed, not measured"
        }
        // proposed by Claude (Anthropic) (a second tile of scores of 64 x 64 beside sums of 64 x 128 fills 64 KiB and leaves nothing for operands)
        rule LookaheadNeedsRegisters {
          when: hardware.architecture == 'sm_120' and 128 <= head_dim and 64 <= tile_n
          avoid: score_lookahead = 'one_tile'
          priority: 4
          reason: "a second tile of scores of 64 x 64 beside sums of 64 x 128 fills 64 KiB and leaves nothing for operands"
          source: "proposed, not measured"
        }
        // proposed by Claude (Anthropic) (matrix units take no float32; tf32 runs at half of the rate of f16 here and is the fastest there is for such inputs)
        rule ProductsInTf32 {
          when: precision == 'f32'
          recommend: p_p_operand_dtype = 'tf32'
          priority: 5
          reason: "matrix units take no float32; tf32 runs at half of the rate of f16 here and is the fastest there is for such inputs"
          source: "NVIDIA RTX Blackwell GPU architecture whitepaper"
        }
        // proposed by Claude (Anthropic) (weights are between 0 and 1, and both operands of a product have one type)
        rule WeightsInF16 {
          when: precision == 'f16'
          recommend: p_p_operand_dtype = 'input_dtype'
          priority: 5
          reason: "weights are between 0 and 1, and both operands of a product have one type"
          source: "FlashAttention-2, arXiv 2307.08691"
        }
        // proposed by Claude (Anthropic) (one fused multiply-add and one instruction of the special units for each score; at 16 a cycle they take about a sixteenth of the time of products at head_dim 128)
        rule PowersOfTwo {
          when: hardware.special_per_sm_cycle <= 16
          recommend: math_approximation = 'exp2_folded', score_scale_placement = 'after_row_max'
          priority: 5
          reason: "one fused multiply-add and one instruction of the special units for each score; at 16 a cycle they take about a sixteenth of the time of products at head_dim 128"
          source: "CUDA Programming Guide, results per cycle; FlashAttention-2, arXiv 2307.08691"
        }
    }

    // proposed by Claude (Anthropic) (one stage of Q, K and V has to fit; the goal allows 128 KiB, the machine 99 KiB a block)
    constraint SharedMemoryFits {
      require: (tile_m + 2 * tile_n) * head_dim * bytes_of(precision) <= min(128 KiB, hardware.shared_memory_per_block)
      reason: "one stage of Q, K and V has to fit; the goal allows 128 KiB, the machine 99 KiB a block"
      source: "CUDA Programming Guide, limits by compute capability"
    }

    // proposed by Claude (Anthropic) (sums of the output and scores in float32 have to stay below the 64 KiB of registers that the goal allows, with something left for operands)
    constraint RegistersFit {
      require: tile_m * (head_dim + tile_n) * 4 B < 64 KiB
      reason: "sums of the output and scores in float32 have to stay below the 64 KiB of registers that the goal allows, with something left for operands"
      source: "the goal; proposed, not measured"
    }

    // proposed by Claude (Anthropic) (the goal asks for TMA, and K and V are what streams)
    constraint TmaIsUsed {
      require: k_load_tma_policy != 'disabled' and v_load_tma_policy != 'disabled'
      reason: "the goal asks for TMA, and K and V are what streams"
      source: "the goal"
    }

    // proposed by Claude (Anthropic) (strides of a tensor that TMA copies are multiples of 16 bytes, which are eight numbers of f16)
    constraint TmaAlignment {
      require: head_dim % 8 == 0
      reason: "strides of a tensor that TMA copies are multiples of 16 bytes, which are eight numbers of f16"
      source: "CUDA Driver API, cuTensorMapEncodeTiled"
    }
}
