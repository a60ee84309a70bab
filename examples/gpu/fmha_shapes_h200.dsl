// Attention forward on an H200 over 24 shapes of 16,384 tokens with 32 heads, and 8 more up to 64k: which config is the best of each.
system FMHA_Shapes_H200 {
    import "std/hardware/h200"

    workload s1k_d64_causal_mha {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 32
        seq_len: 1024
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload s1k_d64_causal_gqa {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 4
        seq_len: 1024
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload s1k_d64_full_mha {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 32
        seq_len: 1024
        head_dim: 64
        causal: false
        dtype: "bf16"
    }

    workload s1k_d64_full_gqa {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 4
        seq_len: 1024
        head_dim: 64
        causal: false
        dtype: "bf16"
    }

    workload s1k_d128_causal_mha {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 32
        seq_len: 1024
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s1k_d128_causal_gqa {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 4
        seq_len: 1024
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s1k_d128_full_mha {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 32
        seq_len: 1024
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s1k_d128_full_gqa {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 4
        seq_len: 1024
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s4k_d64_causal_mha {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 32
        seq_len: 4096
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload s4k_d64_causal_gqa {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 4
        seq_len: 4096
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload s4k_d64_full_mha {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 32
        seq_len: 4096
        head_dim: 64
        causal: false
        dtype: "bf16"
    }

    workload s4k_d64_full_gqa {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 4
        seq_len: 4096
        head_dim: 64
        causal: false
        dtype: "bf16"
    }

    workload s4k_d128_causal_mha {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 32
        seq_len: 4096
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s4k_d128_causal_gqa {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 4
        seq_len: 4096
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s4k_d128_full_mha {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 32
        seq_len: 4096
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s4k_d128_full_gqa {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 4
        seq_len: 4096
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s16k_d64_causal_mha {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 32
        seq_len: 16384
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload s16k_d64_causal_gqa {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 4
        seq_len: 16384
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload s16k_d64_full_mha {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 32
        seq_len: 16384
        head_dim: 64
        causal: false
        dtype: "bf16"
    }

    workload s16k_d64_full_gqa {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 4
        seq_len: 16384
        head_dim: 64
        causal: false
        dtype: "bf16"
    }

    workload s16k_d128_causal_mha {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 32
        seq_len: 16384
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s16k_d128_causal_gqa {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 4
        seq_len: 16384
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s16k_d128_full_mha {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 32
        seq_len: 16384
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s16k_d128_full_gqa {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 4
        seq_len: 16384
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s64k_d128_causal_gqa {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 8
        seq_len: 65536
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s64k_d64_causal_mha {
        operator: attention_forward
        batch: 1
        num_heads: 16
        num_kv_heads: 16
        seq_len: 65536
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload s32k_d128_full_gqa {
        operator: attention_forward
        batch: 1
        num_heads: 32
        num_kv_heads: 4
        seq_len: 32768
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s8k_d128_causal_mha {
        operator: attention_forward
        batch: 2
        num_heads: 32
        num_kv_heads: 32
        seq_len: 8192
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s8k_d128_full_mha {
        operator: attention_forward
        batch: 2
        num_heads: 32
        num_kv_heads: 32
        seq_len: 8192
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload s2k_d128_causal_mqa {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 1
        seq_len: 2048
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s512_d64_full_mha {
        operator: attention_forward
        batch: 64
        num_heads: 16
        num_kv_heads: 16
        seq_len: 512
        head_dim: 64
        causal: false
        dtype: "bf16"
    }

    workload s3000_d128_causal_gqa {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 8
        seq_len: 3000
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    // What 600 configs of wider spaces showed on nine shapes (docs/results/gpu/attention_choices.md): other values of these axes lose, or change nothing.
    design_space {
        softmax_scheme: ["online"]
        tensor_layout: ["BHSD"]
        causal_tile_skipping: ["pruned"]
        causal_work_order: ["descending_lpt"]
        mask_region: ["explicit_two_loops", "predicated_tail_splittable"]
        masked_tile_n: ["half", "full"]
        mask_form: ["select_pre_softmax"]
        in_loop_constant_tiles: ["hoisted"]
        head_dim_rounding: ["exact"]
        score_scale_placement: ["after_row_max", "pre_scale_q"]
        num_worker_warps: ["unset", "8"]
        array_shapes: ["dynamic", "static"]
        score_lookahead: ["none", "one_tile"]
    }

    tuning_space {
        tile_m: [64, 128]
        tile_n: [128, 64]
        occupancy: [2, 3]
        opt_level: [2, 3]
    }

    constraint "warps" {
        require: (tile_m == 64 and num_worker_warps == "unset") or (tile_m == 128 and num_worker_warps == "8")
        reason: "eight worker warps have registers for 128 rows, four for 64"
    }

    constraint "narrow tiles" {
        require: (masked_tile_n == "half") == (causal and tile_n == 128)
        reason: "there is something to gain where half of a wide tile is hidden, and nothing elsewhere"
    }

    constraint "a product ahead" {
        require: score_lookahead == "none" or seq_len <= 2048
        reason: "it is worth a few percents in short loops, and loses as much in long ones"
    }

    constraint "one loop" {
        require: (mask_region == "explicit_two_loops") == causal
        reason: "a causal mask is worth a loop of its own, the end of the keys is not"
    }

    constraint "constant shapes" {
        require: array_shapes == "dynamic" or (seq_len <= 2048 and occupancy == 2)
        reason: "loops that are longer than that are not unrolled, and each shape is compiled by itself"
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
