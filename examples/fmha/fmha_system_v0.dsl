---
title: "Fused attention on the CPU, seed"
source: "the textbook: scores, softmax, weighted sum"
tags: [FMHA, CPU, seed]
status: "active"
---

system FMHA_System_v0 {

    // The problem that is timed: one sequence, eight heads, causal.
    workload Prefill {
        family: attention_forward
        batch: 1
        num_heads: 8
        num_kv_heads: 8
        seq_len: 1024
        head_dim: 64
        causal: true
        dtype: f32
    }

    // ------------------------------------------------------------
    // What the kernel is. The first value of each axis is the seed:
    // naive softmax over materialised scores, masked afterwards.
    // ------------------------------------------------------------
    design_space {
        softmax_scheme: ["naive", "online"]
        math_approximation: ["exp", "exp2"]
        mask_fusion: ["post_qk", "fused_qk"]
        causal_tiles: ["all", "skip"]
        accum_dtype: ["f32", "f64"]
        data_packing: ["none", "pack_k", "pack_kv"]
        loop_order: ["q_outer", "kv_outer"]
        parallel_loop: ["heads", "rows", "heads_and_rows"]
        simd: ["auto", "vector"]
    }

    // ------------------------------------------------------------
    // How it is laid on the machine: basic tiling, one thread.
    // ------------------------------------------------------------
    tuning_space {
        tile_m: [16, 32, 48, 64, 96, 128]
        tile_n: [32, 64, 128, 256]
        micro_m: [4, 6, 8, 12]
        micro_n: [2, 1, 3, 4]
        simd_width: [8, 4, 16]
        threads: [1, 2]
    }

    constraint "a tile of queries holds whole register tiles" {
        require: tile_m >= micro_m
        reason: "otherwise part of every register tile is idle"
    }

    knowledge {
        invariant Correctness {
            assert: "The output must match the float64 reference within the tolerance of the arithmetic."
        }

        invariant HeadMapping {
            assert: "num_heads % num_kv_heads == 0"
        }

        // Nothing is known yet about any machine: `spak loop` adds what it measures.
    }

    trace_schema {
        variant TraceItem {
            case Performance {
                step_name: string
                tflops: float
                speedup: float      // over the seed
            }
            case Correctness {
                step_name: string
                passed: bool
                max_error: float
            }
            case Rejection {
                step_name: string
                stage: string
                reason: string
            }
        }
    }

    engineering_loop Tuner {
        measure {
            metric: "median_ns"
            objective: "minimize"
        }
    }
}
