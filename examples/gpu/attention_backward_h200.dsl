// Attention backward on an H200: tile sizes of its two products of three, and their worker warps.
system AttentionBackward_H200 {
    import "std/hardware/h200"

    workload training {
        operator: attention_backward
        batch: 2
        num_heads: 32
        seq_len: 8192
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload gqa_full {
        operator: attention_backward
        batch: 4
        num_heads: 32
        num_kv_heads: 4
        seq_len: 4096
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    design_space {
        tensor_layout: ["BHSD"]
        num_worker_warps: ["8", "unset"]
    }

    tuning_space {
        tile_m: [64, 32]
        tile_n: [128, 64]
        dq_tile_m: [128, 64]
        dq_tile_n: [64, 32]
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
