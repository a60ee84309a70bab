// NVIDIA GeForce RTX 5090; what the names mean and where such figures come from is said in "std/hardware/nvidia".
system Hardware_RTX5090 {
    hardware RTX5090 {
        vendor: "NVIDIA"
        architecture: "sm_120"
        sm_count: 170
        max_clock: 3090 MHz
        matrix_clock: 2407 MHz
        vector_clock: 2407 MHz
        fp16_rate: 209.5 TFLOPS
        fp16_fp16_rate: 419 TFLOPS
        bf16_rate: 209.5 TFLOPS
        tf32_rate: 104.8 TFLOPS
        fp8_rate: 419 TFLOPS
        fp8_fp16_rate: 838 TFLOPS
        int8_rate: 838 TFLOPS
        fp4_rate: 1676 TFLOPS
        fp32_vector_rate: 104.8 TFLOPS
        fp64_vector_rate: 1.64 TFLOPS
        fp16_vector_rate: 104.8 TFLOPS
        bf16_vector_rate: 104.8 TFLOPS
        special_per_sm_cycle: 16
        memory: 32 GB
        memory_bandwidth: 1792 GB/s
        l2_cache: 96 MiB
        shared_memory_bytes_per_sm_cycle: 128 B

        threads_per_sm: 1536
        warps_per_sm: 48
        blocks_per_sm: 24
        shared_memory_per_sm: 100 KiB
        shared_memory_per_block: 99 KiB
        threads_per_warp: 32
        threads_per_block: 1024
        registers_per_sm: 65536
        registers_per_thread: 255
        register_unit: 256
        warp_unit: 4
        shared_memory_unit: 128 B
        shared_memory_reserved_per_block: 1 KiB

        source: "NVIDIA RTX Blackwell GPU architecture whitepaper, appendix A (GeForce RTX 5090); limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "3090 MHz is the highest clock that users quote from the driver; cards of some makers may allow more"
    }
}
