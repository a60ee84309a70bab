
    fact prefill_on_xeon_2c() {
      return device == "Intel(R) Xeon(R) Processor" && cores == 2 && compiler == "gcc"
        && family == "attention_forward" && batch == 1 && num_heads == 8 && num_kv_heads == 8
        && seq_len == 1024 && kv_len == 1024 && head_dim == 64 && causal == true
        && causal_alignment == "bottom_right" && store_lse == false && dtype == "f32"
    }

    fact measured_prefill_on_xeon_2c {
      kind: "measurement", when: "prefill_on_xeon_2c"
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      trials: 12, samples: 31, noise: "0.80% from run to run, by the scatter of equal comparisons"
      source: "trace run-0001", learned: "2026-02-13", learned_by: "spak"
    }

    fact best_prefill_on_xeon_2c {
      description: "The fastest of 12 measured configs takes 4.83 ms (95% CI 4.81 ms to 4.85 ms), 223 GFLOPS, 7.03x faster than the seed (6.77x to 7.30x). 3 other configs cannot be told from it."
      kind: "optimal", when: "prefill_on_xeon_2c"
      config: "softmax_scheme = 'online', tile_m = 64, k_latency = 2"
      median_ms: 4.83, gflops: 223, speedup_over_seed: 7.03, configs: 12, equal_configs: 3
      witness: "softmax_scheme = 'online', tile_m = 64 is 7.029x faster than softmax_scheme = 'naive', tile_m = 8 at k_latency = 2"
      shown_by: "293e3dac4b8c 44924369a681"
      learned_by: "spak"
    }

    fact softmax_scheme_effect_prefill_on_xeon_2c {
      description: "softmax_scheme = 'online' is 3.00x faster than 'naive' (2.96x to 3.04x over 6 pairs). The fastest config with 'naive' takes 3.00x the best time."
      kind: "effect", when: "prefill_on_xeon_2c"
      best: "online", speedup_over_naive: 3, pairs: 6
      witness: "softmax_scheme = 'online' is 2.983x faster than softmax_scheme = 'naive' at tile_m = 32, k_latency = 2"
      shown_by: "88b829105de2 b2deaa2fc09b"
      learned_by: "spak"
    }

    rule "softmax_scheme on prefill_on_xeon_2c" {
      when: "prefill_on_xeon_2c"
      recommend: "softmax_scheme = 'online'", avoid: "softmax_scheme = 'naive'"
      evidence: "softmax_scheme_effect_prefill_on_xeon_2c"
      influence: 3, support: 6, confidence: 0.87
      learned_by: "spak"
    }

    fact tile_m_effect_prefill_on_xeon_2c {
      description: "tile_m = 64 is 2.31x faster than 8 (2.26x to 2.33x over 4 pairs). The fastest config with 8 takes 2.31x the best time. 32 cannot be told from it."
      kind: "effect", when: "prefill_on_xeon_2c"
      best: 64, speedup_over_8: 2.31, pairs: 4
      witness: "tile_m = 64 is 2.327x faster than tile_m = 8 at softmax_scheme = 'naive', k_latency = 2"
      shown_by: "38bedbee9de9 44924369a681"
      learned_by: "spak"
    }

    rule "tile_m on prefill_on_xeon_2c" {
      when: "prefill_on_xeon_2c"
      recommend: "tile_m = 64", avoid: "tile_m = 8"
      evidence: "tile_m_effect_prefill_on_xeon_2c"
      influence: 2.31, support: 4, confidence: 0.83
      learned_by: "spak"
    }
