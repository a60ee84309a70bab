// What a matrix product has to be, whatever computes it: c = a b.
//
// Names: `m`, `n`, `k` its sizes; `tile_m`, `tile_n`, `tile_k` what a block takes of them; `split_k` into how many parts the sum
// over k is cut; `processors` how many multiprocessors there are.
system Operator_MatMul {
    knowledge {
        invariant Linear {
            assert: "for all i, j: c(i, j) == sum_p a(i, p) * b(p, j)"
            reason: "each element is one sum over k"
        }
        invariant Zero {
            assert: "for all i, j: (for all p: a(i, p) = 0) implies c(i, j) = 0"
            reason: "what lies beyond the end of k is padded with zeros, and adds nothing"
        }

        rule "few blocks leave processors idle" {
            when: "m * n <= tile_m * tile_n * processors / 2 and k >= 16 * tile_k"
            prefer: "k_dim_loop in ['split_k', 'serial_full_k']"
            reason: "less than half of the processors have a block: parts of the sum can be theirs"
            source: "Osama et al., Stream-K, 2023"
            confidence: 0.7
        }

        rule "many blocks need no parts of sums" {
            when: "m * n >= 4 * tile_m * tile_n * processors"
            avoid: "k_dim_loop = 'split_k'"
            reason: "all processors are busy four times over, and parts have to be added up in memory"
            source: "Osama et al., Stream-K, 2023"
            confidence: 0.7
        }

        rule "sums of eight bits" {
            when: "dtype in ['f8e4m3', 'f8e5m2'] and k >= 2048"
            unless: "fast_sums"
            avoid: "fp8_accumulation = 'fast'"
            reason: "matrix units of Hopper keep some 14 bits of such sums: with k = 4096 the largest error is 2 % of the result"
            source: "DeepSeek-V3 technical report, 2024, 3.3.2"
            confidence: 0.9
        }
    }

    example "a square product fills the machine" {
        given { m: 8192, n: 8192, k: 8192, processors: 132, tile_m: 128, tile_n: 128, tile_k: 64 }
        open: [k_dim_loop]
        follows: ["avoid k_dim_loop == 'split_k'"]
        lacks: ["prefer k_dim_loop"]
    }

    example "a product of one row of tiles" {
        given { m: 128, n: 4096, k: 8192, processors: 132, tile_m: 128, tile_n: 128, tile_k: 64 }
        open: [k_dim_loop]
        follows: ["prefer k_dim_loop"]
        lacks: ["avoid k_dim_loop"]
    }

    example "eight bits over a long sum" {
        given { k: 8192, dtype: "f8e4m3", fast_sums: false }
        open: [fp8_accumulation]
        follows: ["avoid fp8_accumulation == 'fast'"]
    }
    example "eight bits where less will do" {
        given { k: 8192, dtype: "f8e4m3", fast_sums: true }
        open: [fp8_accumulation]
        lacks: ["avoid fp8_accumulation"]
    }
}
