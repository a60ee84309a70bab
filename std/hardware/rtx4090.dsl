// NVIDIA GeForce RTX 4090; what the names mean, and what the marks behind figures do, is said in "std/hardware/nvidia".
//
// [ada] NVIDIA Ada GPU Architecture, whitepaper 2.1, appendix A, table 2 (GeForce RTX 4090):
//     https://images.nvidia.com/aem-dam/Solutions/geforce/ada/nvidia-ada-gpu-architecture.pdf
// [cc] CUDA Programming Guide 13, compute capabilities, tables 30 to 32:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/compute-capabilities.html
// [bpg] CUDA C++ Best Practices Guide 13, "Throughput of Native Arithmetic Instructions":
//     https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/
// [banks] CUDA Programming Guide 13, writing CUDA kernels, shared memory: 32 banks of 32 bits a cycle:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/02-basics/writing-cuda-kernels.html
// [occ] cuda_occupancy.h of the CUDA toolkit: granularity of registers and shared memory, sub-partitions:
//     https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__OCCUPANCY.html
system Hardware_RTX4090 {
    hardware RTX4090 {
        vendor: "NVIDIA"
        device_name: "NVIDIA GeForce RTX 4090"  // driver
        architecture: "sm_89"
        sm_count: 128                            // [ada]
        max_clock: 3105 MHz                      // driver, as users quote it
        matrix_clock: 2520 MHz                   // [ada] boost
        vector_clock: 2520 MHz                   // [ada] boost
        fp16_rate: 165.2 TFLOPS                  // [ada]
        fp16_fp16_rate: 330.3 TFLOPS             // [ada]
        bf16_rate: 165.2 TFLOPS                  // [ada]
        tf32_rate: 82.6 TFLOPS                   // [ada]
        fp8_rate: 330.3 TFLOPS                   // [ada]
        fp8_fp16_rate: 660.6 TFLOPS              // [ada]
        int8_rate: 660.6 TFLOPS                  // [ada]
        fp32_vector_rate: 82.6 TFLOPS            // [ada]
        fp64_vector_rate: 1.29 TFLOPS            // derived: 128 * 4 FLOP * 2520 MHz
        fp16_vector_rate: 82.6 TFLOPS            // [ada]
        bf16_vector_rate: 82.6 TFLOPS            // [ada]
        special_per_sm_cycle: 16                 // [bpg]
        memory: 24 GB                            // [ada]
        memory_bandwidth: 1008 GB/s              // [ada]
        l2_cache: 72 MiB                         // [ada] 73728 KB
        shared_memory_bytes_per_sm_cycle: 128 B  // [banks]

        threads_per_sm: 1536                     // [cc]
        warps_per_sm: 48                         // [cc]
        blocks_per_sm: 24                        // [cc]
        shared_memory_per_sm: 100 KiB            // [cc]
        shared_memory_per_block: 99 KiB          // [cc]
        threads_per_warp: 32                     // [cc]
        threads_per_block: 1024                  // [cc]
        registers_per_sm: 65536                  // [cc]
        registers_per_thread: 255                // [cc]
        register_unit: 256                       // [occ]
        warp_unit: 4                             // [occ]
        shared_memory_unit: 128 B                // [occ]
        shared_memory_reserved_per_block: 1 KiB  // [occ], [cc]

        source: "NVIDIA Ada GPU architecture whitepaper, appendix A (GeForce RTX 4090); limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; cards clock above the boost clock of the whitepaper by themselves, and 3105 MHz is the highest that the driver offers; cards that their owner clocks higher are not covered"
    }
}
