// What attention has to be, whatever computes it: invariants of its result, and of what is kept for the gradients.
//
// Names: `attention_weight` the weights of one head, `scores` what they are made from, `lse` the logarithm of each row's sum
// of exponentials, `num_heads` and `num_kv_heads` heads of queries and of keys.
system Operator_Attention {
    knowledge {
        invariant Normalised {
            assert: "row_sum(attention_weight) == 1"
            reason: "each row is a mean of values"
        }
        invariant NonNegative {
            assert: "for all i, j: attention_weight(i, j) >= 0"
        }
        invariant Causal {
            assert: "causal implies (for all i, j: j > i => attention_weight(i, j) = 0)"
            reason: "a query sees no key behind it"
        }
        invariant KeptLse {
            assert: "for all i: lse(i) == log(sum_j exp(scores(i, j)))"
            reason: "the backward pass makes weights anew from it: exp(scores - lse)"
        }
        invariant StabilityFloor {
            assert: "for all i: row_sum_of_exponentials(i) > 0"
            reason: "with the maximum of the row taken away one exponential is 1; a row that sees no key is zero by definition, and not 0/0"
        }
        invariant HeadMapping {
            assert: "num_heads % num_kv_heads == 0"
            reason: "query head h reads key head h / (num_heads / num_kv_heads)"
        }

        rule "masked scores are finite" {
            when: "softmax_scheme == 'online' and mask_value_is_infinite"
            warn: "a row that is masked as a whole is infinity minus infinity: use a large finite number (-1e20), or keep the maximum finite"
            source: "Dao, FlashAttention-2, 2023; NanoGPT v3 of the prototype, numerical_stability_floor"
        }

        rule "queries of several heads share keys" {
            when: "num_heads > num_kv_heads and num_kv_heads > 1"
            conclude: "attention_variant = 'GQA'"
            source: "Ainslie et al., GQA, 2023"
        }
        rule "all heads share keys" {
            when: "num_heads > 1 and num_kv_heads == 1"
            conclude: "attention_variant = 'MQA'"
            source: "Shazeer, Fast Transformer Decoding, 2019"
        }
        rule "every head has its keys" {
            when: "num_heads == num_kv_heads"
            conclude: "attention_variant = 'MHA'"
            source: "Vaswani et al., 2017"
        }

        rule "keys that fill no tile" {
            when: "kv_len % tile_n != 0"
            recommend: "memory_robustness = 'dynamic_k_masking'"
            reason: "the last tile has keys that are none"
            source: "TileGym, attention.py, EVEN_K"
        }
    }

    example "grouped heads" {
        given { num_heads: 32, num_kv_heads: 8 }
        follows: ["attention_variant = 'GQA'"]
        lacks: ["attention_variant = 'MHA'", "forbid"]
    }

    example "heads that do not share evenly" {
        given { num_heads: 32, num_kv_heads: 6 }
        follows: ["forbid true"]
    }

    example "a length that is no multiple of a tile" {
        given { num_heads: 8, num_kv_heads: 8, kv_len: 1000 }
        open: [tile_n, memory_robustness]
        follows: ["attention_variant = 'MHA'", "recommend memory_robustness = 'dynamic_k_masking'"]
    }
}
