// NVIDIA A100 in its four variants; what the names mean, and what the marks behind figures do, is said in "std/hardware/nvidia".
//
// [a100] NVIDIA A100 Tensor Core GPU Architecture, whitepaper 1.0, table 4 (pp. 36, 37), table 5 (p. 43); L2 on p. 35:
//     https://images.nvidia.com/aem-dam/en-zz/Solutions/data-center/nvidia-ampere-architecture-whitepaper.pdf
// [sheet] NVIDIA A100 Tensor Core GPU data sheet:
//     https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center/a100/pdf/nvidia-a100-datasheet-nvidia-us-2188504-web.pdf
// [cc] CUDA Programming Guide 13, compute capabilities, tables 30 to 32:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/compute-capabilities.html
// [bpg] CUDA C++ Best Practices Guide 13, "Throughput of Native Arithmetic Instructions":
//     https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/
// [banks] CUDA Programming Guide 13, writing CUDA kernels, shared memory: 32 banks of 32 bits a cycle:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/02-basics/writing-cuda-kernels.html
// [occ] cuda_occupancy.h of the CUDA toolkit: granularity of registers and shared memory, sub-partitions:
//     https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__OCCUPANCY.html
system Hardware_A100 {
    hardware A100_40GB_PCIe {
        vendor: "NVIDIA"
        device_name: "NVIDIA A100-PCIE-40GB"  // driver
        architecture: "sm_80"
        sm_count: 108                            // [a100]
        max_clock: 1410 MHz                      // [a100] boost
        matrix_clock: 1410 MHz                   // [a100]
        vector_clock: 1410 MHz                   // [a100]
        fp16_rate: 312 TFLOPS                    // [a100]
        bf16_rate: 312 TFLOPS                    // [a100]
        tf32_rate: 156 TFLOPS                    // [a100]
        fp64_rate: 19.5 TFLOPS                   // [a100]
        int8_rate: 624 TFLOPS                    // [a100]
        fp32_vector_rate: 19.5 TFLOPS            // [a100]
        fp64_vector_rate: 9.7 TFLOPS             // [a100]
        fp16_vector_rate: 78 TFLOPS              // [a100]
        bf16_vector_rate: 39 TFLOPS              // [a100]
        special_per_sm_cycle: 16                 // [bpg]
        memory: 40 GB                            // [sheet]
        memory_bandwidth: 1555 GB/s              // derived: 2 * 640 B * 1215 MHz
        l2_cache: 40 MiB                         // [a100] 40960 KB
        l2_read_bytes_per_cycle: 5120 B          // [a100]
        shared_memory_bytes_per_sm_cycle: 128 B  // [banks]

        threads_per_sm: 2048                     // [cc]
        warps_per_sm: 64                         // [cc]
        blocks_per_sm: 32                        // [cc]
        shared_memory_per_sm: 164 KiB            // [cc]
        shared_memory_per_block: 163 KiB         // [cc]
        threads_per_warp: 32                     // [cc]
        threads_per_block: 1024                  // [cc]
        registers_per_sm: 65536                  // [cc]
        registers_per_thread: 255                // [cc]
        register_unit: 256                       // [occ]
        warp_unit: 4                             // [occ]
        shared_memory_unit: 128 B                // [occ]
        shared_memory_reserved_per_block: 1 KiB  // [occ], [cc]

        source: "NVIDIA A100 Tensor Core GPU data sheet (PCIe 40 GB); NVIDIA A100 architecture whitepaper, tables 4 and 5; limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper counts 1024 bytes to a KB of cache"
    }

    hardware A100_40GB_SXM {
        vendor: "NVIDIA"
        device_name: "NVIDIA A100-SXM4-40GB"  // driver
        architecture: "sm_80"
        sm_count: 108                            // [a100]
        max_clock: 1410 MHz                      // [a100] boost
        matrix_clock: 1410 MHz                   // [a100]
        vector_clock: 1410 MHz                   // [a100]
        fp16_rate: 312 TFLOPS                    // [a100]
        bf16_rate: 312 TFLOPS                    // [a100]
        tf32_rate: 156 TFLOPS                    // [a100]
        fp64_rate: 19.5 TFLOPS                   // [a100]
        int8_rate: 624 TFLOPS                    // [a100]
        fp32_vector_rate: 19.5 TFLOPS            // [a100]
        fp64_vector_rate: 9.7 TFLOPS             // [a100]
        fp16_vector_rate: 78 TFLOPS              // [a100]
        bf16_vector_rate: 39 TFLOPS              // [a100]
        special_per_sm_cycle: 16                 // [bpg]
        memory: 40 GB                            // [sheet]
        memory_bandwidth: 1555 GB/s              // [a100]
        l2_cache: 40 MiB                         // [a100] 40960 KB
        l2_read_bytes_per_cycle: 5120 B          // [a100]
        shared_memory_bytes_per_sm_cycle: 128 B  // [banks]

        threads_per_sm: 2048                     // [cc]
        warps_per_sm: 64                         // [cc]
        blocks_per_sm: 32                        // [cc]
        shared_memory_per_sm: 164 KiB            // [cc]
        shared_memory_per_block: 163 KiB         // [cc]
        threads_per_warp: 32                     // [cc]
        threads_per_block: 1024                  // [cc]
        registers_per_sm: 65536                  // [cc]
        registers_per_thread: 255                // [cc]
        register_unit: 256                       // [occ]
        warp_unit: 4                             // [occ]
        shared_memory_unit: 128 B                // [occ]
        shared_memory_reserved_per_block: 1 KiB  // [occ], [cc]

        source: "NVIDIA A100 Tensor Core GPU data sheet (SXM4 40 GB); NVIDIA A100 architecture whitepaper, tables 4 and 5; limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper counts 1024 bytes to a KB of cache"
    }

    hardware A100_80GB_PCIe {
        vendor: "NVIDIA"
        device_name: "NVIDIA A100 80GB PCIe"  // driver
        architecture: "sm_80"
        sm_count: 108                            // [a100]
        max_clock: 1410 MHz                      // [a100] boost
        matrix_clock: 1410 MHz                   // [a100]
        vector_clock: 1410 MHz                   // [a100]
        fp16_rate: 312 TFLOPS                    // [a100]
        bf16_rate: 312 TFLOPS                    // [a100]
        tf32_rate: 156 TFLOPS                    // [a100]
        fp64_rate: 19.5 TFLOPS                   // [a100]
        int8_rate: 624 TFLOPS                    // [a100]
        fp32_vector_rate: 19.5 TFLOPS            // [a100]
        fp64_vector_rate: 9.7 TFLOPS             // [a100]
        fp16_vector_rate: 78 TFLOPS              // [a100]
        bf16_vector_rate: 39 TFLOPS              // [a100]
        special_per_sm_cycle: 16                 // [bpg]
        memory: 80 GB                            // [sheet]
        memory_bandwidth: 1935 GB/s              // [sheet]
        l2_cache: 40 MiB                         // [a100] 40960 KB
        l2_read_bytes_per_cycle: 5120 B          // [a100]
        shared_memory_bytes_per_sm_cycle: 128 B  // [banks]

        threads_per_sm: 2048                     // [cc]
        warps_per_sm: 64                         // [cc]
        blocks_per_sm: 32                        // [cc]
        shared_memory_per_sm: 164 KiB            // [cc]
        shared_memory_per_block: 163 KiB         // [cc]
        threads_per_warp: 32                     // [cc]
        threads_per_block: 1024                  // [cc]
        registers_per_sm: 65536                  // [cc]
        registers_per_thread: 255                // [cc]
        register_unit: 256                       // [occ]
        warp_unit: 4                             // [occ]
        shared_memory_unit: 128 B                // [occ]
        shared_memory_reserved_per_block: 1 KiB  // [occ], [cc]

        source: "NVIDIA A100 Tensor Core GPU data sheet (PCIe 80 GB); NVIDIA A100 architecture whitepaper, tables 4 and 5; limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper counts 1024 bytes to a KB of cache"
    }

    hardware A100_80GB_SXM {
        vendor: "NVIDIA"
        device_name: "NVIDIA A100-SXM4-80GB"  // driver
        architecture: "sm_80"
        sm_count: 108                            // [a100]
        max_clock: 1410 MHz                      // [a100] boost
        matrix_clock: 1410 MHz                   // [a100]
        vector_clock: 1410 MHz                   // [a100]
        fp16_rate: 312 TFLOPS                    // [a100]
        bf16_rate: 312 TFLOPS                    // [a100]
        tf32_rate: 156 TFLOPS                    // [a100]
        fp64_rate: 19.5 TFLOPS                   // [a100]
        int8_rate: 624 TFLOPS                    // [a100]
        fp32_vector_rate: 19.5 TFLOPS            // [a100]
        fp64_vector_rate: 9.7 TFLOPS             // [a100]
        fp16_vector_rate: 78 TFLOPS              // [a100]
        bf16_vector_rate: 39 TFLOPS              // [a100]
        special_per_sm_cycle: 16                 // [bpg]
        memory: 80 GB                            // [sheet]
        memory_bandwidth: 2039 GB/s              // [sheet]
        l2_cache: 40 MiB                         // [a100] 40960 KB
        l2_read_bytes_per_cycle: 5120 B          // [a100]
        shared_memory_bytes_per_sm_cycle: 128 B  // [banks]

        threads_per_sm: 2048                     // [cc]
        warps_per_sm: 64                         // [cc]
        blocks_per_sm: 32                        // [cc]
        shared_memory_per_sm: 164 KiB            // [cc]
        shared_memory_per_block: 163 KiB         // [cc]
        threads_per_warp: 32                     // [cc]
        threads_per_block: 1024                  // [cc]
        registers_per_sm: 65536                  // [cc]
        registers_per_thread: 255                // [cc]
        register_unit: 256                       // [occ]
        warp_unit: 4                             // [occ]
        shared_memory_unit: 128 B                // [occ]
        shared_memory_reserved_per_block: 1 KiB  // [occ], [cc]

        source: "NVIDIA A100 Tensor Core GPU data sheet (SXM4 80 GB); NVIDIA A100 architecture whitepaper, tables 4 and 5; limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper counts 1024 bytes to a KB of cache"
    }
}
