// Attention of one query on an H200: how many keys a tile has and how many blocks share them.
system Decode_H200 {
    import "std/hardware/h200"

    workload batch_of_chats {
        operator: attention_decode
        batch: 64
        num_heads: 32
        num_kv_heads: 8
        kv_len: 8192
        head_dim: 128
        dtype: "bf16"
    }

    workload one_long {
        operator: attention_decode
        batch: 1
        num_heads: 32
        num_kv_heads: 8
        kv_len: 131072
        head_dim: 128
        dtype: "bf16"
    }

    design_space {
        tensor_layout: ["BHSD"]
        kv_split_rule: ["sm_count"]
        v_load_placement: ["late", "with_k"]
    }

    tuning_space {
        tile_n: [64, 128, 256]
        blocks_per_processor: [1, 2, 4]
        occupancy: [0, 2]
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills runs at a tenth of the speed"
    }
}
