// Root mean square normalisation of the rows of a matrix: y = x / sqrt(mean(x²) + eps) · weight.
operator rms_norm {
    values: ["rows", "columns", "store_stats = false", "dtype = 'bf16'"]
    scalars: ["eps = 0.00001"]
    flops: "4 * rows * columns"
    bytes: "(2 * rows * columns + columns) * itemsize"

    maps {
        rows: ["rows"]
        columns: ["columns", "reduction"]
    }

    input x { shape: ["rows", "columns"] }
    input weight { shape: ["columns"] }
    output y {
        shape: ["rows", "columns"]
        row: 1
        terms: "columns"
        computed_in: "f32"
    }
    output rstd {
        shape: ["rows"]
        row: 0
        dtype: "f32"
        terms: "columns"
        computed_in: "f32"
        present: "store_stats"
    }

    check "ragged" {
        rows: 37
        columns: 1000
    }
}
