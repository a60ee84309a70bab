// Cross-entropy of rows of logits with the number of a class each: loss = log(sum(exp(x))) - x[target], and the gradient of the
// losses' sum.
operator cross_entropy {
    values: ["rows", "columns", "bwd_decomposition = 'grad_in_forward'", "in_place = 'never'", "dtype = 'bf16'"]
    flops: "8 * rows * columns"
    bytes: "(2 if bwd_decomposition == 'grad_in_forward' else 1) * rows * columns * itemsize + 12 * rows"

    maps {
        rows: ["rows"]
        columns: ["columns", "reduction"]
    }

    aliases {
        columns: ["classes", "vocab_size"]
    }

    input logits { shape: ["rows", "columns"] }
    input target {
        shape: ["rows"]
        dtype: "i64"
        fill: "below columns"
    }
    output loss {
        shape: ["rows"]
        row: 0
        dtype: "f32"
        terms: "columns"
        computed_in: "f32"
    }
    output d_logits {
        shape: ["rows", "columns"]
        row: 1
        terms: "columns"
        computed_in: "f32"
        present: "bwd_decomposition == 'grad_in_forward'"
    }

    check "ragged" {
        rows: 37
        columns: 1000
    }

    constraint "inputs stay" {
        require: in_place == 'never'
        reason: "a judge that repeats a kernel needs the logits as they were"
    }
}
