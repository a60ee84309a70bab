// Attention as a textbook has it, for `spak transform`: what it is, and nothing of any machine.
system Attention_v0 {

    // ----- what the kernel is
    design_space {
        softmax_scheme: ["naive"]   // scores are stored
        mask_type: ["causal", "none"]
        precision: ["f16", "f32"]
    }

    // ----- how it is laid on the machine
    tuning_space {
        block_size: [32, 64, 128]
        num_warps: [4, 8]
    }

    knowledge {
        invariant Correctness {
            assert: "The output must match the reference within the tolerance of the arithmetic."
        }
    }
}
