// What holds of cuTile kernels on a machine, whatever they compute. Names are those of the templates; what a design lacks
// says nothing.
//
// [wiki] the public knowledge base of cuTile kernels that NVIDIA keeps beside TileGym, by page; what is only advice there is
// `avoid` or `prefer` here, and not `forbid`.
system Knowledge_CuTile {
    knowledge {
        fact before_hopper() {
            return hardware.architecture in ["sm_80", "sm_86", "sm_87", "sm_89"]
        }
        fact hopper() {
            return hardware.architecture in ["sm_90", "sm_90a"]
        }
        fact blackwell() {
            return hardware.architecture in ["sm_100", "sm_103", "sm_100a", "sm_103a"]
        }
        fact small_blackwell() {
            return hardware.architecture in ["sm_120", "sm_121", "sm_120a", "sm_121a"]
        }

        rule "blocks share a tile from Hopper on" {
            when: "before_hopper"
            forbid: "num_ctas > 1"
            reason: "clusters of blocks begin with compute capability 9.0"
            source: "CUDA Programming Guide, thread block clusters"
        }

        rule "blocks share no tile on small Blackwell" {
            when: "small_blackwell"
            avoid: "num_ctas > 1"
            reason: "there is no matrix unit that two blocks feed together, and no multicast to gain from"
            source: "[wiki] hardware-constraints; tech-num-ctas"
            confidence: 0.7
        }

        rule "blocks share wide tiles on Blackwell" {
            when: "blackwell and tile_m * tile_n >= 256 * 256"
            prefer: "num_ctas in [2, 4, 1]"
            reason: "two blocks feed one matrix unit, each with half of an operand"
            source: "[wiki] tech-num-ctas"
            confidence: 0.6
        }

        rule "tiles are powers of two" {
            forbid: "not (is_pow2(tile_m) and is_pow2(tile_n))"
            reason: "the type of a tile has sizes that are powers of two"
            source: "cuda-tile 1.7.0, tile types"
        }

        rule "small tiles before Hopper" {
            when: "before_hopper"
            avoid: "tile_m > 128 or tile_n > 128"
            reason: "accumulators are in registers of single warps, and spill"
            source: "[wiki] hardware-constraints"
            confidence: 0.7
        }

        rule "persistent blocks fill the machine together" {
            when: "scheduling == 'static_persistent' and occupancy > 1 and num_ctas > 1"
            warn: "the grid of persistent blocks follows occupancy and clusters together: tune them together"
            source: "[wiki] tech-persistent-grid, tech-occupancy"
        }

        rule "neighbours in L2" {
            when: "family == 'matmul'"
            prefer: "block_swizzle in ['grouped_m', 'grouped_n', 'none']"
            reason: "blocks that run at the same time read the same rows and columns"
            source: "[wiki] tech-group-swizzle"
            confidence: 0.7
        }

        rule "hints of latency" {
            forbid: "k_load_latency < 1 or k_load_latency > 10"
            reason: "the compiler takes 1 to 10"
            source: "cuda-tile 1.7.0, load"
        }
    }

    example "an A100 has no clusters" {
        given { hardware.architecture: "sm_80" }
        open: [num_ctas, tile_m, tile_n]
        follows: ["before_hopper", "forbid num_ctas > 1", "avoid tile_m > 128 or tile_n > 128"]
        lacks: ["hopper", "prefer num_ctas"]
    }

    example "an H200 has" {
        given { hardware.architecture: "sm_90" }
        open: [num_ctas, tile_m, tile_n]
        follows: ["hopper"]
        lacks: ["forbid num_ctas", "avoid tile_m"]
    }

    example "of an unknown machine nothing is said" {
        given { family: "matmul" }
        open: [num_ctas, block_swizzle]
        follows: ["prefer block_swizzle"]
        lacks: ["hopper", "forbid num_ctas", "avoid num_ctas"]
    }

    example "wide tiles of a B200" {
        given { hardware.architecture: "sm_100" }
        open: [num_ctas, tile_m, tile_n]
        follows: ["prefer num_ctas"]
    }
}
