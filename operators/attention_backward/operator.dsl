// Backward pass of attention, out = softmax(q kᵀ · scale + mask) v by head, from what forward left: with P the weights,
// D = d_out · out by rows and dS = P (d_out vᵀ - D): d_q = scale dS k, d_k = scale dSᵀ q, d_v = Pᵀ d_out.
// Query head h reads key head h / (num_heads / num_kv_heads), whose gradients are summed over such heads.
operator attention_backward {
    // The base is the one that the templates take where a design says nothing.
    values: ["batch = 1", "num_heads", "num_kv_heads = num_heads", "seq_len", "kv_len = seq_len", "head_dim", "causal = false", "causal_alignment = 'bottom_right'", "causal_predicate = '>='", "lse_base = 'log2'", "dtype = 'bf16'"]
    scalars: ["scale = 1.0 / sqrt(head_dim)", "causal = causal"]
    // Scores that the mask leaves, as the field counts them: half of a square.
    derived: ["shift = (kv_len - seq_len if causal_alignment == 'bottom_right' else 0) - (0 if causal_predicate == '>=' else 1)", "scores = seq_len * (shift + seq_len / 2) if causal else seq_len * kv_len", "log_unit = 1.0 if lse_base == 'ln' else log(2.0)"]
    // Five products where forward has two; a kernel that computes scores twice does more and is not credited for it.
    flops: "10 * batch * num_heads * head_dim * scores"
    bytes: "4 * batch * head_dim * (num_heads * seq_len + num_kv_heads * kv_len) * itemsize + 4 * batch * num_heads * seq_len"

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
        kv_len: ["k_len"]
    }

    input q { shape: ["batch", "num_heads", "seq_len", "head_dim"] }
    input k { shape: ["batch", "num_kv_heads", "kv_len", "head_dim"] }
    input v { shape: ["batch", "num_kv_heads", "kv_len", "head_dim"] }
    // What forward left.
    input lse {
        shape: ["batch", "num_heads", "seq_len"]
        dtype: "f32"
        fill: "computed"
    }
    input out {
        shape: ["batch", "num_heads", "seq_len", "head_dim"]
        fill: "computed"
    }
    input d_out { shape: ["batch", "num_heads", "seq_len", "head_dim"] }
    output d_q {
        shape: ["batch", "num_heads", "seq_len", "head_dim"]
        row: 1
        terms: "kv_len"
    }
    output d_k {
        shape: ["batch", "num_kv_heads", "kv_len", "head_dim"]
        row: 1
        terms: "seq_len * num_heads // num_kv_heads"
    }
    output d_v {
        shape: ["batch", "num_kv_heads", "kv_len", "head_dim"]
        row: 1
        terms: "seq_len * num_heads // num_kv_heads"
    }

    layout "sequence before heads" {
        where: "tensor_layout == 'BSHD'"
        arrays: ["q", "k", "v", "out", "d_out", "d_q", "d_k", "d_v"]
        order: [0, 2, 1, 3]
    }

    // More keys than queries, so that the mask's triangle does not begin at a corner of a tile.
    check "ragged" {
        batch: 1
        num_heads: "2 * num_heads / num_kv_heads"
        num_kv_heads: 2
        seq_len: 197
        kv_len: 261
    }

    constraint "heads" {
        require: num_heads % num_kv_heads == 0
        reason: "each key head belongs to as many query heads"
    }
    constraint "the mask" {
        require: causal_alignment == 'bottom_right' or causal_alignment == 'top_left'
        reason: "the triangle ends at the last key or begins at the first"
    }
    constraint "the diagonal" {
        require: causal_predicate == '>=' or causal_predicate == '>' and causal_alignment == 'bottom_right'
        reason: "a row sees its own key or only those before it, and the first row has none before its own"
    }
    constraint "logarithms" {
        require: lse_base == 'ln' or lse_base == 'log2'
        reason: "a log-sum-exp is one of these two"
    }
    constraint "rows that see no key" {
        require: not causal or kv_len >= seq_len + (0 if causal_predicate == '>=' else 1)
        reason: "with fewer keys than queries some rows have nothing to normalise"
    }
}
