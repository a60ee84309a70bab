// Backward pass of root mean square normalisation, y = x · rstd · weight with rstd = 1 / sqrt(mean(x²) + eps):
// d_x = (g - x̂ mean(g x̂)) rstd with g = d_y weight and x̂ = x rstd, and d_weight = Σ d_y x̂ over the rows.
operator rms_norm_backward {
    values: ["rows", "columns", "dtype = 'bf16'"]
    scalars: ["eps = 0.00001"]
    flops: "9 * rows * columns"
    bytes: "(3 * rows * columns + 2 * columns) * itemsize + 4 * rows"

    maps {
        rows: ["rows"]
        columns: ["columns", "reduction"]
    }

    input x { shape: ["rows", "columns"] }
    // What forward left.
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

    // More rows than blocks that stay on a GPU, so that some block has several.
    check "ragged" {
        rows: 1061
        columns: 1000
    }
}
