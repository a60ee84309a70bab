// Root mean square normalisation of the rows of a matrix: y = x / sqrt(mean(x²) + eps) · weight.
operator rms_norm {
    values: ["rows", "columns", "dtype = 'bf16'"]
    scalars: ["eps = 0.00001"]
    flops: "4 * rows * columns"
    bytes: "(2 * rows * columns + columns) * itemsize"
    input x { shape: ["rows", "columns"] }
    input weight { shape: ["columns"] }
    output y {
        shape: ["rows", "columns"]
        row: 1
        terms: "columns"
        computed_in: "f32"
    }

    check "ragged" {
        rows: 37
        columns: 1000
    }
}
