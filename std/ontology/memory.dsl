// How operands come from memory and results go there. `{operand}` stands for the name of an array: `k_load_latency`.
system Ontology_Memory {
    concept load_latency {
        kind: "axis"
        says: "how long the compiler is told that the load of an operand takes"
        by: ["cutile"]
        unit: "hint of 1 to 10"
        aliases {
            any: ["{operand}_load_latency"]
        }
    }

    concept store_latency {
        kind: "axis"
        says: "how long the compiler is told that the store of a result takes"
        by: ["cutile"]
        unit: "hint of 1 to 10"
        aliases {
            any: ["{operand}_store_latency"]
        }
    }

    concept load_path {
        kind: "axis"
        says: "how an operand is read"
        aliases {
            any: ["{operand}_load_path"]
            convolution: ["read_only"]
        }
    }

    concept store_path {
        kind: "axis"
        says: "how a result is written"
        aliases {
            any: ["{operand}_store_path"]
        }
    }

    concept load_tma_policy {
        kind: "axis"
        says: "whether the copy engine may load an operand"
        by: ["cutile", "triton"]
        aliases {
            any: ["{operand}_load_tma_policy"]
        }
    }

    concept store_tma_policy {
        kind: "axis"
        says: "whether the copy engine may store a result"
        by: ["cutile", "triton"]
        aliases {
            any: ["{operand}_store_tma_policy"]
        }
    }

    concept store_hints {
        kind: "axis"
        says: "what the compiler is told about the store of a result"
        aliases {
            any: ["{operand}_store_hints"]
        }
    }

    concept padding_mode {
        kind: "axis"
        says: "what is read past the end of an operand"
        by: ["cutile", "triton"]
        aliases {
            any: ["{operand}_padding_mode"]
        }
    }

    concept load_placement {
        kind: "axis"
        says: "when an operand is loaded: just before it is needed, with another, or ahead of all"
        aliases {
            any: ["{operand}_load_placement"]
        }
    }

    concept operand_transpose {
        kind: "axis"
        says: "how an operand is turned for its product"
        of: ["attention", "products"]
        aliases {
            any: ["{operand}_operand_transpose"]
        }
    }

    concept output_init {
        kind: "axis"
        says: "what an array holds before a kernel writes it"
        aliases {
            any: ["{operand}_output_init"]
        }
    }

    concept gather_scatter_bounds_check {
        kind: "axis"
        says: "whether indices of elements are checked against the sizes of the array"
    }

    concept tail_handling {
        kind: "axis"
        says: "what keeps what is beyond the end from counting"
    }

    concept tensor_layout {
        kind: "axis"
        says: "in which order the axes of the operands are"
    }

    concept contiguity_policy {
        kind: "axis"
        says: "what happens to arrays whose elements are not in dense order"
    }

    concept in_place {
        kind: "axis"
        says: "whether a kernel writes over what it reads"
    }

    concept row_passes {
        kind: "axis"
        says: "how often a row is read"
        of: ["rows"]
        along: "reduction"
    }

    concept data_packing {
        kind: "axis"
        says: "which operands are copied into the order in which they are read"
    }

    concept prefetch {
        kind: "parameter"
        says: "how far ahead the processor is told to read"
        unit: "elements"
    }

    concept simd {
        kind: "axis"
        says: "whether the compiler or the source says how numbers are computed side by side"
    }

    concept simd_width {
        kind: "parameter"
        says: "numbers that are computed side by side"
        unit: "elements"
    }

    concept vector_width {
        kind: "parameter"
        says: "numbers that a thread reads or writes at once"
        unit: "elements"
    }

    concept loop_order {
        kind: "axis"
        says: "in which order the loops of a kernel are nested"
    }

    concept shared_staging {
        kind: "axis"
        says: "whether inputs pass through shared memory"
        aliases {
            convolution: ["use_shmem"]
        }
    }

    concept bank_padding {
        kind: "axis"
        says: "whether rows in shared memory are a bit longer, so that banks do not collide"
        aliases {
            convolution: ["use_padding"]
        }
    }

    concept constant_memory {
        kind: "axis"
        says: "whether an operand that all threads read is in constant memory"
        aliases {
            convolution: ["use_cmem"]
        }
    }

    concept thread_reduction {
        kind: "axis"
        says: "how numbers of different threads come together"
    }

    concept stationary_operand {
        kind: "axis"
        says: "which operand stays while the others are loaded again and again"
    }
}
