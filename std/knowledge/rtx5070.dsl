// What the first prototype reported of an RTX 5070: facts about that device, from its recorded sweep, and of nothing else.
//
// Its rule of latencies (`v_load_latency = 5 if causal else 4`) is not here: the sweep does not support it. Latencies change
// 0.3 % at most, and the difference that the rule speaks of is 0.01 % within a noise of 0.2 %.
//
// [sweep] "last_engineering_trace.json" of the prototype's FMHA v4: 16 configs, causal and not, one run each.
system Knowledge_RTX5070 {
    knowledge {
        fact attention_on_rtx5070() {
            return device == "NVIDIA GeForce RTX 5070" && family == "attention_forward"
        }

        fact best_attention_on_rtx5070 {
            description: "Causal attention at 135.03 TFLOPS, PyTorch's at 121.38; full attention at 73."
            tile_m: 64, tile_n: 64, k_load_latency: 3, v_load_latency: 5
            tflops: 135.03
            source: "[sweep]"
        }

        rule "wide tiles of queries lose on an RTX 5070" {
            when: "attention_on_rtx5070"
            avoid: "tile_m = 128"
            evidence: "tile_m = 128 has 0.46 of the rate of 64 (0.39 to 0.56 over 16 pairs), as `spak learn --from` finds in it"
            source: "[sweep]"
            confidence: 0.9
        }

        rule "tiles of an RTX 5070" {
            when: "attention_on_rtx5070"
            recommend: "tile_m = 64, tile_n = 64"
            priority: 1  // what was measured there counts more than what a generation is said to like
            evidence: "best_attention_on_rtx5070"
            source: "[sweep]"
            confidence: 0.9
        }
    }

    example "they say nothing of an H200" {
        given { device: "NVIDIA H200", family: "attention_forward" }
        open: [tile_m, tile_n]
        lacks: ["recommend tile_m", "avoid tile_m"]
    }

    example "they hold of it" {
        given { device: "NVIDIA GeForce RTX 5070", family: "attention_forward" }
        open: [tile_m, tile_n]
        follows: ["recommend tile_m = 64", "recommend tile_n = 64", "avoid tile_m == 128"]
    }
}
