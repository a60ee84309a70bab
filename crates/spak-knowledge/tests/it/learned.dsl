    fact optimal_intel_xeon_processor_2c_gcc_attention_forward_causal_hd64_nh8_sl1024 {
      description: "The fastest of 12 measured configs takes 4.83 ms (95% CI 4.81 ms to 4.85 ms), 223 GFLOPS, 7.04x faster than the seed (6.81x to 7.28x). 3 other configs cannot be told from it."
      kind: "optimal"
      when: "device == 'Intel(R) Xeon(R) Processor' && cores == 2 && compiler == 'gcc' && family == 'attention_forward' && causal == true && head_dim == 64 && num_heads == 8 && seq_len == 1024"
      config: "softmax_scheme = 'online', tile_m = 64, k_latency = 2"
      median_ms: 4.83
      gflops: 223
      speedup_over_seed: 7.04
      equal_within_spread: "tile_m = 32, k_latency = 3"
      trials: 12
      samples: 31
      noise: "0.70% from run to run, measured by the scatter of equal comparisons"
      confidence: 0.25
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      source: "trace run-0001"
      learned: "2026-02-13"
      learned_by: "spak"
    fact softmax_scheme_effect_intel_xeon_processor_2c_gcc_attention_forward_causal_hd64_nh8_sl1024 {
      description: "softmax_scheme = 'online' is faster than 'naive' by 3.01x (geometric mean of 6 pairs, 2.97x to 3.04x)."
      kind: "effect"
      when: "device == 'Intel(R) Xeon(R) Processor' && cores == 2 && compiler == 'gcc' && family == 'attention_forward' && causal == true && head_dim == 64 && num_heads == 8 && seq_len == 1024"
      best: "online"
      speedup_over_naive: 3.01
      pairs: 6
      samples: 31
      confidence: 0.87
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      source: "trace run-0001"
      learned: "2026-02-13"
      learned_by: "spak"
    fact tile_m_effect_intel_xeon_processor_2c_gcc_attention_forward_causal_hd64_nh8_sl1024 {
      description: "tile_m = 64 is faster than 8 by 2.31x (geometric mean of 4 pairs, 2.27x to 2.33x). 32 cannot be told from it."
      kind: "effect"
      when: "device == 'Intel(R) Xeon(R) Processor' && cores == 2 && compiler == 'gcc' && family == 'attention_forward' && causal == true && head_dim == 64 && num_heads == 8 && seq_len == 1024"
      best: 64
      speedup_over_8: 2.31
      pairs: 4
      samples: 31
      confidence: 0.83
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      source: "trace run-0001"
      learned: "2026-02-13"
      learned_by: "spak"
    fact negative_softmax_scheme_naive_intel_xeon_processor_2c_gcc_attention_forward_causal_hd64_nh8_sl1024 {
      description: "softmax_scheme = 'naive' takes at least 2.97x the time of 'online' in 6 of 6 pairs (geometric mean 3.01x, at most 3.04x). The fastest config with it takes 3.01x the time of the best one."
      kind: "negative"
      when: "device == 'Intel(R) Xeon(R) Processor' && cores == 2 && compiler == 'gcc' && family == 'attention_forward' && causal == true && head_dim == 64 && num_heads == 8 && seq_len == 1024"
      avoid: "softmax_scheme = 'naive'"
      compared_with: "softmax_scheme = 'online'"
      slowdown: 3.01
      slowdown_least: 2.97
      pairs: 6
      samples: 31
      confidence: 0.87
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      source: "trace run-0001"
      learned: "2026-02-13"
      learned_by: "spak"
    fact negative_tile_m_8_intel_xeon_processor_2c_gcc_attention_forward_causal_hd64_nh8_sl1024 {
      description: "tile_m = 8 takes at least 2.27x the time of 64 in 4 of 4 pairs (geometric mean 2.31x, at most 2.33x). The fastest config with it takes 2.32x the time of the best one."
      kind: "negative"
      when: "device == 'Intel(R) Xeon(R) Processor' && cores == 2 && compiler == 'gcc' && family == 'attention_forward' && causal == true && head_dim == 64 && num_heads == 8 && seq_len == 1024"
      avoid: "tile_m = 8"
      compared_with: "tile_m = 64"
      slowdown: 2.31
      slowdown_least: 2.27
      pairs: 4
      samples: 31
      confidence: 0.83
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      source: "trace run-0001"
      learned: "2026-02-13"
      learned_by: "spak"
    rule "Choice of softmax_scheme on intel_xeon_processor_2c_gcc_attention_forward_causal_hd64_nh8_sl1024" {
      when: "device == 'Intel(R) Xeon(R) Processor' && cores == 2 && compiler == 'gcc' && family == 'attention_forward' && causal == true && head_dim == 64 && num_heads == 8 && seq_len == 1024"
      recommend: "softmax_scheme = 'online'"
      avoid: "softmax_scheme = 'naive'"
      evidence: "'online' over 'naive' 3.01x (2.97x to 3.04x over 6 pairs); noise 0.70% from run to run, measured by the scatter of equal comparisons"
      influence: 3.01
      support: 6
      confidence: 0.87
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      source: "trace run-0001"
      learned: "2026-02-13"
      learned_by: "spak"
    rule "Choice of tile_m on intel_xeon_processor_2c_gcc_attention_forward_causal_hd64_nh8_sl1024" {
      when: "device == 'Intel(R) Xeon(R) Processor' && cores == 2 && compiler == 'gcc' && family == 'attention_forward' && causal == true && head_dim == 64 && num_heads == 8 && seq_len == 1024"
      recommend: "tile_m = 64"
      avoid: "tile_m = 8"
      evidence: "64 over 8 2.31x (2.27x to 2.33x over 4 pairs); noise 0.70% from run to run, measured by the scatter of equal comparisons"
      influence: 2.31
      support: 4
      confidence: 0.83
      toolchain: "gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native"
      source: "trace run-0001"
      learned: "2026-02-13"
      learned_by: "spak"
