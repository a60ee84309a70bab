// NVIDIA B200 as in HGX and DGX B200; what the names mean, and what the marks behind figures do, is said in "std/hardware/nvidia".
//
// [hgx] NVIDIA HGX platform, specifications of HGX B200, an eighth of them:
//     https://www.nvidia.com/en-us/data-center/hgx/
// [dgx] NVIDIA DGX B200, specifications, an eighth of them:
//     https://www.nvidia.com/en-us/data-center/dgx-b200/
// [cc] CUDA Programming Guide 13, compute capabilities, tables 30 to 32:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/compute-capabilities.html
// [bpg] CUDA C++ Best Practices Guide 13, "Throughput of Native Arithmetic Instructions":
//     https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/
// [banks] CUDA Programming Guide 13, writing CUDA kernels, shared memory: 32 banks of 32 bits a cycle:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/02-basics/writing-cuda-kernels.html
// [occ] cuda_occupancy.h of the CUDA toolkit: granularity of registers and shared memory, sub-partitions:
//     https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__OCCUPANCY.html
system Hardware_B200 {
    hardware B200 {
        vendor: "NVIDIA"
        device_name: "NVIDIA B200"  // driver
        architecture: "sm_100"
        sm_count: 148                            // driver, as users quote it
        max_clock: 1965 MHz                      // driver, as users quote it
        matrix_clock: 1856 MHz                   // derived: 2250 TFLOPS / (148 * 8192 FLOP)
        vector_clock: 1965 MHz                   // derived: 75 TFLOPS / (148 * 256 FLOP)
        fp16_rate: 2250 TFLOPS                   // [hgx] half of the sparse rate
        bf16_rate: 2250 TFLOPS                   // [hgx] half of the sparse rate
        tf32_rate: 1125 TFLOPS                   // derived: 148 * 4096 FLOP * 1856 MHz
        fp8_rate: 4500 TFLOPS                    // [hgx] half of the sparse rate
        int8_rate: 4500 TFLOPS                   // [hgx] half of the sparse rate
        fp4_rate: 9000 TFLOPS                    // [hgx]
        fp64_rate: 37 TFLOPS                     // [hgx]
        fp32_vector_rate: 75 TFLOPS              // [hgx]
        fp64_vector_rate: 37 TFLOPS              // [hgx]
        special_per_sm_cycle: 16                 // [bpg]
        memory: 180 GB                           // [dgx]
        memory_bandwidth: 8 TB/s                 // [dgx] 64 TB/s
        l2_cache: 126 MiB                        // driver, as users quote it
        shared_memory_bytes_per_sm_cycle: 128 B  // [banks]

        threads_per_sm: 2048                     // [cc]
        warps_per_sm: 64                         // [cc]
        blocks_per_sm: 32                        // [cc]
        shared_memory_per_sm: 228 KiB            // [cc]
        shared_memory_per_block: 227 KiB         // [cc]
        threads_per_warp: 32                     // [cc]
        threads_per_block: 1024                  // [cc]
        registers_per_sm: 65536                  // [cc]
        registers_per_thread: 255                // [cc]
        register_unit: 256                       // [occ]
        warp_unit: 4                             // [occ]
        shared_memory_unit: 128 B                // [occ]
        shared_memory_reserved_per_block: 1 KiB  // [occ], [cc]

        source: "NVIDIA HGX B200 and DGX B200 specifications; limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; where NVIDIA's pages differ the higher figure stands, since a bound needs it: HGX B200 has 1100 TFLOPS of TF32 and 7.7 TB/s"
    }
}
