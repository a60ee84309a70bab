// Attention forward on an H200 over 24 shapes of 16,384 tokens with 32 heads, and 8 more up to 64k: the kernels that searches left standing, to be timed side by side.
system FMHA_Winners_H200 {
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

    // What 1,000 configs of wider spaces showed on ten shapes (docs/results/gpu/attention_choices.md, compound_loop.md): other values of these axes lose, or change nothing.
    design_space {
        softmax_scheme: ["online"]
        tensor_layout: ["BHSD"]
        causal_tile_skipping: ["pruned"]
        causal_work_order: ["descending_lpt"]
        mask_region: ["explicit_two_loops", "every_tile", "predicated_tail_splittable"]
        masked_tile_n: ["half", "full"]
        mask_form: ["select_pre_softmax"]
        in_loop_constant_tiles: ["hoisted"]
        head_dim_rounding: ["exact"]
        score_scale_placement: ["pre_scale_q", "after_row_max"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        tile_m: [64, 128]
        tile_n: [128, 64]
        occupancy: [2, 3]
        opt_level: [3]
        num_ctas: [1, 2]
    }

    constraint "three kernels" {
        require: (num_ctas == 1 and tile_m == 64 and num_worker_warps == "unset" and mask_region != "every_tile") or (num_ctas == 1 and tile_m == 128 and tile_n == 64 and head_dim == 64 and num_worker_warps == "8" and mask_region != "every_tile" and score_scale_placement == "after_row_max" and occupancy == 2) or (num_ctas == 2 and tile_m == 128 and tile_n == 128 and num_worker_warps == "4" and mask_region != "predicated_tail_splittable" and occupancy == 3 and masked_tile_n == "full")
        reason: "four worker warps have registers for 64 rows and eight for 128; two blocks share keys and values of 128 rows, with four warps each"
    }

    constraint "two blocks" {
        require: num_ctas == 1 or (head_dim == 128 and seq_len > 1024)
        reason: "sharing keys and values is worth 4 % where there are many, and loses as much where there are few"
    }

    constraint "narrow tiles" {
        require: num_ctas == 2 or ((masked_tile_n == "half") == (causal and tile_n == 128))
        reason: "there is something to gain where half of a wide tile is hidden, and nothing elsewhere"
    }

    constraint "small tiles" {
        require: num_ctas == 2 or tile_m == 128 or (head_dim == 128 and tile_n == 128 and occupancy == 2) or (head_dim == 64 and causal and score_scale_placement == "pre_scale_q" and ((tile_n == 64 and occupancy == 3 and seq_len <= 4096) or (tile_n == 128 and occupancy == 2 and seq_len > 4096)))
        reason: "what was best at other lengths"
    }

    constraint "one loop" {
        require: num_ctas == 2 or ((mask_region == "explicit_two_loops") == causal)
        reason: "a causal mask is worth a loop of its own, the end of the keys is not"
    }

    constraint "two loops" {
        require: causal or mask_region != "explicit_two_loops"
        reason: "without a mask there is one loop"
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
