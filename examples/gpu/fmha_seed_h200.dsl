// Attention forward on an H200 by someone who knows nothing of it: first values are those of a kernel as it is published
// (tiles of 128 by 128, two blocks a multiprocessor, one loop with a mask), the others what its language lets one choose.
system FMHA_Seed_H200 {
    import "std/hardware/h200"

    workload training {
        operator: attention_forward
        batch: 2
        num_heads: 32
        seq_len: 8192
        head_dim: 128
        causal: true
        dtype: "bf16"
    }

    design_space {
        tensor_layout: ["BHSD"]
        causal_tile_skipping: ["pruned", "full_loop"]
        causal_work_order: ["ascending", "descending_lpt"]
        mask_form: ["additive_pre_softmax", "select_pre_softmax"]
        mask_region: ["predicated_tail_splittable", "explicit_two_loops", "every_tile"]
        in_loop_constant_tiles: ["in_loop", "hoisted"]
        scheduling: ["tile_per_cta", "static_persistent"]
        v_load_placement: ["late", "with_k"]
        num_worker_warps: ["unset", "4", "8"]
    }

    tuning_space {
        tile_m: [128, 64, 256]
        tile_n: [128, 64, 256]
        occupancy: [2, 1, 3, 4]
        num_ctas: [1, 2]
    }
}
