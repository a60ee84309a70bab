// The gated unit of Shazeer (2020): out = silu(gate) · up.
operator swiglu {
    values: ["rows", "columns", "dtype = 'bf16'"]
    flops: "5 * rows * columns"
    bytes: "3 * rows * columns * itemsize"
    input gate { shape: ["rows", "columns"] }
    input up { shape: ["rows", "columns"] }
    output out {
        shape: ["rows", "columns"]
        row: 1
        computed_in: "f32"
    }

    check "ragged" {
        rows: 37
        columns: 1000
    }
}
