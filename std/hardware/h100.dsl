// NVIDIA H100, SXM5 and PCIe; what the names mean, and what the marks behind figures do, is said in "std/hardware/nvidia".
//
// [h100] NVIDIA H100 Tensor Core GPU Architecture, whitepaper 1.04, table 1 (p. 20), table 3 (pp. 39, 40), table 4 (p. 41):
//     https://resources.nvidia.com/en-us-hopper-architecture/nvidia-h100-tensor-c
// [cc] CUDA Programming Guide 13, compute capabilities, tables 30 to 32:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/compute-capabilities.html
// [bpg] CUDA C++ Best Practices Guide 13, "Throughput of Native Arithmetic Instructions":
//     https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/
// [banks] CUDA Programming Guide 13, writing CUDA kernels, shared memory: 32 banks of 32 bits a cycle:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/02-basics/writing-cuda-kernels.html
// [occ] cuda_occupancy.h of the CUDA toolkit: granularity of registers and shared memory, sub-partitions:
//     https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__OCCUPANCY.html
system Hardware_H100 {
    hardware H100_SXM {
        vendor: "NVIDIA"
        device_name: "NVIDIA H100 80GB HBM3"  // driver
        architecture: "sm_90"
        sm_count: 132                            // [h100]
        max_clock: 1980 MHz                      // [h100] boost of vector units
        matrix_clock: 1830 MHz                   // [h100] boost of matrix units
        vector_clock: 1980 MHz                   // [h100]
        fp16_rate: 989.4 TFLOPS                  // [h100]
        bf16_rate: 989.4 TFLOPS                  // [h100]
        tf32_rate: 494.7 TFLOPS                  // [h100]
        fp8_rate: 1978.9 TFLOPS                  // [h100]
        int8_rate: 1978.9 TFLOPS                 // [h100]
        fp64_rate: 66.9 TFLOPS                   // [h100]
        fp32_vector_rate: 66.9 TFLOPS            // [h100]
        fp64_vector_rate: 33.5 TFLOPS            // [h100]
        fp16_vector_rate: 133.8 TFLOPS           // [h100]
        bf16_vector_rate: 133.8 TFLOPS           // [h100]
        special_per_sm_cycle: 16                 // [bpg]
        memory: 80 GB                            // [h100]
        memory_bandwidth: 3352 GB/s              // [h100]
        l2_cache: 50 MiB                         // [h100]
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

        source: "NVIDIA H100 architecture whitepaper, tables of SXM5; limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; FP64 on matrix units runs at the clock of vector units, so its ceiling is looser than it has to be"
    }

    hardware H100_PCIe {
        vendor: "NVIDIA"
        device_name: "NVIDIA H100 PCIe"  // driver
        architecture: "sm_90"
        sm_count: 114                            // [h100]
        max_clock: 1755 MHz                      // driver, as users quote it
        matrix_clock: 1620 MHz                   // derived: 756 TFLOPS / (114 * 4096 FLOP)
        vector_clock: 1755 MHz                   // driver, as users quote it
        fp16_rate: 756 TFLOPS                    // [h100]
        bf16_rate: 756 TFLOPS                    // [h100]
        tf32_rate: 378 TFLOPS                    // derived: 114 * 2048 FLOP * 1620 MHz
        fp8_rate: 1513 TFLOPS                    // [h100]
        int8_rate: 1513 TFLOPS                   // [h100]
        fp64_rate: 51.2 TFLOPS                   // derived: 114 * 256 FLOP * 1755 MHz
        fp32_vector_rate: 51.2 TFLOPS            // derived: 114 * 256 FLOP * 1755 MHz
        fp64_vector_rate: 25.6 TFLOPS            // derived: 114 * 128 FLOP * 1755 MHz
        fp16_vector_rate: 102.4 TFLOPS           // derived: 114 * 512 FLOP * 1755 MHz
        bf16_vector_rate: 102.4 TFLOPS           // derived: 114 * 512 FLOP * 1755 MHz
        special_per_sm_cycle: 16                 // [bpg]
        memory: 80 GB                            // [h100]
        memory_bandwidth: 2039 GB/s              // [h100]
        l2_cache: 50 MiB                         // [h100]
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

        source: "NVIDIA H100 architecture whitepaper, tables of PCIe; limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; FP64 on matrix units runs at the clock of vector units, so its ceiling is looser than it has to be"
    }
}
