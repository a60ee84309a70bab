// Attention forward on an H200: the tile sizes, occupancies and worker warps of cuTile that are worth a look.
system FMHA_H200 {
    import "std/hardware/h200"

    workload prefill {
        operator: attention_forward
        batch: 2
        num_heads: 32
        seq_len: 8192
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload gqa_full {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 4
        seq_len: 4096
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    design_space {
        softmax_scheme: ["online"]
        causal_tile_skipping: ["pruned"]
        tensor_layout: ["BHSD"]
        num_worker_warps: ["unset", "8"]
    }

    tuning_space {
        tile_m: [64, 128]
        tile_n: [64, 128]
        occupancy: [1, 2]
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
