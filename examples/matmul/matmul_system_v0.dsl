// A square product in single precision, from the textbook's three loops, ordered for rows.
system Matmul_System_v0 {

    workload Square {
        family: matmul
        m: 1024
        n: 1024
        k: 1024
        dtype: f32
    }

    design_space {
        loop_order: ["ikj", "tiled_ikj", "panels_b", "panels_a"]
        data_packing: ["none", "pack_b", "pack_ab"]
        tail_handling: ["scalar_tail", "padded_pack"]
        accum_dtype: ["f32", "f64"]
        simd: ["auto", "vector"]
        parallel_loop: ["m", "n"]
    }

    tuning_space {
        tile_m: [64, 96, 128, 252]
        tile_n: [256, 512, 1024, 2048]
        tile_k: [256, 128, 320, 384]
        micro_m: [4, 6, 8, 12, 14]
        micro_n: [1, 2, 3, 4]
        simd_width: [8, 16]
        threads: [1, 2]
    }

    knowledge {
        invariant Correctness {
            assert: "C matches the float64 product within k * u * sum(|a| * |b|)."
        }
    }
}
