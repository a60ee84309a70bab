// Rules of thumb for training transformers: what makes a run diverge or collapse. Advice for people, unless a run gives the
// names values.
//
// Names: `optimizer`, `warmup_steps`, `loss_scaling`, `dtype`, `loop_steps` how often a block is applied
// (1 in a plain transformer), `curriculum` and `halt_regularization` whether there is one.
system Knowledge_Training {
    knowledge {
        rule "long loops need a curriculum" {
            when: "loop_steps > 8"
            unless: "curriculum"
            warn: "gradients through {{loop_steps}} applications of one block explode: begin with fewer, as in 2 -> 4 -> 8"
            source: "LoopLM training notes: stability rule Divergence"
        }
        rule "halting needs a regulariser" {
            when: "loop_steps > 1"
            unless: "halt_regularization"
            warn: "without a regulariser of halting the depth that is used becomes constant"
            source: "LoopLM training notes: stability rule Collapse"
        }
        rule "Adam needs a warm-up" {
            when: "optimizer == 'adam' and warmup_steps == 0"
            warn: "Adam's second moments are not yet known in the first steps: warm up"
            source: "Liu et al., On the Variance of the Adaptive Learning Rate, 2020"
        }
        rule "half precision needs a scale" {
            when: "dtype == 'f16'"
            unless: "loss_scaling"
            warn: "gradients below 2^-24 vanish in f16: scale the loss, or use bf16"
            source: "Micikevicius et al., Mixed Precision Training, 2018"
        }
    }

    example "a long loop without a curriculum" {
        given { loop_steps: 16, curriculum: false, halt_regularization: true }
        follows: ["warn gradients through 16 applications of one block explode: begin with fewer, as in 2 -> 4 -> 8"]
        lacks: ["warn without a regulariser of halting the depth that is used becomes constant"]
    }
    example "a plain transformer" {
        given { loop_steps: 1, curriculum: false, halt_regularization: false, dtype: "bf16" }
        lacks: ["warn"]
    }
}
