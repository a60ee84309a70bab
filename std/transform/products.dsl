// What makes matrix products better, as fragments of designs.
//
// [swizzle] Triton tutorial 3, Matrix Multiplication, "L2 Cache Optimizations": https://triton-lang.org/main/getting-started/tutorials/03-matrix-multiplication.html
// [streamk] Osama and others, Stream-K, 2023: https://arxiv.org/abs/2301.03598
// [cutlass] CUTLASS, Efficient GEMM in CUDA: https://docs.nvidia.com/cutlass/media/docs/cpp/efficient_gemm.html
// [levels] measured on an H200: docs/results/gpu/matmul_levels.md
system Transform_Products {
    proposal "the result in tiles, the sum in steps" {
        of: ["products"]
        when: "not has_concept('row_tile') and not has_concept('column_tile')"
        tuning_space {
            tile_m: [128, 64, 256]
            tile_n: [128, 64, 256]
            tile_k: [64, 32, 128]
        }
        reason: "each element of an operand is read once for a whole tile of the other; larger tiles are worth a factor of three"
        source: "[cutlass]; [levels]"
    }

    proposal "neighbours in time are neighbours in the matrix" {
        of: ["products"]
        when: "not has_axis('block_swizzle')"
        design_space {
            block_swizzle: ["grouped_m", "none", "grouped_n"]
        }
        tuning_space {
            swizzle_group_size: [8, 4, 16]
        }
        reason: "blocks that run at once share rows and columns of operands, which then come from the cache"
        source: "[swizzle]"
    }

    proposal "blocks that stay" {
        of: ["products"]
        when: "not has_value('scheduling', 'static_persistent') and hardware.sm_count >= 1"
        design_space {
            scheduling: ["static_persistent", "tile_per_cta"]
        }
        reason: "as many blocks as fit do all tiles: what a block sets up is set up once"
        source: "[cutlass], persistent kernels; [levels]"
    }

    proposal "parts of long sums" {
        of: ["products"]
        when: "not has_axis('k_dim_loop') and k >= 4 * m and k >= 4 * n"
        design_space {
            k_dim_loop: ["split_k", "serial_full_k"]
        }
        tuning_space {
            split_k: [4, 2, 8]
        }
        reason: "a result with few tiles leaves processors idle, which can add up parts of the sum"
        source: "[streamk]"
    }

    proposal "two blocks for one tile" {
        of: ["products"]
        when: "(has_clusters or uses('clusters')) and not avoids('clusters') and not has_concept('num_ctas')"
        tuning_space {
            num_ctas: [1, 2]
        }
        reason: "blocks of a cluster read what they share once"
        source: "CUDA Programming Guide, thread block clusters: from compute capability 9.0 on"
    }
}
