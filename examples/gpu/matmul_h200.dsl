// Matrix products on an H200: square, tall, wide, and those of layers of language models.
system Matmul_H200 {
    import "std/hardware/h200"

    workload square_4k {
        operator: matmul
        m: 4096
        n: 4096
        k: 4096
        dtype: "bf16"
    }

    workload square_8k {
        operator: matmul
        m: 8192
        n: 8192
        k: 8192
        dtype: "bf16"
    }

    workload square_16k {
        operator: matmul
        m: 16384
        n: 16384
        k: 16384
        dtype: "bf16"
    }

    workload tall {
        operator: matmul
        m: 65536
        n: 2048
        k: 2048
        dtype: "bf16"
    }

    workload wide {
        operator: matmul
        m: 2048
        n: 65536
        k: 2048
        dtype: "bf16"
    }

    workload deep {
        operator: matmul
        m: 4096
        n: 4096
        k: 32768
        dtype: "bf16"
    }

    workload llama_8b_qkv {
        operator: matmul
        m: 8192
        n: 6144
        k: 4096
        dtype: "bf16"
    }

    workload llama_8b_up {
        operator: matmul
        m: 8192
        n: 28672
        k: 4096
        dtype: "bf16"
    }

    workload llama_8b_down {
        operator: matmul
        m: 8192
        n: 4096
        k: 14336
        dtype: "bf16"
    }

    workload llama_70b_up {
        operator: matmul
        m: 4096
        n: 57344
        k: 8192
        dtype: "bf16"
    }

    design_space {
        scheduling: ["static_persistent", "tile_per_cta"]
        block_swizzle: ["grouped_m", "none"]
        swizzle_group_size: ["8", "16"]
        k_dim_loop: ["serial_full_k"]
        num_worker_warps: ["8", "unset"]
    }

    tuning_space {
        tile_m: [128, 256]
        tile_n: [128, 256]
        tile_k: [64, 128, 32]
        occupancy: [0, 2]
        num_ctas: [1, 2]
    }

    constraint "tiles of a block" {
        require: tile_m * tile_n <= 32768 * num_ctas
        reason: "accumulators of 256 by 256 do not fit into the registers of eight warps"
    }

    constraint "no spills" {
        require: local_memory == 0
        reason: "a kernel that spills waits for memory that its data should have"
    }
}
