// What makes attention better, as fragments of designs: `spak transform` puts those into a seed whose conditions hold.
// `has_axis`, `has_value` and `uses` are about the seed and the goal; the others are facts of "std/knowledge/generations".
//
// [online] Milakov and Gimelshein, Online normalizer calculation for softmax, 2018: https://arxiv.org/abs/1805.02867
// [flash] Dao, Fu, Ermon, Rudra and Ré, FlashAttention, 2022: https://arxiv.org/abs/2205.14135
// [flash2] Dao, FlashAttention-2, 2023, section 3.1: https://arxiv.org/abs/2307.08691
// [gqa] Ainslie and others, GQA, 2023: https://arxiv.org/abs/2305.13245
// [cutile] cuTile Python, ct.load: the hint `latency` is 1 to 10
// [tilegym] TileGym, attention.py: the hints of its kernels are 2 for K and 4 for V
system Transform_Attention {
    proposal "scores that stay on the chip" {
        of: ["attention"]
        when: "not has_value('softmax_scheme', 'online')"
        design_space {
            softmax_scheme: ["online"]
        }
        reason: "a row's maximum and sum are carried along, so that scores are made once and never stored: memory grows with the length and not with its square"
        source: "[online], [flash]"
    }

    proposal "powers of two" {
        of: ["attention"]
        when: "not has_value('math_approximation', 'exp2')"
        design_space {
            math_approximation: ["exp2", "exp"]
        }
        reason: "the special units compute powers of two; with the scale and the logarithm in one factor a multiplication for each score is saved"
        source: "[flash2]"
    }

    proposal "heads that share keys" {
        of: ["attention"]
        when: "not has_axis('attention_variant')"
        design_space {
            attention_variant: ["GQA", "MHA", "MQA"]
        }
        knowledge {
            invariant HeadMapping {
                assert: "num_heads % num_kv_heads == 0"
                source: "[gqa]"
            }
        }
        reason: "most models share keys and values among heads, which makes the reads of a decoder smaller by the size of a group"
        source: "[gqa]"
    }

    proposal "masks only where something is hidden" {
        of: ["attention"]
        when: "not has_axis('causal_tile_skipping') and not has_axis('mask_fusion')"
        design_space {
            causal_tile_skipping: ["pruned", "full_loop"]
        }
        reason: "tiles above the diagonal are never computed, half of all under a causal mask"
        source: "[flash2]"
    }

    proposal "loads by the copy engine" {
        of: ["attention"]
        when: "has_bulk_copies and (uses('tma') or not avoids('tma'))"
        design_space {
            load_latency_strategy: ["tma_optimized", "default"]
        }
        tuning_space {
            k_load_latency: [1, 2, 3, 4]
            v_load_latency: [1, 2, 3, 4, 5]
        }
        reason: "one instruction copies a whole tile, and the compiler is told how far ahead: keys are needed first in a step, values last"
        source: "[cutile], [tilegym]; std/knowledge/generations: bulk copies of tensors from compute capability 9.0 on"
    }

    proposal "queries in tiles, keys in tiles" {
        of: ["attention"]
        when: "not has_concept('row_tile')"
        tuning_space {
            tile_m: [64, 128, 32]
            tile_n: [64, 128, 32]
        }
        reason: "how many rows of queries stay in registers, and how many keys a step takes, are tuned apart from each other"
        source: "[flash2]"
    }

    proposal "blocks that hide each other's waiting" {
        of: ["attention"]
        when: "hardware.sm_count >= 1 and not has_concept('occupancy')"
        tuning_space {
            occupancy: [2, 1, 4]
        }
        reason: "a block that waits for memory leaves its multiprocessor to another one; the compiler needs to know for how many it has to save registers"
        source: "std/knowledge/cutile"
    }
}
