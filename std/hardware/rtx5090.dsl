// NVIDIA GeForce RTX 5090; what the names mean, and what the marks behind figures do, is said in "std/hardware/nvidia".
//
// [bw] NVIDIA RTX Blackwell GPU Architecture, whitepaper, table 3 (pp. 46 to 48), GeForce RTX 5090:
//     https://images.nvidia.com/aem-dam/Solutions/geforce/blackwell/nvidia-rtx-blackwell-gpu-architecture.pdf
// [cutlass] CUTLASS, Blackwell SM120 GEMMs: FP8 that is summed in FP32 runs twice as fast as on Ada:
//     https://github.com/NVIDIA/cutlass/blob/main/media/docs/cpp/blackwell_functionality.md
// [cc] CUDA Programming Guide 13, compute capabilities, tables 30 to 32:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/compute-capabilities.html
// [bpg] CUDA C++ Best Practices Guide 13, "Throughput of Native Arithmetic Instructions":
//     https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/
// [banks] CUDA Programming Guide 13, writing CUDA kernels, shared memory: 32 banks of 32 bits a cycle:
//     https://docs.nvidia.com/cuda/cuda-programming-guide/02-basics/writing-cuda-kernels.html
// [occ] cuda_occupancy.h of the CUDA toolkit: granularity of registers and shared memory, sub-partitions:
//     https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__OCCUPANCY.html
system Hardware_RTX5090 {
    hardware RTX5090 {
        vendor: "NVIDIA"
        device_name: "NVIDIA GeForce RTX 5090"  // driver
        architecture: "sm_120"
        sm_count: 170                            // [bw]
        max_clock: 3135 MHz                      // driver, as users quote it
        matrix_clock: 2407 MHz                   // [bw] boost
        vector_clock: 2407 MHz                   // [bw] boost
        fp16_rate: 209.5 TFLOPS                  // [bw]
        fp16_fp16_rate: 419 TFLOPS               // [bw]
        bf16_rate: 209.5 TFLOPS                  // [bw]
        tf32_rate: 104.8 TFLOPS                  // derived: 170 * 256 FLOP * 2407 MHz
        fp8_rate: 838 TFLOPS                     // [cutlass]
        fp8_fp16_rate: 838 TFLOPS                // [bw]
        int8_rate: 838 TFLOPS                    // [bw]
        fp4_rate: 1676 TFLOPS                    // [bw]
        fp32_vector_rate: 104.8 TFLOPS           // derived: 170 * 256 FLOP * 2407 MHz
        fp64_vector_rate: 1.64 TFLOPS            // derived: 170 * 4 FLOP * 2407 MHz
        fp16_vector_rate: 104.8 TFLOPS           // derived: 170 * 256 FLOP * 2407 MHz
        bf16_vector_rate: 104.8 TFLOPS           // derived: 170 * 256 FLOP * 2407 MHz
        special_per_sm_cycle: 16                 // [bpg]
        memory: 32 GB                            // [bw]
        memory_bandwidth: 1792 GB/s              // derived: 64 B * 28 GHz
        l2_cache: 96 MiB                         // unverified: as reviews quote NVIDIA
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

        source: "NVIDIA RTX Blackwell GPU architecture whitepaper, table 3 (GeForce RTX 5090); limits, results per cycle: CUDA Programming Guide and Best Practices Guide; allocation units: CUDA occupancy calculator"
        note: "rates are dense; reference cards go to 3090 MHz and others to 3135 MHz, as users quote the driver; the whitepaper has half as much for FP8 that is summed in FP32; block-scaled FP8 was measured to run at the full rate, as CUTLASS says, so the full rate bounds"
    }
}
