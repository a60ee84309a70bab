// Rules for fused attention in tiles: a block has tile_m queries, and goes over the keys tile_n at a time.
//
// What they assume of a kernel: Q stays in shared memory, K and V of each stage pass through it, scores
// and output are accumulated in FP32 registers.
system Rules_Attention {
    import "std/rules/tiles"

    model {
        type AttentionTiles {
            tile_m: int            // queries of a block
            tile_n: int            // keys of one step
            tile_d: int            // columns of a tile of Q, K and V
            num_warps: int         // warps that compute
            stages: int            // steps that are in shared memory at once
            occupancy: int         // blocks that shall share a multiprocessor
        }
        type AttentionProblem {
            num_heads: int
            num_kv_heads: int
            seq_len: int
            kv_len: int
            head_dim: int
            dtype: string          // of Q, K and V
        }
    }

    constraint "a tile has whole rows of a head" {
        require: tile_d == head_dim
        reason: "a score needs the whole row of a query and of a key; a wider tile is padding"
        source: "Dao, FlashAttention-2, 2023, algorithm 1"
    }

    constraint "Q, and K and V of each stage, fit shared memory" {
        require: (tile_m + 2 * stages * tile_n) * head_dim * bytes_of(dtype) <= hardware.shared_memory_per_block
        reason: "a launch that asks for more shared memory fails"
        source: "CUDA Programming Guide, compute capabilities: maximum amount of shared memory per thread block"
    }

    constraint "scores and output fit the registers of the threads" {
        require: hardware.architecture in ["sm_100", "sm_103"] or tile_m * (tile_n + head_dim) <= num_warps * hardware.threads_per_warp * hardware.registers_per_thread
        reason: "each accumulated number takes a register; what does not fit spills to memory"
        source: "CUDA Programming Guide, compute capabilities: maximum number of 32-bit registers per thread; accumulators of sm_100 are in tensor memory: PTX ISA, tcgen05"
    }

    constraint "resident blocks share the shared memory" {
        require: occupancy * ((tile_m + 2 * stages * tile_n) * head_dim * bytes_of(dtype) + hardware.shared_memory_reserved_per_block) <= hardware.shared_memory_per_sm
        reason: "fewer blocks would be resident than the config asks for"
        source: "CUDA Programming Guide, compute capabilities: maximum amount of shared memory per multiprocessor"
    }

    constraint "resident blocks share the registers" {
        require: hardware.architecture in ["sm_100", "sm_103"] or occupancy * tile_m * (tile_n + head_dim) <= hardware.registers_per_sm
        reason: "fewer blocks would be resident than the config asks for, or their accumulators spill"
        source: "CUDA Programming Guide, compute capabilities: number of 32-bit registers per multiprocessor"
    }

    constraint "keys fill the depth of a matrix instruction" {
        require: tile_n * bytes_of(dtype) % 32 B == 0 B
        reason: "the product of weights and V goes over keys 32 bytes at a time"
        source: "PTX ISA, mma: k is 8 for tf32, 16 for f16 and bf16, 32 for 8-bit types"
    }

    constraint "rows can be copied in bulk" {
        require: hardware.architecture in ["sm_80", "sm_86", "sm_89"] or head_dim * bytes_of(dtype) % 16 B == 0 B
        reason: "bulk copies, from sm_90 on: strides of a tensor map are multiples of 16 bytes, and so is the inner size of a box"
        source: "CUDA driver API, cuTensorMapEncodeTiled (https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TENSOR__MEMORY.html): globalStrides, boxDim"
    }

    constraint "a tile of rows can be copied in bulk" {
        require: hardware.architecture in ["sm_80", "sm_86", "sm_89"] or tile_d * bytes_of(dtype) % 16 B == 0 B
        reason: "bulk copies, from sm_90 on: the inner size of a box is a multiple of 16 bytes"
        source: "CUDA driver API, cuTensorMapEncodeTiled (https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TENSOR__MEMORY.html): boxDim"
    }

    constraint "query heads share key heads evenly" {
        require: num_heads % num_kv_heads == 0
        reason: "query head h reads key head h / (num_heads / num_kv_heads)"
        source: "Ainslie et al., GQA, 2023"
    }

    constraint "a tile is not mostly padding: queries" {
        require: tile_m < 2 * max(seq_len, 16)
        reason: "a tile of half the rows does the same"
        source: "arithmetic"
    }

    constraint "a tile is not mostly padding: keys" {
        require: tile_n < 2 * max(kv_len, 16)
        reason: "a tile of half the keys does the same"
        source: "arithmetic"
    }
}
