// What traces in `docs/results/gpu` show of an H200, whatever is computed there. `spak learn --library` wrote it.
system Knowledge_H200 {
    knowledge {
        fact cutile_on_h200_132c() {
            return device == "NVIDIA H200" && cores == 132 && compiler == "cutile"
        }

        fact measured_cutile_on_h200_132c {
            kind: "measurement", when: "cutile_on_h200_132c"
            toolchain: "cutile cuda-tile 1.7.0, tileiras 13.4.92"
            driver: "CUDA 13.0"
            trials: 64, samples: 6
            noise: "2.5% from run to run, over 44 sessions with the incumbent"
            source: "trace node-2026-11-22T23:30:27.276Z", learned: "2026-11-23", learned_by: "spak"
        }

        fact spills_cutile_on_h200_132c {
            description: "Kernels with local memory (6 configs on 2 problems, of attention_forward and matmul) take 1.83x to 60.2x the time of the fastest without."
            kind: "spills", when: "cutile_on_h200_132c"
            avoid: "local_memory > 0"
            time_ratio: 1.83, configs: 6
            witness: "causal_work_order = 'descending_lpt', in_loop_constant_tiles = 'hoisted', mask_form = 'select_pre_softmax', num_ctas = 2 is 1.831x faster than causal_work_order = 'ascending', in_loop_constant_tiles = 'in_loop', mask_form = 'additive_pre_softmax', num_ctas = 1 at causal_tile_skipping = 'pruned', mask_region = 'predicated_tail_splittable', num_worker_warps = 'unset', occupancy = 2, scheduling = 'tile_per_cta', tensor_layout = 'BHSD', tile_m = 128, tile_n = 128, v_load_placement = 'late'"
            shown_by: "44c1545ad4cd 5e628b56362c"
            learned_by: "spak"
        }

        rule "spills on cutile_on_h200_132c" {
            when: "cutile_on_h200_132c"
            avoid: "local_memory > 0"
            evidence: "spills_cutile_on_h200_132c"
            influence: 60.2, support: 6, confidence: 0.88
            learned_by: "spak"
        }
    }
}
