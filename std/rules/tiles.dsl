// Rules for kernels that are written in tiles: what the machine and its instructions allow of a block.
//
// Rules are claims with a reason and a source; they are applied where somebody asks for them, by
// `spak space FILE --rules attention` or by an import. Names are those that the `type` blocks declare,
// figures of the machine are those of "std/hardware". A rule whose names a space lacks does not apply.
system Rules_Tiles {
    model {
        type TiledKernel {
            tile_m: int            // rows of the output that a block makes
            tile_n: int            // columns of it, or keys of one step
            num_warps: int         // warps of a block
            stages: int            // tiles that are loaded ahead, the one in use included
        }
    }

    constraint "tile_m is a power of two" {
        require: is_pow2(tile_m)
        reason: "tile languages take tiles of such sizes only"
        source: "cuTile Python documentation, cuda.tile.Tile (https://docs.nvidia.com/cuda/cutile-python/data/tile.html); Triton documentation, triton.language.arange: the length is a power of two"
    }

    constraint "tile_n is a power of two" {
        require: is_pow2(tile_n)
        reason: "tile languages take tiles of such sizes only"
        source: "cuTile Python documentation, cuda.tile.Tile (https://docs.nvidia.com/cuda/cutile-python/data/tile.html); Triton documentation, triton.language.arange: the length is a power of two"
    }

    constraint "num_warps is a power of two" {
        require: is_pow2(num_warps)
        reason: "tiles are divided among the warps in halves"
        source: "Triton documentation, triton.Config: num_warps"
    }

    constraint "a block has no more threads than fit" {
        require: num_warps * hardware.threads_per_warp <= hardware.threads_per_block
        reason: "a launch of more threads fails"
        source: "CUDA Programming Guide, compute capabilities: maximum number of threads per block"
    }

    constraint "rows fill a matrix instruction" {
        require: tile_m % 16 == 0
        reason: "matrix instructions of 16-bit floats have at least 16 rows; what a tile lacks is computed for nothing"
        source: "PTX ISA, mma: shapes m16n8k8 to m16n8k64"
    }

    constraint "columns fill a matrix instruction" {
        require: tile_n % 8 == 0
        reason: "matrix instructions have at least 8 columns; what a tile lacks is computed for nothing"
        source: "PTX ISA, mma: shapes m16n8k8 to m16n8k64"
    }
}
