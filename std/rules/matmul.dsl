// Rules for matrix products in tiles: a block has tile_m rows and tile_n columns of C, and goes over k
// tile_k at a time.
//
// What they assume of a kernel: A and B of each stage pass through shared memory, C is accumulated in
// FP32 registers.
system Rules_Matmul {
    import "std/rules/tiles"

    model {
        type MatmulTiles {
            tile_m: int            // rows of C of a block
            tile_n: int            // columns of C of a block
            tile_k: int            // of one step
            num_warps: int         // warps that compute
            stages: int            // steps that are in shared memory at once
            occupancy: int         // blocks that shall share a multiprocessor
            split_k: int           // parts of k that are summed at the end
        }
        type MatmulProblem {
            m: int
            n: int
            k: int
            dtype: string          // of A and B
        }
    }

    constraint "tile_k is a power of two" {
        require: is_pow2(tile_k)
        reason: "tile languages take tiles of such sizes only"
        source: "cuTile Python documentation, cuda.tile.Tile (https://docs.nvidia.com/cuda/cutile-python/data/tile.html); Triton documentation, triton.language.arange: the length is a power of two"
    }

    constraint "A and B of each stage fit shared memory" {
        require: stages * (tile_m + tile_n) * tile_k * bytes_of(dtype) <= hardware.shared_memory_per_block
        reason: "a launch that asks for more shared memory fails"
        source: "CUDA Programming Guide, compute capabilities: maximum amount of shared memory per thread block"
    }

    constraint "C fits the registers of the threads" {
        require: hardware.architecture in ["sm_100", "sm_103"] or tile_m * tile_n <= num_warps * hardware.threads_per_warp * hardware.registers_per_thread
        reason: "each accumulated number takes a register; what does not fit spills to memory"
        source: "CUDA Programming Guide, compute capabilities: maximum number of 32-bit registers per thread; accumulators of sm_100 are in tensor memory: PTX ISA, tcgen05"
    }

    constraint "resident blocks share the shared memory" {
        require: occupancy * (stages * (tile_m + tile_n) * tile_k * bytes_of(dtype) + hardware.shared_memory_reserved_per_block) <= hardware.shared_memory_per_sm
        reason: "fewer blocks would be resident than the config asks for"
        source: "CUDA Programming Guide, compute capabilities: maximum amount of shared memory per multiprocessor"
    }

    constraint "resident blocks share the registers" {
        require: hardware.architecture in ["sm_100", "sm_103"] or occupancy * tile_m * tile_n <= hardware.registers_per_sm
        reason: "fewer blocks would be resident than the config asks for, or their accumulators spill"
        source: "CUDA Programming Guide, compute capabilities: number of 32-bit registers per multiprocessor"
    }

    constraint "tile_k fills the depth of a matrix instruction" {
        require: tile_k * bytes_of(dtype) % 32 B == 0 B
        reason: "an instruction goes over 32 bytes of k"
        source: "PTX ISA, mma: k is 8 for tf32, 16 for f16 and bf16, 32 for 8-bit types"
    }

    constraint "rows of A can be copied in bulk" {
        require: hardware.architecture in ["sm_80", "sm_86", "sm_89"] or k * bytes_of(dtype) % 16 B == 0 B
        reason: "bulk copies, from sm_90 on: strides of a tensor map are multiples of 16 bytes"
        source: "CUDA driver API, cuTensorMapEncodeTiled (https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TENSOR__MEMORY.html): globalStrides"
    }

    constraint "rows of B can be copied in bulk" {
        require: hardware.architecture in ["sm_80", "sm_86", "sm_89"] or n * bytes_of(dtype) % 16 B == 0 B
        reason: "bulk copies, from sm_90 on: strides of a tensor map are multiples of 16 bytes"
        source: "CUDA driver API, cuTensorMapEncodeTiled (https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TENSOR__MEMORY.html): globalStrides"
    }

    constraint "each part of k has a step" {
        require: split_k <= cdiv(k, tile_k)
        reason: "a part without a step adds zeros"
        source: "arithmetic"
    }

    constraint "a tile is not mostly padding: rows" {
        require: tile_m < 2 * max(m, 16)
        reason: "a tile of half the rows does the same"
        source: "arithmetic"
    }

    constraint "a tile is not mostly padding: columns" {
        require: tile_n < 2 * max(n, 16)
        reason: "a tile of half the columns does the same"
        source: "arithmetic"
    }

    constraint "a tile is not mostly padding: depth" {
        require: tile_k < 2 * max(k, 16)
        reason: "a tile of half the depth does the same"
        source: "arithmetic"
    }
}
