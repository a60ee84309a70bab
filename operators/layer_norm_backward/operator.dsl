// Backward pass of layer normalisation, y = x̂ weight + bias with x̂ = (x - mean) rstd and rstd = 1 / sqrt(variance(x) + eps):
// d_x = (g - mean(g) - x̂ mean(g x̂)) rstd with g = d_y weight; d_weight = Σ d_y x̂ and d_bias = Σ d_y over the rows.
operator layer_norm_backward {
    values: ["rows", "columns", "dtype = 'bf16'"]
    scalars: ["eps = 0.00001"]
    flops: "13 * rows * columns"
    bytes: "(3 * rows * columns + 3 * columns) * itemsize + 8 * rows"

    maps {
        rows: ["rows"]
        columns: ["columns", "reduction"]
    }

    input x { shape: ["rows", "columns"] }
    // What forward left.
    input mean {
        shape: ["rows"]
        dtype: "f32"
        fill: "computed"
    }
    input rstd {
        shape: ["rows"]
        dtype: "f32"
        fill: "computed"
    }
    input weight { shape: ["columns"] }
    input d_y { shape: ["rows", "columns"] }
    output d_x {
        shape: ["rows", "columns"]
        row: 1
        terms: "columns"
        computed_in: "f32"
    }
    // A column is what the reference computes at once: one block for all of them would take minutes.
    output d_weight {
        shape: ["columns"]
        row: 0
        terms: "rows"
        computed_in: "f32"
    }
    output d_bias {
        shape: ["columns"]
        row: 0
        terms: "rows"
        computed_in: "f32"
    }

    // More rows than blocks that stay on a GPU, so that some block has several.
    check "ragged" {
        rows: 1061
        columns: 1000
    }
}
