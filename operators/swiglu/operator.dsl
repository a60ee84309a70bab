// The gated unit of Shazeer (2020): out = silu(gate) · up.
operator swiglu {
    values: ["rows", "columns", "dtype = 'bf16'"]
    flops: "5 * rows * columns"
    bytes: "3 * rows * columns * itemsize"

    maps {
        rows: ["rows"]
        columns: ["columns"]
    }

    input gate { shape: ["rows", "columns"] }
    input up { shape: ["rows", "columns"] }
    output out {
        shape: ["rows", "columns"]
        row: 1
        // Where the gate is rounded to the type of what it multiplies, the product is, too.
        computed_in: "dtype if b_compute_dtype == 'input_dtype' else 'f32'"
    }

    check "ragged" {
        rows: 37
        columns: 1000
    }
}
