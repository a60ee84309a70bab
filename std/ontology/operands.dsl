// What the arrays of operators are to their kernels. Names of axes have them in them: `k_load_latency` is the latency of loads of
// `k`, which attention reads step by step.
system Ontology_Operands {
    concept input {
        kind: "operand"
        says: "what a kernel reads"
    }

    concept stationary_input {
        kind: "operand"
        says: "an input of which a block reads its part once"
        broader: "input"
        aliases {
            attention_forward: ["q"]
            attention_decode: ["q"]
            attention_backward: ["k", "v"]
        }
    }

    concept streamed_input {
        kind: "operand"
        says: "an input that a block reads step by step, as a loop goes on"
        broader: "input"
        aliases {
            attention_forward: ["k", "v"]
            attention_decode: ["k", "v"]
            attention_backward: ["q", "do", "d_out", "o", "out"]
            matmul: ["a", "b"]
            linear: ["a", "b", "x", "weight"]
            rows: ["x", "dy", "d_y", "logits"]
            swiglu: ["a", "b", "gate", "up"]
            rope: ["q", "k"]
            convolution: ["image"]
        }
    }

    concept shared_parameter {
        kind: "operand"
        says: "a small input that all rows share"
        broader: "input"
        aliases {
            norms: ["weight", "bias"]
            linear: ["bias"]
            rope: ["cos", "sin"]
            convolution: ["filter"]
        }
    }

    concept labels {
        kind: "operand"
        says: "what is looked up for each row"
        broader: "input"
        of: ["rows"]
        aliases {
            cross_entropy: ["target"]
        }
    }

    concept result {
        kind: "operand"
        says: "what a kernel is run for"
        aliases {
            attention_forward: ["o", "out"]
            attention_decode: ["o", "out"]
            attention_backward: ["dq", "dk", "dv", "d_q", "d_k", "d_v"]
            matmul: ["c"]
            linear: ["c", "out"]
            rows: ["y", "dx", "d_x", "d_weight", "d_bias", "loss", "d_logits"]
            swiglu: ["y", "out"]
            rope: ["y", "q_out", "k_out"]
            convolution: ["image_out"]
        }
    }

    concept statistics {
        kind: "operand"
        says: "what is kept of each row, for the gradients"
        aliases {
            attention: ["lse", "delta"]
            norms: ["mean", "rstd"]
        }
    }

    concept weights_of_scores {
        kind: "operand"
        says: "weights or their gradients on the way from one product to the next"
        of: ["attention"]
        aliases {
            attention: ["p", "ds"]
        }
    }
}
