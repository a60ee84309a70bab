// Attention forward on an H200 in a wide space, on five shapes: which axes matter at all. 120 configs drawn for the first, 44 for the others.
system FMHA_Wide_H200 {
    import "std/hardware/h200"

    workload causal {
        operator: attention_forward
        batch: 2
        num_heads: 32
        num_kv_heads: 32
        seq_len: 8192
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s1k_causal {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 32
        seq_len: 1024
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    workload s4k_full {
        operator: attention_forward
        batch: 4
        num_heads: 32
        num_kv_heads: 32
        seq_len: 4096
        head_dim: 128
        causal: false
        dtype: "bf16"
    }

    workload d64_causal {
        operator: attention_forward
        batch: 2
        num_heads: 32
        num_kv_heads: 32
        seq_len: 8192
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    workload d64_s1k {
        operator: attention_forward
        batch: 16
        num_heads: 32
        num_kv_heads: 32
        seq_len: 1024
        head_dim: 64
        causal: true
        dtype: "bf16"
    }

    design_space {
        tensor_layout: ["BHSD"]
        causal_tile_skipping: ["pruned"]
        mask_region: ["explicit_two_loops", "predicated_tail_splittable", "every_tile"]
        mask_form: ["additive_pre_softmax", "select_pre_softmax"]
        rowsum_reduction: ["per_iteration", "deferred_2d"]
        causal_work_order: ["descending_lpt"]
        num_worker_warps: ["unset", "8"]
        scheduling: ["tile_per_cta"]
        score_scale_placement: ["after_row_max", "pre_scale_q"]
        v_load_placement: ["late", "with_k"]
        in_loop_constant_tiles: ["in_loop", "hoisted"]
        k_operand_transpose: ["load_order", "register_permute"]
        head_dim_rounding: ["exact"]
        k_load_latency: ["unset", "2", "4"]
        v_load_latency: ["unset", "2", "4"]
    }

    tuning_space {
        tile_m: [64, 128]
        tile_n: [64, 128, 256]
        occupancy: [1, 2, 3]
    }

    constraint "registers" {
        require: tile_m * tile_n <= 16384
        reason: "a tile of scores stays in registers"
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
