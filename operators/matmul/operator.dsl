// Matrix product: c = a b, with b given by columns where `transpose_b`, as weights of linear layers are.
operator matmul {
    values: ["m", "n", "k", "transpose_a = false", "transpose_b = false", "dtype = 'bf16'"]
    optional: ["fast_sums = false"]
    flops: "2 * m * n * k"
    bytes: "(m * k + k * n) * itemsize + m * n * (2 if itemsize == 1 else itemsize)"

    maps {
        m: ["rows"]
        n: ["columns"]
        k: ["reduction"]
    }

    aliases {
        m: ["M"]
        n: ["N"]
        k: ["K"]
    }

    input a { shape: ["m", "k"] }
    input b { shape: ["k", "n"] }
    output c {
        shape: ["m", "n"]
        row: 1
        terms: "k"
        // Products of eight bits are kept in sixteen.
        dtype: "'bf16' if itemsize == 1 else dtype"
        // Products of float32 may take the matrix units as tfloat32, which has the significand of float16; those of eight
        // bits are summed with little more than that.
        computed_in: "'f16' if dtype == 'f32' or itemsize == 1 else 'f32'"
        // Matrix units add 32 bytes of a row at once and cut the sum off. Of eight bits they keep 13 behind the leading one,
        // unless kernels take sums out of them every few additions; who asks for `fast_sums` allows them not to.
        additions: "k * itemsize / 32"
        kept_bits: "13 if fast_sums else 23"
    }

    check "ragged" {
        m: 200
        n: 136
        k: 328
    }

    layout "a by columns" {
        where: "transpose_a"
        arrays: ["a"]
        order: [1, 0]
    }
    layout "b by columns" {
        where: "transpose_b"
        arrays: ["b"]
        order: [1, 0]
    }
}
