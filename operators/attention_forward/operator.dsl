// Attention forward: out = softmax(q kᵀ · scale + mask) v by head.
// Query head h reads key head h / (num_heads / num_kv_heads).
operator attention_forward {
    // The base is the one that the templates take where a design says nothing.
    values: ["batch = 1", "num_heads", "num_kv_heads = num_heads", "seq_len", "kv_len = seq_len", "head_dim", "causal = false", "causal_alignment = 'bottom_right'", "causal_predicate = '>='", "store_lse = false", "lse_base = 'log2'", "dtype = 'bf16'"]
    scalars: ["scale = 1.0 / sqrt(head_dim)", "causal = causal"]
    // Scores that the mask leaves, as the field counts them: half of a square.
    derived: ["shift = (kv_len - seq_len if causal_alignment == 'bottom_right' else 0) - (0 if causal_predicate == '>=' else 1)", "scores = seq_len * (shift + seq_len / 2) if causal else seq_len * kv_len", "log_unit = 1.0 if lse_base == 'ln' else log(2.0)"]
    flops: "4 * batch * num_heads * head_dim * scores"
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
        kv_len: ["k_len"]
    }

    input q { shape: ["batch", "num_heads", "seq_len", "head_dim"] }
    input k { shape: ["batch", "num_kv_heads", "kv_len", "head_dim"] }
    input v { shape: ["batch", "num_kv_heads", "kv_len", "head_dim"] }
    output out {
        shape: ["batch", "num_heads", "seq_len", "head_dim"]
        row: 1
        terms: "kv_len"
        // TF32 has as many digits as float16.
        computed_in: "'f16' if dtype == 'f32' and p_p_operand_dtype == 'tf32' else dtype"
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

    // More keys than queries, so that the mask's triangle does not begin at a corner of a tile.
    check "ragged" {
        batch: 1
        num_heads: "2 * num_heads / num_kv_heads"
        num_kv_heads: 2
        seq_len: 197
        kv_len: 261
    }
    // For kernels that take whole tiles of keys only.
    check "whole tiles" {
        batch: 1
        num_heads: "num_heads / num_kv_heads"
        num_kv_heads: 1
        seq_len: 130
        kv_len: 256
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
    constraint "rows that see no key" {
        require: not causal or kv_len >= seq_len + (0 if causal_predicate == '>=' else 1)
        reason: "with fewer keys than queries some rows have nothing to normalise"
    }
}
