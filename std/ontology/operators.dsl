// Which operators are alike, for concepts that belong to some of them and for names that they share.
// An operator of its own, in a library or a design, joins a group by a `group` of that name there.
system Ontology_Operators {
    group attention {
        says: "scores of queries and keys, and sums of values weighed by them"
        operators: ["attention_forward", "attention_backward", "attention_decode"]
    }

    group products {
        says: "products of two matrices"
        operators: ["matmul", "linear"]
    }

    group rows {
        says: "each row of a matrix by itself, as a whole"
        operators: ["softmax", "rms_norm", "layer_norm", "rms_norm_backward", "layer_norm_backward", "cross_entropy"]
    }

    group norms {
        says: "rows that are divided by their size"
        operators: ["rms_norm", "layer_norm", "rms_norm_backward", "layer_norm_backward"]
    }

    group elementwise {
        says: "each element, or each pair, by itself"
        operators: ["swiglu", "rope"]
    }

    group exponentials {
        says: "results that are made of exponentials"
        operators: ["attention_forward", "attention_backward", "attention_decode", "softmax", "cross_entropy", "swiglu"]
    }

    group normalized {
        says: "results that are divided by something that is known of a whole row"
        operators: ["attention_forward", "attention_decode", "softmax", "cross_entropy", "rms_norm", "layer_norm"]
    }

    group backward {
        says: "gradients"
        operators: ["attention_backward", "rms_norm_backward", "layer_norm_backward", "cross_entropy"]
    }

    group convolution {
        says: "sums over a window that moves over an image"
        source: "recorded spaces of Kernel Tuner, convolution_A100_T4 and convolution_W6600_T4 (docs/results/replay.txt)"
        operators: ["convolution"]
    }
}
