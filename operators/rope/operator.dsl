// Rotary position embedding (Su et al. 2021) of queries and keys: pairs of a head's elements are rotated by the angles of their
// position, the first half with the second, or neighbours where `rotation_layout` is 'interleaved'.
operator rope {
    values: ["batch = 1", "num_heads", "num_kv_heads = num_heads", "seq_len", "head_dim", "rotation_layout = 'half_split'", "in_place = 'never'", "dtype = 'bf16'"]
    derived: ["interleaved = 1 if rotation_layout == 'interleaved' else 0"]
    flops: "3 * batch * (num_heads + num_kv_heads) * seq_len * head_dim"
    bytes: "2 * batch * (num_heads + num_kv_heads) * seq_len * head_dim * itemsize + seq_len * head_dim * 4"

    maps {
        seq_len: ["rows"]
        head_dim: ["columns"]
        batch: ["batch"]
        num_heads: ["heads"]
        num_kv_heads: ["shared_heads"]
    }

    aliases {
        batch: ["batch_size"]
        num_heads: ["heads"]
        num_kv_heads: ["kv_heads", "num_head_kv"]
    }

    input q { shape: ["batch", "num_heads", "seq_len", "head_dim"] }
    input k { shape: ["batch", "num_kv_heads", "seq_len", "head_dim"] }
    input cos {
        shape: ["seq_len", "head_dim // 2"]
        dtype: "f32"
    }
    input sin {
        shape: ["seq_len", "head_dim // 2"]
        dtype: "f32"
    }
    // Where angles are rounded to the type of what they rotate, products are, too.
    output q_out {
        shape: ["batch", "num_heads", "seq_len", "head_dim"]
        row: 1
        computed_in: "dtype if q_compute_dtype == 'input_dtype' else 'f32'"
    }
    output k_out {
        shape: ["batch", "num_kv_heads", "seq_len", "head_dim"]
        row: 1
        computed_in: "dtype if k_compute_dtype == 'input_dtype' else 'f32'"
    }

    layout "sequence before heads" {
        where: "tensor_layout == 'BSHD'"
        arrays: ["q", "k", "q_out", "k_out"]
        order: [0, 2, 1, 3]
    }

    check "ragged" {
        batch: 2
        num_heads: 6
        num_kv_heads: 2
        seq_len: 67
    }

    constraint "inputs stay" {
        require: in_place == 'never'
        reason: "a judge that repeats a kernel needs queries and keys as they were"
    }
    constraint "heads" {
        require: num_heads % num_kv_heads == 0 and head_dim % 2 == 0
        reason: "elements of a head are rotated by pairs, and each key head belongs to as many query heads"
    }
}
