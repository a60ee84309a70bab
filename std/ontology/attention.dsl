// What only attention has.
system Ontology_Attention {
    concept causal {
        kind: "property"
        says: "whether a query sees no key behind it"
        of: ["attention"]
    }

    concept causal_support {
        kind: "axis"
        says: "whether queries see only keys up to their own position, and who decides"
        of: ["attention"]
    }

    concept causal_predicate {
        kind: "axis"
        says: "whether a query sees the key at its own position"
        of: ["attention"]
    }

    concept causal_alignment {
        kind: "axis"
        says: "which key the first query is aligned with, where there are more keys than queries"
        of: ["attention"]
    }

    concept causal_tile_skipping {
        kind: "axis"
        says: "whether tiles of which nothing counts are left out"
        of: ["attention"]
        aliases {
            c: ["causal_tiles"]
        }
        values {
            pruned: ["skip"]
            full_loop: ["all"]
        }
    }

    concept causal_work_order {
        kind: "axis"
        says: "in which order tiles of queries are started where later ones have more to do"
        of: ["attention"]
    }

    concept mask_form {
        kind: "axis"
        says: "how scores that do not count are left out"
        of: ["attention"]
    }

    concept mask_fusion {
        kind: "axis"
        says: "where a kernel for a CPU applies its mask"
        of: ["attention"]
    }

    concept mask_fill_value {
        kind: "axis"
        says: "what stands for scores that do not count"
        of: ["attention"]
    }

    concept mask_region {
        kind: "axis"
        says: "in which turns of the loop over tiles the mask is computed"
        of: ["attention"]
    }

    concept attention_variant {
        kind: "axis"
        says: "how many heads share keys"
        of: ["attention"]
    }

    concept gqa_mapping {
        kind: "axis"
        says: "how heads of queries find their head of keys"
        of: ["attention"]
    }

    concept gqa_grad_reduction {
        kind: "axis"
        says: "how the gradients of heads that share keys are added up"
        of: ["attention"]
    }

    concept kv_split_rule {
        kind: "axis"
        says: "what says into how many parts the keys are divided"
        of: ["attention"]
    }

    concept kv_split_merge {
        kind: "axis"
        says: "which kernel puts the parts of the keys together"
        of: ["attention"]
    }

    concept kv_loop_bound {
        kind: "axis"
        says: "what says how many tiles of keys a block visits"
        of: ["attention"]
    }

    concept head_dim_tiling {
        kind: "axis"
        says: "whether a tile holds the whole size of a head"
        of: ["attention"]
        along: "columns"
    }

    concept head_dim_rounding {
        kind: "axis"
        says: "whether the tile is as wide as the features, or rounded up"
        of: ["attention"]
        along: "columns"
    }

    concept head_batch_axis {
        kind: "axis"
        says: "whether batch and head share an axis of the grid"
        of: ["attention"]
    }

    concept bwd_softmax_reconstruction {
        kind: "axis"
        says: "where the weights come from in the backward pass"
        of: ["attention"]
    }

    concept delta_computation {
        kind: "axis"
        says: "where the row sums of output times its gradient are computed"
        of: ["attention"]
    }

    concept delta_storage {
        kind: "axis"
        says: "how the row sums of output times its gradient are stored"
        of: ["attention"]
    }

    concept preprocess_dot_precision {
        kind: "axis"
        says: "in which type output and its gradient are multiplied"
        of: ["attention"]
    }

    concept grad_scale_placement {
        kind: "axis"
        says: "where the gradients of queries and keys are scaled"
        of: ["attention"]
        aliases {
            any: ["{operand}_grad_scale_placement"]
        }
    }

    concept lse_variant_packaging {
        kind: "axis"
        says: "whether one kernel serves inference and training"
        of: ["attention"]
    }

    concept score_composition {
        kind: "axis"
        says: "how scores of several parts come together"
        of: ["attention"]
    }

    concept window_support {
        kind: "axis"
        says: "whether queries see only the last keys"
        of: ["attention"]
    }

    concept varlen_support {
        kind: "axis"
        says: "whether sequences have lengths of their own"
        of: ["attention"]
    }

    concept score_bias {
        kind: "axis"
        says: "whether something that is loaded is added to the scores"
        of: ["attention"]
    }

    concept empty_row_guard {
        kind: "axis"
        says: "what keeps rows without any key from giving no number"
        of: ["attention"]
    }

    concept weighted_sum_path {
        kind: "axis"
        says: "how outputs of parts of the keys are added up"
        of: ["attention"]
    }
}
