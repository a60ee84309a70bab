// What `spak bench` measures beside NumPy: a product in packed panels, as tuned by hand on a server CPU.
system Matmul_Bench {

    workload Square {
        family: matmul
        m: 1024
        n: 1024
        k: 1024
    }

    design_space {
        loop_order: ["panels_b", "panels_a"]
        data_packing: ["pack_ab", "pack_b"]
        tail_handling: ["padded_pack", "scalar_tail"]
        simd: ["vector"]
        parallel_loop: ["m", "n"]
    }

    tuning_space {
        tile_m: [252, 96, 126]
        tile_n: [1024, 2048]
        tile_k: [256, 384]
        micro_m: [6, 14]
        micro_n: [4, 2]
        simd_width: [16, 8]
        threads: [2, 1]
    }

    knowledge {
        rule "Six rows of four vectors" {
            recommend: "micro_m = 6, micro_n = 4, tile_m = 252, tile_k = 256"
            reason: "24 of 32 registers hold sums, 4 a row of B; 252 rows of 256 floats fill a quarter of a 1 MiB second-level cache"
        }
    }
}
