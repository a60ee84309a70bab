// How work is dealt out over the machine, and what the compiler is asked for.
system Ontology_Launch {
    concept scheduling {
        kind: "axis"
        says: "whether a block does one piece of work or goes on to others"
    }

    concept persistent_loop_form {
        kind: "axis"
        says: "how a block goes on to its next piece of work"
        by: ["cutile", "triton"]
    }

    concept persistent_step {
        kind: "axis"
        says: "where a block gets the step to its next piece of work from"
    }

    concept persistent_grid_clamp {
        kind: "axis"
        says: "whether the grid of a persistent kernel is cut to the work that there is"
    }

    concept work_distribution {
        kind: "axis"
        says: "which pieces of work a persistent block gets: every n-th, or some in a row"
    }

    concept grid_mapping {
        kind: "axis"
        says: "what the axes of the grid stand for"
    }

    concept block_swizzle {
        kind: "axis"
        says: "in which order blocks do the tiles of the result"
        of: ["products"]
    }

    concept swizzle_group_size {
        kind: "axis"
        says: "how many tiles a group of neighbours has"
        unit: "tiles"
        of: ["products"]
    }

    concept early_exit {
        kind: "axis"
        says: "what a block does that has nothing to do"
    }

    concept occupancy {
        kind: "parameter"
        says: "how many blocks the compiler is asked to fit on one multiprocessor; 0 asks for nothing"
        unit: "blocks"
        aliases {
            any: ["{operand}_occupancy"]
            cuda: ["min_blocks_per_sm"]
        }
    }

    concept num_ctas {
        kind: "parameter"
        says: "how many blocks work together as one (a cluster)"
        unit: "blocks"
    }

    concept warps {
        kind: "parameter"
        says: "groups of 32 threads that compute in a block"
        unit: "warps"
        aliases {
            any: ["num_warps"]
            cutile: ["num_worker_warps", "{operand}_num_worker_warps"]
        }
    }

    concept stages {
        kind: "parameter"
        says: "steps of a loop that are in shared memory at once"
        unit: "steps"
        aliases {
            any: ["num_stages"]
        }
    }

    concept copies_in_flight {
        kind: "parameter"
        says: "how many groups of copies may be under way when the threads wait for one"
        unit: "groups"
    }

    concept blocks_per_processor {
        kind: "parameter"
        says: "blocks of a persistent kernel for each multiprocessor"
        unit: "blocks"
    }

    concept block_threads_x {
        kind: "parameter"
        says: "threads of a block along what is stored side by side"
        broader: "column_tile"
        unit: "threads"
        along: "columns"
        aliases {
            any: ["block_size_x"]
        }
    }

    concept block_threads_y {
        kind: "parameter"
        says: "threads of a block across rows"
        broader: "row_tile"
        unit: "threads"
        along: "rows"
        aliases {
            any: ["block_size_y"]
        }
    }

    concept block_threads_z {
        kind: "parameter"
        says: "layers of threads of a block"
        unit: "threads"
        aliases {
            any: ["block_size_z"]
        }
    }

    concept threads {
        kind: "parameter"
        says: "threads of a processor that work together"
        unit: "threads"
    }

    concept parallel_loop {
        kind: "axis"
        says: "which loop is divided among threads"
    }

    concept opt_level {
        kind: "parameter"
        says: "how hard the compiler optimizes"
        by: ["c", "cutile"]
    }

    concept unroll {
        kind: "parameter"
        says: "how often a loop is unrolled"
        unit: "times"
    }

    concept array_shapes {
        kind: "axis"
        says: "whether the compiler knows the sizes of arrays"
    }

    concept scalar_specialization {
        kind: "axis"
        says: "whether numbers are known when the kernel is compiled"
    }

    concept extent_source {
        kind: "axis"
        says: "where a kernel gets the sizes of its operands from"
        by: ["cutile"]
    }

    concept index_dtype {
        kind: "axis"
        says: "the type of indices"
    }

    concept fusion_level {
        kind: "axis"
        says: "what one launch does"
    }

    concept device_function_factoring {
        kind: "axis"
        says: "whether a kernel is written in one piece"
    }

    concept tuning_strategy {
        kind: "axis"
        says: "how the config of a launch is chosen"
    }

    concept tuning_hints_applied {
        kind: "axis"
        says: "whether what is timed has the hints of the config"
    }

    concept tune_cache_key {
        kind: "axis"
        says: "what the choice of a config is remembered by"
    }

    concept compile_timeout {
        kind: "axis"
        says: "how many seconds the compilation of one config may take"
        unit: "s"
    }

    concept hint_kernel_caching {
        kind: "axis"
        says: "whether a kernel with hints is kept, so that it is compiled once"
    }

    concept kernel_mode_dispatch {
        kind: "axis"
        says: "what decides which of several kernels is launched"
    }

    concept autotune_isolation {
        kind: "axis"
        says: "what trials of a search write to, where a kernel writes over what it reads"
    }

    concept problem_batching {
        kind: "axis"
        says: "how many launches several problems take"
    }

    concept operand_passing {
        kind: "axis"
        says: "how a kernel is given the operands of several problems"
    }

    concept group_lookup {
        kind: "axis"
        says: "how a block finds the problem that a tile is of"
    }

    concept mma_threshold {
        kind: "parameter"
        says: "from which size on a product is done by matrix instructions"
        unit: "elements"
    }
}
