// Softmax of the rows of a matrix.
operator softmax {
    values: ["rows", "columns", "dtype = 'bf16'"]
    flops: "5 * rows * columns"
    bytes: "2 * rows * columns * itemsize"

    maps {
        rows: ["rows"]
        columns: ["columns", "reduction"]
    }

    input x { shape: ["rows", "columns"] }
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
