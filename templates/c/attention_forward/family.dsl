// Attention forward on the CPU: O = softmax(Q * K^T / sqrt(head_dim) + mask) * V, float32, row-major.
// The first value of each line is taken where a design says nothing; together they are the naive seed.
system Attention_Forward_C {
    design_space {
        softmax_scheme: ["naive", "online"]
        math_approximation: ["exp", "exp2"]
        mask_fusion: ["post_qk", "fused_qk", "no_mask"]
        causal_tiles: ["all", "skip"]
        accum_dtype: ["f32", "f64"]
        attention_variant: ["MHA", "GQA", "MQA"]
        kernel_mode: ["inference", "training"]
        data_packing: ["none", "pack_k", "pack_kv"]
        loop_order: ["q_outer", "kv_outer"]
        parallel_loop: ["heads", "rows", "heads_and_rows"]
        simd: ["auto", "vector"]
    }

    tuning_space {
        tile_m: [16, 32, 64, 128, 256]
        tile_n: [32, 64, 128, 256, 512]
        micro_m: [4, 2, 6, 8, 12, 14]
        micro_n: [2, 1, 3, 4]
        simd_width: [8, 4, 16]
        unroll: [1, 2, 4]
        prefetch: [0, 2, 4, 8]
        threads: [1, 2, 4]
        opt_level: [3, 2]
    }

    constraint "MHA has a key head for each query head" {
        require: "attention_variant != \"MHA\" or heads == kv_heads"
        reason: "MHA code reads key head h for query head h"
    }

    constraint "MQA has one key head" {
        require: "attention_variant != \"MQA\" or kv_heads == 1"
        reason: "MQA code shares the only key head among all query heads"
    }

    constraint "a causal problem needs a mask" {
        require: "mask_fusion != \"no_mask\" or not causal"
        reason: "without a mask every query sees every key"
    }

    constraint "nothing to skip without a mask" {
        require: "mask_fusion != \"no_mask\" or causal_tiles == \"all\""
        reason: "without a mask no tile is hidden"
    }

    constraint "training stores LSE" {
        require: "(kernel_mode == \"training\") == store_lse"
        reason: "the backward pass reads the LSE that a training kernel stores; inference has no such output"
    }

    constraint "naive softmax needs whole rows" {
        require: "softmax_scheme != \"naive\" or loop_order == \"q_outer\""
        reason: "a row's maximum is known only after all of its keys; only the online form can put it off"
    }

    constraint "one thread has nothing to divide" {
        require: "threads > 1 or parallel_loop == \"heads\""
        reason: "with one thread every parallel loop visits the same blocks in the same order"
    }

    constraint "packed panels fill tiles" {
        require: "simd != \"vector\" or data_packing == \"none\" or tile_n % (simd_width * micro_n) == 0"
        reason: "a tile of keys consists of whole packed panels of simd_width * micro_n keys"
    }

    constraint "register tile" {
        require: "simd != \"vector\" or micro_m * micro_n <= 32"
        reason: "the tile of scores has to fit the vector registers, of which no CPU has more than 32"
    }
}
