// The same word as different languages and programs write it. What a word means is said by concepts; here it is only spelled.
system Ontology_Spellings {
    spelling tile_m {
        triton: ["BLOCK_M", "BLOCK_SIZE_M"]
        cutile: ["TILE_M"]
        cuda: ["block_m"]
    }

    spelling tile_n {
        triton: ["BLOCK_N", "BLOCK_SIZE_N"]
        cutile: ["TILE_N"]
        cuda: ["block_n"]
    }

    spelling tile_k {
        triton: ["BLOCK_K", "BLOCK_SIZE_K"]
        cutile: ["TILE_K"]
        cuda: ["block_k"]
    }

    spelling tile_d {
        triton: ["BLOCK_D", "BLOCK_DMODEL"]
        cutile: ["TILE_D"]
        cuda: ["block_d"]
    }

    spelling num_warps {
        cuda: ["warps"]
    }

    spelling num_stages {
        cuda: ["stages"]
    }

    spelling split_k {
        triton: ["SPLIT_K"]
    }
}
