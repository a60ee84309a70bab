// NVIDIA GeForce RTX 5070; what the names mean and where such figures come from is said in "std/hardware/nvidia".
system Hardware_RTX5070 {
    hardware RTX5070 {
        vendor: "NVIDIA"
        architecture: "sm_120"
        sm_count: 48
        matrix_clock: 2512 MHz
        vector_clock: 2512 MHz
        fp16_rate: 61.7 TFLOPS
        fp16_fp16_rate: 123.5 TFLOPS
        bf16_rate: 61.7 TFLOPS
        tf32_rate: 30.9 TFLOPS
        fp8_rate: 123.5 TFLOPS
        fp8_fp16_rate: 246.9 TFLOPS
        int8_rate: 246.9 TFLOPS
        fp4_rate: 493.9 TFLOPS
        fp32_vector_rate: 30.9 TFLOPS
        fp64_vector_rate: 0.482 TFLOPS
        fp16_vector_rate: 30.9 TFLOPS
        bf16_vector_rate: 30.9 TFLOPS
        special_per_sm_cycle: 16
        memory: 12 GB
        memory_bandwidth: 672 GB/s
        l2_cache: 48 MiB
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

        source: "NVIDIA RTX Blackwell GPU architecture whitepaper, appendix on GeForce RTX 5070; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "cards clock above the boost clock of the whitepaper by themselves, and no highest clock is published"
    }
}
