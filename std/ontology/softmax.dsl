// What is found of a row of scores, and how weights are made of it.
system Ontology_Softmax {
    concept softmax_scheme {
        kind: "axis"
        says: "how the row maximum and the row sum of a softmax are found"
        of: ["attention", "softmax", "cross_entropy"]
        along: "reduction"
    }

    concept rowsum_reduction {
        kind: "axis"
        says: "whether weights are summed along rows in each turn, or at the end"
        of: ["attention", "softmax", "cross_entropy"]
        along: "reduction"
    }

    concept rescale_policy {
        kind: "axis"
        says: "when the accumulator is scaled to a new maximum"
        of: ["attention"]
    }

    concept softmax_state_layout {
        kind: "axis"
        says: "whether what is kept for each row is a column or a list"
        of: ["attention"]
    }

    concept l_init {
        kind: "axis"
        says: "what the sum of weights starts with"
        of: ["attention"]
    }

    concept normalization_placement {
        kind: "axis"
        says: "whether the output is divided once, or for each step"
        of: ["attention"]
    }

    concept score_scale_placement {
        kind: "axis"
        says: "where the scores are scaled"
        of: ["attention"]
    }

    concept score_lookahead {
        kind: "axis"
        says: "whether scores of the next step are computed ahead"
        of: ["attention"]
    }

    concept lse_base {
        kind: "axis"
        says: "to which base the logarithm of the sum of weights is kept"
        of: ["attention"]
    }

    concept lse_delta_read {
        kind: "axis"
        says: "how what was kept for each row is read"
        of: ["attention"]
        aliases {
            any: ["{operand}_lse_delta_read"]
        }
    }

    concept lse_padding {
        kind: "axis"
        says: "what stands for rows beyond the last one where the sums of weights are kept"
        of: ["attention"]
    }

    concept loss_reduction {
        kind: "axis"
        says: "how the losses of rows come together"
        of: ["cross_entropy"]
    }

    concept target_correction {
        kind: "axis"
        says: "where the score of the label is taken away"
        of: ["cross_entropy"]
    }

    concept ignored_row_path {
        kind: "axis"
        says: "what happens to rows that do not count"
        of: ["cross_entropy"]
    }

    concept gradient_normalization {
        kind: "axis"
        says: "where gradients are divided by the number of rows"
        of: ["cross_entropy"]
    }
}
