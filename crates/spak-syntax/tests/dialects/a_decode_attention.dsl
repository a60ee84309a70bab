---
title: "Decode Attention System v2 – Paged KV & Split-K"
source: "flash_decode.py + 사내 벤치마크 노트"
extraction-date: 2026-03-02
tags: [Decode, PagedKV, Split-K, 압축]
status: "draft"
---

// 디코드 단계: query 길이는 항상 1
system Decode_Attention_v2 extends FMHA_System_v4 {

    import "../fmha/knowledge.dsl" as fmha

    // ---------- 1. Design Space ----------
    design_space {
        kv_layout: ["paged", "contiguous"],
        split_k: { enabled: true, reduce: ["tree", "atomic"] }
        softmax_scheme: ["online"]      // naive는 제외 – S가 너무 큼
        causal: [false]
        page_size: [
            16,   // vLLM default
            32,
            64    // 큰 페이지
        ]
        load_latency: int range [0, 4]
        epsilon: 1e-6
        head_dim_ok: 64..256
    }

    tuning_space {
        tile_n: [32, 64, 128]
        num_splits: [1, 2, 4, 8, 16];  stages: [1, 2, 3]
        warp_specialize: bool
        stability_floor: -1e20
    }

    model {
        type PageTable matches { pages: List<int>, block_size: int, dtype: "fp16" | "bf16" }
        type Config { head_dim: 128, n_kv: 8 }
        state current_design: "paged_split_k"
        state best_latency_us: float = inf
    }

    constraint smem { tile_n * head_dim * bytes_of(accum_dtype) <= 96KB }
    require: num_heads % num_kv_heads == 0
    constraints {
        gpu_memory <= 12GB
        tile_n in [32, 64]  =>  stages <= 2
    }

    knowledge {
        invariant "LSE merge" {
            assert: "O = Σ_i exp(lse_i − lse) · O_i"   // 합칠 때
            verification: """
                for each split i:
                    check |O − O_ref| < 1e-3   // not a comment here
                { braces } do not count, "quotes" neither
            """
        }

        fact is_latency_bound(t: TraceItem.Performance, floor: float) {
            // 작은 배치
            return t.tflops < 5.0 && t.latency_us > floor
                || t.step_name == "decode{1}"
        }

        rule "Split-K → occupancy" {
            when: "batch * num_kv_heads < sm_count"
            apply: "num_splits = cdiv(sm_count, batch * num_kv_heads)"
            recommend: "num_splits = 8"
            recommend: "tile_n = 64"
            confidence: 0.8 ; source: "notes.md:L12–L30"
        }

        fact negative_result { description: "atomics lose 12 % at 16 splits", confidence: 0.9, device: "H200" }
        hint "Prefetch" { trigger: "page_size <= 16", suggestion: "load the table one tile ahead" }
    }

    trace_schema {
        variant TraceItem {
            case Performance { step_name: string, latency_us: float, bound: "memory" | "latency" | "compute" }
            case Event {}
        }
    }

    agent_loop Architect {
        step "Measure" { tool.run { cmd: "python bench.py --json '{\"bs\": 1}'" } emit TraceItem.Performance }
        step "Decide" {
            if "is_latency_bound(trace.latest)" {
                llm.query { prompt: "Given {{trace.latest}}, raise num_splits?", output_var: "answer" }
            } else {
                emit "nothing to do"
            }
        }
    }

    engineering_loop Tuner {
        parameter num_splits: [1, 2, 4]
        parameter tile_n: tuning_space.tile_n
        measure {
            cmd: "./bench --splits {{num_splits}} --tile {{tile_n}}"
            metric: "latency_us"
            objective: "minimize"
        }
    }

    build {
        artifact "report.md"
        artifact "decode.py" { generator: "gen.py", input: trace.all }
    }
}
