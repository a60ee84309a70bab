// Attention backward on an H200: gradients of queries added up where those of keys and values are computed, or by a kernel of their own.
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
        bwd_decomposition: ["fused_atomic_dq", "split_two_kernels"]
        tensor_layout: ["BHSD"]
        mask_region: ["predicated_tail_splittable", "every_tile"]
        lse_delta_read: ["gather_1d", "tile_load"]
        head_dim_rounding: ["exact"]
        in_loop_constant_tiles: ["in_loop", "hoisted"]
        num_worker_warps: ["8", "unset"]
        dq_num_worker_warps: ["8", "unset"]
        grid_mapping: ["(q_tiles,BH)", "(BH,q_tiles)"]
        array_shapes: ["dynamic", "static"]
        q_load_latency: ["unset", "2", "3"]
        do_load_latency: ["unset", "2", "3"]
        q_operand_transpose: ["register_permute", "load_order"]
        do_operand_transpose: ["register_permute", "load_order"]
    }

    tuning_space {
        tile_m: [64, 32, 128]
        tile_n: [128, 64]
        dq_tile_m: [128, 64]
        dq_tile_n: [64, 32]
        occupancy: [0, 1, 2]
        dq_occupancy: [0, 2]
        opt_level: [3, 2]
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
