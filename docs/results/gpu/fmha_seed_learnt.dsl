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

    knowledge {
        fact training_on_h200_132c() {
            return device == "NVIDIA H200" && cores == 132 && compiler == "cutile"
                && family == "attention_forward" && batch == 2 && causal == true
                && causal_alignment == "bottom_right" && causal_predicate == ">=" && dtype == "bf16"
                && head_dim == 128 && kv_len == 8192 && lse_base == "log2" && num_heads == 32
                && num_kv_heads == 32 && seq_len == 8192 && store_lse == false
        }

        fact measured_training_on_h200_132c {
            kind: "measurement", when: "training_on_h200_132c"
            toolchain: "cutile cuda-tile 1.7.0, tileiras 13.4.92"
            driver: "CUDA 13.0"
            templates: "39923bb1d433", design: "ff72f2d21d73"
            trials: 40, samples: 6
            noise: "0.92% from run to run, by the scatter of equal comparisons"
            source: "trace node-2026-11-22T23:29:25.362Z", learned: "2026-11-23", learned_by: "spak"
        }

        fact best_training_on_h200_132c {
            description: "The fastest of 40 measured configs takes 1.94 ms (95% CI 1.92 ms to 1.95 ms), 566 TFLOPS, 1.84x faster than the seed (1.75x to 1.93x). 21 other configs cannot be told from it."
            kind: "optimal", when: "training_on_h200_132c"
            config: "tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', causal_work_order = 'descending_lpt', mask_form = 'select_pre_softmax', mask_region = 'predicated_tail_splittable', in_loop_constant_tiles = 'hoisted', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = 'unset', tile_m = 128, tile_n = 128, occupancy = 2, num_ctas = 2"
            median_ms: 1.94, tflops: 566, speedup_over_seed: 1.84, configs: 40, equal_configs: 21
            witness: "causal_work_order = 'descending_lpt', mask_form = 'select_pre_softmax', in_loop_constant_tiles = 'hoisted', num_ctas = 2 is 1.837x faster than causal_work_order = 'ascending', mask_form = 'additive_pre_softmax', in_loop_constant_tiles = 'in_loop', num_ctas = 1 at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', mask_region = 'predicated_tail_splittable', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = 'unset', tile_m = 128, tile_n = 128, occupancy = 2"
            shown_by: "44c1545ad4cd 5e628b56362c"
            learned_by: "spak"
        }

        fact tile_m_effect_training_on_h200_132c {
            description: "tile_m = 128 is 53.1x faster than 64 (1 pair)."
            kind: "effect", when: "training_on_h200_132c"
            best: 128, speedup_over_64: 53.1, pairs: 1
            witness: "tile_m = 128 is 53.126x faster than tile_m = 64 at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', causal_work_order = 'descending_lpt', mask_form = 'select_pre_softmax', mask_region = 'predicated_tail_splittable', in_loop_constant_tiles = 'hoisted', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = '4', tile_n = 128, occupancy = 2, num_ctas = 2"
            shown_by: "d28556195fea cbc290d7b0f0"
            learned_by: "spak"
        }

        rule "tile_m on training_on_h200_132c" {
            when: "training_on_h200_132c"
            recommend: "tile_m = 128"
            evidence: "tile_m_effect_training_on_h200_132c"
            influence: 53.1, support: 1, confidence: 0.67
            learned_by: "spak"
        }

        fact causal_tile_skipping_effect_training_on_h200_132c {
            description: "causal_tile_skipping = 'pruned' is 1.99x faster than 'full_loop' (1.93x to 2.05x over 2 pairs). The fastest config with 'full_loop' takes 2.06x the best time."
            kind: "effect", when: "training_on_h200_132c"
            best: "pruned", speedup_over_full_loop: 1.99, pairs: 2
            witness: "causal_tile_skipping = 'pruned' is 1.934x faster than causal_tile_skipping = 'full_loop' at tensor_layout = 'BHSD', causal_work_order = 'ascending', mask_form = 'select_pre_softmax', mask_region = 'every_tile', in_loop_constant_tiles = 'hoisted', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = '4', tile_m = 128, tile_n = 128, occupancy = 2, num_ctas = 2"
            shown_by: "25aa4858a7a5 5b826c2e4751"
            learned_by: "spak"
        }

        rule "causal_tile_skipping on training_on_h200_132c" {
            when: "training_on_h200_132c"
            recommend: "causal_tile_skipping = 'pruned'"
            avoid: "causal_tile_skipping = 'full_loop'"
            evidence: "causal_tile_skipping_effect_training_on_h200_132c"
            influence: 1.99, support: 2, confidence: 0.75
            learned_by: "spak"
        }

        fact num_worker_warps_effect_training_on_h200_132c {
            description: "num_worker_warps = 'unset' is 1.68x faster than '8' (1 pair). '4' cannot be told from it."
            kind: "effect", when: "training_on_h200_132c"
            best: "unset", speedup_over_8: 1.68, pairs: 1
            witness: "num_worker_warps = 'unset' is 1.684x faster than num_worker_warps = '8' at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', causal_work_order = 'ascending', mask_form = 'select_pre_softmax', mask_region = 'predicated_tail_splittable', in_loop_constant_tiles = 'hoisted', scheduling = 'tile_per_cta', v_load_placement = 'late', tile_m = 128, tile_n = 128, occupancy = 2, num_ctas = 2"
            shown_by: "14a11d908f14 2a85226a0321"
            learned_by: "spak"
        }

        rule "num_worker_warps on training_on_h200_132c" {
            when: "training_on_h200_132c"
            recommend: "num_worker_warps = 'unset'"
            evidence: "num_worker_warps_effect_training_on_h200_132c"
            influence: 1.68, support: 1, confidence: 0.67
            learned_by: "spak"
        }

        fact tile_n_effect_training_on_h200_132c {
            description: "tile_n = 128 is 1.51x faster than 256 (1 pair) and 1.22x faster than 64 (1.21x to 1.24x over 2 pairs)."
            kind: "effect", when: "training_on_h200_132c"
            best: 128, speedup_over_256: 1.51, speedup_over_64: 1.22, pairs: 1
            witness: "tile_n = 128 is 1.515x faster than tile_n = 256 at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', causal_work_order = 'ascending', mask_form = 'select_pre_softmax', mask_region = 'predicated_tail_splittable', in_loop_constant_tiles = 'hoisted', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = '4', tile_m = 128, occupancy = 2, num_ctas = 2"
            witness: "tile_n = 128 is 1.238x faster than tile_n = 64 at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', causal_work_order = 'ascending', mask_form = 'select_pre_softmax', mask_region = 'every_tile', in_loop_constant_tiles = 'hoisted', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = '4', tile_m = 128, occupancy = 2, num_ctas = 2"
            shown_by: "f4a02e5a55cf 14524497315d, 25aa4858a7a5 3a2b9bae9241"
            learned_by: "spak"
        }

        rule "tile_n on training_on_h200_132c" {
            when: "training_on_h200_132c"
            recommend: "tile_n = 128"
            prefer: "tile_n in [128, 64, 256]"
            evidence: "tile_n_effect_training_on_h200_132c"
            influence: 1.51, support: 1, confidence: 0.67
            learned_by: "spak"
        }

        fact occupancy_effect_training_on_h200_132c {
            description: "occupancy = 2 is 1.45x faster than 1 (1 pair) and 1.40x faster than 4 (1.36x to 1.45x over 3 pairs). The fastest config with 4 takes 1.46x the best time. 3 cannot be told from it."
            kind: "effect", when: "training_on_h200_132c"
            best: 2, speedup_over_1: 1.45, speedup_over_4: 1.4, pairs: 1
            witness: "occupancy = 2 is 1.453x faster than occupancy = 1 at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', causal_work_order = 'ascending', mask_form = 'select_pre_softmax', mask_region = 'every_tile', in_loop_constant_tiles = 'hoisted', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = '4', tile_m = 128, tile_n = 128, num_ctas = 2"
            witness: "occupancy = 2 is 1.389x faster than occupancy = 4 at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', causal_work_order = 'ascending', mask_form = 'select_pre_softmax', mask_region = 'every_tile', in_loop_constant_tiles = 'in_loop', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = '4', tile_m = 128, tile_n = 128, num_ctas = 2"
            shown_by: "25aa4858a7a5 2c196b42dd0b, 4eadbd65f36e e099ca1bef7c"
            learned_by: "spak"
        }

        rule "occupancy on training_on_h200_132c" {
            when: "training_on_h200_132c"
            recommend: "occupancy = 2", avoid: "occupancy = 4"
            evidence: "occupancy_effect_training_on_h200_132c"
            influence: 1.45, support: 1, confidence: 0.67
            learned_by: "spak"
        }

        fact cutile_on_h200_132c() {
            return device == "NVIDIA H200" && cores == 132 && compiler == "cutile"
        }

        fact measured_cutile_on_h200_132c {
            kind: "measurement", when: "cutile_on_h200_132c"
            toolchain: "cutile cuda-tile 1.7.0, tileiras 13.4.92"
            driver: "CUDA 13.0"
            templates: "39923bb1d433", design: "ff72f2d21d73"
            trials: 40, samples: 6
            noise: "0.92% from run to run, by the scatter of equal comparisons"
            source: "trace node-2026-11-22T23:29:25.362Z", learned: "2026-11-23", learned_by: "spak"
        }

        fact spills_cutile_on_h200_132c {
            description: "Kernels with local memory (3 configs on 1 problem, of attention_forward) take 1.84x to 60.4x the time of the fastest without."
            kind: "spills", when: "cutile_on_h200_132c"
            avoid: "local_memory > 0"
            time_ratio: 1.84, configs: 3
            witness: "causal_work_order = 'descending_lpt', mask_form = 'select_pre_softmax', in_loop_constant_tiles = 'hoisted', num_ctas = 2 is 1.837x faster than causal_work_order = 'ascending', mask_form = 'additive_pre_softmax', in_loop_constant_tiles = 'in_loop', num_ctas = 1 at tensor_layout = 'BHSD', causal_tile_skipping = 'pruned', mask_region = 'predicated_tail_splittable', scheduling = 'tile_per_cta', v_load_placement = 'late', num_worker_warps = 'unset', tile_m = 128, tile_n = 128, occupancy = 2"
            shown_by: "44c1545ad4cd 5e628b56362c"
            learned_by: "spak"
        }

        rule "spills on cutile_on_h200_132c" {
            when: "cutile_on_h200_132c"
            avoid: "local_memory > 0"
            evidence: "spills_cutile_on_h200_132c"
            influence: 60.4, support: 3, confidence: 0.80
            learned_by: "spak"
        }
    }
}
