// Rules for kernels that are written in threads, by the names that Kernel Tuner gives the sizes of a block.
system Rules_Blocks {
    model {
        type Block {
            block_size_x: int      // threads of a block along x
            block_size_y: int
            block_size_z: int
        }
    }

    constraint "a block has no more threads than fit: x and y" {
        require: block_size_x * block_size_y <= hardware.threads_per_block
        reason: "a launch of more threads fails"
        source: "CUDA Programming Guide, compute capabilities: maximum number of threads per block"
    }

    constraint "a block has no more threads than fit: x, y and z" {
        require: block_size_x * block_size_y * block_size_z <= hardware.threads_per_block
        reason: "a launch of more threads fails"
        source: "CUDA Programming Guide, compute capabilities: maximum number of threads per block"
    }

    constraint "a block has at most 64 layers" {
        require: block_size_z <= 64
        reason: "a launch of more fails"
        source: "CUDA Programming Guide, compute capabilities: maximum z-dimension of a block"
    }

    constraint "a block has whole warps: x and y" {
        require: block_size_x * block_size_y % hardware.threads_per_warp == 0
        reason: "the threads that the last warp lacks are idle"
        source: "CUDA C++ Best Practices Guide, thread and block heuristics: threads per block should be a multiple of the warp size"
    }
}
