//! Small designs for the loop: few configs, and problems that are done in microseconds.

/// Attention with one head of 64 rows: eight configs, comments to be kept, and a schema of its own.
pub(crate) const ATTENTION: &str = "\
// A small attention for the tests.
system Small_Attention {

    // The problem.
    workload Tiny {
        family: attention_forward
        batch: 1
        num_heads: 2
        num_kv_heads: 2
        seq_len: 64
        head_dim: 32
        causal: true
        dtype: f32
    }

    design_space {
        softmax_scheme: [\"naive\", \"online\"]   // the first is the seed
        causal_tiles: [\"all\", \"skip\"]
    }

    /* two sizes */
    tuning_space {
        tile_m: [16, 32]
    }

    knowledge {
        // Nothing is known yet.
        fact written_by_hand {
            description: \"스스로 쓴 것\"
        }
    }

    trace_schema {
        variant TraceItem {
            case Performance {
                step_name: string
                tflops: float
                speedup: float
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
            metric: \"median_ns\"
            objective: \"minimize\"
        }
    }
}
";

/// A matrix product of 64³: three configs, and nothing that it says about traces.
pub(crate) const MATMUL: &str = "\
system Small_Matmul {

    workload Square {
        family: matmul
        m: 64
        n: 64
        k: 64
        dtype: f32
    }

    design_space {
        loop_order: [\"ijk\", \"ikj\", \"tiled_ikj\"]
    }

    knowledge {
    }
}
";
