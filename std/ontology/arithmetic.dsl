// In which types and by which instructions results are computed.
system Ontology_Arithmetic {
    concept accum_dtype {
        kind: "axis"
        says: "the type in which sums are kept"
    }

    concept output_cast {
        kind: "axis"
        says: "what a result is cast to before it is stored"
    }

    concept output_dtype {
        kind: "axis"
        says: "the type of the array that a result is stored in"
        aliases {
            any: ["{operand}_output_dtype"]
        }
    }

    concept compute_dtype {
        kind: "axis"
        says: "the type in which an operand is computed with"
        aliases {
            any: ["{operand}_compute_dtype"]
        }
    }

    concept p_operand_dtype {
        kind: "axis"
        says: "in which type weights and their gradients come to the next product"
        of: ["attention"]
        aliases {
            any: ["{operand}_p_operand_dtype"]
        }
    }

    concept partial_output_dtype {
        kind: "axis"
        says: "in which type partial results are kept"
    }

    concept mma_input_dtype {
        kind: "axis"
        says: "the type in which operands are multiplied"
        of: ["products"]
    }

    concept fp8_accumulation {
        kind: "axis"
        says: "whether sums of products of eight bits stay in the matrix units, which keep fewer bits of them"
        of: ["products"]
    }

    concept math_approximation {
        kind: "axis"
        says: "how exponentials are computed"
        // A product has exponentials in its activation alone.
        of: ["exponentials", "linear"]
        aliases {
            any: ["{operand}_math_approximation"]
        }
    }

    concept exp_flush_to_zero {
        kind: "axis"
        says: "whether exponentials give zero instead of tiny numbers"
        of: ["exponentials"]
    }

    concept normalization_division {
        kind: "axis"
        says: "how the quotient is computed that a result is divided by"
        of: ["normalized", "swiglu"]
    }

    concept rsqrt_form {
        kind: "axis"
        says: "how the reciprocal of a root is computed"
        of: ["norms"]
    }

    concept variance_algorithm {
        kind: "axis"
        says: "how the spread of a row is found"
        of: ["norms"]
    }

    concept bwd_formulation {
        kind: "axis"
        says: "which sums over a row a gradient is made of"
        of: ["backward"]
    }

    concept bwd_decomposition {
        kind: "axis"
        says: "into which kernels the backward pass is parted"
        of: ["backward"]
    }

    concept bwd_stat_source {
        kind: "axis"
        says: "where the way back gets what was found of a row from"
        of: ["backward"]
    }

    concept bwd_activation_source {
        kind: "axis"
        says: "whether the backward pass computes an activation again"
    }

    concept bwd_support {
        kind: "axis"
        says: "how a gradient is computed"
    }

    concept grad_reduction {
        kind: "axis"
        says: "how the gradients of what all rows share are summed up"
        of: ["backward"]
    }

    concept statistics_storage {
        kind: "axis"
        says: "how what was found of a row is kept for the way back: the logarithm of a sum of weights, a mean, a root"
        of: ["attention", "norms"]
        aliases {
            attention: ["lse_storage"]
            norms: ["stat_storage"]
        }
        values {
            tile_store: ["3d_tile_store"]
        }
    }

    concept reduction_split {
        kind: "axis"
        says: "whether several blocks share what is summed over"
        of: ["attention", "products"]
        along: "reduction"
        aliases {
            products: ["k_dim_loop"]
            attention: ["kv_split"]
        }
        values {
            whole: ["serial_full_k", "none"]
            split: ["split_k", "split_kv"]
        }
    }

    concept kernel_mode {
        kind: "axis"
        says: "whether what gradients need is kept"
    }

    concept in_loop_constant_tiles {
        kind: "axis"
        says: "whether tiles that are always the same are made in the loop"
    }

    concept epilogue_fusion {
        kind: "axis"
        says: "what is done with a product before it is stored"
        of: ["products"]
    }

    concept feature_gating {
        kind: "axis"
        says: "how it is said which activation is taken"
    }

    concept intermediate_storage {
        kind: "axis"
        says: "whether what a gate is made of is kept besides its result"
    }

    concept constraint {
        kind: "axis"
        says: "what a source checks before it launches"
    }

    concept hazard {
        kind: "axis"
        says: "what a reviewer would ask about a source"
    }

    concept family {
        kind: "axis"
        says: "what a kernel computes"
    }
}
