// A matrix product as a textbook has it: one tile of the result for a block.
system Matmul_seed {
    import "std/hardware/h200"  // the goal is for H200
    goal {
        said: "fastest bf16 matmul on an H200"
        hardware: "H200"
        operator: "matmul"
        objective: "maximize tflops"
        workload {
            dtype: "bf16"
        }
    }
    workload square {
        operator: matmul
        m: 8192
        n: 8192
        k: 8192
        dtype: "bf16"
    }
    design_space {
        accum_dtype: ["f32"]
        // proposed by Claude (Anthropic) (about 15 tiles for each multiprocessor: set up once, or leave the order to the hardware)
        scheduling: ["static_persistent", "tile_per_cta"]
        // proposed by Claude (Anthropic) (the number of tiles is known when the kernel starts)
        persistent_loop_form: ["for_range"]
        // proposed by Claude (Anthropic) (blocks that run at once work on neighbouring tiles of one wave)
        persistent_step: ["num_blocks"]
        // proposed by Claude (Anthropic) (one axis of blocks, which the swizzle then reorders)
        grid_mapping: ["linear"]
        // proposed by Claude (Anthropic) (tiles of one wave share rows of A and columns of B in the L2)
        block_swizzle: ["grouped_m", "grouped_n", "none"]
        // proposed by Claude (Anthropic) (132 tiles of 128 by 256 cover about 2080 by 2080: 8 groups of 256 columns or 16 of 128 rows are near a square)
        swizzle_group_size: [8, 16, 4]
        // proposed by Claude (Anthropic) (thousands of output tiles fill the machine: parts of k would only add traffic and a reduction)
        k_dim_loop: ["serial_full_k"]
        // proposed by Claude (Anthropic) (the goal is a product alone)
        epilogue_fusion: ["none"]
        // proposed by Claude (Anthropic) (matrix instructions of Hopper read 16-bit operands of either order from shared memory)
        a_operand_transpose: ["none"]
        // proposed by Claude (Anthropic) (as for A: no permutation in registers is needed)
        b_operand_transpose: ["none"]
        // proposed by Claude (Anthropic) (extents are those of the arrays)
        extent_source: ["array_shape"]
        // proposed by Claude (Anthropic) (8192 is a multiple of every tile here: tails cost nothing)
        tail_handling: ["padding_only"]
        // proposed by Claude (Anthropic) (bf16 goes to the matrix units as it is)
        mma_input_dtype: ["input_dtype"]
        // proposed by Claude (Anthropic) (one rounding, from float32 to the type of the result)
        output_cast: ["dst_dtype"]
        // proposed by Claude (Anthropic) (whole tiles can be copied by the copy engine)
        a_load_path: ["tile_load"]
        // proposed by Claude (Anthropic) (whole tiles can be copied by the copy engine)
        b_load_path: ["tile_load"]
        // proposed by Claude (Anthropic) (results leave as whole tiles)
        c_store_path: ["tile_store"]
        // proposed by Claude (Anthropic) (zeros beyond an edge add nothing to a sum)
        a_padding_mode: ["zero"]
        // proposed by Claude (Anthropic) (zeros beyond an edge add nothing to a sum)
        b_padding_mode: ["zero"]
        // proposed by Claude (Anthropic) (a hint of how far ahead loads are issued: 4 stages of 48 KiB fit at 128 by 256 by 64)
        a_load_latency: ["unset", 4, 3, 6]
        // proposed by Claude (Anthropic) (as for A, whose tile is needed by the same instruction)
        b_load_latency: ["unset", 4, 3, 6]
        // proposed by Claude (Anthropic) (one store for 128 steps of k: little to gain)
        c_store_latency: ["unset"]
        // proposed by Claude (Anthropic) (the copy engine is used where the layout allows it, as here)
        a_load_tma_policy: ["default"]
        // proposed by Claude (Anthropic) (the copy engine is used where the layout allows it, as here)
        b_load_tma_policy: ["default"]
        // proposed by Claude (Anthropic) (a bulk store stages 64 KiB of bf16 in shared memory, which may cost one stage of operands)
        c_store_tma_policy: ["default", "disabled"]
        // proposed by Claude (Anthropic) (known extents and strides remove tests of edges and arithmetic of addresses)
        array_shapes: ["static", "dynamic"]
        // proposed by Claude (Anthropic) (two warpgroups share the accumulators of a large tile; one is enough up to 128 by 128)
        num_worker_warps: ["unset", 8, 4]
    }
    tuning_space {
        // two warpgroups of 64 rows to begin with; taken out: 32, half of the 64 rows of an instruction would be wasted (proposed by Claude (Anthropic))
        tile_m: [256, 64, 128]
        // 256 is the widest matrix instruction, which reads A least often; taken out: 32, bound by reads of shared memory (proposed by Claude (Anthropic))
        tile_n: [256, 64, 128]
        // 64 bf16 are 128 B, the widest swizzle of shared memory; taken out: 16, one instruction for each wait (proposed by Claude (Anthropic))
        tile_k: [128, 32, 64]
        // proposed by Claude (Anthropic) (pairs can share operands; larger clusters fit worse into groups of 16 or 18 multiprocessors)
        num_ctas: [1, 2]
        // proposed by Claude (Anthropic) (a large tile fills a multiprocessor alone; two blocks of 128 by 128 can hide each other's epilogue)
        occupancy: [1, 0, 2]
        // proposed by Claude (Anthropic) (nothing is gained at run time by optimizing less)
        opt_level: [3]
    }

    // proposed by Claude (Anthropic) (one tile of A and one of B must fit into the shared memory of the blocks that work on them)
    constraint one_stage_fits {
      require: (tile_m + tile_n) * tile_k * bytes_of(dtype) <= num_ctas * hardware.shared_memory_per_block
      reason: "one tile of A and one of B must fit into the shared memory of the blocks that work on them"
      source: "CUDA Programming Guide, technical specifications per compute capability"
    }

    knowledge {
        // proposed by Claude (Anthropic) (accumulators of Hopper are in registers: 128 by 256 in float32 take half of the register file of a multiprocessor, 256 by 256 all of it; a cluster is taken to divide the tile among its blocks)
        rule accumulators_leave_registers {
          when: hardware.architecture == 'sm_90'
          avoid: 128 * 256 * num_ctas < tile_m * tile_n
          reason: "accumulators of Hopper are in registers: 128 by 256 in float32 take half of the register file of a multiprocessor, 256 by 256 all of it; a cluster is taken to divide the tile among its blocks"
          source: "proposed, not measured"
          priority: 50
        }
        // proposed by Claude (Anthropic) (128 threads would need more registers for accumulators alone than a thread may have)
        rule one_warpgroup_is_too_few {
          when: hardware.architecture == 'sm_90' and hardware.registers_per_thread * 128 < tile_m * tile_n / num_ctas
          avoid: num_worker_warps == 4
          reason: "128 threads would need more registers for accumulators alone than a thread may have"
          source: "CUDA Programming Guide: 255 registers per thread; PTX ISA, wgmma: a warpgroup holds its result in registers"
          priority: 50
        }
        // proposed by Claude (Anthropic) (the accumulators of as many blocks as are asked for would take the whole register file)
        rule two_blocks_need_registers {
          when: hardware.architecture == 'sm_90'
          avoid: hardware.registers_per_sm <= occupancy * tile_m * tile_n / num_ctas
          reason: "the accumulators of as many blocks as are asked for would take the whole register file"
          source: "proposed, not measured"
          priority: 40
        }
        // proposed by Claude (Anthropic) (with fewer than two stages in shared memory a copy cannot run beside the products)
        rule two_stages_fit {
          when: hardware.architecture == 'sm_90'
          avoid: num_ctas * hardware.shared_memory_per_block < 2 * (tile_m + tile_n) * tile_k * bytes_of(dtype)
          reason: "with fewer than two stages in shared memory a copy cannot run beside the products"
          source: "proposed, not measured"
          priority: 40
        }
        // proposed by Claude (Anthropic) (64 by 64 by 16 in bf16 takes 32 cycles of the matrix units and reads 4 KiB, 32 cycles of shared memory at 128 B each: nothing is left for the copies that fill it)
        rule narrow_tiles_wait_for_shared_memory {
          when: hardware.architecture == 'sm_90'
          avoid: tile_n < 128
          reason: "64 by 64 by 16 in bf16 takes 32 cycles of the matrix units and reads 4 KiB, 32 cycles of shared memory at 128 B each: nothing is left for the copies that fill it"
          source: "proposed, not measured"
          priority: 30
        }
        // proposed by Claude (Anthropic) (64 by 256 by 16 reads 10 KiB in 80 cycles of shared memory for 128 cycles of products, 64 by 128 by 16 reads 6 KiB in 48 for 64: the wide one leaves more for copies)
        rule widest_instruction {
          when: hardware.architecture == 'sm_90' and 256 <= n and 4 * 128 * 256 * hardware.sm_count <= m * n
          recommend: tile_n = 256
          reason: "64 by 256 by 16 reads 10 KiB in 80 cycles of shared memory for 128 cycles of products, 64 by 128 by 16 reads 6 KiB in 48 for 64: the wide one leaves more for copies"
          source: "PTX ISA, wgmma: n is at most 256; proposed, not measured"
          priority: 30
        }
        // proposed by Claude (Anthropic) (two warpgroups take 64 rows each and share one tile of B; 128 by 256 is the largest result that half of the registers hold)
        rule two_warpgroups_of_rows {
          when: hardware.architecture == 'sm_90' and 128 <= m and 4 * 128 * 256 * hardware.sm_count <= m * n
          recommend: tile_m = 128
          reason: "two warpgroups take 64 rows each and share one tile of B; 128 by 256 is the largest result that half of the registers hold"
          source: "proposed, not measured"
          priority: 30
        }
        // proposed by Claude (Anthropic) (64 numbers of two bytes are one row of the 128 B swizzle, and four stages of 128 by 256 by 64 take 192 KiB)
        rule rows_of_128_bytes {
          when: hardware.architecture == 'sm_90' and bytes_of(dtype) == 2 B
          recommend: tile_k = 64
          reason: "64 numbers of two bytes are one row of the 128 B swizzle, and four stages of 128 by 256 by 64 take 192 KiB"
          source: "PTX ISA, tensor swizzling modes; depth of the pipeline proposed, not measured"
          priority: 20
        }
        // proposed by Claude (Anthropic) (with four or more tiles for each multiprocessor, what a block sets up is paid once)
        rule many_tiles_for_each_multiprocessor {
          when: hardware.architecture == 'sm_90' and 4 * 128 * 256 * hardware.sm_count <= m * n
          recommend: scheduling = 'static_persistent'
          reason: "with four or more tiles for each multiprocessor, what a block sets up is paid once"
          source: "proposed, not measured"
          priority: 20
        }
        // proposed by Claude (Anthropic) (one instruction needs both tiles: whichever comes first waits for the other)
        rule operands_wait_together {
          when: hardware.architecture == 'sm_90'
          avoid: a_load_latency != b_load_latency
          reason: "one instruction needs both tiles: whichever comes first waits for the other"
          source: "proposed, not measured"
          priority: 10
        }
        // proposed by Claude (Anthropic) (without groups their size changes nothing: one value is enough)
        rule no_groups_no_size {
          when: block_swizzle == 'none'
          avoid: swizzle_group_size != 8
          reason: "without groups their size changes nothing: one value is enough"
          source: "proposed, not measured"
          priority: 10
        }
    }
}
