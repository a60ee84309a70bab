// What `spak bench` measures beside NumPy: fused attention, as tuned by hand on a server CPU.
system Attention_Bench {

    workload Full {
        family: attention_forward
        batch: 1
        num_heads: 8
        seq_len: 1024
        head_dim: 64
        causal: false
    }

    workload Causal {
        family: attention_forward
        batch: 1
        num_heads: 8
        seq_len: 1024
        head_dim: 64
        causal: true
    }

    design_space {
        softmax_scheme: ["online", "naive"]
        math_approximation: ["exp2", "exp"]
        mask_fusion: ["fused_qk", "no_mask"]
        causal_tiles: ["skip", "all"]
        data_packing: ["pack_k", "pack_kv"]
        parallel_loop: ["heads", "heads_and_rows"]
        simd: ["vector"]
    }

    tuning_space {
        tile_m: [96, 48, 64]
        tile_n: [256, 128]
        micro_m: [6, 8]
        micro_n: [4]
        simd_width: [16, 8]
        threads: [2, 1]
    }

    knowledge {
        rule "Without a mask there is nothing to fuse or to skip" {
            when: "not causal"
            recommend: "mask_fusion = 'no_mask', causal_tiles = 'all', tile_m = 96, tile_n = 256"
            reason: "every query sees every key"
        }

        rule "Smaller tiles waste less along the diagonal" {
            when: "causal"
            recommend: "mask_fusion = 'fused_qk', causal_tiles = 'skip', tile_m = 48, tile_n = 128"
            reason: "half of a diagonal tile is computed for nothing"
        }
    }
}
