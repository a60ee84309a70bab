// A linear layer with its activation: out = activation(x weightᵀ + bias).
operator linear {
    values: ["m", "n", "k", "activation = 'none'", "epilogue_fusion = 'bias_activation'", "dtype = 'bf16'"]
    scalars: ["activation = activation"]
    derived: ["kind = 0 if activation == 'none' else (1 if activation == 'relu' else (2 if activation == 'gelu' or activation == 'gelu_erf' else (3 if activation == 'gelu_tanh' else 4)))", "has_bias = 1 if epilogue_fusion == 'bias' or epilogue_fusion == 'bias_activation' else 0"]
    flops: "2 * m * n * k"
    bytes: "(m * k + n * k + n + m * n) * itemsize"

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

    input x { shape: ["m", "k"] }
    input weight { shape: ["n", "k"] }
    input bias { shape: ["n"] }
    output out {
        shape: ["m", "n"]
        row: 1
        terms: "k"
        computed_in: "'f16' if dtype == 'f32' else 'f32'"
        // Matrix units add 32 bytes of a row at once and cut the sum off.
        additions: "k * itemsize / 32"
        kept_bits: "23"
    }

    check "ragged" {
        m: 200
        n: 136
        k: 328
    }

    constraint "activation" {
        require: activation == 'none' or activation == 'relu' or activation == 'gelu' or activation == 'gelu_erf' or activation == 'gelu_tanh' or activation == 'silu'
        reason: "none, relu, gelu (gelu_erf), gelu_tanh and silu are known"
    }
}
