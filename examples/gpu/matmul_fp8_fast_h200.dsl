// Matrix products of eight-bit numbers on an H200, with weights by columns, whose sums may stay in the matrix units, which keep
// 13 bits of them: `cublas-fast` is what to compare with.
system MatmulFp8Fast_H200 {
    import "std/hardware/h200"

    workload square_8k {
        operator: matmul
        m: 8192
        n: 8192
        k: 8192
        transpose_b: true
        fast_sums: true
        dtype: "f8e4m3"
    }

    workload llama_8b_up {
        operator: matmul
        m: 8192
        n: 28672
        k: 4096
        transpose_b: true
        fast_sums: true
        dtype: "f8e4m3"
    }

    design_space {
        scheduling: ["static_persistent", "tile_per_cta"]
        block_swizzle: ["grouped_m", "none"]
        swizzle_group_size: ["8", "16"]
        k_dim_loop: ["serial_full_k"]
        fp8_accumulation: ["fast"]
        b_operand_transpose: ["load_order"]
        num_worker_warps: ["8", "unset"]
    }

    tuning_space {
        tile_m: [128, 256, 64]
        tile_n: [128, 256]
        tile_k: [128, 256, 64]
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
