// Attention as a textbook has it, for `spak transform`: what it is, and nothing of any machine.
system Attention_v0 {
    import "std/knowledge/rtx5070"  // tiles of 128 rows lose more than half there, and which latencies were best is known
    import "std/knowledge/generations"  // rules about copies, clusters and matrix units hold for a generation and not for a device
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
        // powers of two (the special units compute powers of two; with the scale and the logarithm in one factor a multiplication for each score is saved)
        math_approximation: ["exp2", "exp"]
        // heads that share keys (most models share keys and values among heads, which makes the reads of a decoder smaller by the size of a group)
        attention_variant: ["GQA", "MHA", "MQA"]
        // masks only where something is hidden (tiles above the diagonal are never computed, half of all under a causal mask)
        causal_tile_skipping: ["pruned", "full_loop"]
        // loads by the copy engine (one instruction copies a whole tile, and the compiler is told how far ahead: keys are needed first in a step, values last)
        load_latency_strategy: ["tma_optimized", "default"]
    }

    // ----- how it is laid on the machine
    tuning_space {
        block_size: [32, 64, 128]
        num_warps: [4, 8]
        // loads by the copy engine (one instruction copies a whole tile, and the compiler is told how far ahead: keys are needed first in a step, values last)
        k_load_latency: [1, 2, 3, 4]
        v_load_latency: [1, 2, 3, 4, 5]
        // queries in tiles, keys in tiles (how many rows of queries stay in registers, and how many keys a step takes, are tuned apart from each other)
        tile_m: [64, 128, 32]
        tile_n: [64, 128, 32]
        // blocks that hide each other's waiting (a block that waits for memory leaves its multiprocessor to another one; the compiler needs to know for how many it has to save registers)
        occupancy: [2, 1, 4]
    }

    knowledge {
        invariant Correctness {
            assert: "The output must match the reference within the tolerance of the arithmetic."
        }
        // heads that share keys (most models share keys and values among heads, which makes the reads of a decoder smaller by the size of a group)
        invariant HeadMapping {
            assert: "num_heads % num_kv_heads == 0"
            source: "[gqa]"
        }
    }
}
