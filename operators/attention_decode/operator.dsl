// Attention of few queries, mostly one, with all keys that are kept of a sequence: out = softmax(q kᵀ · scale) v by head.
// Query head h reads key head h / (num_heads / num_kv_heads). Every query sees every key.
operator attention_decode {
    // The base is the one that the templates take where a design says nothing.
    values: ["batch = 1", "num_heads", "num_kv_heads = num_heads", "seq_len = 1", "kv_len", "head_dim", "store_lse = false", "lse_base = 'log2'", "dtype = 'bf16'"]
    scalars: ["scale = 1.0 / sqrt(head_dim)"]
    derived: ["log_unit = 1.0 if lse_base == 'ln' else log(2.0)"]
    flops: "4 * batch * num_heads * head_dim * seq_len * kv_len"
    // Nearly all of it are the keys and values, which is what bounds the time.
    bytes: "batch * head_dim * 2 * (num_heads * seq_len + num_kv_heads * kv_len) * itemsize"

    maps {
        seq_len: ["rows"]
        kv_len: ["reduction"]
        head_dim: ["columns"]
        batch: ["batch"]
        num_heads: ["heads"]
        num_kv_heads: ["shared_heads"]
    }

    aliases {
        batch: ["batch_size"]
        num_heads: ["heads"]
        num_kv_heads: ["kv_heads", "num_head_kv"]
        seq_len: ["q_len"]
        kv_len: ["k_len", "cache_len"]
    }

    input q { shape: ["batch", "num_heads", "seq_len", "head_dim"] }
    input k { shape: ["batch", "num_kv_heads", "kv_len", "head_dim"] }
    input v { shape: ["batch", "num_kv_heads", "kv_len", "head_dim"] }
    output out {
        shape: ["batch", "num_heads", "seq_len", "head_dim"]
        row: 1
        terms: "kv_len"
    }
    output lse {
        shape: ["batch", "num_heads", "seq_len"]
        row: 0
        dtype: "f32"
        // Queries that are scaled first are rounded to their type again.
        computed_in: "dtype if score_scale_placement == 'pre_scale_q' else 'f32'"
        present: "store_lse"
    }

    layout "sequence before heads" {
        where: "tensor_layout == 'BSHD'"
        arrays: ["q", "k", "v", "out"]
        order: [0, 2, 1, 3]
    }

    // Neither a multiple of tiles nor of shares of the keys.
    check "ragged" {
        batch: 3
        num_heads: "2 * num_heads / num_kv_heads"
        num_kv_heads: 2
        kv_len: 1013
    }
    check "fewer keys than a tile" {
        batch: 1
        num_heads: "2 * num_heads / num_kv_heads"
        num_kv_heads: 2
        kv_len: 5
    }

    constraint "heads" {
        require: num_heads % num_kv_heads == 0
        reason: "each key head belongs to as many query heads"
    }
    constraint "logarithms" {
        require: lse_base == 'ln' or lse_base == 'log2'
        reason: "a log-sum-exp is one of these two"
    }
}
